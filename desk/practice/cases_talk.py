"""Practice cases of words: chats, texts, URLs, people.

What would be said is described in square brackets and never spelt out.
"""

from __future__ import annotations

from typing import Any

from desk.practice import media
from desk.practice.cases_parts import PLATFORM, SITE, Builder, Kit, Package

MESSENGER = "Direct messages"


def said(what: str) -> str:
    """The stand-in for a message: what it does, in brackets."""
    return f"[practice message: {what}]"


def talk_cases(kit: Kit) -> list[Package]:
    """The cases whose main finding is words, in the order in which they came in."""
    return [
        _meeting(kit),
        _sextortion(kit),
        _unsolicited(kit),
        _trafficking(kit),
        _advocacy(kit),
        _mail(kit),
        _game(kit),
        _links(kit),
        _minimal(kit),
        _lines(kit),
    ]


def _child(kit: Kit, number: int, age: int, minutes: float) -> dict[str, Any]:
    """A minor's account: named as practice people are, with few details, as is usual."""
    return {
        "id": f"u-{8000 + number}",
        "service": PLATFORM,
        "screen_name": f"practice_minor_{number}",
        "display_names": [f"Practice Minor {number}"],
        "first_name": "B.",
        "last_name": "Person",
        "age": age,
        "ip_events": [kit.ip_event(number + 60, minutes, "Login")],
        "location": {"city": "Madison", "region": "WI", "country": "US", "verified": False},
    }


def _meeting(kit: Kit) -> Package:
    case = Builder(
        kit,
        1101,
        {"kind": "user_report", "name": "in-app report", "detail": "reported by the recipient"},
        ["child-safety/enticement"],
        34,
        "Direct messages with a minor; a meeting is proposed for tomorrow",
    )
    lines = [
        (0, said("greets the recipient and refers to a public post")),
        (1, said("answers politely")),
        (0, said("asks recipient's age")),
        (1, said("states an age under 14")),
        (0, said("says that the age does not matter and asks to keep the conversation secret")),
        (0, said("asks to move to another service")),
        (1, said("says no")),
        (0, said("asks for the recipient's school and neighbourhood")),
        (1, said("names a town")),
        (0, said("proposes to meet tomorrow after school")),
        (1, said("hesitates")),
        (0, said("asks again and promises a gift")),
    ]
    case.chat(MESSENGER, ("u-5041", "u-8001"), lines, uid="thread-1101", public=False)
    case.file(
        "image",
        media.jpeg(kit.card(41, (1080, 1350), "clouds")),
        "avatar.jpg",
        public=True,
        relevance="supplemental",
    )
    case.set(
        urgency={"escalate": True, "reason": "A meeting with a child is proposed for tomorrow"},
        incident={
            "occurred_at": kit.at(34),
            "time_note": "time of the last message",
            "platform": PLATFORM,
            "context": {"kind": "chat", "client": MESSENGER, "note": "One-to-one conversation"},
        },
        reported=kit.account(41, 34, first_name="A.", last_name="Person", phones=[kit.phone(41)]),
        recipients=[kit.account(42, 50, display_names=["Practice Account 42"])],
        victims=[_child(kit, 1, 13, 33)],
    )
    return case.build()


def _sextortion(kit: Kit) -> Package:
    case = Builder(
        kit,
        1102,
        {"kind": "trusted_flagger", "name": "Practice Hotline", "detail": "ticket PH-204"},
        ["child-safety/sextortion"],
        96,
        "Threat to publish an image unless money is sent",
        form="zip",
    )
    lines = [
        (0, said("pretends to be of the recipient's age")),
        (1, said("answers")),
        (0, said("asks for an image")),
        (1, said("sends a file, see c2")),
        (0, said("shows a list of the recipient's contacts")),
        (0, said("demands a payment within two hours and threatens to publish the file")),
        (1, said("begs for it to stop")),
        (0, said("repeats the demand and sends a payment address")),
        (1, said("says that a parent has been told")),
        (0, said("threatens again")),
    ]
    case.chat(MESSENGER, ("u-5043", "u-8002"), lines, public=False)
    case.file(
        "image",
        media.jpeg(kit.card(43, (1200, 1600), "stripes")),
        "received.jpg",
        public=False,
        suggested={"classification": None, "annotations": ["self_production"]},
    )
    case.piece("url", url="https://pay.example/request/204", relevance="supplemental")
    case.set(
        incident={
            "occurred_at": kit.at(96),
            "time_note": "time of the first threat",
            "platform": PLATFORM,
            "context": {"kind": "chat", "client": MESSENGER},
        },
        reported=kit.account(43, 96, compromised=False, display_names=["Practice Account 43", "P. A."]),
        victims=[_child(kit, 2, 16, 95) | {"emails": [{"address": "minor2@example.com"}]}],
    )
    return case.build()


