"""A report that has to be opened afresh is looked at afresh: its files may have changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desk.domain.filing import FilingState, Reply
from desk.practice.server_faults import Fault, Kind
from desk.services.preflight import CHANGED
from tests.support.around import Around
from tests.support.world import new_world


def test_a_file_altered_before_the_second_report_is_opened(template: Path, tmp_path: Path) -> None:
    with new_world(template, tmp_path, serve=True) as world:
        filing = world.confirmed(world.case(files=1).number)
        agency = world.agency()
        world.service.set_faults(Fault(kind=Kind.WRONG_MD5, endpoint="upload"))

        def meanwhile(run: Callable[[], Reply]) -> Reply:
            """While the first report is retracted the disk alters a file."""
            for name in world.blobs():
                (path,) = (world.folder / "vault").rglob(name)
                data = bytearray(path.read_bytes())
                data[-20] ^= 1
                path.write_bytes(bytes(data))
            return run()

        outbox = world.outbox_of("desk-1", lambda: Around(agency, retract=meanwhile))  # type: ignore[arg-type]
        while not (ended := world.filing(filing.id)).state.ended:
            stepped = outbox.run()  # the whole way in one go
            if stepped.next_due is not None:
                world.clock.forward(seconds=1)
        assert (ended.state, ended.error.startswith(CHANGED)) == (FilingState.REFUSED, True)
        assert [report["state"] for report in world.service.reports()] == ["retracted"]
