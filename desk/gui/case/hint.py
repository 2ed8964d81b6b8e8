"""The one line over the files: what a held key does now, or what stands against looking."""

from __future__ import annotations

from desk.domain.content import ContentKind
from desk.gui import icons
from desk.gui.widgets.common import label, set_role
from desk.gui.words import tr


class Hint:
    """``icon`` and ``words`` are placed by whoever shows them, side by side."""

    def __init__(self) -> None:
        self.icon = icons.IconLabel("eye-off", 14, "muted")
        self.words = label("", "muted")

    def say(
        self,
        *,
        passing: str,
        lock: str,
        kind: ContentKind | None,
        film: bool,
        files: bool,
        can_look: bool,
        how: str,
        zooming: bool,
    ) -> None:
        """``passing``: said while something is held. ``lock``: why media are shut now. ``kind``: of the file
        in focus; ``film``: whether it moves. ``how``: the decision bar's state, for who can't look."""
        role, icon = "muted", "eye-off"
        if passing:
            text, icon = passing, "eye"
        elif not files:
            text = ""
        elif lock:
            text, role, icon = lock, "warn", "coffee"
        elif not can_look:
            text = {
                "free": tr("Blurred. Claim this case to look."),
                "reopen": tr("Blurred. Open it again to look."),
            }.get(how, tr("Blurred."))
        elif zooming:
            text, icon = (
                tr("Full resolution: hold Space, then + − 0 1, arrows, Shift+R. Z ends it."),
                "search",
            )
        elif kind is ContentKind.AUDIO:
            text = tr("Hold H to listen.")
        elif film:
            text = tr("Blurred. Hold Space to look, H to play.")
        else:
            text = tr("Blurred. Hold Space to look, or press and hold the tile.")
        self.words.setText(text)
        set_role(self.words, "role", role)
        self.icon.set(icon, role)
        self.icon.setVisible(bool(text))
