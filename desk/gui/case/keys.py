"""The keys of the case page: one table for shortcuts, menu and palette."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence, QShortcut

from desk.domain.decision import DecisionKind
from desk.gui.case import phrases
from desk.gui.case.second import either
from desk.gui.widgets.page import Command
from desk.gui.words import tr

if TYPE_CHECKING:
    from desk.gui.case.page import CasePage


def case_commands(page: CasePage) -> list[Command]:
    """Every act of the page with its key. Space and arrows belong to the grid itself."""
    content, bar = page.content, page.decisions
    marker = content.marker

    def shown() -> bool:
        return page.decisions.isVisible() or page.second.bar.isVisible()

    def claimable() -> bool:
        return bar.claim.isVisible() or page.second.bar.claim.isVisible()

    def mine() -> bool:
        return shown() and page.mine

    def file() -> bool:
        return (mine() or (page.isVisible() and page.looks)) and content.stack is not None

    def made(
        id_: str, title: str, key: str, act: Callable[[], object], when: Callable[[], bool], under: str = ""
    ) -> Command:
        return Command(f"case.{id_}", title, key, act, when, under)

    def openly() -> bool:
        # They tell what was decided before; a second opinion is one's own.
        return shown() and not page.reviewing

    def decides() -> bool:
        return mine() or (page.isVisible() and page.reviewing)

    def decide(kind: DecisionKind, act: Callable[[], object]) -> Callable[[], object]:
        return partial(either, lambda: page.reviewing, partial(page.second.bar.choose, kind), act)

    def plays() -> bool:
        return file() and content.details.player.isVisible()

    acts = [
        made("claim", tr("Claim this case"), "C", page.claim, claimable),
        made("none", tr("No violation"), "N", decide(DecisionKind.NO_VIOLATION, bar.no_violation), decides),
        made(
            "without",
            tr("Violation…"),
            "V",
            decide(DecisionKind.VIOLATION_NO_REPORT, bar.ask_violation),
            decides,
        ),
        made("opinion", tr("Second opinion"), "S", bar.ask_opinion, mine),
        made("report", tr("Report…"), "R", decide(DecisionKind.REPORT, page.report), decides),
        made("guide", tr("Is this reportable?"), "G", page.to_guide, openly),
        made("channels", tr("Other channels"), "O", page.to_channels, openly),
    ]
    marking, looking, handing = tr("Classify and annotate"), tr("Look and move"), tr("Hand on")
    for key, value in phrases.CLASS_KEYS:
        title = tr("Classify as {value}", value=phrases.classification(value))
        acts.append(made(f"class.{value.value}", title, key, partial(marker.classify, value), file, marking))
    for key, annotation in phrases.ANNOTATION_KEYS:
        title = tr("Annotate: {value}", value=phrases.annotation(annotation))
        note = partial(marker.annotate, annotation)
        acts.append(made(f"note.{annotation.value}", title, key, note, file, marking))
    place = content.details.place
    acts += [
        made("include", tr("In the report, or left out"), "X", marker.toggle_include, file),
        made("public", tr("Publicly available: yes, no, not known"), "P", marker.cycle_public, file),
        made("accept", tr("Accept what the platform suggested"), "A", marker.accept, file),
        made("undo", tr("Undo"), "Ctrl+Z", page.undo, lambda: page.done.isVisible() or page.marks.can_undo),
        made("metadata", tr("Open the metadata (recorded)"), "M", content.toggle_metadata, file, looking),
        made("before", tr("Keyframe, still or page before"), ",", partial(place.step, -1), file, looking),
        made("after", tr("Next keyframe, still or page"), ".", partial(place.step, 1), file, looking),
        made("zoom", tr("Full-resolution view, on or off"), "Z", content.looking.toggle_zoom, file, looking),
        made("speed", tr("Speed: 1, 1.5, 2 times"), "E", content.details.player.faster, plays, looking),
        made("sound", tr("Sound on or off"), "U", content.details.player.toggle_sound, plays, looking),
        made("copy.before", tr("Identical file before"), "[", partial(content.step_copy, -1), file, looking),
        made("copy.after", tr("Next identical file"), "]", partial(content.step_copy, 1), file, looking),
        made("messages", tr("To the messages"), "T", page.known.focus_messages, shown, looking),
        made("files", tr("To the files"), "F", page.focus_grid, shown, looking),
        made("release", tr("Release this case"), "", page.release, mine),
        made("snooze", tr("Snooze…"), "", page.claim_bar.open_snooze, mine),
        *hand_commands(page, made, mine, handing),
        made("next", tr("Next case"), "", page.acts.next_case, lambda: not shown() or not page.mine),
        made("care", tr("Rest, and what you look at…"), "", page.open_care, lambda: True),
        made("blank", tr("Blur everything"), "", page.blank, shown),
    ]
    return acts


def hand_commands(
    page: CasePage, made: Callable[..., Command], mine: Callable[[], bool], under: str
) -> list[Command]:
    """What else the holder can do, and the taking over by a supervisor: the acts of the header's *More*."""

    def offered(act: str) -> bool:
        return mine() and page.offers(act)

    titles = {
        "hand_over": tr("Hand over…"),
        "skip": tr("Skip…"),
        "escalate": tr("Escalate to a supervisor…"),
        "send_back": tr("Give back to the queue…"),
        "give": tr("Give the second opinion…"),
    }
    found = [
        made(f"hand.{act}", title, "", partial(page.hand, act), partial(offered, act), under)
        for act, title in titles.items()
    ]
    can = page.claim_bar.can_take_over
    return [*found, made("hand.take_over", tr("Take over…"), "", page.take_over, can, under)]


def bind(page: CasePage, commands: list[Command]) -> None:
    """Bind each key on the page. A held key acts once: repeats are no new wish."""
    for command in commands:
        if not command.key:
            continue
        shortcut = QShortcut(sequence(command.key), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(partial(_run, command))


def sequence(key: str) -> QKeySequence:
    """A comma divides the strokes of a sequence in its text form, so single signs go by their code."""
    if len(key) == 1 and not key.isalnum():
        return QKeySequence(QKeyCombination(Qt.Key(ord(key))))
    return QKeySequence(key)


def _run(command: Command) -> None:
    if command.enabled():
        command.callback()
