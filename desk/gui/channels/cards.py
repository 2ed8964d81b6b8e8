"""The directory: one card for each body, with what can be copied. Nothing is ever opened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desk.domain.channels import (
    AS_OF,
    COUNTRIES,
    LOCAL_POLICE,
    Channel,
    ChannelKind,
    Reporter,
    countries,
    find,
)
from desk.gui import theme
from desk.gui.case.parts import row
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.fields import Choice
from desk.gui.widgets.panels import Scroll
from desk.gui.words import joined, plural, tr


def reporter_words(value: Reporter) -> str:
    return {
        Reporter.COMPANIES: tr("companies"),
        Reporter.MEMBERS: tr("its members"),
        Reporter.PUBLIC: tr("the public"),
        Reporter.YOUNG_PERSON: tr("the young person themself"),
    }[value]


def kind_words(value: ChannelKind) -> str:
    return {
        ChannelKind.AUTHORITY: tr("authority"),
        ChannelKind.POLICE: tr("police"),
        ChannelKind.HOTLINE: tr("hotline"),
        ChannelKind.TAKEDOWN: tr("takedown"),
        ChannelKind.REFERRAL: tr("refers and supports"),
    }[value]


class ChannelCard(QFrame):
    """``chosen`` carries the code of the body with which something was filed."""

    chosen = Signal(str)

    def __init__(self, channel: Channel, *, acts: bool) -> None:
        super().__init__()
        self.channel = channel
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S3, theme.S2, theme.S3, theme.S2)
        column.setSpacing(2)
        name = label(tr(channel.name), "label", wrap=True)
        top = row(name, gap=theme.S2)
        top.setStretch(0, 1)
        if acts and channel.takes_reports:
            filed = link(tr("Filed there…"))
            filed.setAccessibleName(tr("Record a report filed with {body}", body=channel.name))
            filed.clicked.connect(lambda: self.chosen.emit(channel.code))
            top.addWidget(filed)
        column.addLayout(top)
        takes = ", ".join(reporter_words(one) for one in channel.takes_from)
        said = tr("from {whom}", whom=takes) if takes else tr("takes no reports itself")
        place = "" if channel is LOCAL_POLICE else tr(COUNTRIES[channel.country])
        column.addWidget(label(joined([place, kind_words(channel.kind), said]), "muted", wrap=True))
        for address in channel.addresses:
            column.addWidget(CopyLabel(address, tr("Address"), flush=True))
        if channel.number:
            column.addWidget(CopyLabel(channel.number, tr("Telephone"), flush=True))
        if channel.note:
            column.addWidget(label(tr(channel.note), wrap=True))
        self.setAccessibleName(tr(channel.name))


class Directory(QWidget):
    """The bodies that fit the search, the country and who reports. ``chosen`` as a card's."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._text, self._acts = "", False
        self.country = Choice(
            [("*", tr("All countries")), *((code, tr(name)) for code, name in countries())],
            tr("Country"),
        )
        self.country.set_value("*")
        self.country.setAccessibleName(tr("Country"))
        self.reporter = Choice(
            [
                ("*", tr("From anybody")),
                *((one, tr("From {whom}", whom=reporter_words(one))) for one in Reporter),
            ],
            tr("Who reports"),
        )
        self.reporter.set_value("*")
        self.reporter.setAccessibleName(tr("Who reports"))
        for choice in (self.country, self.reporter):
            choice.changed.connect(self.show_found)
        self._count = label("", "muted")
        self._list = Scroll(margin=0, gap=theme.S2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addLayout(row(self.country, self.reporter, None, self._count))
        column.addWidget(
            label(
                tr(
                    "The desk opens no address: click to copy it. As of {day}; check before you rely on it.",
                    day=AS_OF.isoformat(),
                ),
                "muted",
                wrap=True,
            )
        )
        column.addWidget(self._list, 1)
        self.cards: list[ChannelCard] = []
        self.show_found()

    def search(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.show_found()

    def set_acts(self, acts: bool) -> None:
        """Whether a report can be recorded: only beside a case."""
        if acts is not self._acts:
            self._acts = acts
            self.show_found()

    def found(self) -> Sequence[Channel]:
        country, reporter = self.country.value(), self.reporter.value()
        return find(
            self._text,
            None if country in (None, "*") else country,
            None if reporter in (None, "*") else reporter,
        )

    def show_found(self) -> None:
        clear(self._list.body)
        found = self.found()
        self.cards = [ChannelCard(one, acts=self._acts) for one in found]
        for card in self.cards:
            card.chosen.connect(self.chosen)
            self._list.add(card)
        if not found:
            self._list.add(
                label(tr("No body fits. Try another word, or all countries."), "body-muted", wrap=True)
            )
        self._list.end()
        self._list.verticalScrollBar().setValue(0)
        self._count.setText(plural(len(found), "{n} body", "{n} bodies"))
