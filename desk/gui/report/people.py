"""People and users: the one reported, recipients and victims. A panel is made when it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.account import Account
from desk.domain.draft import Draft
from desk.gui import theme
from desk.gui.report.editors import OneLine
from desk.gui.report.form import FieldWords, FormField, RecordForm, Spot
from desk.gui.report.paths import Token
from desk.gui.report.records import account_form
from desk.gui.report.words import nth
from desk.gui.widgets.buttons import Button, IconButton, link, secondary
from desk.gui.widgets.common import label
from desk.gui.widgets.panels import Panel
from desk.gui.words import plural, tr
from desk.services.drafting import DraftView


class PersonPanel(QFrame):
    """One person, folded to a line until opened. What a folded panel was given it gives back."""

    changed = Signal()
    removed = Signal()

    def __init__(self, title: str, field_words: FieldWords, path: str, *, removable: bool = True) -> None:
        super().__init__()
        self.setObjectName("card")
        self._title, self._words, self._path = title, field_words, path
        self._account: Account | None = None
        self.form: RecordForm | None = None
        self.fold = Button(title, "fold", "chevron-right")
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._toggle)
        self._who = OneLine("", "muted")
        top = QHBoxLayout()
        top.setSpacing(theme.S2)
        top.addWidget(self.fold)
        top.addWidget(self._who, 1)
        if removable:
            remove = IconButton("trash-2", tr("Remove {person}", person=title))
            remove.clicked.connect(self.removed)
            top.addWidget(remove)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.S2, theme.S1, theme.S2, theme.S1)
        self._column.addLayout(top)
        self.setFocusProxy(self.fold)

    def rename(self, title: str) -> None:
        self._title = title
        self.fold.setText(title)
        self._say()

    def is_open(self) -> bool:
        return self.fold.isChecked()

    def set_open(self, on: bool) -> None:
        self.fold.setChecked(on)

    def _toggle(self, on: bool) -> None:
        self.fold.set_icon("chevron-down" if on else "chevron-right")
        if on and self.form is None:
            self.form = account_form(self._words, self._path)
            self.form.setContentsMargins(theme.S1, 0, theme.S1, theme.S2)
            self.form.set_value(self._account)
            self.form.changed.connect(self._edited)
            self._column.addWidget(self.form)
        if self.form is not None:
            self.form.setVisible(on)
        self._say()

    def _say(self) -> None:
        who = self._account.label() if self._account is not None else tr("nothing known")
        self._who.say(who)
        state = tr("open") if self.is_open() else tr("closed")
        self.fold.setAccessibleName(f"{self._title}, {who}, {state}")

    def _edited(self) -> None:
        if self.form is not None:
            self._account = self.form.value()
        self._say()
        self.changed.emit()

    def value(self) -> Account | None:
        return self._account

    def set_value(self, account: Account | None) -> None:
        self._account = account
        if self.form is not None:
            self.form.set_value(account)
        self._say()

    def fields(self) -> Iterator[FormField]:
        if self.form is not None:
            yield from self.form.fields()

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        if reveal:
            self.set_open(True)
        if self.form is not None and self.is_open():
            return self.form.locate(tokens, reveal=reveal) or Spot(None, self.fold)
        return Spot(None, self.fold)


class PeopleList(QWidget):
    """Any number of people of one role."""

    changed = Signal()

    def __init__(self, role: str, thing: str, title: str, help_text: str, field_words: FieldWords) -> None:
        super().__init__()
        self._role, self._thing, self._words = role, thing, field_words
        self._panels: list[PersonPanel] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addWidget(label(title, "label"))
        column.addWidget(label(help_text, "muted", wrap=True))
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.S2)
        column.addLayout(self._column)
        self.add_button = link(tr("Add {thing}", thing=thing.lower()), "plus")
        self.add_button.clicked.connect(self.add)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.add_button)

    def add(self) -> None:
        panel = self._insert(None)
        panel.set_open(True)
        if panel.form is not None:
            panel.form.setFocus(Qt.FocusReason.OtherFocusReason)

    def _insert(self, account: Account | None) -> PersonPanel:
        index = len(self._panels)
        panel = PersonPanel(nth(self._thing, index), self._words, f"{self._role}[0]")
        panel.set_value(account)
        panel.changed.connect(self.changed)
        panel.removed.connect(self._removed)
        self._panels.append(panel)
        self._column.addWidget(panel)
        return panel

    def _removed(self) -> None:
        panel = self.sender()
        if isinstance(panel, PersonPanel):
            self._drop(self._panels.index(panel))
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()

    def _drop(self, index: int) -> None:
        panel = self._panels.pop(index)
        self._column.removeWidget(panel)
        panel.hide()
        panel.deleteLater()
        for n, left in enumerate(self._panels):
            left.rename(nth(self._thing, n))

    def value(self) -> tuple[Account, ...]:
        values = [panel.value() for panel in self._panels]
        return tuple(value for value in values if value is not None)

    def set_value(self, accounts: Sequence[Account]) -> None:
        while len(self._panels) > len(accounts):
            self._drop(len(self._panels) - 1)
        for n, account in enumerate(accounts):
            if n < len(self._panels):
                self._panels[n].set_value(account)
            else:
                self._insert(account)

    def fields(self) -> Iterator[FormField]:
        for panel in self._panels:
            yield from panel.fields()

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        key = tokens[0][1] if tokens else None
        full = [panel for panel in self._panels if panel.value() is not None]
        if key is None or not key.isdigit() or int(key) >= len(full):
            return Spot(None, self._panels[0].fold if self._panels else self.add_button)
        return full[int(key)].locate(tokens[1:], reveal=reveal)


class PeopleSection(Panel):
    changed = Signal()

    def __init__(self, field_words: FieldWords) -> None:
        super().__init__(tr("People"))
        self.reported = PersonPanel(tr("Reported account"), field_words, "reported", removable=False)
        self.recipients = PeopleList(
            "recipients",
            tr("Recipient"),
            tr("Recipients"),
            tr("Who received the content, where there was one."),
            field_words,
        )
        self.victims = PeopleList(
            "victims",
            tr("Victim"),
            tr("Victims"),
            tr("The child, as far as anything is known: an account, a name, an age, a place."),
            field_words,
        )
        self._prior: tuple[int, ...] = ()
        self._prior_said = label("", wrap=True)
        self.add_prior = secondary(tr("Add earlier reports"), "history")
        self.add_prior.clicked.connect(self._add_prior)
        self._prior_row = QWidget()
        row = QHBoxLayout(self._prior_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._prior_said, 1)
        row.addWidget(self.add_prior)
        for part in (self.reported, self.recipients, self.victims):
            part.changed.connect(self._edited)
        self.add(self._prior_row, self.reported, self.recipients, self.victims)

    def _edited(self) -> None:
        self._show_prior()
        self.changed.emit()

    def load(self, draft: Draft, view: DraftView) -> None:
        self._prior = view.prior_reports
        self.reported.set_value(draft.reported)
        self.reported.set_open(True)
        self.recipients.set_value(draft.recipients)
        self.victims.set_value(draft.victims)
        self._show_prior()

    def _missing_prior(self) -> tuple[int, ...]:
        account = self.reported.value()
        known = set(account.prior_reports) if account is not None else set()
        return tuple(report for report in self._prior if report not in known)

    def _show_prior(self) -> None:
        missing = self._missing_prior()
        self._prior_row.setVisible(bool(missing))
        self._prior_said.setText(
            plural(
                len(missing),
                "This account was reported before, in {n} report that is not named here.",
                "This account was reported before, in {n} reports that are not named here.",
            )
        )

    def _add_prior(self) -> None:
        account = self.reported.value() or Account()
        self.reported.set_value(replace(account, prior_reports=account.prior_reports + self._missing_prior()))
        self.reported.setFocus(Qt.FocusReason.OtherFocusReason)
        self._edited()

    def apply(self, draft: Draft) -> Draft:
        return replace(
            draft,
            reported=self.reported.value(),
            recipients=self.recipients.value(),
            victims=self.victims.value(),
        )

    def fields(self) -> Iterator[FormField]:
        for part in (self.reported, self.recipients, self.victims):
            yield from part.fields()

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        name = tokens[0][0] if tokens else "reported"
        if name == "recipients":
            return self.recipients.locate(tokens, reveal=reveal)
        if name == "victims":
            return self.victims.locate(tokens, reveal=reveal)
        return self.reported.locate(tokens[1:], reveal=reveal)
