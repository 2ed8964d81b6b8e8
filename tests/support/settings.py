"""Settings put in place for a test, without the second person whom a weaker policy or a rule would need."""

from __future__ import annotations

from desk.services.configuration import Configuration, DeskSettings, keep, settings_of


def put(configuration: Configuration, settings: DeskSettings) -> None:
    with configuration._store.write() as uow:
        keep(uow, settings)


def kept(configuration: Configuration) -> DeskSettings:
    with configuration._store.read() as uow:
        return settings_of(uow)
