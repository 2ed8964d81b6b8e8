"""Practice cases of pictures, film, sound and paper."""

from __future__ import annotations

from typing import Any

from desk.practice import media, media_av
from desk.practice.cases_parts import PLATFORM, SITE, Builder, Kit, Package, md5_hash, near_hash
from desk.practice.cases_talk import said

CSAM = "child-safety/csam"
KNOWN = "child-safety/csam/known"
#: How many accounts posted the viral file, each in its own case.
VIRAL = 7


def _match(label: str | None, kind: str, distance: int, name: str = "practice-list") -> list[dict[str, Any]]:
    found: dict[str, Any] = {"list": name, "kind": kind, "distance": distance}
    return [found | ({"label": label} if label else {})]


def picture_cases(kit: Kit) -> list[Package]:
    """The cases whose main finding is a file, in the order in which they came in."""
    first = media.jpeg(
        kit.card(1, (6000, 4000), "clouds"),
        quality=64,
        exif=media.exif_bytes(kit.moment(18), where=media.OPEN_WATER),
    )
    pair = media.sideways_jpeg(
        kit.card(4, (1536, 2048), "grid"), taken=kit.moment(130), where=media.OPEN_WATER
    )
    return [
        _detected(kit, first),
        _known(kit),
        _near(kit),
        _group(kit, pair),
        _same_bytes(kit, pair),
        _again(kit, first),
        *_viral(kit),
        _moving(kit),
        _phones(kit),
        _modern(kit),
        _stream(kit),
        _clip(kit),
        _voice(kit),
        _paper(kit),
        _broken(kit),
        _odd(kit),
        _request(kit),
    ]


def _detected(kit: Kit, first: bytes) -> Package:
    source = {"kind": "ai_detection", "name": "image-model", "detail": "PDQ distance 4", "confidence": 0.98}
    case = Builder(kit, 1001, source, [CSAM], 16, "Image posted in a public group, found by a model")
    case.file(
        "image",
        first,
        "IMG_2231.jpg",
        uid="media-shared-1001",
        ip_event=kit.ip_event(1, 17),
        hashes=[near_hash(1), md5_hash(first)],
        matches=_match("A2", "PDQ", 4),
        suggested={"classification": "A2", "annotations": []},
    )
    disabled = {"permanent": True, "at": kit.at(9), "notified": False}
    person = {"first_name": "A.", "last_name": "Person", "disabled": disabled, "all_emails": True}
    return case.set(reported=kit.account(12, 17, **person)).build()


def _known(kit: Kit) -> Package:
    case = Builder(
        kit,
        1002,
        {"kind": "hash_match", "name": "hash-matcher", "detail": "MD5, exact", "confidence": 1.0},
        [KNOWN],
        52,
        "Known file in a profile's gallery",
    )
    data = media.png(kit.card(2, (1920, 1080), "bars"))
    case.file(
        "image",
        data,
        "gallery-07.png",
        hashes=[md5_hash(data), near_hash(2)],
        matches=_match("B1", "MD5", 0) + _match("B1", "PDQ", 0, "practice-industry-list"),
        suggested={"classification": "B1", "annotations": []},
        ip_event=kit.ip_event(2, 53),
    )
    return case.set(reported=kit.account(2, 53), queue="known-matches").build()


def _near(kit: Kit) -> Package:
    source = {"kind": "hash_match", "name": "hash-matcher", "detail": "PDQ distance 12"}
    case = Builder(kit, 1003, source, [KNOWN], 77, "Near match in a private album", form="zip")
    case.file(
        "image",
        media.webp(kit.card(3, (1600, 1200), "rings")),
        "album-3.webp",
        public=False,
        hashes=[near_hash(3)],
        matches=_match(None, "PDQ", 12),
    )
    case.file(
        "image", media.jpeg(kit.card(103, (1280, 853), "ramp")), "album-4.jpg", relevance="supplemental"
    )
    return case.set(reported=kit.account(3, 80)).build()


def _group(kit: Kit, pair: bytes) -> Package:
    source = {"kind": "user_report", "name": "in-app report", "detail": "reported by 2 users"}
    case = Builder(kit, 1004, source, [CSAM], 125, "Three files in a public group, two of them identical")
    case.file("image", pair, "IMG_0412.jpg", ip_event=kit.ip_event(4, 126))
    case.file("image", pair, "IMG_0412 (1).jpg", ip_event=kit.ip_event(4, 124))
    case.file("image", media.jpeg(kit.card(5, (4000, 3000), "tiles"), progressive=True), "IMG_0413.jpg")
    return case.set(reported=kit.account(4, 126, group="g-practice-31")).build()


