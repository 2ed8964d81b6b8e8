"""One case at the right of the Preservation page: what is kept and where, its orders, what may be done."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.preservation import Order, Preservation
from desk.domain.roles import Operator, Permission
from desk.gui import icons, theme, words
from desk.gui.case.parts import value_label
from desk.gui.confirm.lines import breakable, value
from desk.gui.preservation.words import (
    left_words,
    made_words,
    order_history,
    order_words,
    standing_words,
    until_words,
)
from desk.gui.widgets.buttons import Button, danger, link, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, hbox, label, vbox
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import joined, plural, tr
from desk.services.preservation import Kept, KeptFile

FILES_SHOWN = 60


class KeptPane(Scroll):
    """``act`` carries extend, hold, destroy or certificate; ``release`` the order to be released."""

    act = Signal(str)
    release = Signal(object)
    case_asked = Signal(int)
    approval_asked = Signal(int)
    report_asked = Signal(int)

    def __init__(self, operator: Operator, place: str) -> None:
        super().__init__()
        self._operator, self._place = operator, place
        self.kept: Kept | None = None
        self._head = Panel()
        self._title = value("", "section")
        self._state = Badge("", "muted")
        self.case = link(tr("Open the case"), "folder-open")
        self.case.clicked.connect(self._open_case)
        self.extend = secondary(tr("Extend…"), "calendar", "E")
        self.hold = secondary(tr("Legal hold…"), "scale", "L")
        self.destruction = danger(tr("Ask for destruction…"), "trash-2", "D")
        self.certificate = secondary(tr("Certificate…"), "file-text", "C")
        self._why = label("", "body-muted", wrap=True)
        self._files, self._reports, self._orders, self._waiting = (QVBoxLayout() for _ in range(4))
        self._build()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        acts = QWidget()
        flow = FlowLayout(theme.S2)
        acts.setLayout(flow)
        policy = acts.sizePolicy()
        policy.setHeightForWidth(True)
        acts.setSizePolicy(policy)
        for button, what in (
            (self.extend, "extend"),
            (self.hold, "hold"),
            (self.destruction, "destroy"),
            (self.certificate, "certificate"),
        ):
            button.clicked.connect(partial(self._asked, what))
            flow.addWidget(button)
        opening = hbox(self.case)
        opening.addStretch(1)
        self._head.add(top, acts, self._why, opening)
        self._waiting_panel = Panel(tr("Waits for a second person"))
        self._reports_panel = Panel(tr("Reports that rest on it"))
        self._orders_panel = Panel(tr("Orders"))
        self._files_panel = Panel(tr("What is kept"))
        for panel, column in (
            (self._waiting_panel, self._waiting),
            (self._reports_panel, self._reports),
            (self._orders_panel, self._orders),
            (self._files_panel, self._files),
        ):
            column.setSpacing(theme.S2)
            panel.add(column)
        self.add(self._head, self._waiting_panel, self._reports_panel, self._orders_panel, self._files_panel)
        self.end()

    # shown --------------------------------------------------------------------------

    def show_kept(self, kept: Kept, today: date) -> None:
        before, self.kept = self.kept, kept
        self._title.setText(breakable(kept.platform_id))
        last = max(kept.reports, key=lambda report: report.until, default=None)
        if last is not None:
            self._state.set(*standing_words(last, today))
        self._state.setVisible(last is not None)
        for column in (self._files, self._reports, self._orders, self._waiting):
            clear(column)
        self._waiting_panel.setVisible(bool(kept.waiting))
        for approval in kept.waiting:
            self._waiting.addWidget(self._request(approval))
        for report in kept.reports:
            self._reports.addWidget(self._report(report, today))
        self._orders_panel.setVisible(bool(kept.orders))
        for order in kept.orders:
            self._orders.addWidget(self._order(order))
        self._show_files()
        self._show_acts()
        if before is None or before.case_number != kept.case_number:
            self.verticalScrollBar().setValue(0)

    def _show_files(self) -> None:
        kept = self.kept
        if kept is None:
            return
        there = sum(1 for file in kept.files if file.there)
        total = words.size(sum(file.size for file in kept.files))
        if not kept.files:
            self._files.addWidget(
                label(tr("The case holds no media: its words alone."), "body-muted", wrap=True)
            )
            return
        if there:
            count = plural(there, "{n} file", "{n} files")
            said = tr("{count}, {total}, encrypted in the vault of this workspace:", count=count, total=total)
            self._files.addWidget(label(said, wrap=True))
            self._files.addWidget(value_label(self._place, mono=True))
        else:
            self._files.addWidget(label(tr("The media were destroyed: nobody can read them."), wrap=True))
        for file in kept.files[:FILES_SHOWN]:
            self._files.addWidget(_file(file))
        more = len(kept.files) - FILES_SHOWN
        if more > 0:
            self._files.addWidget(label(plural(more, "and {n} file more", "and {n} files more"), "muted"))

    def _report(self, report: Preservation, today: date) -> QWidget:
        holder = QWidget()
        said, role, icon = standing_words(report, today)
        top = hbox(icons.IconLabel(icon, 16, role), CopyLabel(report.report_id, tr("Report")), gap=theme.S1)
        top.addStretch(1)
        if report.filing_id is not None:
            story = link(tr("Story"), "history")
            story.clicked.connect(partial(self.report_asked.emit, report.filing_id))
            top.addWidget(story)
        left = left_words(report, today)
        until = tr("{said}: until {day}", said=said, day=until_words(report))
        filed = tr("filed {when} {made}", when=words.moment(report.filed_at), made=made_words(report))
        lines = [joined([until, left]), filed]
        if report.duty_until is not None and report.duty_until != report.until:
            lines.append(tr("the year's duty ends {day}", day=report.duty_until.isoformat()))
        below = vbox(*(label(line, "muted", wrap=True) for line in lines), gap=1)
        below.setContentsMargins(22, 0, 0, 0)
        holder.setLayout(vbox(top, below, gap=0))
        return holder

    def _order(self, order: Order) -> QWidget:
        holder = QWidget()
        kept = self.kept
        said, role, icon = order_words(order)
        top = hbox(icons.IconLabel(icon, 16, role), label(said, "label", wrap=True), gap=6)
        top.setStretch(1, 1)
        if order.standing and role == "accent":
            ask = link(tr("Ask to release…"))
            why = self._why_no_release(order)
            ask.setEnabled(not why)
            _explain(ask, why)
            ask.clicked.connect(partial(self.release.emit, order))
            top.addWidget(ask)
        names = kept.names if kept is not None else {}
        below = vbox(*(label(line, "muted", wrap=True) for line in order_history(order, names)), gap=1)
        below.setContentsMargins(22, 0, 0, 0)
        holder.setLayout(vbox(top, below, gap=1))
        return holder

    def _request(self, approval: Approval) -> QWidget:
        holder = QWidget()
        kept = self.kept
        who = kept.names.get(approval.asked_by, "") if kept is not None else ""
        top = hbox(icons.IconLabel("clock", 16, "warn"), label(tr(approval.title), "label", wrap=True), gap=6)
        top.setStretch(1, 1)
        if self._operator.may(Permission.SEE_APPROVALS):
            see = link(tr("See it"))
            see.clicked.connect(partial(self.approval_asked.emit, approval.id))
            top.addWidget(see)
        told = tr("asked by {name}, {when}", name=who, when=words.moment(approval.asked_at))
        below = vbox(label(told, "muted", wrap=True), label(approval.reason, "muted", wrap=True), gap=1)
        below.setContentsMargins(22, 0, 0, 0)
        holder.setLayout(vbox(top, below, gap=1))
        return holder

    # what may be done -----------------------------------------------------------------

    def why_not(self, what: str) -> str:
        """Why this act can't be done now; empty where it can."""
        kept = self.kept
        if kept is None:
            return tr("No case is chosen.")
        if what == "certificate":
            none = tr("Nothing of this case was destroyed by two people.")
            return "" if kept.destruction is not None else none
        if not self._operator.may(Permission.PRESERVATION):
            return tr("Supervisors order extensions, holds and destruction.")
        if kept.destruction is not None or (kept.files and not any(file.there for file in kept.files)):
            return tr("The media of this case were destroyed.")
        if what == "destroy":
            if any(one.kind is ApprovalKind.DESTRUCTION for one in kept.waiting):
                return tr("Its destruction waits for a second person.")
            return kept.forbidden_by_request
        return ""

    def _why_no_release(self, order: Order) -> str:
        kept = self.kept
        if kept is None or not self._operator.may(Permission.PRESERVATION):
            return tr("Supervisors ask for a release.")
        asked = any(
            one.kind is ApprovalKind.HOLD and one.subject.get("order") == order.id for one in kept.waiting
        )
        return tr("Its release waits for a second person.") if asked else ""

    def _show_acts(self) -> None:
        kept = self.kept
        if kept is None:
            return
        for button, what in (
            (self.extend, "extend"),
            (self.hold, "hold"),
            (self.destruction, "destroy"),
            (self.certificate, "certificate"),
        ):
            why = self.why_not(what)
            button.setEnabled(not why)
            _explain(button, why)
        self.certificate.setVisible(kept.destruction is not None)
        gone = kept.destruction is not None
        for button in (self.extend, self.hold, self.destruction):
            button.setVisible(not gone)
        self._why.setText(self._standing_words(kept))

    def _standing_words(self, kept: Kept) -> str:
        """Why it can't be destroyed now, or that it may be; and who decides."""
        if kept.destruction is not None:
            when = words.moment(kept.destruction.at)
            return tr("Destroyed {when}. The certificate says what, how, why and by whom.", when=when)
        role = "" if self._operator.may(Permission.PRESERVATION) else self.why_not("extend")
        if kept.forbidden_by_request:
            return joined_sentences(tr("It can't be destroyed now."), kept.forbidden_by_request, role)
        if kept.forbidden:
            request = tr("Only law enforcement's written request ends that before.")
            return joined_sentences(tr("It can't be destroyed now."), kept.forbidden, request, role)
        return joined_sentences(tr("The duty is over: two people may have the media destroyed."), role)

    def _asked(self, what: str, _checked: bool = False) -> None:
        self.act.emit(what)

    def _open_case(self) -> None:
        if self.kept is not None:
            self.case_asked.emit(self.kept.case_number)


def joined_sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _explain(button: Button, why: str) -> None:
    if button.property("kind") != "link":
        button.setProperty("tip", button.property("tip") or button.toolTip())
    button.setToolTip(why or str(button.property("tip") or ""))
    button.setAccessibleDescription(why)


def _file(file: KeptFile) -> QWidget:
    holder = QWidget()
    icon, role = ("file", "muted") if file.there else ("trash-2", "muted")
    said = words.size(file.size) if file.there else tr("destroyed")
    top = hbox(icons.IconLabel(icon, 16, role), value_label(file.name), label(said, "muted"), gap=theme.S1)
    top.setStretch(1, 1)
    digest = CopyLabel(file.sha256, tr("SHA-256"))
    below = hbox(digest)
    below.setContentsMargins(20, 0, 0, 0)
    holder.setLayout(vbox(top, below, gap=0))
    return holder
