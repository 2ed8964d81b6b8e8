"""What the files of a report may say, in a batch and by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desk.cybertip.checks import Problem, check_file, check_filing
from desk.cybertip.fields import at
from desk.cybertip.model import Report
from desk.cybertip.model_files import (
    Details,
    FileAnnotations,
    FileDetails,
    FileHash,
    FileRelevance,
    NameValue,
)
from desk.cybertip.model_incident import (
    BatchedReport,
    BatchReason,
    InternetDetails,
    LawEnforcement,
    WebPageIncident,
)
from desk.cybertip.model_people import (
    IntendedRecipient,
    PersonOrUserReported,
    Victim,
)
from desk.cybertip.model_shared import (
    DeviceId,
    IpCaptureEvent,
    Person,
)
from desk.domain.content import Classification
from tests.cybertip.documents import NOW
from tests.cybertip.test_checks import BASE, EARLIER, LATER, found

BATCH = Report(
    batched=BatchedReport(reason=BatchReason.VIRAL_POTENTIAL_MEME),
    summary=BASE.summary,
    reporter=BASE.reporter,
    reported=(PersonOrUserReported(esp_identifier="a"), PersonOrUserReported(esp_identifier="b")),
)


def test_what_a_batch_may_hold() -> None:
    assert found(BATCH) == []
    full = replace(
        BATCH,
        summary=replace(BATCH.summary, escalate="now"),
        details=(InternetDetails(web_page=WebPageIncident()),),
        law_enforcement=LawEnforcement(agency="A"),
        recipients=(IntendedRecipient(),),
        victims=(Victim(person=Person()),),
        note="n",
        reported=(PersonOrUserReported(), PersonOrUserReported(esp_identifier="b", screen_name="c")),
    )
    assert found(full) == [
        ("batched", "incidentSummary/escalateToHighPriority"),
        ("batched", "internetDetails[1]"),
        ("batched", "lawEnforcement"),
        ("batched_id", "personOrUserReported[1]/espIdentifier"),
        ("batched_id_alone", "personOrUserReported[2]"),
        ("batched", "intendedRecipient[1]"),
        ("batched", "victim[1]"),
        ("batched", "additionalInfo"),
    ]


VIRAL = FileDetails(report_id=1, file_id="f", annotations=FileAnnotations(viral=True))


def test_a_batch_takes_one_file() -> None:
    assert check_filing(BATCH, [VIRAL], NOW) == ()
    assert [(p.code, p.path) for p in check_filing(BATCH, [VIRAL, VIRAL], NOW)] == [
        ("batched_one_file", "files[2]")
    ]
    assert check_filing(BASE, [FileDetails(), FileDetails()], NOW) == ()
    closed = check_filing(BASE, [FileDetails()], NOW, open_ids=False)
    assert [(p.code, p.path) for p in closed] == [
        ("missing", "files[1]/reportId"),
        ("missing", "files[1]/fileId"),
    ]


def files(details: FileDetails, *, batched: bool = False) -> list[tuple[str, str]]:
    problems: tuple[Problem, ...] = check_file(details, NOW, batched=batched)
    for problem in problems:
        assert at(FileDetails, problem.path)
        assert problem.message.endswith(".")
    return [(p.code, p.path) for p in problems]


def test_what_the_file_of_a_batch_may_hold() -> None:
    good = replace(
        VIRAL,
        classification=Classification.A1,
        relevance=FileRelevance.REPORTED,
        viewed=True,
        public=True,
        uploaded_at=EARLIER,
        annotations=FileAnnotations(potential_meme=True, viral=True),
    )
    assert files(good, batched=True) == []
    full = replace(
        good,
        file_name="n",
        original_name="n",
        location="https://example.com",
        hashes=(FileHash(value="0", hash_type="MD5"),),
        ip_event=IpCaptureEvent(ip="192.0.2.7"),
        devices=(DeviceId(id_type="a", id_value="b"),),
        details=(Details(pairs=(NameValue(name="a", value="b"),)),),
        notes=("n",),
        annotations=FileAnnotations(viral=True, infant=True),
    )
    assert files(full, batched=True) == [
        ("batched", "fileName"),
        ("batched", "originalFileName"),
        ("batched", "locationOfFile"),
        ("batched", "fileAnnotations/infant"),
        ("batched", "originalFileHash[1]"),
        ("batched", "ipCaptureEvent"),
        ("batched", "deviceId[1]"),
        ("batched", "details[1]"),
        ("batched", "additionalInfo[1]"),
    ]
    none = replace(VIRAL, annotations=None, potential_meme=True)
    assert files(none, batched=True) == [("batched", "potentialMeme"), ("batched_mark", "fileAnnotations")]
    wrong = replace(VIRAL, relevance=FileRelevance.SUPPLEMENTAL)
    assert files(wrong, batched=True) == [("batched", "fileRelevance")]
    assert ("batched_mark", "fileAnnotations") in files(
        replace(VIRAL, annotations=FileAnnotations()), batched=True
    )


FILE = FileDetails(report_id=1, file_id="f")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"report_id": None}, "missing", "reportId"),
        ({"report_id": 0}, "range", "reportId"),
        ({"file_id": None}, "missing", "fileId"),
        ({"file_id": " f"}, "token", "fileId"),
        ({"file_id": ""}, "blank", "fileId"),
        ({"original_name": "x" * 2057}, "too_long", "originalFileName"),
        ({"uploaded_at": LATER}, "not_past", "uploadedToEspTimestamp"),
        ({"location": "example.com"}, "url", "locationOfFile"),
        ({"exif_viewed": True}, "exif_without_file", "exifViewedByEsp"),
        ({"exif_viewed": True, "viewed": False}, "exif_without_file", "exifViewedByEsp"),
        ({"potential_meme": True, "annotations": FileAnnotations()}, "meme_twice", "potentialMeme"),
        (
            {
                "relevance": FileRelevance.SUPPLEMENTAL,
                "annotations": FileAnnotations(potential_meme=True),
            },
            "supplemental_meme",
            "fileAnnotations/potentialMeme",
        ),
        (
            {"relevance": FileRelevance.SUPPLEMENTAL, "potential_meme": False},
            "supplemental_meme",
            "potentialMeme",
        ),
        (
            {"relevance": FileRelevance.SUPPLEMENTAL, "classification": Classification.B2},
            "supplemental_class",
            "industryClassification",
        ),
        ({"hashes": (FileHash(value="", hash_type="MD5"),)}, "blank", "originalFileHash[1]"),
        (
            {"hashes": (FileHash(value="0", hash_type="x" * 65),)},
            "too_long",
            "originalFileHash[1]/@hashType",
        ),
        ({"details": (Details(),)}, "too_few", "details[1]/nameValuePair"),
        (
            {"details": (Details(pairs=(NameValue(name="x" * 65, value="v"),)),)},
            "too_long",
            "details[1]/nameValuePair[1]/name",
        ),
        (
            {"details": (Details(pairs=(NameValue(name="x", value=" "),)),)},
            "blank",
            "details[1]/nameValuePair[1]/value",
        ),
    ],
)
def test_a_rule_of_the_file(changes: dict[str, Any], code: str, path: str) -> None:
    assert files(FILE) == []
    assert files(replace(FILE, **changes)) == [(code, path)]


def test_a_supplemental_file_may_carry_other_marks() -> None:
    assert (
        files(replace(FILE, relevance=FileRelevance.SUPPLEMENTAL, annotations=FileAnnotations(infant=True)))
        == []
    )
