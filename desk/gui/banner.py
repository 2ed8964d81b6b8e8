"""The band across the top that says where reports go."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk.gui import icons, theme
from desk.gui.words import tr


class Endpoint(Enum):
    """Which service is live; ``OTHER`` is an address an administrator gave (a proxy, a test server)."""

    PRACTICE = "practice"
    TEST = "test"
    PRODUCTION = "production"
    OTHER = "other"


def banner_words(endpoint: Endpoint, address: str = "") -> tuple[str, str]:
    """The word and what it means."""
    if endpoint is Endpoint.PRACTICE:
        return tr("PRACTICE"), tr("nothing leaves this computer")
    if endpoint is Endpoint.TEST:
        return tr("NCMEC TEST"), tr("reports go to NCMEC's test service and are not acted on")
    if endpoint is Endpoint.PRODUCTION:
        return tr("NCMEC PRODUCTION"), tr("reports filed here are real")
    return tr("OTHER ADDRESS"), tr("reports go to {address}", address=address)


class Banner(QWidget):
    """28 px, always in view, its own colour and its own word for each endpoint."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.BANNER)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._endpoint = Endpoint.PRODUCTION
        self._address = ""
        # The gravest, until somebody says otherwise: a wrong guess must not look harmless.
        self.set_endpoint(Endpoint.PRODUCTION)

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    def set_endpoint(self, endpoint: Endpoint, address: str = "") -> None:
        self._endpoint, self._address = endpoint, address
        word, meaning = banner_words(endpoint, address)
        self.setAccessibleName(tr("Endpoint: {word}, {meaning}", word=word, meaning=meaning))
        self.setToolTip(f"{word} — {meaning}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        token = {Endpoint.OTHER: "test"}.get(self._endpoint, self._endpoint.value)
        painter.fillRect(self.rect(), theme.colour(token))
        painter.setPen(theme.colour("on_banner"))
        word, meaning = banner_words(self._endpoint, self._address)
        icon = {Endpoint.PRACTICE: "monitor", Endpoint.PRODUCTION: "send"}.get(self._endpoint, "server")
        icons.draw(painter, icon, "on_banner", theme.S4, (self.height() - 16) / 2)
        left = theme.S4 + 16 + theme.S2
        bold = theme.sans(12, QFont.Weight.DemiBold)
        bold.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.4)
        painter.setFont(bold)
        align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        rect = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(rect, align, word)
        width = painter.fontMetrics().horizontalAdvance(word)
        painter.setFont(theme.sans(12))
        rect = QRectF(left + width + theme.S2, 0, self.width() - left - width - theme.S4, self.height())
        painter.drawText(rect, align, f"— {meaning}")
