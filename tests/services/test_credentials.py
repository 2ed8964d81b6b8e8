from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.errors import NotAllowed, NotReady, ServiceRefused, UserError
from desk.practice.server_faults import Fault, Kind
from desk.system.keyring import KeyringStore
from tests.support.world import PASSWORD, USER, World, new_world


@pytest.fixture
def kept(template: Path, tmp_path: Path, secret_service: None) -> Iterator[World]:
    """Secrets in the real Secret Service."""
    with new_world(template, tmp_path, serve=True, secrets=KeyringStore()) as made:
        yield made
        made.credentials.remove(made.admin, made.endpoint)


@pytest.mark.keyring
def test_set_checked_and_removed_in_the_real_keyring(kept: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert kept.credentials.state(kept.endpoint).there
    state = kept.credentials.check(kept.admin, kept.endpoint).value
    assert (state.accepted, state.checked_as, state.checked_at) == (True, USER, kept.clock.now())
    asked = [request.endpoint for request in kept.service.requests()]
    assert asked == ["status", "xsd"]  # the service's schema was fetched on the way
    assert kept.credentials.get(kept.endpoint) == Credentials(USER, PASSWORD)
    assert PASSWORD not in caplog.text
    kept.credentials.remove(kept.admin, kept.endpoint)
    assert kept.credentials.get(kept.endpoint) is None
    assert kept.credentials.state(kept.endpoint) == type(state)(False)
    with pytest.raises(NotReady):
        kept.credentials.check(kept.admin, kept.endpoint)


def test_the_password_is_in_no_file_text_or_log(served: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    served.credentials.check(served.admin, served.endpoint)
    served.quiet(served.confirmed(served.case().number).id)
    served.service.set_faults(
        Fault(kind=Kind.CODE, endpoint="status", code=3000, description=f"no {PASSWORD}")
    )
    with pytest.raises(ServiceRefused) as refused:
        served.credentials.check(served.admin, served.endpoint)
    assert PASSWORD not in f"{refused.value} {refused.value.remedy} {refused.value.__dict__}"
    assert PASSWORD not in served.credentials.state(served.endpoint).words
    assert "…" in served.credentials.state(served.endpoint).words
    with served.store.read() as uow:
        db = uow.cases._db
        for table in ("settings", "audit_entries", "journal"):
            assert PASSWORD not in repr(db.exec_driver_sql(f"SELECT * FROM {table}").all())
    assert PASSWORD not in caplog.text
    found = served.credentials.get(served.endpoint)
    assert PASSWORD not in f"{found!r} {served.secrets!r} {served.agency()!r} {served.credentials!r}"


def test_credentials_of_one_endpoint_are_never_anothers(served: World) -> None:
    other = Endpoint(EndpointKind.CUSTOM, "http://localhost:9/ispws")
    assert served.credentials.get(other) is None
    served.credentials.set(served.admin, other, Credentials("else", "where"))
    assert served.credentials.get(served.endpoint) == Credentials(USER, PASSWORD)
    served.credentials.remove(served.admin, served.endpoint)
    assert served.credentials.get(other) == Credentials("else", "where")


def test_not_accepted(served: World) -> None:
    served.credentials.set(served.admin, served.endpoint, Credentials(USER, "wrong"))
    assert served.credentials.state(served.endpoint).checked_at is None
    with pytest.raises(ServiceRefused) as refused:
        served.credentials.check(served.admin, served.endpoint)
    assert refused.value.request_id
    state = served.credentials.state(served.endpoint)
    assert (state.accepted, state.checked_as, state.checked_at) == (False, "", served.clock.now())
    served.credentials.set(served.admin, served.endpoint, Credentials(USER, PASSWORD))
    assert served.credentials.state(served.endpoint).checked_at is None


def test_out_of_reach_is_no_refusal(served: World) -> None:
    served.service.stop()
    state = served.credentials.check(served.admin, served.endpoint).value
    assert (state.there, state.accepted) == (True, False)
    assert "no connection" in state.words


def test_what_is_refused(world: World) -> None:
    world.credentials.set(world.admin, world.endpoint, Credentials("a", "b"))
    for bad in (Credentials("", "x"), Credentials("  ", "x"), Credentials("x", "")):
        with pytest.raises(UserError):
            world.credentials.set(world.admin, world.endpoint, bad)
    for who in (world.moderator, world.supervisor):
        for act in (
            lambda: world.credentials.set(who, world.endpoint, Credentials("x", "y")),  # noqa: B023
            lambda: world.credentials.check(who, world.endpoint),  # noqa: B023
            lambda: world.credentials.remove(who, world.endpoint),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()
    assert world.credentials.get(world.endpoint) == Credentials("a", "b")


@pytest.mark.parametrize(
    "raw", [b"\xff", b"[]", b'{"user": "x"}', json.dumps("hunter-22").encode(), b"hunter-22"]
)
def test_a_damaged_entry_is_said_without_its_text(world: World, raw: bytes) -> None:
    world.secrets.set(world.credentials._name(world.endpoint), raw)
    with pytest.raises(UserError, match="damaged") as told:
        world.credentials.get(world.endpoint)
    assert "hunter" not in str(told.value)
    assert told.value.__suppress_context__
