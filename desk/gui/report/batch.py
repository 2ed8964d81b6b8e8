"""The same file from many accounts: offered as one batched report, and what that leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.batch import BATCH_MARKS, ESCALATION, left_out, left_out_besides, single, to_batch
from desk.domain.content import FileAnnotation
from desk.domain.draft import BatchMember, Draft
from desk.domain.errors import DeskError
from desk.domain.likeness import Agreement
from desk.gui import theme
from desk.gui.report import words
from desk.gui.report.compare import CompareDialog
from desk.gui.report.form import FormField, Spot
from desk.gui.report.members import Entry, MemberList, bullet, facts_of
from desk.gui.report.near import NearFiles
from desk.gui.report.paths import Token
from desk.gui.session import Session
from desk.gui.widgets.buttons import link, secondary
from desk.gui.widgets.chips import TagChips
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.panels import Disclosure, Panel
from desk.gui.words import plural, tr
from desk.services.candidates import Candidate, Candidates, NearFile
from desk.services.drafting import DraftView

MOST = 2_000
"""Accounts that are looked for by themselves; further ones where a person asks."""


class BatchPanel(Panel):
    """Shown where other accounts posted the same file, or where the draft is a batch."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Batched report"))
        self._session = session
        self._draft: Draft | None = None
        self._view: DraftView | None = None
        self._found: Candidates | None = None
        self._wrong: Mapping[int, str] = {}
        self._asked: tuple[int, int] | None = None
        self._turn_of_asking = 0
        self._compare: CompareDialog | None = None
        self._batched = self._turn = False
        self._say = label("", "body-muted", wrap=True)
        self.members = MemberList()
        self.more = link(tr("Look for further accounts"))
        self.more.clicked.connect(self._look_further)
        self.near = NearFiles()
        self.near.compare.connect(self._compare_near)
        self.near.take_back.connect(self._take_back)
        self._near_said = label("", "bad", wrap=True)
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
        column.addWidget(self.more)
        column.addWidget(self.near)
        column.addWidget(self._near_said)
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
            self._asked, self._found, self._wrong = key, None, {}
            self._near_said.hide()
            self.members.show_members((), set())
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
        """Ask which other cases hold the same file now, or a near one."""
        draft = self._draft
        if draft is None:
            return
        self._turn_of_asking += 1
        drafting, operator, turn = self._session.desk.drafting, self._session.operator, self._turn_of_asking
        self._session.runner.run_read(
            lambda: (
                drafting.batch_candidates(operator, draft.case_number),
                drafting.batch_problems(operator, draft),
            ),
            partial(self._answered, turn),
            self._ignore,
            owner=self,
            key="batch",
        )

    def _answered(self, turn: int, answer: tuple[tuple[Candidates, ...], Mapping[int, str]]) -> None:
        found, wrong = answer
        draft = self._draft
        if draft is None or turn != self._turn_of_asking:
            return
        wanted = draft.batch.content_id if draft.batch is not None else None
        kept = next((one for one in found if wanted in (None, one.content_id)), None)
        if kept != self._found or wrong != self._wrong:
            self._found, self._wrong = kept, wrong
            self._show()
        if kept is not None and kept.next is not None:
            self._ask_on(turn, kept.next)

    def _ask_on(self, turn: int, after: int) -> None:
        """The next page of accounts; they come one after the other, however many there are."""
        draft, found = self._draft, self._found
        if draft is None or found is None:
            return
        drafting, operator = self._session.desk.drafting, self._session.operator
        self._session.runner.run_read(
            partial(drafting.more_candidates, operator, draft.case_number, found.content_id, after),
            partial(self._more_came, turn),
            self._ignore,
            owner=self,
            key="batch",
        )

    def _more_came(self, turn: int, answer: tuple[tuple[Candidate, ...], int | None]) -> None:
        cases, following = answer
        if turn != self._turn_of_asking or self._found is None:
            return
        self._found = replace(self._found, cases=(*self._found.cases, *cases), next=following)
        self._show()
        if following is not None and len(self._found.cases) < MOST:
            self._ask_on(turn, following)

    def _look_further(self) -> None:
        if self._found is not None and self._found.next is not None:
            self._ask_on(self._turn_of_asking, self._found.next)

    # near files -----------------------------------------------------------------------

    def _compare_near(self, near: NearFile) -> None:
        claim, view, content_id = self._session.claim, self._view, self._content_id()
        if claim is None or view is None or content_id is None or claim.case_id != view.case.number:
            return
        dialog = CompareDialog(self._session, claim, view.case.data.piece(content_id), near, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.agreed.connect(self._agreed)
        self._compare = dialog
        dialog.open()

    def _agreed(self, _agreement: Agreement) -> None:
        self._near_said.hide()
        self.look_again()

    def _take_back(self, agreement: Agreement) -> None:
        desk, operator = self._session.desk, self._session.operator
        self._session.act(
            lambda: desk.likeness.withdraw(operator, agreement.id),
            self._agreed,
            self._not_taken_back,
            owner=self,
        )

    def _not_taken_back(self, problem: DeskError) -> None:
        self._near_said.setText(problem.words())
        self._near_said.show()

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

    def _candidates(self) -> dict[int, Candidate]:
        """By case number: identical files, and near ones of which it is said that they are the same."""
        found = self._found
        if found is None:
            return {}
        near = (case for one in found.near if one.agreement is not None for case in one.cases)
        return {case.case_number: case for case in (*near, *found.cases)}

    def _fill(self, draft: Draft, content_id: str) -> None:
        cases = self._candidates()
        batch = draft.batch
        chosen = {m.case_number: m for m in batch.members} if batch is not None else {}
        before, known = self.members.known()
        own = draft.reported.id if draft.reported is not None and draft.reported.id else tr("no account id")
        entries = [Entry(BatchMember(draft.case_number, own), tr("this case"), fixed=True)]
        ticked = set(chosen)
        distances = {one.sha256: one.distance for one in self._found.near} if self._found is not None else {}
        for number in sorted(cases.keys() | chosen.keys()):
            case = cases.get(number)
            member = chosen.get(number) or (case.member if case else BatchMember(number, ""))
            problem = self._wrong.get(number, "") if batch is not None else ""
            entries.append(Entry(member, facts_of(number, case, distances), problem))
            if batch is None and case is not None:
                fresh = not case.urgent and case.holder is None
                if number in before if number in known else fresh:
                    ticked.add(number)
        self.members.show_members(entries, ticked)
        self.more.setVisible(
            self._found is not None and self._found.next is not None and len(self._found.cases) >= MOST
        )
        claim = self._session.claim
        self.near.show_near(
            self._found.near if self._found is not None else (),
            may=claim is not None and claim.case_id == draft.case_number,
        )
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
            title = self._offer()
        self.set_title(title)
        self.act.setEnabled(self._batched or bool(members))
        clear(self._left_out)
        self._left_out.addWidget(label(tr("Left out of a batched report"), "label"))
        for line in self._lines(draft, content_id, {m.case_number for m in members}):
            self._left_out.addWidget(bullet(line, grave=line == tr(ESCALATION)))

    def _offer(self) -> str:
        others = self.members.count() - 1
        if others > 0:
            return plural(
                others,
                "The same file was posted by {n} other account",
                "The same file was posted by {n} other accounts",
            )
        near = len(self._found.near) if self._found is not None else 0
        return plural(near, "Other accounts posted a near file", "Other accounts posted {n} near files")

    def _lines(self, draft: Draft, content_id: str, numbers: set[int]) -> list[str]:
        own = left_out(draft, self._view.case.data, content_id) if self._view is not None else ()
        lines = [tr(line) for line in own]
        cases = [one for one in self._candidates().values() if one.case_number in numbers]
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
        members = (
            self._draft.batch.members if self._draft is not None and self._draft.batch is not None else ()
        )
        number = tokens[1][1] if len(tokens) > 1 else None
        if number is not None and number.isdigit() and int(number) < len(members):
            member = members[int(number)]
            row = self.members.row(member.case_number)
            if row is not None:
                return Spot(self.member_field, row.tick, f"{member.account}: ")
        first = next((row.tick for row in self.members.rows if row.tick.isEnabled()), None)
        return Spot(self.member_field, first or self.act)
