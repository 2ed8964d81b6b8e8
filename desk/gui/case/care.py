"""Rest, and what a person does not want to see: one's own figures and choices, and a supervisor's override.

One's own figures are read for the one who is signed in; nothing here can show another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QDialog, QSizePolicy, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.exposure import Lift, RestState
from desk.domain.optout import Theme
from desk.domain.roles import Operator, Permission
from desk.gui import theme, words
from desk.gui.case.parts import row
from desk.gui.session import Session
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.choices import CheckBox, Segmented
from desk.gui.widgets.common import clear, hairline, label, set_role
from desk.gui.widgets.fields import Choice, Field, TextField
from desk.gui.widgets.panels import Section
from desk.gui.words import joined, tr
from desk.services.resting import Own

LENGTHS = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
BAR_HEIGHT = 64


def spell(seconds: float) -> str:
    """Seconds as whole minutes, in words."""
    return words.duration(timedelta(minutes=round(seconds / 60)))


class Days(QWidget):
    """One thin bar for each day, today at the right; the line across is the day's limit."""

    def __init__(self) -> None:
        super().__init__()
        self._days: tuple[tuple[date, float], ...] = ()
        self._cap = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(320, BAR_HEIGHT)

    def show_days(self, days: tuple[tuple[date, float], ...], cap: float) -> None:
        self._days, self._cap = days, max(cap, 1.0)
        told = [f"{day.isoformat()}: {spell(seconds)}" for day, seconds in days if seconds]
        self.setAccessibleName(tr("Time of looking by day. {list}", list="; ".join(told) or tr("none")))
        self.setToolTip("\n".join(told))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        count, floor = len(self._days), self.height() - 1.0
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, int(floor), self.width(), int(floor))
        top = max([self._cap, *(seconds for _, seconds in self._days)])
        painter.setFont(theme.sans(theme.SMALL, tabular=True))
        room = painter.fontMetrics().height() + 2
        limit = int(floor - (floor - room) * self._cap / top)
        painter.setPen(QPen(theme.colour("muted"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(0, limit, self.width(), limit)
        said = tr("limit {cap}", cap=spell(self._cap))
        painter.drawText(QRectF(0, limit - room, self.width(), room), Qt.AlignmentFlag.AlignRight, said)
        painter.setPen(Qt.PenStyle.NoPen)
        step = self.width() / max(1, count)
        for number, (_, seconds) in enumerate(self._days):
            height = (floor - room) * seconds / top
            painter.setBrush(theme.colour("accent" if number == count - 1 else "muted"))
            painter.drawRect(QRectF(number * step + step / 2 - 3, floor - height, 6, height))
        painter.end()


class LiftForm(QWidget):
    """A supervisor opens media to somebody for a stated time, with a reason that is kept."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._names: dict[int, str] = {}
        self.person = Choice(placeholder=tr("Choose a person"))
        self.lock = Segmented(
            [(RestState.BREAK, tr("A break")), (RestState.CAPPED, tr("The day's limit"))], clearable=False
        )
        self.lock.set_value(RestState.BREAK)
        self.lock.setAccessibleName(tr("What is lifted"))
        self.length = Segmented([(one, words.duration(one)) for one in LENGTHS], clearable=False)
        self.length.set_value(LENGTHS[0])
        self.length.setAccessibleName(tr("For how long"))
        self.reason = TextField(limit=300)
        self.lift = secondary(tr("Lift"))
        self.lift.clicked.connect(self._lift)
        self._said = label("", "muted", wrap=True)
        self._past = QVBoxLayout()
        self._past.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S3)
        column.addWidget(Field(tr("For"), self.person))
        column.addLayout(row(self.lock, self.length, None, gap=theme.S3))
        column.addWidget(Field(tr("Why it can't wait"), self.reason))
        act = row(self.lift, gap=theme.S3)
        act.addWidget(self._said, 1)
        column.addLayout(act)
        column.addLayout(self._past)
        # Its fields take no more height than they need.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.ask()

    def ask(self) -> None:
        """Read who there is, and what was lifted lately."""
        desk, me = self._session.desk, self._session.operator
        self._session.runner.run_read(
            lambda: (desk.people.all(), desk.resting.lifted(me)),
            self._came,
            self._failed,
            owner=self,
            key="lifted",
        )

    def _came(self, found: tuple[Sequence[Operator], Sequence[Lift]]) -> None:
        people, lifts = found
        self._names = {one.id: one.name for one in people}
        if self.person.value() is None:
            others = [
                one for one in people if one.id != self._session.operator.id and one.may(Permission.REVEAL)
            ]
            self.person.set_options([(one.id, one.name) for one in others])
        clear(self._past)
        for lift in lifts[:4]:
            what = tr("day's limit") if lift.lock is RestState.CAPPED else tr("break")
            who = self._names.get(lift.operator_id, "")
            said = joined([who, what, tr("until {time}", time=words.moment(lift.until)), lift.reason])
            line = label(said, "muted", wrap=True)
            line.setFont(theme.sans(theme.SMALL, tabular=True))
            self._past.addWidget(line)

    def _lift(self) -> None:
        person = self.person.value()
        if person is None:
            self._say(tr("Choose a person."), "bad")
            return
        resting, me = self._session.desk.resting, self._session.operator
        act = partial(resting.lift, me, person, self.lock.value(), self.length.value(), self.reason.value())
        self._session.act(act, self._lifted, self._failed, owner=self)

    def _lifted(self, lift: Lift) -> None:
        self.reason.set_value("")
        self._say(tr("Lifted until {time}.", time=words.clock(lift.until)), "ok")
        self.ask()

    def _failed(self, error: DeskError) -> None:
        self._say(error.words(), "bad")

    def _say(self, text: str, role: str) -> None:
        self._said.setText(text)
        set_role(self._said, "role", role)


class CareDialog(QDialog):
    """What the desk counts of one's own looking, and what one would rather not see. Escape closes it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(tr("Rest, and what you look at"))
        self.setMinimumWidth(560)
        self._now = label("", wrap=True)
        self._now.setFont(theme.sans(tabular=True))
        self.days = Days()
        figures = Section(tr("Your own figures"), tr("The last 14 days. Nobody else can see them here."))
        figures.body.addWidget(self._now)
        figures.body.addWidget(self.days)
        self.boxes = {
            Theme.VIOLENCE: CheckBox(tr("Violent material")),
            Theme.INFANT: CheckBox(tr("Material of infants")),
        }
        choice = Section(
            tr("What you would rather not see"),
            tr(
                "Such files stay closed to you, blurred or not, and Next case offers you no case with one. "
                "It goes by what the platform suggested. You need not say why; nobody is told which."
            ),
        )
        for box in self.boxes.values():
            box.setEnabled(False)
            box.changed.connect(self._chosen)
            choice.body.addWidget(box)
        self._said = label("", "muted", wrap=True)
        choice.body.addWidget(self._said)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S6, theme.S6, theme.S6, theme.S4)
        column.setSpacing(theme.S4)
        column.addWidget(figures)
        column.addSpacing(theme.S2)
        column.addWidget(choice)
        self.form: LiftForm | None = None
        if session.operator.may(Permission.LIFT_REST):
            lift = Section(
                tr("Lift a lock for somebody"),
                tr("Breaks and the day's limit are there for a reason. What is lifted goes on record."),
            )
            self.form = LiftForm(session)
            lift.body.addWidget(self.form)
            column.addWidget(hairline())
            column.addWidget(lift)
        self.done_button = primary(tr("Close"))
        self.done_button.clicked.connect(self.close)
        column.addStretch(1)
        column.addLayout(row(None, self.done_button))
        QShortcut(QKeySequence("Escape"), self).activated.connect(self.close)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        desk, me = session.desk, session.operator
        session.runner.run_read(lambda: desk.resting.own(me), self._came, self._failed, owner=self)

    def _came(self, own: Own) -> None:
        rest = own.rest
        self._now.setText(
            joined(
                [
                    tr(
                        "Today {time} of {cap}",
                        time=spell(rest.today),
                        cap=spell(own.policy.daily_cap),
                    ),
                    tr("{time} since the last rest", time=spell(rest.since_rest)),
                    tr("lifted until {time}", time=words.clock(rest.lifted_until))
                    if rest.lifted_until
                    else "",
                ]
            )
        )
        self.days.show_days(own.days, own.policy.daily_cap)
        for kind, box in self.boxes.items():
            box.blockSignals(True)
            box.set_value(kind in own.closed)
            box.blockSignals(False)
            box.setEnabled(True)

    def _chosen(self) -> None:
        chosen = [kind for kind, box in self.boxes.items() if box.value()]
        desk, me = self._session.desk, self._session.operator
        self._session.act(partial(desk.resting.opt_out, me, chosen), self._kept, self._failed, owner=self)

    def _kept(self, _themes: object) -> None:
        self._said.setText(tr("Kept. Open cases show it at once."))
        set_role(self._said, "role", "muted")

    def _failed(self, error: DeskError) -> None:
        self._said.setText(error.words())
        set_role(self._said, "role", "bad")
