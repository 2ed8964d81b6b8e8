"""Kept answers read again."""

from __future__ import annotations

from desk.cybertip.answers import answered
from desk.domain.filing import Call


def test_what_an_answer_names_is_read_again() -> None:
    upload = (
        b"<reportResponse><responseCode>0</responseCode><responseDescription>ok</responseDescription>"
        b"<reportId>77</reportId><fileId>abc</fileId><hash>FF00</hash></reportResponse>"
    )
    said = answered(Call.UPLOAD, upload)
    assert (said.file_id, said.md5, said.report_id) == ("abc", "ff00", "77")
    done = (
        b"<reportDoneResponse><responseCode>0</responseCode><reportId>77</reportId>"
        b"<files><fileId>abc</fileId><fileId>def</fileId></files></reportDoneResponse>"
    )
    assert answered(Call.FINISH, done).file_ids == ("abc", "def")


def test_what_is_no_answer_names_nothing() -> None:
    said = answered(Call.UPLOAD, b"<html>torn")
    assert (said.file_id, said.md5, said.file_ids) == (None, None, ())