def _same_bytes(kit: Kit, pair: bytes) -> Package:
    source = {
        "kind": "proactive_detection",
        "name": "upload-scan",
        "detail": "same SHA-256 as another upload",
    }
    case = Builder(kit, 1005, source, [CSAM], 118, "Same file as in a group, other account", form="json")
    case.file("image", pair, "download.jpg", ip_event=kit.ip_event(5, 119))
    return case.set(reported=kit.account(5, 119)).build()


def _again(kit: Kit, first: bytes) -> Package:
    source = {"kind": "user_report", "name": "in-app report", "detail": "reported by 1 user"}
    case = Builder(kit, 1006, source, [CSAM], 14, "The same upload, handed over again after a user's report")
    case.file("image", first, "IMG_2231.jpg", uid="media-shared-1001", ip_event=kit.ip_event(1, 17))
    return case.set(reported=kit.account(12, 17)).build()


def _viral(kit: Kit) -> list[Package]:
    """One file that many accounts pass on: other accounts, other uids, the same bytes."""
    data = media.jpeg(kit.card(6, (1200, 1200), "stripes"))
    kinds = ("proactive_detection", "user_report", "hash_match")
    packages = []
    for index in range(VIRAL):
        source = {
            "kind": kinds[index % 3],
            "name": "spread-monitor",
            "detail": f"{VIRAL} accounts in 3 hours",
        }
        minutes = 190 + 17 * index
        form = "zip" if index == 2 else "json" if index == 4 else "folder"
        case = Builder(kit, 1007 + index, source, [CSAM], minutes, "File that spreads quickly", form)
        case.file(
            "image",
            data,
            "look.jpg" if index % 2 else "forwarded.jpg",
            ip_event=kit.ip_event(20 + index, minutes + 1),
            hashes=[near_hash(6), md5_hash(data)],
            suggested={"classification": None, "annotations": ["viral", "meme"] if index % 2 else ["viral"]},
        )
        packages.append(case.set(reported=kit.account(20 + index, minutes + 1)).build())
    return packages


def _moving(kit: Kit) -> Package:
    source = {"kind": "ai_detection", "name": "image-model", "detail": "synthetic image", "confidence": 0.74}
    case = Builder(kit, 1014, source, [CSAM], 335, "Moving profile picture, perhaps generated")
    suggested = {"classification": None, "annotations": ["generative_ai", "anime"]}
    case.file("image", media.gif(kit.card(7, (480, 360), "rings")), "avatar.gif", suggested=suggested)
    return case.set(reported=kit.account(7, 336)).build()


def _phones(kit: Kit) -> Package:
    source = {"kind": "proactive_detection", "name": "upload-scan"}
    case = Builder(kit, 1015, source, [CSAM], 372, "Two files sent from a telephone")
    case.file("image", media.heic(kit.card(8, (1024, 768), "clouds")), "IMG_3001.HEIC", public=False)
    taken = media.exif_bytes(kit.moment(380), where=None)
    case.file(
        "image", media.jpeg(kit.card(9, (2048, 1536), "bars"), exif=taken), "IMG_3002.JPG", public=False
    )
    return case.set(reported=kit.account(8, 374)).build()


def _modern(kit: Kit) -> Package:
    source = {"kind": "ai_detection", "name": "image-model", "detail": "low confidence", "confidence": 0.51}
    case = Builder(kit, 1016, source, [CSAM], 455, "Two pictures that a model is not sure about")
    case.file("image", media.avif(kit.card(10, (1280, 960), "ramp")), "post-1.avif")
    case.file("image", media.png(kit.card(11, (1280, 1280), "grid")), "post-2.png", sha256=None)
    return case.set(reported=kit.account(10, 456)).build()


def _stream(kit: Kit) -> Package:
    source = {"kind": "trusted_flagger", "name": "Practice Hotline", "detail": "ticket PH-198"}
    case = Builder(kit, 1017, source, [CSAM], 8, "Recording of a live stream that is said to go on")
    film = media_av.mp4(kit.card(12, (320, 180), "bars"), 8)
    suggested = {"classification": None, "annotations": ["live_streaming"]}
    case.file("video", film, "stream-part-1.mp4", ip_event=kit.ip_event(13, 9), suggested=suggested)
    still = media.jpeg(kit.card(13, (1280, 720), "bars"))
    case.file("image", still, "still.jpg", relevance="supplemental")
    urgency = {"escalate": True, "reason": "The live stream is said to go on; a child is in the room"}
    return case.set(reported=kit.account(13, 9), urgency=urgency).build()


