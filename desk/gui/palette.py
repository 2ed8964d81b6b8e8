"""The one place that names a colour.

Style sheet, painters and QPalette all read these tokens. Nothing else in the
project writes a colour down; a test holds that. Pure data: no Qt here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(over: str, under: str, share: float) -> str:
    """``over`` laid on ``under`` with an opacity of ``share`` (0 to 1), as #RRGGBB."""
    pairs = zip(_channels(over), _channels(under), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [c / 255 for c in _channels(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2: 4.5 is AA for text, 3 for the edges of controls."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme, each ``#RRGGBB``."""

    name: str
    ground: str
    surface: str
    raised: str
    line: str
    edge: str  # the outline of a control: 3:1 against every ground (WCAG 1.4.11)
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_press: str
    on_accent: str
    ok: str
    warn: str
    bad: str
    # Tints that lie behind a word, and the shades of touch.
    hover: str
    press: str
    selected: str
    ok_tint: str
    warn_tint: str
    bad_tint: str
    accent_tint: str
    # A tile without a picture, and the bars of a skeleton.
    tile: str
    tile_text: str
    skeleton: str
    shadow: str
    practice: str = "#1F6F78"
    test: str = "#8A5A00"
    production: str = "#B3261E"
    on_banner: str = "#FFFFFF"

    def mapping(self) -> dict[str, str]:
        """Token name to colour, for the style sheet."""
        return {key: str(value) for key, value in asdict(self).items()}


def _tokens(
    name: str,
    *,
    ground: str,
    surface: str,
    raised: str,
    line: str,
    edge: str,
    text: str,
    muted: str,
    accent: str,
    on_accent: str,
    ok: str,
    warn: str,
    bad: str,
    tint: float,
) -> Tokens:
    return Tokens(
        name=name,
        ground=ground,
        surface=surface,
        raised=raised,
        line=line,
        edge=edge,
        text=text,
        muted=muted,
        accent=accent,
        accent_hover=mix(text, accent, 0.12),
        accent_press=mix(text, accent, 0.22),
        on_accent=on_accent,
        ok=ok,
        warn=warn,
        bad=bad,
        hover=mix(text, surface, 0.05),
        press=mix(text, surface, 0.10),
        selected=mix(accent, surface, tint),
        ok_tint=mix(ok, surface, tint),
        warn_tint=mix(warn, surface, tint),
        bad_tint=mix(bad, surface, tint),
        accent_tint=mix(accent, surface, tint),
        tile=mix(text, surface, 0.09),
        tile_text=text,
        skeleton=mix(text, surface, 0.07),
        shadow="#000000",
    )


LIGHT = _tokens(
    "light",
    ground="#F6F7F9",
    surface="#FFFFFF",
    raised="#FFFFFF",
    line="#DCE0E6",
    edge="#858E9B",
    text="#1B2330",
    muted="#566173",
    accent="#2F5FD0",
    on_accent="#FFFFFF",
    ok="#1E7A4C",
    warn="#8A5A00",
    bad="#B3261E",
    tint=0.08,
)

DARK = _tokens(
    "dark",
    ground="#14171C",
    surface="#1B1F26",
    raised="#232832",
    line="#343B47",
    edge="#6F7A8C",
    text="#E6E9EF",
    muted="#A3ADBC",
    accent="#8FB1FF",
    on_accent="#10182B",
    ok="#6FCF97",
    warn="#E7B75F",
    bad="#F2938C",
    tint=0.16,
)

# Roles a caller may name where a colour is a choice: the state colours and the two inks.
STATES = ("text", "muted", "accent", "ok", "warn", "bad")