def _unsolicited(kit: Kit) -> Package:
    case = Builder(
        kit,
        1103,
        {"kind": "user_report", "name": "in-app report"},
        ["child-safety/unsolicited"],
        150,
        "File sent to a minor who had not asked for it",
    )
    lines = [
        (0, said("sends a file without any word before it, see c2")),
        (1, said("asks who this is and says to stop")),
        (0, said("sends the file once more")),
    ]
    case.chat(MESSENGER, ("u-5044", "u-8003"), lines)
    case.file("image", media.jpeg(kit.card(44, (1600, 1067), "ramp")), "sent.jpg", public=False, sha256=None)
    case.set(reported=kit.account(44, 150), victims=[_child(kit, 3, 12, 149)])
    return case.build()


def _trafficking(kit: Kit) -> Package:
    case = Builder(
        kit,
        1104,
        {"kind": "ai_detection", "name": "text-model", "detail": "class: advertisement", "confidence": 0.87},
        ["child-safety/trafficking"],
        305,
        "Advertisement that seems to offer a minor",
        form="json",
    )
    case.piece(
        "text", text="[practice post: an advertisement with a price list and a coded age]", public=True
    )
    case.piece("url", url=f"{SITE}/p/1104/reply", relevance="supplemental")
    case.set(
        reported=kit.account(
            45,
            305,
            phones=[kit.phone(45), kit.phone(46)],
            vehicle="White van, practice plate EXAMPLE 1",
            associated=[{"kind": "Linked", "id": "u-5099", "service": PLATFORM, "screen_name": "practice_b"}],
        )
    )
    return case.build()


def _advocacy(kit: Kit) -> Package:
    case = Builder(
        kit,
        1105,
        {"kind": "user_report", "name": "in-app report", "detail": "reported by 3 users"},
        ["child-safety/advocacy"],
        410,
        "Post that argues about ages of consent; no child, no contact, no imagery",
        form="json",
    )
    case.piece("text", text="[practice post: an opinion on the law, without imagery, contact or coaching]")
    case.piece("text", text="[practice reply: disagrees with the post]", relevance="supplemental")
    case.set(reported=kit.account(46, 410, bio="[practice biography: a stated ideology]"))
    return case.build()


def _mail(kit: Kit) -> Package:
    case = Builder(
        kit,
        1106,
        {"kind": "law_enforcement_request", "name": "Practice Police Department", "detail": "preservation"},
        ["child-safety/csam/solicitation"],
        520,
        "Mail that asks for imagery, handed over upon a request",
    )
    case.piece(
        "text", text="[practice mail: asks where imagery can be had and offers an exchange]", public=False
    )
    case.set(
        incident={
            "occurred_at": kit.at(520, -6),
            "time_note": "Date header of the mail",
            "platform": "Example Mail",
            "context": {"kind": "email", "emails": ["user47@example.com"], "note": "One mail, no attachment"},
        },
        reported=kit.account(47, 520, all_emails=True),
        law_enforcement={
            "agency": "Practice Police Department",
            "case_number": "PRACTICE-2026-0047",
            "officer_first_name": "C.",
            "officer_last_name": "Officer",
            "officer_email": "officer@example.org",
            "officer_phone": "2025550147",
            "served_domestic": True,
        },
    )
    return case.build()


