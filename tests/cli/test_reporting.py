"""Reports on the command line: the page's filters as options, and one report's story."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desk.cli import run
from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.domain.roles import Operator
from desk.services.desk import Desk
from tests.support.world import World, make_template, new_world


@pytest.fixture
def served(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "template").mkdir()
    with new_world(make_template(tmp_path / "template"), tmp_path, serve=True) as made:
        yield made


def test_reports_are_filtered_and_shown(
    served: World, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def opened(*_arguments: object) -> Iterator[tuple[Desk, Operator]]:
        yield served.desk, served.moderator

    monkeypatch.setattr("desk.cli.reporting.opened", opened)

    def inside(*arguments: str) -> tuple[int, str]:
        code = run(["report", *arguments])
        return code, capsysbinary.readouterr().out.decode()

    assert inside("list") == (0, "No report has been filed yet.\n")
    filing = served.confirmed(served.case("case-1").number)
    (row,) = json.loads(inside("list", "--json")[1])
    assert (row["filing"], row["state"], row["case_id"]) == (filing.id, "confirmed", "case-1")
    today = row["confirmed_at"][:10]
    for fits in (
        ("--state", "on_its_way"),
        ("--search", "case-1"),
        ("--by", served.moderator.name),
        ("--type", row["incident_type"]),
        ("--since", today, "--until", today),
        ("--no-escalated", "--no-noted", "--no-batched", "--below", "101"),
        ("--limit", "1"),
    ):
        found: list[dict[str, Any]] = json.loads(inside("list", "--json", *fits)[1])
        assert [one["filing"] for one in found] == [filing.id], fits
    for fits_not in (("--state", "filed"), ("--search", "nobody"), ("--noted",), ("--since", "2999-01-01")):
        assert inside(*fits_not) == (0, "No report fits.\n")
    assert inside("list", "--by", "Nobody")[0] == 3
    assert inside("list", "--type", "Nothing")[0] == 3
    with pytest.raises(SystemExit):
        inside("list", "--since", "4 May")
    capsysbinary.readouterr()

    number = str(filing.id)
    shown = json.loads(inside("show", number, "--json")[1])
    assert [one["listed_at_the_end"] for one in shown["files"]] == ["unknown", "unknown"]
    assert shown["report"]["sha256"] == shown["report_sha256"]
    told = inside("show", number)[1]
    assert "Said to be viewed:" in told
    assert "(unanswered)" in told
    assert inside("show", number, "--receipt")[0] == 3
    served.quiet(filing.id)
    served.desk.outcomes.add(
        served.supervisor, filing.id, OutcomeSource.NCMEC, OutcomeKind.RECEIVED, "Thanks", "REF-7"
    )
    told = inside("show", number)[1]
    assert "ncmec  received  REF-7  Thanks" in told
    assert "(equal)  in the service's list: yes" in told
    assert "Receipt (SHA-256 " in told
