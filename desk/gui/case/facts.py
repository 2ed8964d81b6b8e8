"""'What is known': everything of a case but its media, in the order in which it helps a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.account import Account
from desk.domain.case import CaseData, LawEnforcement
from desk.domain.channels import channel
from desk.domain.content import Content, ContentKind, Match
from desk.domain.decision import Decision
from desk.domain.guidance import asked, read
from desk.domain.incident import Context
from desk.gui import icons, theme, words
from desk.gui.account.ties import CaseTies
from desk.gui.case import phrases
from desk.gui.case.known import known_badges
from desk.gui.case.messages import Conversation
from desk.gui.case.parts import Facts, row
from desk.gui.case.people import account_widget, people_title
from desk.gui.case.second import Reviews, outcome_words
from desk.gui.case.story import QueueStory
from desk.gui.session import Session
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, hairline, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import joined, plural, tr
from desk.services.review import CaseView
from desk.services.second_review import ReviewLine

DEEPEST = 6


class WhatIsKnown(Panel):
    """The left column. ``read`` carries what was scrolled through of a conversation."""

    read = Signal(object)
    wanted = Signal(str, dict)
    """Another page, and what to show there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.body.setContentsMargins(0, 0, 0, 0)
        self._scroll = Scroll(gap=theme.S4)
        self.body.addWidget(self._scroll)
        # The facts scroll by the arrow keys; a case may hold nothing else that takes the focus. A click
        # on them leaves it with the files, whose keys one looks with.
        self._scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._scroll.setAccessibleName(tr("What is known"))
        self._ties = CaseTies(session)
        self._ties.wanted.connect(self.wanted)
        self.story = QueueStory()
        self._talks: list[Conversation] = []
        self._watching = False
        self._number = 0
        self.setAccessibleName(tr("What is known"))

    @property
    def conversations(self) -> list[Conversation]:
        return list(self._talks)

    def show_case(
        self,
        view: CaseView,
        names: Mapping[int, str],
        policies: Mapping[str, str],
        reviews: Reviews | None = None,
    ) -> None:
        """Build it anew. ``names`` of operators by id, ``policies`` titles by path."""
        reviews = reviews or Reviews()
        self.watch(False)
        for part in (self._ties, self.story):  # they stay as they are until their own answers come
            self._scroll.body.removeWidget(part)
        clear(self._scroll.body)
        self._talks = []
        if view.case.number != self._number:
            self._number = view.case.number
            self.story.forget()
            self._scroll.verticalScrollBar().setValue(0)
        data = view.case.data
        top = label(tr("What is known"), "section")
        ties = self._ties
        if not reviews.withheld:  # what it tells of reports would tell of the decision
            ties.show_case(view)
        self._scroll.add(top, self._summary(view, policies), ties)
        ties.setVisible(not reviews.withheld)
        self._people(data, view)
        self._talk(view)
        self._links(data)
        self._law(data.law_enforcement)
        self._history(view, names)
        if reviews.withheld:  # what was said of it would tell of the decision
            self.story.forget()
        self._scroll.add(self.story)
        self._reviewed(reviews.judged)
        self._elsewhere(view)
        self._extra(data.extra)
        self._scroll.end()

    def watch(self, on: bool) -> None:
        """Keep account of what is read, while the operator works on the case and the page is in front."""
        self._watching = on
        for talk in self._talks:
            talk.watch(on)

    def watch_only(self, wanted: set[str]) -> None:
        """Of those: the conversations that were not viewed whole yet."""
        self._watching = True
        for talk in self._talks:
            talk.watch(talk.content_id in wanted)

    def focus_facts(self) -> None:
        """To the column as a whole; nothing is scrolled."""
        self._scroll.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_messages(self) -> None:
        """To the first conversation; to the facts where there is none."""
        if not self._talks:
            self.focus_facts()
        else:
            self._scroll.ensureWidgetVisible(self._talks[0])
            self._talks[0].view.setFocus()

    # --- the parts -------------------------------------------------------

    def _section(self, title: str, *widgets: QWidget) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addWidget(hairline())
        column.addSpacing(theme.S1)
        column.addWidget(label(title, "section"))
        for widget in widgets:
            column.addWidget(widget)
        box.setAccessibleName(title)
        self._scroll.add(box)
        return box

    def _summary(self, view: CaseView, policies: Mapping[str, str]) -> QWidget:
        data = view.case.data
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addWidget(label(data.summary or tr("No summary was given."), "label", wrap=True, select=True))
        badges = QWidget()
        flow = FlowLayout(theme.S1)
        badges.setLayout(flow)
        if data.urgency.escalate:
            flow.addWidget(Badge(tr("Urgent"), "warn", "triangle-alert"))
        if data.known_match:
            flow.addWidget(Badge(tr("Known match"), "text", "fingerprint"))
        for path in data.policies:
            badge = Badge(policies.get(path, path), "accent")
            badge.setToolTip(path)
            flow.addWidget(badge)
        if not data.policies:
            flow.addWidget(Badge(tr("No policy named"), "muted"))
        column.addWidget(badges)
        facts = Facts()
        if data.urgency.escalate:
            facts.add(tr("Urgent because"), data.urgency.reason or tr("no reason given"))
        facts.add(tr("Found by"), phrases.source(data.source))
        facts.add(tr("Detail"), data.source.detail)
        facts.time(tr("Happened"), data.incident.occurred_at, data.incident.time_note or "")
        facts.time(tr("Handed over"), data.created_at)
        facts.time(tr("Taken in"), view.case.received_at)
        facts.add(tr("Platform"), data.incident.platform)
        if data.incident.context is not None:
            self._context(facts, data.incident.context)
        facts.add(tr("Matches"), "\n".join(self._matches(data)))
        facts.put(tr("Platform's id"), CopyLabel(data.id, tr("Case id at the platform")))
        if view.case.revision > 1:
            facts.add(tr("Revision"), tr("{n}: the platform added to this case", view.case.revision))
        column.addWidget(facts)
        return box

    @staticmethod
    def _context(facts: Facts, found: Context) -> None:
        facts.add(tr("Where"), phrases.context(found.kind))
        facts.add(tr("Addresses"), "\n".join(found.urls), mono=True)
        facts.add(tr("Emails"), "\n".join(found.emails))
        for name, value in (
            (tr("Name"), found.name),
            (tr("Client"), found.client),
            (tr("Room"), found.room),
            (tr("Game"), found.game),
            (tr("Console"), found.console),
            (tr("Phone"), found.phone),
            (tr("File names"), found.file_names),
            (tr("Place"), found.place),
            (tr("Text"), found.content),
            (tr("Note"), found.note),
        ):
            facts.add(name, value)
        if found.latitude and found.longitude:
            facts.add(tr("Position"), f"{found.latitude}, {found.longitude}")
        if found.third_party_hosted:
            facts.add(tr("Hosting"), tr("hosted by a third party"))

    @staticmethod
    def _matches(data: CaseData) -> list[str]:
        return list(dict.fromkeys(match_words(match) for piece in data.content for match in piece.matches))

    def _people(self, data: CaseData, view: CaseView) -> None:
        if data.reported is not None:
            parts: list[QWidget] = []
            if view.prior_reports:
                last = words.moment(max(at for _, at in view.prior_reports))
                count = plural(len(view.prior_reports), "{n} report", "{n} reports")
                said = tr(
                    "{count} of this account filed from this desk, the last {when}", count=count, when=last
                )
                parts.append(_noted(said, "warn", "history"))
            self._section(tr("Reported account"), *parts, account_widget(data.reported))
        else:
            self._section(tr("Reported account"), label(tr("None was handed over."), "body-muted"))
        for role, accounts in ((tr("Recipients"), data.recipients), (tr("Victims"), data.victims)):
            if accounts:
                self._section(people_title(role, accounts), *self._accounts(accounts))

    @staticmethod
    def _accounts(accounts: tuple[Account, ...]) -> list[QWidget]:
        parts: list[QWidget] = []
        for n, account in enumerate(accounts):
            if n:
                parts.append(hairline())
            parts.append(account_widget(account))
        return parts

    def _talk(self, view: CaseView) -> None:
        data = view.case.data
        chats = [c for c in data.content if c.kind is ContentKind.CHAT]
        texts = [c for c in data.content if c.kind is ContentKind.TEXT]

        def parts(pieces: list[Content]) -> list[QWidget]:
            found: list[QWidget] = []
            for piece in pieces:
                same = view.elsewhere.get(piece.id, ())
                known = known_badges(piece, same, view.reported_in.get(piece.id))
                found += [*map(row_of_badge, known), self._conversation(piece)]
            return found

        count = sum(len(chat.messages) for chat in chats)
        if chats:
            self._section(tr("Messages ({n})", count), *parts(chats))
        if texts:
            title = tr("Text") if len(texts) == 1 else tr("Texts ({n})", len(texts))
            self._section(title, *parts(texts))

    def _conversation(self, content: Content) -> Conversation:
        talk = Conversation(content, self._session)
        talk.read.connect(self.read)
        self._talks.append(talk)
        return talk

    def _links(self, data: CaseData) -> None:
        urls = [c for c in data.content if c.kind is ContentKind.URL and c.url]
        if not urls:
            return
        note = label(tr("The desk never opens an address. Click to copy it."), "muted", wrap=True)
        self._section(
            tr("Addresses ({n})", len(urls)), note, *[CopyLabel(c.url or "", tr("Address")) for c in urls]
        )

    def _law(self, law: LawEnforcement | None) -> None:
        if law is None:
            return
        facts = Facts()
        facts.add(tr("Agency"), law.agency)
        facts.add(tr("Its case"), law.case_number)
        officer = " ".join(part for part in (law.officer_first_name, law.officer_last_name) if part)
        facts.add(tr("Officer"), officer)
        facts.add(tr("Email"), law.officer_email)
        facts.add(tr("Phone"), law.officer_phone)
        facts.add(tr("Country"), law.country)
        facts.add(
            tr("Told"), phrases.yes_no(law.reported_to, tr("was told of this"), tr("was not told of this"))
        )
        served = [
            tr("in the country") if law.served_domestic else "",
            tr("from abroad") if law.served_international else "",
        ]
        facts.add(tr("Process served"), words.joined(served))
        self._section(tr("Law enforcement"), facts)

    def _history(self, view: CaseView, names: Mapping[int, str]) -> None:
        facts = Facts()
        for decision in view.decisions:
            facts.time(phrases.past_decision(decision.kind), decision.at, decision_by(decision, names))
            facts.add("", decision.note)
        for walk in view.walks:
            facts.time(tr("Look again"), walk.look_again_at)
            facts.add(tr("By the guide"), guided(walk.path))
        if view.decisions or view.walks:
            self._section(tr("Decisions so far"), facts)

    def _reviewed(self, lines: Sequence[ReviewLine]) -> None:
        facts = Facts()
        for when, what, reason in outcome_words(lines):
            facts.time(tr("Second review"), when)
            facts.add("", what)
            facts.add("", reason)
        if lines:
            self._section(tr("Looked at again"), facts)

    def _elsewhere(self, view: CaseView) -> None:
        facts = Facts()
        for filing in view.filed_elsewhere:
            stated = filing.stated
            gone = tr("withdrawn") if filing.withdrawn else ""
            said = joined([channel(stated.body).name, stated.reference, gone])
            facts.time(tr("Filed"), stated.filed_at, said)
        if view.filed_elsewhere:
            self._section(tr("Filed elsewhere"), facts)

    def _extra(self, extra: Mapping[str, Any]) -> None:
        if not extra:
            return
        facts = Facts()
        for key, value in flat(extra):
            facts.add(key, value)
        note = label(tr("As the platform gave it. Kept, never sent."), "muted", wrap=True)
        self._section(tr("More from the platform"), note, facts)