def _game(kit: Kit) -> Package:
    events = ("Login", "Upload", "Login", "Purchase", "Registration", "Other", "Unknown")
    ip_events = [
        kit.ip_event(index + 3, 640 + 20 * index, events[index % 7], port=index % 4 != 0)
        | ({"possible_proxy": True} if index % 9 == 0 else {})
        for index in range(42)
    ]
    kinds = ("IMEI", "Android ID", "Advertising ID", "MAC address")
    devices = [
        {"kind": kinds[index % 4], "value": f"practice-device-{index:04d}", "event": "Login",
         "at": kit.at(650 + 30 * index)}
        for index in range(9)
    ]  # fmt: skip
    addresses = [
        {"address": "1 Practice Street", "city": "Springfield", "state": "IL", "zip_code": "00000",
         "country": "US", "kind": "Home"},
        {"address": "2 Practice Avenue", "city": "Springfield", "state": "IL", "country": "US",
         "kind": "Billing"},
        {"address": "3 Practice Lane", "city": "Toronto", "non_usa_state": "Ontario", "country": "CA",
         "kind": "Shipping"},
    ]  # fmt: skip
    case = Builder(
        kit,
        1107,
        {"kind": "proactive_detection", "name": "chat-rules", "detail": "3 rules in one conversation"},
        ["child-safety/enticement"],
        640,
        "Conversation in a game, account seen from many addresses",
    )
    lines = [
        (0, said("offers game currency")),
        (1, said("thanks")),
        (0, said("asks recipient's age")),
        (1, said("states an age under 12")),
        (0, said("asks for an image in return for more currency")),
        (1, said("declines and leaves")),
    ]
    case.chat("Example Play", ("u-5048", "u-8004"), lines, room="lobby-12", public=False)
    case.set(
        incident={
            "occurred_at": kit.at(640),
            "time_note": "time of the request for an image",
            "platform": "Example Play",
            "context": {"kind": "gaming", "game": "Practice Quest", "console": "PC"},
        },
        reported=kit.account(
            48,
            640,
            ip_events=ip_events,
            devices=devices,
            addresses=addresses,
            emails=[
                {"address": "user48@example.com", "kind": "Home", "verified": True,
                 "verified_at": kit.at(2000)},
                {"address": "user48@example.net", "kind": "Work", "verified": False},
                {"address": "user48@example.org", "kind": "Recovery"},
            ],
            prior_reports=[900000048],
            all_emails=True,
            group="practice-ring-1",
            associated=[
                {"kind": "Linked", "id": "u-5148", "service": "Example Play",
                 "screen_name": "practice_alt_1"},
                {"kind": "Billing", "id": "pay-48", "service": "Example Pay", "first_name": "A.",
                 "last_name": "Person"},
            ],
            note="Account created yesterday; the addresses belong to several providers",
        ),
        victims=[_child(kit, 4, 11, 641)],
    )  # fmt: skip
    return case.build()


def _links(kit: Kit) -> Package:
    case = Builder(
        kit,
        1108,
        {"kind": "trusted_flagger", "name": "Practice Hotline", "detail": "URL list of the day"},
        ["child-safety/csam"],
        710,
        "Three URLs posted by an account that is gone",
        form="json",
    )
    for index in range(1, 4):
        case.piece("url", url=f"https://files.example/d/{1108 * index:06x}", uploaded_at=kit.at(712 + index))
    case.set(
        reported={"id": "u-5049", "service": PLATFORM, "disabled": {"permanent": True, "at": kit.at(600)}}
    )
    return case.build()


def _minimal(kit: Kit) -> Package:
    case = {
        "format": "desk-case/1",
        "id": "practice-1109",
        "source": {"kind": "user_report"},
        "incident": {"occurred_at": kit.at(800)},
        "content": [{"id": "c1", "kind": "text", "text": "[practice: a report without any detail]"}],
    }
    return Package("practice-1109", "json", (case,), {})


def _lines(kit: Kit) -> Package:
    """Five text cases in one .jsonl, as a batch job would hand them over."""
    posts: tuple[tuple[str, str, str, str], ...] = (
        ("spam", "ai_detection", "Same link posted 40 times", "[practice post: advertising, the same link]"),
        ("child-safety/csam/solicitation", "ai_detection", "Post that seems to ask for imagery",
         "[practice post: asks for imagery in coded words]"),
        ("child-safety/disclosure", "user_report", "A survivor's account of their own past",
         "[practice post: a survivor writes about the past and asks for help]"),
        ("child-safety", "proactive_detection", "News article about a trial, quoted at length",
         "[practice post: a quoted news report with a link]"),
        ("harassment", "user_report", "Insults between adults", "[practice post: insults]"),
    )  # fmt: skip
    cases: list[dict[str, Any]] = []
    for index, (policy, source, summary, text) in enumerate(posts):
        minutes = 860 + 45 * index
        number = 1110 + index
        origin: dict[str, Any] = {"kind": source}
        if source == "ai_detection":
            origin |= {"name": "text-model", "confidence": 0.55 + 0.1 * index}
        case = Builder(kit, number, origin, [policy], minutes, summary)
        case.piece("text", text=text, uid=f"post-{number}", url=f"{SITE}/p/{number}", public=True)
        case.set(reported=kit.account(50 + index, minutes))
        cases.extend(case.build().cases)
    return Package("practice-texts", "jsonl", tuple(cases), {})
