"""Confirming a violation: which policy, what the rules ask for then, and the ways on from there.

Nothing is chosen beforehand. Where a rule covers the policy the report is what comes next; not reporting
takes a reason. In the rule's own queue the report is made of the whole case and goes to its confirmation.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.rules import AGENCIES
from desk.gui import theme
from desk.gui.case.parts import row
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.common import label, set_role
from desk.gui.widgets.fields import Choice, TextField
from desk.gui.words import tr
from desk.services.violations import PolicyLine, Standing


class ViolationAsk(QWidget):
    """``report_asked`` carries (path, IncidentType or None); ``closed`` (path or None, reason)."""

    report_asked = Signal(object, object)
    closed = Signal(object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._standing: Standing | None = None
        self._declining = False
        self._question = label(tr("Which policy is violated?"), "label")
        self.policy = Choice((), tr("Choose the policy…"))
        self.policy.setMinimumWidth(280)
        self.policy.setAccessibleName(tr("Which policy is violated?"))
        self._said = label("", wrap=True)
        self.reason = TextField(tr("A sentence for the record"), limit=500)
        self.reason.setAccessibleName(tr("Why is this violation not reported?"))
        self.cancel = secondary(tr("Cancel"), key="Esc")
        self.decline = secondary(tr("Don't report…"))
        self.report = primary("")
        self.close_it = primary(tr("Close without report"))
        self._problem = label("", "bad", wrap=True)
        line = row(self._question, self.policy, gap=theme.S2)
        line.addWidget(self._said, 1)
        below = row(gap=theme.S2)
        below.addWidget(self.reason, 1)
        below.addStretch(0)
        for widget in (self.cancel, self.decline, self.close_it, self.report):
            below.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addLayout(line)
        column.addLayout(below)
        column.addWidget(self._problem)
        self.policy.changed.connect(self._chosen)
        self.report.clicked.connect(self._report)
        self.decline.clicked.connect(self._decline)
        self.close_it.clicked.connect(self._close)
        self.reason.returnPressed.connect(self._close)
        self.cancel.clicked.connect(self.left)
        self.hide()

    def set_standing(self, standing: Standing) -> None:
        """The policies of the tree, those that the case names first."""
        if standing == self._standing:
            return
        self._standing = standing
        options = [
            (line.path, tr("{title} (named by the case)", title=line.title)) for line in standing.named
        ]
        options += [(line.path, _indented(line)) for line in standing.others]
        self.policy.set_options(options)
        self._show()

    @property
    def files_from_here(self) -> bool:
        return self._standing is not None and self._standing.files_from_here

    def begin(self) -> None:
        """Ask anew, with nothing chosen."""
        self._declining = False
        self.policy.set_value(None)
        self.reason.clear()
        self._show()
        self.show()
        self.policy.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_busy(self, busy: bool) -> None:
        for button in (self.report, self.decline, self.close_it):
            button.setEnabled(not busy)

    def line(self) -> PolicyLine | None:
        """The policy that was chosen."""
        path = self.policy.value()
        return self._standing.line(path) if self._standing is not None and path else None

    def _chosen(self) -> None:
        self._declining = False
        self._show()
        line = self.line()
        if line is not None:
            (self.report if line.rule is not None else self.reason).setFocus()

    def _show(self) -> None:
        line = self.line()
        asked = line is not None and line.rule is not None
        straight = asked and self.files_from_here
        writing = line is not None and (not asked or self._declining)
        self._said.setText(self._words(line))
        self.report.setText(
            tr("Check and file…") if straight else tr("Report…") if asked else tr("Report all the same…")
        )
        self.report.setVisible(line is not None and not self._declining)
        set_role(self.report, "kind", "primary" if asked else "secondary")
        self.decline.setVisible(asked and not self._declining)
        self.reason.setVisible(writing)
        self.close_it.setVisible(writing)
        self._say("")

    def _words(self, line: PolicyLine | None) -> str:
        if line is None:
            return ""
        if line.rule is None:
            return tr("No rule reports this policy. Say why it is not reported, or report it all the same.")
        if self._declining:
            return tr("“{rule}” asks for a report. Say why there is none.", rule=line.rule.name)
        agency = AGENCIES.get(line.rule.agency.casefold(), line.rule.agency)
        if line.proposes is None:
            return tr("“{rule}” asks for a report to {agency}. You choose its incident type in the form.",
                      rule=line.rule.name, agency=agency)  # fmt: skip
        return tr(
            "“{rule}” asks for a report to {agency}, as: {type}.",
            rule=line.rule.name,
            agency=agency,
            type=line.proposes.value,
        )

    def _report(self) -> None:
        line = self.line()
        if line is not None:
            # Taken on purpose: the type stands in the words beside this button.
            self.report_asked.emit(line.path, line.proposes if line.rule is not None else None)

    def _decline(self) -> None:
        self._declining = True
        self._show()
        self.reason.setFocus()

    def _close(self) -> None:
        line = self.line()
        if line is None or not self.close_it.isVisibleTo(self) or not self.close_it.isEnabled():
            return
        if not self.reason.value():
            self._say(tr("A violation without a report needs a reason. Say why it is not reported."))
            self.reason.setFocus()
            return
        self.closed.emit(line.path, self.reason.value())

    def _say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        set_role(self.reason, "problem", "bad" if words else "")


def _indented(line: PolicyLine) -> str:
    return "    " * line.path.count("/") + line.title
