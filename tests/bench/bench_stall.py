"""How long the window stands still while previews load: `python -m tests.bench.bench_stall [--files N]`.

A case of 500 pictures is opened in the real page, with real store, vault and sandbox. A timer of the GUI thread
ticks every few milliseconds: a tick that comes late is a stall. Printed: the longest while the page is built and
while the previews load, and how many there were. Bound: 30 ms while previews load. Needs a display (xvfb-run),
or QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from desk.app import practice_desk
from desk.gui.case.previews import PreviewLoader
from desk.gui.theme import Scheme, Theme
from tests.gui.case_support import Bench, put_case
from tests.previewer import materials

TICK_MS = 3
BOUND_MS = 30.0
GIVE_UP = 300.0


class Pulse:
    """Gaps between the ticks of a timer in the GUI thread, less the timer's own interval.

    ``own`` is what the GUI thread itself computed in each gap: what other programs take of the processors is
    not in it, and neither is waiting for its turn.
    """

    def __init__(self) -> None:
        self.late: list[float] = []
        self.own: list[float] = []
        self._spent = time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._last = time.perf_counter()
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        spent = time.thread_time()
        self.late.append((now - self._last) * 1000 - TICK_MS)
        self.own.append((spent - self._spent) * 1000)
        self._last, self._spent = now, spent

    def take(self) -> tuple[list[float], list[float]]:
        """The gaps so far, and what was computed in them, the longest first; begins anew."""
        found = sorted(self.late, reverse=True), sorted(self.own, reverse=True)
        self.late, self.own = [], []
        return found


def photographs(count: int) -> dict[str, bytes]:
    """Distinct pictures of the sizes that phones send on, in four formats."""
    base = materials.card(1600, 1200)
    found: dict[str, bytes] = {}
    for number in range(count):
        image = base.rotate(number % 360).resize((1000 + number % 7, 750))
        image.putpixel((number % 1000, number // 1000), (255, 0, 0))
        name, format_, options = (
            ("jpg", "JPEG", {"quality": 85}),
            ("jpg", "JPEG", {"quality": 92, "progressive": True}),
            ("png", "PNG", {"compress_level": 1}),
            ("webp", "WEBP", {"method": 0}),
        )[number % 4]
        found[f"{number:04}.{name}"] = materials.saved(image, format_, **options)
    return found


def line(what: str, gaps: tuple[list[float], list[float]], seconds: float) -> None:
    late, own = gaps
    over = sum(gap > BOUND_MS for gap in late)
    longest = ", ".join(f"{gap:.0f}" for gap in late[:5])
    computed = ", ".join(f"{gap:.0f}" for gap in own[:5])
    print(f"{what}: {seconds:.1f} s, longest stalls {longest} ms; {over} over {BOUND_MS:.0f} ms", flush=True)
    print(f"    of the GUI thread's own computing {computed} ms", flush=True)


def measure(folder: Path, count: int) -> float:
    """Prints the figures; the longest stall while previews load, in milliseconds."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    Theme(app, Scheme.LIGHT)
    Image.preinit()
    with practice_desk(cases=False, folder=folder) as desk:
        number = put_case(desk, folder / "packages", photographs(count))
        bench = Bench(desk)
        bench.page.resize(1280, 860)
        bench.page.show()
        app.processEvents()
        pulse = Pulse()
        started = time.perf_counter()
        bench.page.open_case(number)
        loader = bench.page.findChild(PreviewLoader)
        assert loader is not None
        arrived: list[str] = []
        loader.found.connect(arrived.append)
        while not arrived and time.perf_counter() - started < GIVE_UP:
            app.processEvents()
            time.sleep(0.0005)
        line("page built, first tile shown", pulse.take(), time.perf_counter() - started)
        started = time.perf_counter()
        while len(arrived) < count and time.perf_counter() - started < GIVE_UP:
            app.processEvents()
            time.sleep(0.0005)
        gaps = pulse.take()
        line(
            f"{len(arrived)} previews loaded, {len(loader.plain)} plain", gaps, time.perf_counter() - started
        )
        bench.close()
    return gaps[0][0]


def main() -> int:
    """1 where the bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(Path(folder), parser.parse_args().files) <= BOUND_MS else 1


if __name__ == "__main__":
    sys.exit(main())
