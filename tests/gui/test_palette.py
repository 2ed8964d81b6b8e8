"""Colours: the tokens of the design, AA on every ground, and no colour written anywhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desk.gui.palette import DARK, LIGHT, Tokens, contrast, mix

ROOT = Path(__file__).resolve().parents[2]
THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)


@THEMES
@pytest.mark.parametrize("ink", ["text", "muted", "ok", "warn", "bad", "accent"])
@pytest.mark.parametrize("ground", ["ground", "surface", "raised", "hover", "selected"])
def test_words_are_readable_on_every_ground(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize("state", ["ok", "warn", "bad", "accent"])
def test_badges_are_readable_on_their_tint(tokens: Tokens, state: str) -> None:
    assert contrast(getattr(tokens, state), getattr(tokens, f"{state}_tint")) >= 4.5


@THEMES
@pytest.mark.parametrize("fill", ["accent", "accent_hover", "accent_press"])
def test_the_primary_button_is_readable(tokens: Tokens, fill: str) -> None:
    assert contrast(tokens.on_accent, getattr(tokens, fill)) >= 4.5


@THEMES
@pytest.mark.parametrize("banner", ["practice", "test", "production"])
def test_the_band_is_readable(tokens: Tokens, banner: str) -> None:
    assert contrast(tokens.on_banner, getattr(tokens, banner)) >= 4.5


@THEMES
@pytest.mark.parametrize("ground", ["ground", "surface", "raised"])
@pytest.mark.parametrize("line", ["edge", "accent"])
def test_edges_of_controls_and_the_focus_ring_are_seen(tokens: Tokens, ground: str, line: str) -> None:
    assert contrast(getattr(tokens, line), getattr(tokens, ground)) >= 3


@THEMES
def test_a_tile_without_a_picture_is_readable(tokens: Tokens) -> None:
    assert contrast(tokens.muted, tokens.tile) >= 4.5


def test_a_mix_lies_between() -> None:
    assert mix("#FFFFFF", "#000000", 0.5) == "#808080"
    assert mix("#FFFFFF", "#000000", 0) == "#000000"


def _sources() -> list[Path]:
    files = [path for path in (ROOT / "desk" / "gui").rglob("*.py") if path.name != "palette.py"]
    return [*files, *(ROOT / "resources" / "style").iterdir()]


def test_no_colour_is_written_outside_the_palette() -> None:
    written = re.compile(
        r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b(?=[\"';])|\brgba?\(|QColor\(\s*[\"'\d]"
        r"|GlobalColor\.(?!transparent)|\bQt\.(?:black|white|red|gray)\b"
    )
    found = [
        f"{path.name}:{n}: {line.strip()}"
        for path in _sources()
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if written.search(line)
    ]
    assert found == []
