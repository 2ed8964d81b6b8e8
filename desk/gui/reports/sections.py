"""Parts of a report's file: files against the service's answers, viewings, claims, preservation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.preservation import OrderKind
from desk.domain.viewing import ViewingKind
from desk.gui import icons, theme, words
from desk.gui.confirm.lines import Lines, value
from desk.gui.confirm.said import both_times
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import clear, hairline, label, vbox
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.panels import Panel
from desk.gui.words import joined, plural, tr
from desk.services.whole_story import ClaimLine, Compared, ComparedFile, Listed, Looked, WholeStory

SHOWN = 24
"""Files and viewings shown at first; a link shows all."""


def said(text: str, role: str, icon: str) -> QHBoxLayout:
    """A state in words with its icon."""
    row = QHBoxLayout()
    row.setSpacing(6)
    mark = icons.IconLabel(icon, 16, role)
    row.addWidget(mark)
    row.addWidget(label(text, role if role in ("ok", "warn", "bad") else "muted", wrap=True, select=True), 1)
    return row


def digests_words(one: ComparedFile) -> tuple[str, str, str]:
    return {
        Compared.EQUAL: (tr("Equal: the service answered our MD5"), "ok", "circle-check"),
        Compared.UNEQUAL: (tr("Unequal: the service answered another MD5"), "bad", "circle-alert"),
        Compared.UNANSWERED: (tr("The service answered no MD5"), "muted", "minus"),
    }[one.digests]


def listed_words(one: ComparedFile) -> tuple[str, str, str]:
    return {
        Listed.YES: (tr("In the service's list at the end"), "ok", "circle-check"),
        Listed.NO: (tr("Not in the service's list at the end"), "bad", "circle-alert"),
        Listed.UNKNOWN: (tr("The service gave no list yet"), "muted", "minus"),
    }[one.listed]


def claim_words(line: ClaimLine) -> tuple[str, str, str]:
    """What the report says of a file, why: words, role, icon."""
    if line.claimed:
        return tr("The report says viewed: it was viewed whole."), "ok", "eye"
    if line.lowered:
        return tr("The report says not viewed: viewed, and the claim taken back."), "warn", "eye-off"
    share = int(line.viewed.share * 100)
    if share:
        return tr("The report says not viewed: {share} % was shown.", share=share), "muted", "eye-off"
    return tr("The report says not viewed: nobody looked at it."), "muted", "eye-off"


def viewing_words(one: Looked) -> str:
    """How a display was, on one line."""
    kind = {
        ViewingKind.REVEAL: tr("shown"),
        ViewingKind.PLAY: tr("played"),
        ViewingKind.SCROLL: tr("scrolled"),
        ViewingKind.READ: tr("read"),
        ViewingKind.METADATA: tr("its metadata"),
    }[one.viewing.kind]
    part = tr("whole")
    if not one.whole:
        start, end = round(one.viewing.start * 100), round(one.viewing.end * 100)
        part = tr("{start} to {end} %", start=start, end=end)
    speed = tr("{speed} times the speed", speed=one.viewing.speed) if one.viewing.speed != 1.0 else ""
    length = words.duration(timedelta(seconds=one.viewing.seconds))
    after = "" if one.before else tr("after the confirmation")
    return joined([kind, part if one.viewing.kind is not ViewingKind.METADATA else "", length, speed, after])


class ListPanel(Panel):
    """A panel of many like things: the first of them, and a link to all."""

    def __init__(self, title: str, empty: str) -> None:
        super().__init__(title)
        self._empty = empty
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.S3)
        self.add(self._column)

    def show_all(self, makers: Sequence[Callable[[], QWidget]], most: int = SHOWN) -> None:
        clear(self._column)
        if not makers:
            self._column.addWidget(label(self._empty, "body-muted", wrap=True))
        for at, make in enumerate(makers[:most]):
            if at:
                self._column.addWidget(hairline())
            self._column.addWidget(make())
        if len(makers) > most:
            more = link(tr("Show all {n}", len(makers)))
            more.clicked.connect(lambda: self.show_all(makers, len(makers)))
            self._column.addWidget(more)


def _holder(column: QVBoxLayout) -> QWidget:
    made = QWidget()
    made.setLayout(column)
    return made


def file_widget(one: ComparedFile) -> QWidget:
    file = one.file
    column = vbox(value(joined([file.name, words.size(file.size)]), "label"), gap=theme.S1)
    column.addLayout(said(*digests_words(one)))
    column.addLayout(said(*listed_words(one)))
    facts = Lines(width=112)
    known = file.file_id or one.their_id
    if known:
        facts.put(tr("File ID"), CopyLabel(known, tr("File ID")))
    else:
        facts.add(tr("File ID"), tr("none yet"))
    facts.put(tr("Our MD5"), CopyLabel(file.md5, tr("MD5")))
    if one.their_md5 is not None:
        facts.put(tr("Answered MD5"), CopyLabel(one.their_md5, tr("MD5 that the service answered")))
    facts.put(tr("SHA-256"), CopyLabel(file.sha256, tr("SHA-256")))
    column.addWidget(facts)
    return _holder(column)


def unknown_widget(file_id: str) -> QWidget:
    column = vbox(gap=theme.S1)
    column.addLayout(said(tr("The service's list names a file that we did not send"), "bad", "circle-alert"))
    column.addWidget(CopyLabel(file_id, tr("File ID")))
    return _holder(column)


def viewing_widget(one: Looked) -> QWidget:
    column = vbox(value(one.name, "label"), gap=2)
    column.addWidget(
        label(joined([one.person, words.moment_exact(one.viewing.at)]), "body", wrap=True, select=True)
    )
    column.addWidget(label(viewing_words(one), "muted", wrap=True, select=True))
    return _holder(column)


def claim_widget(line: ClaimLine) -> QWidget:
    column = vbox(value(line.name, "label"), gap=2)
    column.addLayout(said(*claim_words(line)))
    return _holder(column)


def preservation_facts(whole: WholeStory, today: date) -> Lines:
    """Until when, the orders on it, and what was destroyed."""
    facts = Lines(width=112)
    kept = whole.preservation
    if kept is None:
        facts.add(tr("Duty"), tr("None yet: the year begins with the receipt."))
    else:
        left = kept.days_left(today)
        day = kept.until.isoformat()
        until = (
            joined([day, plural(left, "{n} day left", "{n} days left")])
            if left >= 0
            else tr("ended on {day}", day=day)
        )
        facts.add(tr("Kept until"), until)
        if kept.duty_until is not None and kept.duty_until != kept.until:
            facts.add(tr("The year's end"), kept.duty_until.isoformat())
    for order in whole.orders:
        what = tr("Legal hold") if order.kind is OrderKind.HOLD else tr("Kept longer")
        until = tr("until {day}", day=order.until.isoformat()) if order.until else ""
        gone = tr("released {when}", when=words.moment(order.released_at)) if order.released_at else ""
        facts.add(
            what,
            joined([order.reference, until, whole.name(order.by), words.moment(order.at), gone]),
        )
    if whole.erased is not None:
        facts.add(tr("Destroyed"), both_times(whole.erased))
    if whole.destruction is not None:
        facts.put(tr("Certificate"), CopyLabel(whole.destruction.sha256, tr("SHA-256 of the certificate")))
    return facts
