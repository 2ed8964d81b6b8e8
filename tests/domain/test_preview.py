"""Values that cross from the previewer: pixels never show, and each lack has its words."""

from __future__ import annotations

from desk.domain.preview import (
    REASON_WORDS,
    Blurred,
    Guard,
    GuardReport,
    MetadataEntry,
    NoPreview,
    NoPreviewReason,
    PreviewSource,
    Revealed,
)


def test_a_source_over_bytes_reads_the_same_either_way() -> None:
    source = PreviewSource.from_bytes(b"0123456789", "image")
    assert b"".join(source.chunks()) == b"".join(source.chunks()) == b"0123456789"
    assert source.size == 10
    assert source.read is not None
    assert source.read(2, 3) == b"234"
    assert source.declared == "image"


def test_pixels_and_metadata_stay_out_of_reprs() -> None:
    for value in (Blurred(1, 1, 1, b"pixel"), Revealed(1, 1, 1, b"pixel"), MetadataEntry("Place", "pixel")):
        assert "pixel" not in repr(value)


def test_every_lack_has_its_words() -> None:
    assert set(REASON_WORDS) == set(NoPreviewReason)
    assert all(NoPreview(reason).words for reason in NoPreviewReason)


def test_confined_means_an_active_lock_on_system_calls() -> None:
    active, idle, other = Guard("syscalls", True, ""), Guard("syscalls", False, ""), Guard("memory", True, "")
    assert GuardReport("linux", (other, active)).confined
    assert not GuardReport("linux", (other, idle)).confined
    assert not GuardReport("other", ()).confined
