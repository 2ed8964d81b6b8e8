"""Building, checking, writing and validating reports.

Run by hand: ``python tests/bench/bench_xml.py``. Prints the milliseconds to build and check a maximal
report (every element and attribute that may stand together), and how many reports a second are rendered
and validated against the service's schema. Times are of one processor, so that a busy machine tells the same.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desk.cybertip import xml
from desk.cybertip.checks import check_report
from desk.cybertip.model import Report
from desk.cybertip.schema import ServiceSchema
from tests.cybertip.documents import NOW, Maker, maximal_report, schema_bytes

REPORTS = 10_000


def recipe(value: Any) -> Any:
    """What it takes to build a record anew: its class and the recipes of its values, taken apart beforehand."""
    if isinstance(value, tuple):
        return [recipe(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value), {f.name: recipe(getattr(value, f.name)) for f in fields(value)})
    return value


def build(made: Any) -> Any:
    kind = type(made)
    if kind is tuple:
        cls, values = made
        return cls(**{name: build(value) for name, value in values.items()})
    return tuple([build(item) for item in made]) if kind is list else made


def median_ms(act: Callable[[], object], times: int = 50) -> float:
    taken = []
    for _ in range(times):
        start = time.process_time()
        act()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def main() -> None:
    largest = maximal_report()
    service = ServiceSchema(schema_bytes())
    written = xml.write(largest)
    assert check_report(largest, NOW) == ()
    assert service.validate(written) == ()
    parts = recipe(largest)
    assert build(parts) == largest
    building, check = median_ms(lambda: build(parts)), median_ms(lambda: check_report(largest, NOW))
    print(
        f"maximal report: {len(written) / 1000:.0f} kB, {written.count(b'</') + written.count(b'/>')} elements"
    )
    print(f"build {building:.2f} ms + check {check:.2f} ms = {building + check:.2f} ms (wanted: under 5)")
    print(
        f"write {median_ms(lambda: xml.write(largest)):.2f} ms, read {median_ms(lambda: xml.read(written)):.2f} ms"
    )
    print(f"validate {median_ms(lambda: service.validate(written)):.2f} ms")

    reports: list[Report] = [Maker(seed, 0.2).record(Report) for seed in range(REPORTS)]
    start = time.process_time()
    size = 0
    for report in reports:
        made = xml.write(report)
        size += len(made)
        assert service.validate(made) == ()
    taken = time.process_time() - start
    rate = REPORTS / taken
    print(f"{REPORTS} reports of {size / REPORTS / 1000:.1f} kB rendered and validated: {rate:.0f} a second")


if __name__ == "__main__":
    main()