def _noted(words: str, state: str, icon: str) -> QWidget:
    """A sentence with its icon. It wraps: a badge as long as that would push the column over its edge."""
    mark = icons.IconLabel(icon, 16, state)
    box = QWidget()
    line = row(gap=theme.S2)
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(label(words, state, wrap=True), 1)
    box.setLayout(line)
    return box


def row_of_badge(badge: Badge) -> QWidget:
    box = QWidget()
    box.setLayout(row(badge, None))
    return box


def decision_by(decision: Decision, names: Mapping[int, str]) -> str:
    return tr("by {name}", name=names.get(decision.operator_id, tr("somebody")))


def guided(path: str) -> str:
    """The answers that led to a decision, in words; empty where no walk did."""
    try:
        answers = asked(read(path))
    except ValueError:
        return tr("answers of another version: {codes}", codes=path)
    return "\n".join(f"{tr(question.words)} {tr(answer.words)}" for question, answer in answers)


def match_words(match: Match) -> str:
    """'A1 on the list industry, PDQ distance 4'."""
    head = tr("{label} on the list {list}", label=match.label, list=match.list) if match.label else ""
    head = head or tr("on the list {list}", list=match.list)
    kind = match.kind or ""
    if match.distance is not None:
        kind = tr("{kind} distance {n}", match.distance, kind=kind or tr("hash"))
    return f"{head}, {kind}" if kind else head


def flat(value: Any, path: str = "", depth: int = 0) -> list[tuple[str, str]]:
    """A JSON value as lines of (path, text), to a bounded depth."""
    if isinstance(value, Mapping) and value and depth < DEEPEST:
        return [
            line
            for key, inner in value.items()
            for line in flat(inner, f"{path}.{key}" if path else str(key), depth + 1)
        ]
    if isinstance(value, list) and value and depth < DEEPEST:
        if all(not isinstance(item, list | dict) for item in value):
            return [(path, ", ".join(plain(item) for item in value))]
        return [line for n, item in enumerate(value) for line in flat(item, f"{path}[{n}]", depth + 1)]
    return [(path, plain(value))]


def plain(value: Any) -> str:
    if value is None:
        return tr("nothing")
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, datetime):
        return words.moment_exact(value)
    return str(value)
