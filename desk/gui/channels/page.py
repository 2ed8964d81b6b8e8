"""Other channels: the directory beside what was filed elsewhere, for one case or for all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desk.domain.channels import NCMEC, channel
from desk.domain.elsewhere import ElsewhereFiling, Stated
from desk.domain.errors import DeskError
from desk.domain.packet import Part, packet
from desk.domain.roles import Permission
from desk.gui import paper, theme
from desk.gui.case.parts import Said, row
from desk.gui.channels.cards import Directory
from desk.gui.channels.forms import CorrectForm, RecordForm
from desk.gui.channels.packet import PacketForm, file_name
from desk.gui.channels.packet import paper as packet_paper
from desk.gui.channels.records import RecordList
from desk.gui.guide.parts import Danger
from desk.gui.paper import Printed
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import LoadingSkeleton, Panel, Scroll, SplitView
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.channels import CaseRecords, ElsewhereRow

Answer = tuple[CaseRecords | None, tuple[ElsewhereRow, ...], int]


class ChannelsPage(Page):
    icon: ClassVar[str] = "life-buoy"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Other channels")
        self.search_words = tr("Search bodies, countries, numbers")
        self.back = ("queue", tr("Queue"))
        self._session = session
        self._number: int | None = None
        self._front = False
        self._records: CaseRecords | None = None
        self._dialog: QFileDialog | None = None
        self.form: RecordForm | PacketForm | CorrectForm | None = None
        self.said = Said()
        self.directory = Directory()
        self.directory.chosen.connect(self.record)
        self.list = RecordList()
        self.list.setParent(self)  # shown before it has its place, it would be a window of its own
        self.list.hide()
        self.list.corrected.connect(self.correct)
        self.list.opened.connect(self._open_case)
        self._head = label("", "section", wrap=True)
        self.record_button = secondary(tr("Filed elsewhere…"))
        self.record_button.clicked.connect(lambda: self.record(""))
        self.by_hand_button = secondary(tr("Filed by hand with NCMEC…"))
        self.by_hand_button.clicked.connect(lambda: self.record(NCMEC))
        self.packet_button = secondary(tr("Packet (PDF)…"))
        self.packet_button.clicked.connect(self.ask_packet)
        self._build()
        shortcut = QShortcut(QKeySequence("Esc"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self._escape)

    def _build(self) -> None:
        left, right = QWidget(), Panel()
        at_left = QVBoxLayout(left)
        at_left.setContentsMargins(0, 0, 0, 0)
        at_left.setSpacing(theme.S3)
        at_left.addWidget(Danger(acts=False))
        at_left.addWidget(self.directory, 1)
        left.setMinimumWidth(400)
        self._acts = QWidget()
        acts = row(self.record_button, self.by_hand_button, None, gap=theme.S2)
        column = QVBoxLayout(self._acts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addLayout(acts)
        column.addLayout(row(self.packet_button, None))
        self._side = Scroll(margin=0, gap=theme.S3)
        self._side.add(LoadingSkeleton(5))
        right.add(self._head, self._acts, self.said, self._side)
        right.setMinimumWidth(380)
        split = SplitView(left, right, shares=(5, 4), line=False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.S4, theme.S4, theme.S4, theme.S4)
        whole.addWidget(split)

    # what the window asks -------------------------------------------------------------

    def enter(self, **kwargs: object) -> None:
        """``number``: the case beside the directory; without it all records are there."""
        number = kwargs.get("number")
        self._front = True
        self._number = number if isinstance(number, int) else None
        self._records = None
        self._acts.hide()  # without the records there is nothing that they could do
        self.back = ("case", tr("Case")) if self._number is not None else ("queue", tr("Queue"))
        if kwargs.get("back") == "reports":
            self.back = ("reports", tr("Reports"))
        self.set_title(
            tr("Other channels, case {number}", number=self._number)
            if self._number is not None
            else tr("Other channels")
        )
        self.said.unsay()
        self._close_form()
        self.directory.search("")
        self.reload()

    def leave(self) -> bool:
        self._front = False
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if self._front and {Change.CASE, Change.REPORTS} & set(changes):
            self.reload()

    def search(self, words: str) -> None:
        self.directory.search(words.strip())

    def commands(self) -> list[Command]:
        here = self._can_record
        return [
            Command("channels.record", tr("Filed elsewhere…"), "", lambda: self.record(""), here),
            Command("channels.hand", tr("Filed by hand with NCMEC…"), "", lambda: self.record(NCMEC), here),
            Command("channels.packet", tr("Packet (PDF)…"), "", self.ask_packet, here),
        ]

    def _can_record(self) -> bool:
        return self._records is not None and self._session.operator.may(Permission.DECIDE)

    # reading --------------------------------------------------------------------------

    def reload(self) -> None:
        channels, operator, number = self._session.desk.channels, self._session.operator, self._number

        def read() -> Answer:
            if number is not None:
                found = channels.case(operator, number)
                return found, found.rows, len(found.rows)
            if not operator.may(Permission.SEE_REPORTS):
                return None, (), 0
            return None, channels.rows(operator), channels.count(operator)

        self._session.runner.run_read(
            read, partial(self._arrived, number), self._refused, owner=self, key="records"
        )

    def _arrived(self, number: int | None, answer: Answer) -> None:
        if number != self._number:
            return
        self._records, rows, total = answer
        may = self._session.operator.may(Permission.CORRECT)
        can = self._can_record()
        self._acts.setVisible(can and self.form is None)
        self.directory.set_acts(can)
        self._head.setText(tr("Filed elsewhere"))
        if self.form is None:
            if self._side.body.indexOf(self.list) < 0:
                clear(self._side.body)
                self._side.add(self.list)
            self.list.show()
            self.list.show_rows(rows, may_correct=may, with_case=number is None, total=total)
        self.commands_changed.emit()

    def _refused(self, problem: DeskError) -> None:
        if self.form is not None and not isinstance(self.form, PacketForm):
            self.form.set_busy(False)
        self.said.say("bad", problem.words())

    # forms ----------------------------------------------------------------------------

    def _show_form(self, form: RecordForm | PacketForm | CorrectForm) -> None:
        self._drop_form()
        self.form = form
        form.left.connect(self._leave_form)
        self.list.hide()
        self._acts.hide()
        self._head.hide()
        self._side.body.insertWidget(0, form)
        self._side.verticalScrollBar().setValue(0)
        form.setFocus()

    def _drop_form(self) -> None:
        if self.form is not None:
            self.form.hide()
            self._side.body.removeWidget(self.form)
            self.form.deleteLater()
            self.form = None

    def _close_form(self) -> None:
        self._drop_form()
        self._head.show()
        self.list.show()
        self.setFocus()  # Qt would send it to the rail, where Enter leaves the page

    def _leave_form(self) -> None:
        self.said.unsay()
        self._close_form()
        self.reload()

    def _escape(self) -> None:
        if self.form is not None:
            self._leave_form()
        elif self.back is not None:
            self.navigate.emit(self.back[0], {"number": self._number} if self.back[0] == "case" else {})

    def record(self, code: str) -> None:
        """The form for a report that was made with this body."""
        records = self._records
        if records is None or not self._can_record():
            return
        form = RecordForm(
            records.case.data,
            body=code,
            by=self._session.operator.name,
            filed_here=records.filed_here,
            mine=self._mine(),
            now=self._session.desk.clock.now(),
        )
        form.recorded.connect(self._record)
        self._show_form(form)
        (form.reference if code else form.body).setFocus(Qt.FocusReason.OtherFocusReason)

    def _mine(self) -> bool:
        claim = self._session.claim
        return claim is not None and claim.case_id == self._number

    def _record(self, stated: Stated) -> None:
        number, claim, form = self._number, self._session.claim, self.form
        if number is None or not isinstance(form, RecordForm):
            return
        form.set_busy(True)
        channels, operator = self._session.desk.channels, self._session.operator
        self._session.act(
            lambda: channels.record(operator, number, stated, claim if stated.settles else None),
            self._recorded,
            self._refused,
            owner=self,
        )

    def _recorded(self, filing: ElsewhereFiling) -> None:
        if filing.first.settles:
            self._session.set_claim(None)
        name = channel(filing.first.body).name
        self._close_form()
        self.notify.emit("ok", tr("The report to {body} is on record.", body=name))
        self.reload()

    def correct(self, elsewhere_id: int) -> None:
        filing = next((card.filing for card in self.list.cards if card.filing.id == elsewhere_id), None)
        if filing is None:
            return
        form = CorrectForm(filing)
        form.corrected.connect(self._correct)
        form.withdrawn.connect(self._withdraw)
        self._show_form(form)
        form.reference.setFocus(Qt.FocusReason.OtherFocusReason)

    def _correct(self, elsewhere_id: int, reason: str, changes: Mapping[str, Any]) -> None:
        self._set_busy()
        channels, operator = self._session.desk.channels, self._session.operator
        self._session.act(
            lambda: channels.correct(operator, elsewhere_id, reason, **changes),
            self._corrected,
            self._refused,
            owner=self,
        )

    def _set_busy(self) -> None:
        if isinstance(self.form, CorrectForm):
            self.form.set_busy(True)

    def _withdraw(self, elsewhere_id: int, reason: str) -> None:
        self._set_busy()
        channels, operator = self._session.desk.channels, self._session.operator
        self._session.act(
            lambda: channels.withdraw(operator, elsewhere_id, reason),
            self._corrected,
            self._refused,
            owner=self,
        )

    def _corrected(self, filing: ElsewhereFiling) -> None:
        self._close_form()
        told = tr("The record is withdrawn.") if filing.withdrawn else tr("The record is corrected.")
        self.notify.emit("ok", told)
        self.reload()

    # the packet -----------------------------------------------------------------------

    def ask_packet(self) -> None:
        if not self._can_record():
            return
        form = PacketForm()
        form.asked.connect(self._ask_where)
        self._show_form(form)
        form.body.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_where(self, parts: frozenset[Part], code: str | None) -> None:
        records = self._records
        if records is None:
            return
        dialog = QFileDialog(self, tr("Save the packet"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("PDF documents (*.pdf)")])
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(file_name(records.case.data.id))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save_packet(Path(path), parts, code))
        self._dialog = dialog
        dialog.open()

    def save_packet(self, path: Path, parts: frozenset[Part], code: str | None) -> None:
        """Set it, put on record that it leaves, and write it: no packet without its entry in the log."""
        records, desk, operator = self._records, self._session.desk, self._session.operator
        if records is None:
            return

        def work(_job: object) -> Printed:
            case = records.case
            reports = [
                (
                    channel(one.filing.stated.body).name,
                    one.filing.stated.reference,
                    one.filing.stated.filed_at,
                )
                for one in records.rows
                if not one.filing.withdrawn
            ]
            reports += [
                (channel(NCMEC).name, report_id, at)
                for report_id, at in desk.review.open(operator, case.number).prior_reports
            ]
            chapters = packet(
                case.data, parts, company=desk.configuration.settings(operator).company, reports=reports
            )
            printed = paper.render(
                packet_paper(
                    chapters,
                    case_id=case.data.id,
                    channel=channel(code) if code else None,
                    made_at=desk.clock.now(),
                    by=operator.name,
                )
            )
            desk.channels.packet_saved(
                operator, case.number, parts, printed.sha256, body=code or "", pages=printed.pages
            )
            paper.save(path, printed.pdf)
            return printed

        self._session.runner.run_long(work, partial(self._saved, path.name), self._refused, owner=self)

    def _saved(self, name: str, printed: Printed) -> None:
        self._session.tell(frozenset({Change.AUDIT}))
        self._leave_form()
        pages = tr("{n} pages", printed.pages) if printed.pages > 1 else tr("1 page")
        self.notify.emit("ok", tr("The packet is saved as {name} ({pages}).", name=name, pages=pages))

    def _open_case(self, number: int) -> None:
        self.navigate.emit("case", {"number": number})
