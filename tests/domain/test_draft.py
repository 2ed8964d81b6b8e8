"""The first draft holds what the case holds; a newer revision adds and overwrites nothing typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from desk.domain.account import Account
from desk.domain.case import CaseData, LawEnforcement, Source, SourceKind, Urgency
from desk.domain.content import Classification, Content, ContentKind, Message, Relevance, Suggested
from desk.domain.conversation import transcript
from desk.domain.draft import Draft, FileChoice, begin, grow
from desk.domain.incident import Context, ContextKind, Incident
from desk.domain.spoken import spoken

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHAT = Content(
    "chat",
    ContentKind.CHAT,
    client="DM",
    room="r",
    messages=(Message("u-1", "hello", "u-2", AT, "192.0.2.7"),),
)
LINE = "2026-03-02T09:00:00Z u-1 → u-2 [192.0.2.7]: hello"
IMAGE = Content("img", ContentKind.IMAGE, file="1.jpg", url="https://example.com/1.jpg", public=True)
TEXT = Content("txt", ContentKind.TEXT, text="a post")
URL = Content("url", ContentKind.URL, url="https://example.com/page")


def case(*content: Content, context: Context | None = None, **more: Any) -> CaseData:
    return CaseData(
        "x", Source(SourceKind.USER_REPORT), Incident(AT, "of upload", "Example", context), content, **more
    )


def contexts(*content: Content, context: Context | None = None) -> tuple[Context, ...]:
    data = case(*content, context=context)
    return spoken(begin(1, 1, data), data).contexts


def test_everything_the_case_holds_and_nothing_it_does_not() -> None:
    suggested = replace(IMAGE, suggested=Suggested(Classification.A1), relevance=Relevance.SUPPLEMENTAL)
    reported, victim, friend = Account(id="u"), Account(id="v"), Account(id="r")
    police = LawEnforcement("Example Police")
    draft = begin(
        8,
        2,
        case(suggested, reported=reported, victims=(victim,), recipients=(friend,), law_enforcement=police),
    )
    assert (draft.case_number, draft.revision, draft.occurred_at) == (8, 2, AT)
    assert (draft.time_note, draft.platform) == ("of upload", "Example")
    assert (draft.reported, draft.victims, draft.recipients) == (reported, (victim,), (friend,))
    assert draft.law_enforcement is police
    assert draft.incident_type is None  # never preselected
    assert draft.files == (FileChoice("img", relevance=Relevance.SUPPLEMENTAL, public=True),)
    assert draft.contexts == ()
    assert not draft.escalated


@pytest.mark.parametrize(
    ("urgency", "reason"),
    [(Urgency(), None), (Urgency(True, "now"), "now"), (Urgency(True), None), (Urgency(False, "old"), None)],
)
def test_escalation_needs_a_written_reason(urgency: Urgency, reason: str | None) -> None:
    draft = begin(1, 1, case(TEXT, urgency=urgency))
    assert draft.escalate == reason
    assert draft.escalated is (reason is not None)
    assert not replace(draft, escalate="  ").escalated


def test_chats_go_into_a_chat_of_their_own_or_the_cases_empty_one() -> None:
    assert contexts(CHAT) == (Context(ContextKind.CHAT, client="DM", room="r", content=LINE),)
    given = Context(ContextKind.CHAT, client="Messenger", note="n")
    assert contexts(CHAT, context=given) == (replace(given, room="r", content=LINE),)
    full = replace(given, content="typed")
    assert contexts(CHAT, context=full) == (
        full,
        Context(ContextKind.CHAT, client="DM", room="r", content=LINE),
    )
    assert len(contexts(CHAT, replace(CHAT, id="2"))) == 2


def test_texts_go_where_they_were_found() -> None:
    assert contexts(TEXT) == (Context(ContextKind.CHAT, content="a post"),)
    mail = Context(ContextKind.EMAIL, content="before")
    assert contexts(TEXT, context=mail) == (replace(mail, content="before\n\na post"),)
    empty = Context(ContextKind.GAMING)
    assert contexts(TEXT, context=empty) == (replace(empty, content="a post"),)
    page = Context(ContextKind.WEB_PAGE)
    assert contexts(TEXT, replace(TEXT, id="2"), context=page) == (replace(page, note="a post\n\na post"),)


def test_urls_of_pages_are_said_once_and_those_of_files_go_with_the_file() -> None:
    assert contexts(IMAGE) == ()
    page = Context(ContextKind.WEB_PAGE, urls=("https://example.com/page",))
    assert contexts(URL, replace(URL, id="2")) == (page,)
    assert contexts(URL, context=replace(page, urls=("https://example.com/a",), note="n")) == (
        replace(page, urls=("https://example.com/a", "https://example.com/page"), note="n"),
    )
    post = contexts(replace(TEXT, url="https://example.com/post"))
    assert post == (Context(ContextKind.WEB_PAGE, urls=("https://example.com/post",), note="a post"),)
    assert contexts(URL, context=Context(ContextKind.OFFLINE))[1] == page


def test_a_newer_revision_adds_content_and_its_words() -> None:
    old = case(IMAGE, CHAT)
    typed = replace(begin(1, 1, old), time_note="typed", additional_info="typed").with_choice(
        FileChoice("img", include=False, note="typed")
    )
    new = case(IMAGE, CHAT, TEXT, URL, replace(CHAT, id="chat2", client="Group"))
    grown = grow(typed, 2, new)
    assert grown.revision == 2
    assert grown.time_note == grown.additional_info == "typed"
    assert [choice.content_id for choice in grown.files] == ["img", "chat", "txt", "url", "chat2"]
    assert grown.choice("img") == typed.choice("img")
    assert grown.contexts[0] == typed.contexts[0]
    assert spoken(grown, new).contexts[1:] == (
        Context(ContextKind.WEB_PAGE, urls=("https://example.com/page",), note="a post"),
        Context(ContextKind.CHAT, client="Group", room="r", content=LINE),
    )
    assert grow(grown, 2, new) == grown


def test_people_nobody_touched_follow_the_newer_revision() -> None:
    old = case(TEXT, reported=Account(id="u"))
    new = case(TEXT, reported=Account(id="u", age=30), victims=(Account(id="v"),))
    draft = begin(1, 1, old)
    assert grow(draft, 2, new).reported == Account(id="u")
    followed = grow(draft, 2, new, old)
    assert followed.reported == Account(id="u", age=30)
    assert followed.victims == (Account(id="v"),)
    typed = replace(draft, reported=Account(id="typed"))
    assert grow(typed, 2, new, old).reported == Account(id="typed")


def test_choices_are_found_by_content() -> None:
    draft = begin(1, 1, case(IMAGE))
    with pytest.raises(KeyError):
        draft.choice("other")
    with pytest.raises(KeyError):
        draft.with_choice(FileChoice("other"))
    two = begin(1, 1, case(IMAGE, URL)).with_choice(FileChoice("url", lowered=True))
    assert [choice.lowered for choice in two.files] == [False, True]
    assert repr(draft) == "Draft(case_number=1)"


def test_a_transcript_is_one_message_a_line_and_none_can_fake_another() -> None:
    east = timezone(timedelta(hours=2))
    messages = (
        Message("a", "one\r\n2026-03-02T09:00:00Z b: two\u2028three"),
        Message("b", "", at=datetime(2026, 3, 2, 11, tzinfo=east)),
    )
    assert transcript(Content("c", ContentKind.CHAT, messages=messages)).split("\n") == [
        "time unknown a: one",
        "    2026-03-02T09:00:00Z b: two",
        "    three",
        "2026-03-02T11:00:00+02:00 b: ",
    ]
    assert isinstance(begin(1, 1, case(CHAT)), Draft)
