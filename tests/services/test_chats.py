"""A case of messages only, from the package to the receipt."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk.domain.content import identity
from desk.domain.conversation import Span, transcript, transcript_file
from desk.domain.errors import NotReady, StaleDraft
from desk.domain.filing import Call, FilingState
from desk.domain.incident import IncidentType, ReportAnnotation
from desk.domain.viewing import ViewingKind
from tests.support.world import World

COUNT = 12
SECRET = "the words of message {n}, 👋 مرحبا"


def chat_case(
    world: World, name: str = "talk-1", *, count: int = COUNT, account: str = "u-5", sender: str = ""
) -> int:
    at = world.clock.now().isoformat()
    messages = [
        {"from": (sender or account) if n % 2 else "u-9", "to": "u-9", "at": at, "text": SECRET.format(n=n)}
        for n in range(count)
    ]
    case: dict[str, Any] = {
        "format": "desk-case/1",
        "id": name,
        "source": {"kind": "user_report"},
        "policies": ["child-safety/csam"],
        "incident": {"occurred_at": at, "time_note": "time of the first message", "platform": "Example"},
        "reported": {"id": account},
        "victims": [{"id": "u-9", "age": 13}],
        "content": [{"id": "talk", "kind": "chat", "client": "Direct messages", "messages": messages}],
    }
    folder = world.folder.parent / "packages" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.json").write_text(json.dumps(case))
    return world.take_in(folder)[0]


def choose(world: World, number: int, **changes: Any) -> None:
    view = world.drafting.open(world.moderator, number)
    choice = replace(view.draft.choice("talk"), **changes)
    draft = replace(
        view.draft.with_choice(choice),
        incident_type=IncidentType.ENTICEMENT,
        annotations=frozenset({ReportAnnotation.SEXTORTION}),
    )
    world.drafting.save(world.moderator, draft, view.saved.version)


def read(world: World, number: int, end: float = 1.0) -> None:
    world.review.shown(
        world.moderator, number, "talk", at=world.clock.now(), seconds=9, kind=ViewingKind.READ, end=end
    )


def test_messages_only_from_the_package_to_the_receipt(served_on_both: World) -> None:
    world = served_on_both
    number = chat_case(world)
    twin = chat_case(
        world, "talk-2", account="u-7", sender="u-5"
    )  # the same, handed over with another account
    read(world, number)
    claim = world.claimed(number)
    choose(world, number, messages=(Span(2, 5), Span(9, 9)))
    summary = world.confirmation.summary(world.moderator, number)

    (line,) = summary.files
    assert line.transcript is not None
    assert [(one.case_number, one.filing_id) for one in line.elsewhere] == [(twin, None)]
    data = line.transcript.data
    assert (line.claimed_viewed, line.content.sha256) == (True, hashlib.sha256(data).hexdigest())
    assert [(one.content.id, one.kept, one.left_out) for one in summary.narrowed] == [("talk", 5, 7)]
    assert summary.identities == {identity(summary.case.data.piece("talk"), "u-5")}  # the chat counts once
    report = summary.composed.report_xml.decode()
    for text in (report, data.decode()):
        assert {n for n in range(COUNT) if SECRET.format(n=n) in text} == {2, 3, 4, 5, 9}
    assert "<chatClient>Direct messages</chatClient>" in report
    details = summary.composed.files[0].details_xml
    assert b"<fileViewedByEsp>true</fileViewedByEsp>" in details
    assert b"<fileRelevance>Supplemental Reported</fileRelevance>" in details
    assert b"<originalFileName>" not in details
    assert hashlib.sha256(data).hexdigest().encode() in details

    filing = world.confirmation.confirm(world.moderator, claim, summary, checked=True).value
    (file,) = filing.files
    assert (file.sha256, file.md5) == (line.transcript.sha256, hashlib.md5(data).hexdigest())
    with world.store.read() as uow:
        stored = uow.cases.media(number, file.content_id)
        assert stored is not None
        assert b"".join(world.vault.read(stored.wrapped_key, stored.blob)) == data
        assert "media.made" in world.acts()
    on_disk = b"".join(path.read_bytes() for path in Path(world.folder).rglob("*") if path.is_file())
    assert b"the words of message" not in on_disk  # encrypted, as everything is

    filed = world.until(filing.id, FilingState.FILED)
    with world.store.read() as uow:
        receipt = uow.filings.receipt(filing.id)
        assert receipt is not None
        assert (filed.files[0].file_id or "-").encode() in receipt.body
        assert Call.UPLOAD in {entry.call for entry in uow.filings.journal(filing.id)}
        assert uow.filings.holders("ncmec", [identity(summary.case.data.piece("talk"), "u-5") or ""])
    there = world.review.open(world.moderator, twin)
    (same,) = there.elsewhere["talk"]
    assert (same.case_number, same.account, same.filing_id) == (number, "u-5", filing.id)
    assert (same.filing_state, same.report_id) == (FilingState.FILED, filed.report_id)
    assert there.reported_in == {}  # another account's is another piece of content: shown, never blocked


def test_an_unread_conversation_is_not_claimed_as_viewed(world: World) -> None:
    number = chat_case(world)
    choose(world, number)
    read(world, number, 0.6)
    summary = world.confirmation.summary(world.moderator, number)
    assert not summary.files[0].claimed_viewed
    assert b"<fileViewedByEsp>false</fileViewedByEsp>" in summary.composed.files[0].details_xml
    read(world, number)
    assert world.confirmation.summary(world.moderator, number).files[0].claimed_viewed
    choose(world, number, lowered=True, messages=(Span(0, 0),))
    lowered = world.confirmation.summary(world.moderator, number)
    assert not lowered.files[0].claimed_viewed
    assert lowered.files[0].viewed.viewed  # a selection changes nothing of what was read


def test_a_conversation_that_is_left_out_leaves_nothing(world: World) -> None:
    number = chat_case(world)
    choose(world, number, include=False)
    summary = world.confirmation.summary(world.moderator, number)
    assert b"words of message" not in summary.composed.report_xml
    assert b"Direct messages" not in summary.composed.report_xml
    assert (summary.files, summary.draft.contexts) == ((), ())
    assert [content.id for content in summary.left_out] == ["talk"]


def test_nothing_selected_can_not_be_confirmed(world: World) -> None:
    number = chat_case(world)
    choose(world, number, messages=())
    with pytest.raises(NotReady) as refused:
        world.confirmation.summary(world.moderator, number)
    assert [path for path, _, _ in refused.value.problems] == ["files[talk].messages"]


def test_another_selection_later_leaves_the_first_transcript_as_it_was(world: World) -> None:
    number = chat_case(world)
    claim = world.claimed(number)
    choose(world, number, messages=(Span(0, 1),))
    first = world.confirmation.summary(world.moderator, number)
    filing = world.confirmation.confirm(world.moderator, claim, first, checked=True).value
    world.outbox.take_back(world.moderator, filing.id)
    assert world.quiet(filing.id).state is FilingState.WITHDRAWN
    claim = world.claimed(number)
    same = world.confirmation.summary(world.moderator, number)
    again = world.confirmation.confirm(world.moderator, claim, same, checked=True).value  # the same bytes
    assert again.files[0].content_id == filing.files[0].content_id
    world.outbox.take_back(world.moderator, again.id)
    world.quiet(again.id)
    claim = world.claimed(number)
    choose(world, number, messages=None)
    whole = world.confirmation.summary(world.moderator, number)
    last = world.confirmation.confirm(world.moderator, claim, whole, checked=True).value
    talk = whole.case.data.piece("talk")
    with world.store.read() as uow:
        for filed, selection in ((filing, (Span(0, 1),)), (last, None)):
            stored = uow.cases.media(number, filed.files[0].content_id)
            assert stored is not None
            kept = b"".join(world.vault.read(stored.wrapped_key, stored.blob))
            assert kept == transcript_file(talk, selection).data
        assert len(uow.cases.blobs(number)) == 2


def test_what_is_not_confirmed_leaves_no_file(world: World) -> None:
    number = chat_case(world)
    claim = world.claimed(number)
    choose(world, number)
    summary = world.confirmation.summary(world.moderator, number)
    choose(world, number, messages=(Span(0, 0),))  # changed since it was shown
    with pytest.raises(StaleDraft):
        world.confirmation.confirm(world.moderator, claim, summary, checked=True)
    with world.store.read() as uow:
        assert uow.cases.blobs(number) == ()
    assert world.vault.sweep(lambda _blob: False) == 0


def test_without_its_key_no_transcript_is_kept(world: World) -> None:
    number = chat_case(world)
    claim = world.claimed(number)
    choose(world, number)
    summary = world.confirmation.summary(world.moderator, number)
    with world.store.write() as uow:
        assert uow.cases.forget_key(number)
    with pytest.raises(NotReady, match="destroyed"):
        world.confirmation.confirm(world.moderator, claim, summary, checked=True)


def test_a_draft_of_an_older_desk_lets_go_of_the_words_it_copied(world: World) -> None:
    number = chat_case(world)
    view = world.drafting.open(world.moderator, number)
    talk = view.case.data.piece("talk")
    copied = replace(view.draft.contexts[0], content=transcript(talk), words_of=())
    world.drafting.save(world.moderator, replace(view.draft, contexts=(copied,)), view.saved.version)
    again = world.drafting.open(world.moderator, number)
    assert again.draft.contexts == view.draft.contexts
