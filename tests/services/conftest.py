"""Worlds for the services' tests: ``world`` on SQLite, ``served`` with a stand-in service, and the same on
both databases for what may differ between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contracts.fixtures import postgres_stores
from tests.support.world import World, make_template, new_world

__all__ = ["postgres_stores"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("workspace-template"))


@pytest.fixture
def world(template: Path, tmp_path: Path) -> Iterator[World]:
    with new_world(template, tmp_path) as made:
        yield made


@pytest.fixture
def served(template: Path, tmp_path: Path) -> Iterator[World]:
    with new_world(template, tmp_path, serve=True) as made:
        yield made


def _on(request: pytest.FixtureRequest, template: Path, tmp_path: Path, *, serve: bool) -> Iterator[World]:
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("postgres_stores").database())
        yield stack.enter_context(new_world(template, tmp_path, serve=serve, postgres=url))


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=BOTH)
def world_on_both(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[World]:
    yield from _on(request, template, tmp_path, serve=False)


@pytest.fixture(params=BOTH)
def served_on_both(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[World]:
    yield from _on(request, template, tmp_path, serve=True)
