"""What the case page calls things: sources, states, answers, reasons. Plain words, no euphemism."""

from __future__ import annotations

from datetime import datetime

from desk.domain.case import CaseState, Source, SourceKind
from desk.domain.content import Classification, Content, ContentKind, FileAnnotation
from desk.domain.decision import DecisionKind
from desk.domain.exposure import Rest, RestState
from desk.domain.incident import ContextKind
from desk.domain.optout import Theme
from desk.domain.preview import MediaFacts, NoPreview, NoPreviewReason
from desk.domain.viewing import Viewed
from desk.gui import words
from desk.gui.words import plural, tr

CLASS_KEYS: tuple[tuple[str, Classification], ...] = (
    ("J", Classification.A1),
    ("K", Classification.A2),
    ("L", Classification.B1),
    (";", Classification.B2),
)
"""The right hand's home row, so that the left thumb can hold Space meanwhile."""

ANNOTATION_KEYS: tuple[tuple[str, FileAnnotation], ...] = tuple(
    zip("1234567890", FileAnnotation, strict=True)
)


def classification(value: Classification) -> str:
    """Industry classification in words."""
    return {
        Classification.A1: tr("A1: prepubescent, sex act"),
        Classification.A2: tr("A2: prepubescent, lascivious exhibition"),
        Classification.B1: tr("B1: pubescent, sex act"),
        Classification.B2: tr("B2: pubescent, lascivious exhibition"),
    }[value]


def annotation(value: FileAnnotation) -> str:
    return {
        FileAnnotation.ANIME: tr("drawing"),
        FileAnnotation.POTENTIAL_MEME: tr("meme"),
        FileAnnotation.VIRAL: tr("viral"),
        FileAnnotation.POSSIBLE_SELF_PRODUCTION: tr("self-produced"),
        FileAnnotation.PHYSICAL_HARM: tr("physical harm"),
        FileAnnotation.VIOLENCE_GORE: tr("violence"),
        FileAnnotation.BESTIALITY: tr("bestiality"),
        FileAnnotation.LIVE_STREAMING: tr("live stream"),
        FileAnnotation.INFANT: tr("infant"),
        FileAnnotation.GENERATIVE_AI: tr("AI-made"),
    }[value]


def source(found: Source) -> str:
    """What found the case: 'AI detection by hash-matcher, 98 % confident'."""
    kind = {
        SourceKind.USER_REPORT: tr("User report"),
        SourceKind.TRUSTED_FLAGGER: tr("Trusted flagger"),
        SourceKind.LAW_ENFORCEMENT_REQUEST: tr("Law-enforcement request"),
        SourceKind.PROACTIVE_DETECTION: tr("Proactive detection"),
        SourceKind.AI_DETECTION: tr("AI detection"),
        SourceKind.HASH_MATCH: tr("Hash match"),
    }[found.kind]
    if found.name:
        kind = tr("{kind} by {name}", kind=kind, name=found.name)
    if found.confidence is not None:
        kind = tr("{kind}, {share} % confident", kind=kind, share=round(found.confidence * 100))
    return kind


def context(kind: ContextKind) -> str:
    return {
        ContextKind.WEB_PAGE: tr("Web page"),
        ContextKind.EMAIL: tr("Email"),
        ContextKind.NEWSGROUP: tr("Newsgroup"),
        ContextKind.CHAT: tr("Chat"),
        ContextKind.GAMING: tr("Game"),
        ContextKind.CELL_PHONE: tr("Phone"),
        ContextKind.PEER_TO_PEER: tr("Peer to peer"),
        ContextKind.OFFLINE: tr("Offline"),
    }[kind]


def state(value: CaseState) -> str:
    return {
        CaseState.OPEN: tr("open"),
        CaseState.SNOOZED: tr("put away"),
        CaseState.ESCALATED: tr("waiting for a second opinion"),
        CaseState.REPORTING: tr("a report is on its way"),
        CaseState.REPORTED: tr("reported"),
        CaseState.CLOSED: tr("closed"),
    }[value]


def decided(number: int, kind: DecisionKind) -> str:
    """What a decision just did."""
    return {
        DecisionKind.NO_VIOLATION: tr("Case {number} closed as no violation.", number=number),
        DecisionKind.VIOLATION_NO_REPORT: tr(
            "Case {number} closed as a violation without a report.", number=number
        ),
        DecisionKind.ESCALATE: tr("Case {number} handed on for a second opinion.", number=number),
        DecisionKind.REPORT: tr("Case {number} is being reported.", number=number),
        DecisionKind.ELSEWHERE: tr("Case {number} was filed elsewhere.", number=number),
    }[kind]


