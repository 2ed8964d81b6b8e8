"""The same file from many accounts: offered as one batched report, and what that leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk.domain.batch import BATCH_MARKS, ESCALATION, left_out, left_out_besides, single, to_batch
from desk.domain.content import FileAnnotation
from desk.domain.draft import BatchMember, Draft
from desk.domain.errors import DeskError
from desk.gui import icons, theme
from desk.gui.report import words
from desk.gui.report.form import FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.chips import TagChips
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.panels import Disclosure, Panel, Scroll
from desk.gui.words import joined, moment, plural, tr
from desk.services.candidates import Candidate, Candidates
from desk.services.drafting import DraftView

ROWS_SHOWN = 8
ROW = 28
LONGEST = 24


class MemberRow(QWidget):
    """One account: a tick, and what there is to know of its case."""

    changed = Signal()

    def __init__(self, member: BatchMember, facts: str, *, fixed: bool = False) -> None:
        super().__init__()
        self.member = member
        name = member.account if len(member.account) <= LONGEST else f"{member.account[:LONGEST]}…"
        self.tick = CheckBox(name.replace("&", "&&"))
        self.tick.setToolTip(member.account if name != member.account else "")
        self.tick.setAccessibleName(joined([member.account, facts]))
        self.tick.changed.connect(self.changed)
        self.tick.setEnabled(not fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S3)
        row.addWidget(self.tick)
        row.addWidget(label(facts, "muted", wrap=True), 1)


class MemberList(QWidget):
    """The accounts of a batch; many of them scroll."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[MemberRow] = []
        self._scroll = Scroll(margin=0, gap=0)
        self._scroll.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)

    def show_members(self, rows: Sequence[MemberRow]) -> None:
        held = next((row.member for row in self.rows if row.tick.hasFocus()), None)
        clear(self._scroll.body)
        self.rows = list(rows)
        for row in rows:
            row.changed.connect(self.changed)
            self._scroll.body.addWidget(row)
        self._scroll.body.addStretch(1)
        width = max((row.tick.sizeHint().width() for row in rows), default=0)
        for row in rows:
            row.tick.setFixedWidth(width)
        self._fit()
        found = next((row for row in rows if row.member == held), None)
        if found is not None:
            found.tick.setFocus(Qt.FocusReason.OtherFocusReason)
        first = next((row.tick for row in rows if row.tick.isEnabled()), None)
        if first is not None:
            self.setFocusProxy(first)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its lines, but for more than fit: those scroll."""
        many = len(self.rows) > ROWS_SHOWN
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._scroll.setVerticalScrollBarPolicy(on if many else off)
        needed = self._scroll.body.heightForWidth(self._scroll.viewport().width()) + 4
        most = ROWS_SHOWN * ROW + 4 if many else needed
        height = max(ROW, min(needed, most))
        if height != self._scroll.maximumHeight():
            self._scroll.setFixedHeight(height)

    def value(self) -> tuple[BatchMember, ...]:
        """The accounts that are ticked, but for the case's own."""
        return tuple(row.member for row in self.rows if row.tick.isEnabled() and row.tick.value())


