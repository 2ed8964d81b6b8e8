"""'Is this reportable?': a table of questions that leads to a proposal, never to a report.

The table walks what is reportable to the CyberTipline (18 U.S.C. 2258A as widened by the REPORT Act),
what *may* be reported (planned or imminent offences), and what is no reason on its own. It is data: a
path is a tuple of answer codes, and everything else follows from it. A person takes the result, or not.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from desk.domain.incident import IncidentType, ReportAnnotation

FIRST = "danger"


class Outcome(enum.StrEnum):
    """Where a path ends."""

    REPORT = "report"  # an incident type fits
    MAY_REPORT = "may_report"  # planned or imminent: the law allows a report and does not ask for it
    NOT_HERE = "not_here"  # not a CyberTipline matter
    UNSURE = "unsure"  # nobody should decide this alone


class Step(enum.StrEnum):
    """What to do, in order, where no report follows from the answers."""

    POLICE = "police"
    POLICY = "policy"
    RECORD = "record"
    LOOK_AGAIN = "look_again"
    SUPPORT = "support"
    OPINION = "opinion"


STEP_WORDS: dict[Step, str] = {
    Step.POLICE: "A known child is under threat: tell the local police now, before anything else.",
    Step.POLICY: "Apply the platform's own policy: remove, restrict or warn, as it says.",
    Step.RECORD: "Keep an internal record: close the case with a reason that others can follow.",
    Step.LOOK_AGAIN: "Set a date to look again; the case comes back to the queue by itself on that day.",
    Step.SUPPORT: "Offer help: a hotline or a support service stands in the directory of other channels.",
    Step.OPINION: "Put it before a supervisor and say in a sentence what is unclear.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer. ``to`` is the next question's code, or ``""`` where ``end`` says what follows."""

    code: str
    words: str
    to: str = ""
    end: Outcome | None = None
    type: IncidentType | None = None
    annotations: frozenset[ReportAnnotation] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    words: str
    help: str
    answers: tuple[Answer, ...]

    def answer(self, code: str) -> Answer:
        """Raises KeyError where the question has no such answer."""
        for answer in self.answers:
            if answer.code == code:
                return answer
        raise KeyError("the question has no such answer")


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers come to. ``type`` is a proposal; with MAY_REPORT it can be missing."""

    outcome: Outcome
    type: IncidentType | None
    annotations: frozenset[ReportAnnotation]
    steps: tuple[Step, ...]
    danger: bool
    """A child is in danger now, or a known child is under direct threat: police first."""


def _no(to: str, words: str = "No") -> Answer:
    return Answer("no", words, to)


def _type(code: str, words: str, value: IncidentType, *annotations: ReportAnnotation) -> Answer:
    return Answer(code, words, end=Outcome.REPORT, type=value, annotations=frozenset(annotations))


def _planned(code: str, words: str, value: IncidentType | None) -> Answer:
    return Answer(code, words, end=Outcome.MAY_REPORT, type=value)


NOT_A_REASON: tuple[tuple[str, str], ...] = (
    ("attraction", "Somebody states an attraction, and nothing more"),
    ("ideology", "Ideology: praise, slogans, an opinion"),
    ("consent", "An argument about ages of consent"),
    ("symbols", "Symbols, emblems or coded signs"),
    ("membership", "Being a member or a follower of something"),
    ("fiction", "Fiction or role play, in words alone"),
    ("drawing", "Drawings or other obscenity, without a real child in it"),
    ("research", "Research or teaching"),
    ("news", "News, or a talk about it"),
    ("survivor", "A survivor tells of what they lived through"),
    ("help", "Somebody asks for help, for themself or another"),
)
"""What is no reason for a report on its own, by its code and in words."""

_SUPPORTED = frozenset({"attraction", "survivor", "help"})

QUESTIONS: dict[str, Question] = {
    question.code: question
    for question in (
        Question(
            "danger",
            "Is a child in danger right now?",
            "Abuse that goes on, a meeting that is about to happen, a live stream, a child in crisis.",
            (
                Answer("yes", "Yes, or I fear so", "imagery"),
                _no("imagery", "Nothing says so"),
            ),
        ),
        Question(
            "imagery",
            "Is there sexual imagery of a minor, or does somebody offer, trade or ask for it?",
            "Photos and films, and computer-made pictures that look real. Drawings alone come later.",
            (
                _type("there", "Such imagery is here, or is linked to", IncidentType.CSAM),
                _type("offered", "Somebody offers or trades it", IncidentType.CSAM),
                _type(
                    "asked",
                    "Somebody asks for it",
                    IncidentType.CSAM,
                    ReportAnnotation.CSAM_SOLICITATION,
                ),
                _no("contact"),
            ),
        ),
        Question(
            "contact",
            "Is sexual contact or solicitation directed at a minor?",
            "Grooming, sexual talk with a child, threats for pictures or money. Coaching others counts too.",
            (
                _type("contact", "Yes, somebody does so", IncidentType.ENTICEMENT),
                _type(
                    "sextortion",
                    "Yes, with threats or blackmail",
                    IncidentType.ENTICEMENT,
                    ReportAnnotation.SEXTORTION,
                ),
                _type("coaching", "Somebody coaches others to do so", IncidentType.ENTICEMENT),
                _no("trade"),
            ),
        ),
        Question(
            "trade",
            "Does somebody offer to meet, sell or traffic a child for sex?",
            "Advertising, arranging or paying for it, by whatever words it goes.",
            (_type("yes", "Yes", IncidentType.TRAFFICKING), _no("travel")),
        ),
        Question(
            "travel",
            "Does somebody travel for the abuse of a child, or promote or arrange such travel?",
            "The journey itself is what matters here, its planning included.",
            (_type("yes", "Yes", IncidentType.TOURISM), _no("abuse")),
        ),
        Question(
            "abuse",
            "Does somebody admit the abuse of a particular child, or is there evidence of it?",
            "A survivor's own account is not an admission: answer no and go on.",
            (_type("yes", "Yes", IncidentType.MOLESTATION), _no("sent")),
        ),
        Question(
            "sent",
            "Was sexual material sent to a child who did not ask for it?",
            "Of whatever kind, by whatever way it came.",
            (_type("yes", "Yes", IncidentType.OBSCENE_TO_CHILD), _no("lure")),
        ),
        Question(
            "lure",
            "Are minors led to explicit content by a name, by words or by pictures that mislead?",
            "The harm is in what misleads, not in the explicit content itself.",
            (
                _type("domain", "By a domain name", IncidentType.MISLEADING_DOMAIN),
                _type("words", "By words or pictures on the internet", IncidentType.MISLEADING_WORDS),
                _no("planned"),
            ),
        ),
        Question(
            "planned",
            "Is one of these planned or about to happen, though it has not happened yet?",
            "A plan has something to hold on to: a child, a place, a time, a means. A wish has not.",
            (Answer("yes", "Yes, there are signs of a plan", "plan"), _no("only")),
        ),
        Question(
            "plan",
            "What is being planned?",
            "Choose what comes nearest. It is a proposal only.",
            (
                _planned("imagery", "Making, getting or passing on imagery", IncidentType.CSAM),
                _planned("contact", "Contact with a child", IncidentType.ENTICEMENT),
                _planned("trade", "Meeting, selling or trafficking a child", IncidentType.TRAFFICKING),
                _planned("travel", "Travel for it", IncidentType.TOURISM),
                _planned("abuse", "The abuse of a particular child", IncidentType.MOLESTATION),
                _planned("unclear", "It can't be said", None),
            ),
        ),
        Question(
            "only",
            "What is it that was found?",
            "None of these is a reason for a report on its own. Choose what comes nearest.",
            (
                *(Answer(code, words, "threat") for code, words in NOT_A_REASON),
                Answer("other", "Something else that is no offence", "threat"),
                Answer("unsure", "I can't tell", end=Outcome.UNSURE),
            ),
        ),
        Question(
            "threat",
            "Is a known child under direct threat all the same?",
            "A child that can be named or found, and somebody who may harm them.",
            (
                Answer("yes", "Yes", end=Outcome.NOT_HERE),
                Answer("no", "No", end=Outcome.NOT_HERE),
            ),
        ),
    )
}

Path = tuple[str, ...]


def at(path: Path) -> Question | Result:
    """The question that comes after these answers, or the result. Raises ValueError for no such path."""
    question: Question | None = QUESTIONS[FIRST]
    found: dict[str, str] = {}
    last: Answer | None = None
    for code in path:
        if question is None:
            raise ValueError("the path goes on after its end")
        try:
            last = question.answer(code)
        except KeyError:
            raise ValueError("the path has an answer that its question has not") from None
        found[question.code] = code
        question = QUESTIONS[last.to] if last.to else None
    if question is not None:
        return question
    assert last is not None
    assert last.end is not None
    danger = found["danger"] == "yes" or found.get("threat") == "yes"
    return Result(last.end, last.type, last.annotations, _steps(last.end, found, danger), danger)


def _steps(end: Outcome, found: dict[str, str], danger: bool) -> tuple[Step, ...]:
    police = (Step.POLICE,) if danger else ()
    if end in (Outcome.REPORT, Outcome.MAY_REPORT):
        return police
    if end is Outcome.UNSURE:
        return (*police, Step.OPINION)
    support = (Step.SUPPORT,) if found.get("only") in _SUPPORTED else ()
    return (*police, Step.POLICY, Step.RECORD, Step.LOOK_AGAIN, *support)


def asked(path: Path) -> tuple[tuple[Question, Answer], ...]:
    """Each question of a path with the answer that was given. Raises ValueError for no such path."""
    at(path)
    found = []
    question = QUESTIONS[FIRST]
    for code in path:
        answer = question.answer(code)
        found.append((question, answer))
        if answer.to:
            question = QUESTIONS[answer.to]
    return tuple(found)


def written(path: Path) -> str:
    """The path as it is kept: 'danger.no imagery.asked'. Codes only, no content."""
    return " ".join(f"{question.code}.{answer.code}" for question, answer in asked(path))


def read(text: str) -> Path:
    """A kept path. Raises ValueError where this table has no such path."""
    path = tuple(part.partition(".")[2] for part in text.split())
    if written(path) != text:
        raise ValueError("no such path")
    return path


def paths(start: Path = ()) -> Iterator[Path]:
    """Every path from the first question to an end."""
    here = at(start)
    if isinstance(here, Result):
        yield start
        return
    for answer in here.answers:
        yield from paths((*start, answer.code))
