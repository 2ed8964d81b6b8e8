"""The service's schema: kept once a day, held against every document, and never in the way when it is broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from desk.cybertip.schema import ServiceSchema
from desk.domain.filing import FieldProblem, FilingState, OutcomeKind, Reply
from desk.practice.server_faults import Fault
from desk.services.schema import FRESH_FOR, SchemaKeeper
from tests.support.around import Around
from tests.support.world import World

STRICT = b"""<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="report">
    <xs:complexType><xs:sequence><xs:element name="novelty" type="xs:string"/></xs:sequence></xs:complexType>
  </xs:element>
</xs:schema>"""


def fetches(world: World) -> int:
    return sum(1 for request in world.service.requests() if request.endpoint == "xsd")


def test_it_is_fetched_once_a_day_and_survives_a_restart(served: World) -> None:
    served.quiet(served.confirmed(served.case("a", first=0).number).id)
    served.quiet(served.confirmed(served.case("b", first=10).number).id)
    assert fetches(served) == 1
    state = served.schema.state(served.endpoint.url)
    assert state.fetched_at is not None
    assert state.differences == ()
    again = SchemaKeeper(served.store, ServiceSchema, served.clock)
    assert again.state(served.endpoint.url) == state
    served.clock.forward(seconds=(FRESH_FOR + timedelta(minutes=1)).total_seconds())
    served.quiet(served.confirmed(served.case("c", first=20).number).id)
    assert fetches(served) == 2


def test_a_document_that_it_would_not_take_opens_no_report(served: World) -> None:
    served.schema.keep(served.endpoint.url, STRICT)
    filing = served.confirmed(served.case().number)
    done = served.quiet(filing.id)
    assert done.state is FilingState.REFUSED
    assert "schema" in done.error
    assert not served.service.reports()
    view = served.drafting.open(served.moderator, filing.case_number)
    assert view.refused_words == done.error
    assert view.refused_at


def test_its_differences_are_named(served: World) -> None:
    served.schema.keep(served.endpoint.url, STRICT)
    words = served.schema.state(served.endpoint.url).differences
    assert any("novelty" in line for line in words)
    assert "schema.kept" in served.acts()


def test_one_that_cannot_be_read_leaves_the_older_one(served: World) -> None:
    served.schema.keep(served.endpoint.url, STRICT)
    before = served.schema.state(served.endpoint.url)
    served.schema.keep(served.endpoint.url, b"<html>a proxy's page</html>")
    after = served.schema.state(served.endpoint.url)
    assert (after.sha256, after.differences) == (before.sha256, before.differences)
    fresh = SchemaKeeper(served.store, ServiceSchema, served.clock)
    fresh.keep("https://other.example.com/ispws", b"nonsense")
    assert fresh.state("https://other.example.com/ispws").differences == ()
    assert fresh.problems("https://other.example.com/ispws", b"<report/>") == ()


def test_a_fetch_that_fails_stops_no_report(served: World) -> None:
    served.service.set_faults(Fault(kind="http_500", endpoint="xsd", times=None))
    assert served.quiet(served.confirmed(served.case().number).id).state is FilingState.FILED
    assert served.schema.state(served.endpoint.url).fetched_at is None


def test_a_damaged_entry_counts_as_none(served: World) -> None:
    with served.store.write() as uow:
        entry = {"at": served.clock.now().isoformat(), "sha256": "00", "data": "bm9uc2Vuc2U="}
        uow.settings.set(f"schema:{served.endpoint.url}", entry)
    keeper = SchemaKeeper(served.store, ServiceSchema, served.clock)
    assert keeper.problems(served.endpoint.url, b"<report/>") == ()
    assert keeper.state(served.endpoint.url).sha256 == "00"


def test_a_service_that_refuses_leads_to_the_draft_s_fields(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of a refusal by line stand at the field of the draft that they speak of."""
    filing = served.confirmed(served.case().number)
    client = served.agency()
    xml = served.outbox.story(served.supervisor, filing.id).confirmed.report_xml
    line = next(n for n, text in enumerate(xml.decode().splitlines(), 1) if "<incidentType>" in text)

    def refusing(run: Callable[[], Reply]) -> Reply:
        reply = run()
        words = f"Validation failed [{line},5] - not this type."
        return Reply(
            OutcomeKind.REFUSED,
            reply.at,
            code=4100,
            description=words,
            http_status=400,
            problems=(FieldProblem("incidentSummary/incidentType", "4100", words),),
        )

    monkeypatch.setattr(served.outbox._sender, "_agency", lambda: Around(client, submit=refusing))
    done = served.quiet(filing.id)
    assert done.state is FilingState.REFUSED
    assert "not this type" in done.error
    view = served.drafting.open(served.moderator, filing.case_number)
    assert [problem.path for problem in view.refused_at] == ["incident_type"]
    monkeypatch.undo()
    claim, summary = served.summed(filing.case_number)
    again = served.confirmation.confirm(served.moderator, claim, summary, checked=True).value
    assert served.quiet(again.id).state is FilingState.FILED