class BatchPanel(Panel):
    """Shown where other accounts posted the same file, or where the draft is a batch."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Batched report"))
        self._session = session
        self._draft: Draft | None = None
        self._view: DraftView | None = None
        self._found: Candidates | None = None
        self._asked: tuple[int, int] | None = None
        self._batched = self._turn = False
        self._say = label("", "body-muted", wrap=True)
        self.members = MemberList()
        self.marks = TagChips(
            [pair for pair in words.file_annotations() if pair[0] in {mark.value for mark in BATCH_MARKS}]
        )
        self._suggested = label("", "muted")
        self.member_field = FormField(tr("Accounts"), self.members)
        self.mark_field = FormField(
            tr("The file is"), self.marks, tr("At least one; the file carries no other mark.")
        )
        for editor in (self.members, self.marks):
            editor.changed.connect(self._edited)
        self._left_out = QVBoxLayout()
        self._left_out.setSpacing(2)
        self.act = secondary(tr("File as one batched report"), "layers")
        self.act.clicked.connect(self._toggle)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, theme.S1, 0, 0)
        column.setSpacing(theme.S3)
        column.addWidget(self.member_field)
        column.addWidget(self.mark_field)
        column.addWidget(self._suggested)
        column.addLayout(self._left_out)
        self.fold = Disclosure(tr("Accounts, and what is left out"), inside)
        row = QHBoxLayout()
        row.addWidget(self.act)
        row.addStretch(1)
        column.addLayout(row)
        self.add(self._say, self.fold)
        self.hide()

    # loading --------------------------------------------------------------------------

    def load(self, draft: Draft, view: DraftView) -> None:
        key = (draft.case_number, draft.revision)
        if key != self._asked:
            self._asked, self._found = key, None
            self.members.show_members(())
            self.marks.set_value(set())
            self.fold.set_open(draft.batch is not None)
            for field in self.fields():
                field.touched = False
        elif (draft.batch is not None) is not self._batched:
            self.fold.set_open(True)
        self._draft, self._view = draft, view
        self._show()
        self.look_again()

    def look_again(self) -> None:
        """Ask which other cases hold the same file now."""
        if self._draft is None:
            return
        drafting, operator = self._session.desk.drafting, self._session.operator
        number = self._draft.case_number
        self._session.runner.run_read(
            lambda: (number, drafting.batch_candidates(operator, number)),
            self._answered,
            self._ignore,
            owner=self,
            key="batch",
        )

    def _answered(self, answer: tuple[int, tuple[Candidates, ...]]) -> None:
        number, found = answer
        draft = self._draft
        if draft is None or draft.case_number != number:
            return
        wanted = draft.batch.content_id if draft.batch is not None else None
        kept = next((one for one in found if wanted in (None, one.content_id)), None)
        if kept != self._found:
            self._found = kept
            self._show()

    def _ignore(self, _problem: DeskError) -> None:
        """The single report goes on without it; the confirmation checks a batch again."""

    # showing --------------------------------------------------------------------------

    def _content_id(self) -> str | None:
        if self._draft is not None and self._draft.batch is not None:
            return self._draft.batch.content_id
        return self._found.content_id if self._found is not None else None

    def _show(self) -> None:
        draft = self._draft
        content_id = self._content_id()
        self._batched = draft is not None and draft.batch is not None
        self.setVisible(content_id is not None)
        if draft is None or content_id is None:
            return
        self._fill(draft, content_id)
        if self._batched:
            self.act.setText(tr("Back to a single report"))
            self.act.set_icon("undo-2")
            self._say.setText(
                tr(
                    "One file, reported once for every account that is ticked. "
                    "What does not apply is hidden, not lost."
                )
            )
        else:
            self.act.setText(tr("File as one batched report"))
            self.act.set_icon("layers")
            self._say.setText(
                tr(
                    "A file that many people pass on can be reported once for all of them. Such a report "
                    "names the accounts and the file, and little else."
                )
            )
        self._count()

    def _fill(self, draft: Draft, content_id: str) -> None:
        cases = {one.case_number: one for one in self._found.cases} if self._found is not None else {}
        batch = draft.batch
        chosen = {m.case_number: m for m in batch.members} if batch is not None else {}
        before = {row.member.case_number: row.tick.value() for row in self.members.rows}
        own = draft.reported.id if draft.reported is not None and draft.reported.id else tr("no account id")
        rows = [MemberRow(BatchMember(draft.case_number, own), tr("this case"), fixed=True)]
        rows[0].tick.set_value(True)
        for number in sorted(cases.keys() | chosen.keys()):
            case = cases.get(number)
            member = chosen.get(number) or BatchMember(number, case.account if case else "")
            row = MemberRow(member, _facts(number, case, known=self._found is not None))
            fresh = case is not None and not case.urgent and case.holder is None
            row.tick.set_value(number in chosen if batch is not None else before.get(number, fresh))
            rows.append(row)
        self.members.show_members(rows)
        if batch is not None:
            self.marks.set_value({mark.value for mark in batch.annotations})
        elif self._view is not None:
            choice = draft.choice(content_id)
            self.marks.set_value(
                self.marks.value() | {mark.value for mark in choice.annotations & BATCH_MARKS}
            )
        self._show_suggested(content_id)

    def _show_suggested(self, content_id: str) -> None:
        pieces = self._view.case.data.content if self._view is not None else ()
        piece = next((one for one in pieces if one.id == content_id), None)
        marks = [mark for mark in piece.suggested.annotations if mark in BATCH_MARKS] if piece else []
        self._suggested.setText(
            tr("Suggested by the platform: {list}", list=", ".join(words.annotation_words(m) for m in marks))
        )
        self._suggested.setVisible(bool(marks))

    def _count(self) -> None:
        """The title and what is left out, for what is ticked now."""
        draft, content_id = self._draft, self._content_id()
        if draft is None or content_id is None:
            return
        members = self.members.value()
        if self._batched:
            title = plural(len(members) + 1, "One report for {n} account", "One report for {n} accounts")
        else:
            title = plural(
                len(self.members.rows) - 1,
                "The same file was posted by {n} other account",
                "The same file was posted by {n} other accounts",
            )
        self.set_title(title)
        self.act.setEnabled(self._batched or bool(members))
        clear(self._left_out)
        self._left_out.addWidget(label(tr("Left out of a batched report"), "label"))
        for line in self._lines(draft, content_id, {m.case_number for m in members}):
            self._left_out.addWidget(_bullet(line, grave=line == tr(ESCALATION)))

    def _lines(self, draft: Draft, content_id: str, numbers: set[int]) -> list[str]:
        own = left_out(draft, self._view.case.data, content_id) if self._view is not None else ()
        lines = [tr(line) for line in own]
        cases = [one for one in (self._found.cases if self._found else ()) if one.case_number in numbers]
        others = left_out_besides(own, (case.left_out for case in cases))
        if others:
            said = "; ".join(tr(line) for line in others)
            lines.append(tr("Of the other cases as well: {list}", list=said))
        rest = sum(1 for case in cases if case.rest)
        if rest:
            lines.append(
                plural(
                    rest,
                    "Further content of {n} other case; that case opens again for it",
                    "Further content of {n} other cases; those cases open again for it",
                )
            )
        return lines

    # what a person does -----------------------------------------------------------------

    def _edited(self) -> None:
        for field in self.fields():
            field.touched = True
        self._count()
        if self._batched:
            self.changed.emit()

    def _toggle(self) -> None:
        self._turn = True
        self.changed.emit()

    def apply(self, draft: Draft) -> Draft:
        """The draft as it is chosen here: a batch of what is ticked, or a single report."""
        turn, self._turn = self._turn, False
        content_id = self._content_id()
        if content_id is None or (draft.batch is None and not turn):
            return draft
        if draft.batch is not None and turn:
            return single(draft)
        made = draft if draft.batch is not None else to_batch(draft, content_id, ())
        if made.batch is None:
            return made
        marks = frozenset(FileAnnotation(value) for value in self.marks.value())
        return replace(made, batch=replace(made.batch, members=self.members.value(), annotations=marks))

    # places -----------------------------------------------------------------------------

    def fields(self) -> Iterator[FormField]:
        yield from (self.member_field, self.mark_field)

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot:
        if reveal:
            self.fold.set_open(True)
        if len(tokens) > 1 and tokens[1][0] == "annotations":
            return Spot(self.mark_field, self.marks)
        first = next((row.tick for row in self.members.rows if row.tick.isEnabled()), None)
        return Spot(self.member_field, first or self.act)


def _facts(number: int, case: Candidate | None, *, known: bool) -> str:
    where = tr("case {number}", number=number)
    if case is None:
        return joined([where, tr("can't go along any more") if known else ""])
    return joined(
        [
            where,
            moment(case.occurred_at),
            tr("urgent: its escalation would be left out") if case.urgent else "",
            tr("{name} is working on it", name=case.holder) if case.holder else "",
            plural(case.rest, "{n} further piece to report", "{n} further pieces to report")
            if case.rest
            else "",
        ]
    )


def _bullet(text: str, *, grave: bool = False) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(theme.S1, 0, 0, 0)
    row.setSpacing(theme.S2)
    icon = icons.IconLabel("triangle-alert", 16, "warn") if grave else icons.IconLabel("minus", 16, "muted")
    row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    said: QLabel = label(text, wrap=True)
    row.addWidget(said, 1)
    return line