def _clip(kit: Kit) -> Package:
    source = {"kind": "user_report", "name": "in-app report"}
    case = Builder(kit, 1018, source, [CSAM], 498, "Clip with a link in its description")
    case.file("video", media_av.webm(kit.card(14, (320, 240), "tiles"), 4, start=2), "clip.webm")
    case.piece("url", url=f"{SITE}/p/1018", public=True)
    case.piece("text", text="[practice description: a link and two words]", relevance="supplemental")
    return case.set(reported=kit.account(14, 499)).build()


def _voice(kit: Kit) -> Package:
    source = {"kind": "user_report", "name": "in-app report", "detail": "reported by a parent"}
    case = Builder(
        kit, 1019, source, ["child-safety/enticement"], 565, "Voice messages to a minor", form="zip"
    )
    lines = [
        (0, said("a voice message, see c2 to c4")),
        (1, said("asks to stop")),
        (0, said("asks for an answer by voice")),
    ]
    case.chat("Direct messages", ("u-5015", "u-8019"), lines, public=False)
    case.file("audio", media_av.mp3(7), "voice-1.mp3", public=False)
    case.file("audio", media_av.ogg(5, start=1), "voice-2.ogg", public=False)
    case.file("audio", media_av.wav(3, start=2), "voice-3.wav", public=False)
    minor = {"id": "u-8019", "service": PLATFORM, "screen_name": "practice_minor_19", "age": 14}
    return case.set(reported=kit.account(15, 566), victims=[minor]).build()


def _paper(kit: Kit) -> Package:
    source = {"kind": "trusted_flagger", "name": "Practice Child Protection Network"}
    case = Builder(
        kit, 1020, source, ["child-safety/enticement"], 590, "Document that is passed round in a group"
    )
    lines = tuple(f"[practice paragraph {number}: a line without meaning]" for number in range(1, 13))
    paper = media.pdf("PRACTICE document", lines, pages=3, made_at=kit.moment(700), seed=kit.seed)
    case.file("document", paper, "paper.pdf")
    note = "PRACTICE\n\n" + "\n".join(lines) + "\n"
    case.file("document", note.encode(), "notes.txt", relevance="supplemental")
    return case.set(reported=kit.account(16, 592)).build()


def _broken(kit: Kit) -> Package:
    source = {"kind": "hash_match", "name": "hash-matcher", "detail": "matched before the upload broke off"}
    case = Builder(kit, 1021, source, [KNOWN], 668, "Upload that broke off; two files cannot be shown")
    whole = media.jpeg(kit.card(17, (2000, 1500), "clouds"), progressive=True)
    case.file("image", media.truncated(whole, 0.35), "IMG_7.jpg", matches=_match("A1", "PDQ", 8))
    noise = b"\x89PNG\r\n\x1a\n" + media.unknown_bytes(6000, kit.seed + 17)
    case.file("image", noise, "IMG_8.png")
    case.file("image", media.jpeg(kit.card(18, (900, 1200), "tiles")), "IMG_9.jpg")
    return case.set(reported=kit.account(17, 669)).build()


def _odd(kit: Kit) -> Package:
    source = {"kind": "proactive_detection", "name": "upload-scan", "detail": "format not recognised"}
    case = Builder(kit, 1022, source, ["child-safety"], 745, "Files of no known format")
    case.file("document", media.unknown_bytes(4096, kit.seed + 22), "payload.bin", public=False)
    case.file("document", b"\0", "one-byte.dat", public=False, sha256=None)
    return case.set(reported=kit.account(18, 746), extra={"scanner": {"rule": "R-9", "entropy": 7.9}}).build()


def _request(kit: Kit) -> Package:
    source = {"kind": "law_enforcement_request", "name": "Practice State Police", "detail": "search warrant"}
    case = Builder(kit, 1023, source, [CSAM], 830, "Album named in a warrant: twelve files")
    sizes = ((1024, 768), (768, 1024), (1200, 800), (1000, 1000))
    for index in range(12):
        card = kit.card(30 + index, sizes[index % 4])
        name = f"DSC_{100 + index:04d}.jpg"
        mode = {3: "L", 7: "CMYK"}.get(index, "RGB")
        case.file(
            "image", media.jpeg(card, mode=mode), name, public=False, uploaded_at=kit.at(870 - 2 * index)
        )
    agency = {
        "agency": "Practice State Police",
        "case_number": "PRACTICE-2026-0019",
        "officer_first_name": "D.",
        "officer_last_name": "Officer",
        "officer_email": "d.officer@example.org",
        "officer_phone": "2025550119",
        "reported_to": True,
        "served_domestic": True,
    }
    return case.set(reported=kit.account(19, 872), law_enforcement=agency).build()
