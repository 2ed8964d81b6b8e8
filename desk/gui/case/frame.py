"""The case page's parts and their places, and what is true of it whatever is shown."""

from __future__ import annotations

from typing import ClassVar, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desk.domain.decision import Decision
from desk.domain.incident import IncidentType
from desk.gui import theme
from desk.gui.case.acts import CaseActs
from desk.gui.case.bars import ClaimBar, DecisionBar
from desk.gui.case.care import CareDialog
from desk.gui.case.content import ContentPanel
from desk.gui.case.facts import WhatIsKnown
from desk.gui.case.handing import Handing
from desk.gui.case.marks import Marks
from desk.gui.case.parts import Said
from desk.gui.case.recorder import Recorder
from desk.gui.case.resting import RestNotice
from desk.gui.case.screenlock import ScreenLock
from desk.gui.case.second import SecondLook
from desk.gui.case.standing import WORKABLE, Loaded
from desk.gui.case.states import CaseSkeleton, Decided, Failed, NoCase
from desk.gui.session import Session
from desk.gui.widgets.common import label, vbox
from desk.gui.widgets.page import Page
from desk.gui.widgets.panels import SplitView
from desk.gui.words import tr
from desk.services.review import CaseView

TICK_MS = 20_000
FILES_SHARES, TEXT_SHARES = (11, 19), (19, 11)
"""The columns' widths: media need room where there are any, text where there are none."""


class CaseFrame(Page):
    """``rest_changed`` carries the operator's own Rest, for the status line."""

    title = ""
    icon: ClassVar[str] = "image"
    rest_changed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Case")
        self.back = ("queue", tr("Queue"))
        self.session = session
        self._number: int | None = None
        self._view: CaseView | None = None
        self._loaded: Loaded | None = None
        self._decided: Decision | None = None
        self._entered = self._to_report = False
        self._violated: tuple[str, IncidentType | None] | None = None

        self.acts = CaseActs(session, self)
        self.claim_bar = ClaimBar()
        self.handing = Handing(session, self)
        self.noted = label("", "muted", wrap=True)
        self.noted.hide()
        self.decisions = DecisionBar()
        self.second = SecondLook(session, self)
        self.said = Said()
        self.resting = RestNotice(session.desk.clock)
        self.screen_lock = ScreenLock(self)
        self.marks = Marks(session, self)
        self.known = WhatIsKnown(session)
        self.known.wanted.connect(self.navigate)
        self.recorder = Recorder(session, self)
        self.content = ContentPanel(session, self.marks, self.recorder)
        self.no_case, self.failed, self.done = NoCase(), Failed(), Decided()
        self._skeleton = CaseSkeleton()
        self.split = SplitView(self.known, self.content, shares=FILES_SHARES, line=False)
        self.known.setMinimumWidth(320)
        self.content.setMinimumWidth(420)
        middle = QWidget()
        middle.setLayout(vbox(self.said, self.noted, self.resting, self.split, gap=theme.S2))
        inner = middle.layout()
        assert inner is not None
        inner.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        # The notice takes its own height, the columns all the rest.
        self.split.setSizePolicy(
            self.split.sizePolicy().Policy.Expanding, self.split.sizePolicy().Policy.Expanding
        )
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(middle, 1)
        column.addWidget(self.decisions)
        column.addWidget(self.second.bar)
        self.content.looking.stage = self._body
        self._stack = QStackedWidget()
        for part in (self.no_case, self._skeleton, self.failed, self._body, self.done):
            self._stack.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)

    def blank(self) -> None:
        """Everything blurred, now. The window calls it for the one key that hides all."""
        self.content.blank()

    def blanked(self) -> bool:
        """Whether nothing unblurred is on the screen."""
        return not self.content.sheet.showing

    def open_care(self) -> CareDialog:
        """One's own figures and choices; everything is blurred behind it."""
        self.blank()
        dialog = CareDialog(self.session, self.window())
        dialog.open()
        return dialog

    def focus_grid(self) -> None:
        """The keys' home: the grid, or the facts where there are no files."""
        if self.content.has_files:
            tile = self.content.grid.focusProxy()
            if tile is not None:
                tile.show()  # a tile just made is not shown yet, and would only perhaps get the focus then
            self.content.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.known.focus_facts()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space or H while the facts have the focus: bring the keys home, so that the next hold looks.

        The press itself reveals nothing: in a column of text it may have been meant to scroll.
        """
        looks = event.key() in (Qt.Key.Key_Space, Qt.Key.Key_H) and not event.modifiers()
        if looks and self._view is not None and self.content.has_files:
            self.focus_grid()
            return
        super().keyPressEvent(event)

    @property
    def mine(self) -> bool:
        """Whether the operator holds the claim and may work on the case."""
        claim, view = self.session.claim, self._view
        if claim is None or view is None or self.reviewing:
            return False
        return claim.case_id == view.case.number and view.case.state in WORKABLE

    @property
    def reviewing(self) -> bool:
        """Whether a second opinion of this person is asked for on the case: nothing else is done with it."""
        return self.second.waiting

    @property
    def looks(self) -> bool:
        """Whether the files may be looked at: by who works on the case, or was asked to look again."""
        claim, view = self.session.claim, self._view
        held = claim is not None and view is not None and claim.case_id == view.case.number
        return self.mine or (held and self.reviewing)

    def _save_focus(self) -> None:
        """Before a button in focus is disabled or hidden: Qt would send the focus wherever is next."""
        focus = cast("QWidget | None", self.focusWidget())
        bars = (self.decisions, self.claim_bar)
        if focus is not None and any(bar.isAncestorOf(focus) for bar in bars) and not self.decisions.asking:
            self.focus_grid()

    def _forget_view(self) -> None:
        self.known.watch(False)
        self.content.forget()
        self.marks.stop()
        self.said.unsay()
        self.claim_bar.say("", mine=False)
        self._view = self._loaded = None

    def _forget(self) -> None:
        self._forget_view()
        self.second.forget()
        self.handing.forget()
        self.noted.hide()
        self._number = None

    def _close(self) -> None:
        """No case is open."""
        self._forget()
        self._decided = None
        self.set_title(tr("Case"))
        self._stack.setCurrentWidget(self.no_case)
        self.no_case.next.setFocus()

    def to_queue(self) -> None:
        self._close()
        self.navigate.emit("queue", {})