def past_decision(kind: DecisionKind) -> str:
    return {
        DecisionKind.NO_VIOLATION: tr("No violation"),
        DecisionKind.VIOLATION_NO_REPORT: tr("Violation, no report"),
        DecisionKind.ESCALATE: tr("Second opinion asked for"),
        DecisionKind.ELSEWHERE: tr("Filed elsewhere"),
        DecisionKind.REPORT: tr("Report"),
    }[kind]


def why_plain(reason: NoPreviewReason) -> str:
    """A few words for a tile; the whole sentence stands under the grid."""
    return {
        NoPreviewReason.UNSUPPORTED: tr("can't be shown"),
        NoPreviewReason.EMPTY: tr("empty"),
        NoPreviewReason.TOO_LARGE: tr("too large to open"),
        NoPreviewReason.TOO_MUCH: tr("unfolds too far"),
        NoPreviewReason.BROKEN: tr("damaged"),
        NoPreviewReason.PROTECTED: tr("password-locked"),
        NoPreviewReason.NO_PICTURE: tr("no picture in it"),
        NoPreviewReason.TIMED_OUT: tr("took too long"),
        NoPreviewReason.CRASHED: tr("decoder stopped"),
        NoPreviewReason.GUARD: tr("stopped by the guard"),
        NoPreviewReason.UNAVAILABLE: tr("preview not to be had"),
        NoPreviewReason.CLOSED: tr("closed by your choice"),
        NoPreviewReason.ERASED: tr("destroyed"),
        NoPreviewReason.NO_FILE: tr("not a file"),
        NoPreviewReason.LOST: tr("copy lost or damaged"),
    }[reason]


def why_not_shown(why: NoPreview) -> str:
    """The whole sentence; and that it can be reported all the same, unless its bytes are lost."""
    if why.reason is NoPreviewReason.LOST:
        return why.words
    return tr("{why} It can still be reported.", why=why.words)


def play_time(seconds: float) -> str:
    """A length as a player shows it: '3:12', '1:02:05'."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def viewed(content: Content, seen: Viewed | None, facts: MediaFacts | None) -> str:
    """Whether it was viewed, or what is missing; from recorded displays alone."""
    if seen is None or (not seen.viewed and seen.share <= 0 and seen.seconds <= 0):
        return tr("not viewed")
    if seen.viewed:
        return tr("viewed whole")
    share = int(seen.share * 100)
    if content.kind in (ContentKind.VIDEO, ContentKind.AUDIO):
        if share <= 0:
            return tr("not viewed: stills only")
        if facts is not None and facts.duration:
            return tr("{share} % of {time} played", share=share, time=play_time(facts.duration))
        return tr("{share} % played", share=share)
    if content.kind is ContentKind.IMAGE:
        if facts is not None and facts.frames > 1:
            return tr("not viewed: {share} % of its pictures shown", share=share)
        return tr("not viewed: shown in part")
    return tr("{share} % shown", share=share) if share else tr("not viewed")


def measures(facts: MediaFacts | None) -> list[str]:
    """Dimensions, length, pages: what the sandbox found, each as a short text."""
    if facts is None:
        return []
    parts = []
    if facts.width and facts.height:
        parts.append(f"{facts.width} × {facts.height}")
    if facts.duration:
        parts.append(play_time(facts.duration))
    if facts.pages:
        parts.append(plural(facts.pages, "{n} page", "{n} pages"))
    elif facts.frames > 1 and facts.duration is None:
        parts.append(plural(facts.frames, "{n} frame", "{n} frames"))
    return parts


def file_name(content: Content) -> str:
    """The name it was uploaded under, or what stands for it."""
    return words.seen(content.name or content.uid or content.id)


def content_title(files: int, identical: int) -> str:
    """'6 files, 2 identical'."""
    count = plural(files, "{n} file", "{n} files")
    return tr("{count}, {same} identical", count=count, same=identical) if identical else count


def erased(at: datetime) -> str:
    """That there is nothing to see any more, and since when."""
    return tr(
        "The media of this case were destroyed on {day}: nobody can open them again. The record stays.",
        day=words.moment(at),
    )


def closed(themes: frozenset[Theme]) -> str:
    """Why a file stays closed to the person who looks at the case."""
    named = {Theme.VIOLENCE: tr("violent material"), Theme.INFANT: tr("material of infants")}
    kinds = tr(" and ").join(named[theme] for theme in Theme if theme in themes)
    return tr("Closed: you chose not to see {kinds}. Somebody else can take this case.", kinds=kinds)


def rest_lock(rest: Rest | None) -> str:
    """Why media are locked and until when; empty where they are not."""
    if rest is None or rest.state not in (RestState.BREAK, RestState.CAPPED):
        return ""
    until = words.clock(rest.locked_until) if rest.locked_until is not None else ""
    if rest.state is RestState.BREAK:
        return tr("Media are locked for a break until {time}. Text work goes on.", time=until)
    return tr(
        "Today's limit for viewing media is reached. Text work goes on; a supervisor can lift the limit."
    )


def yes_no(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no
