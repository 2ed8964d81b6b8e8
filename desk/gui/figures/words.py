"""What the figures are called, what they mean, and why one may be empty."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from desk.domain.figures import Chart, Series, Step, said
from desk.domain.second_review import Kappa
from desk.gui.second_review.words import category
from desk.gui.words import tr

FEWEST = 5
"""People of whom exposure is shown together; of fewer it would be one person's."""


def title(key: str) -> str:
    return {
        "volume": tr("Cases and reports"),
        "time": tr("Time to filing"),
        "completeness": tr("Completeness of filed reports"),
        "trouble": tr("Refusals and informational reports"),
        "agreement": tr("Agreement of second reviews"),
        "exposure": tr("Exposure of all together"),
    }.get(key, key)


def about(key: str) -> str:
    return {
        "volume": tr("How many came in, were closed without a report, and were filed."),
        "time": tr("Hours until a report was filed, for those filed in each period."),
        "completeness": tr("The desk's own score, of 100, when they were confirmed."),
        "trouble": tr("By the day of the refusal, and of the note that a report was informational."),
        "agreement": tr("Cohen's kappa by month: 1 is full agreement, 0 what chance alone would give."),
        "exposure": tr(
            "Minutes that media were shown unblurred on a person's day, by week; whole past weeks."
        ),
    }.get(key, "")


def nothing(key: str) -> str:
    return {
        "volume": tr("Nothing came in and nothing was filed in this range."),
        "time": tr("Nothing was filed in this range."),
        "completeness": tr("Nothing was filed in this range."),
        "trouble": tr("Nothing was refused and nothing was said to be informational."),
        "agreement": tr("Fewer than {few} second opinions in every month: too few to say.", few=FEWEST),
        "exposure": tr("Exposure is shown of five people and more, never of fewer."),
    }.get(key, tr("There are no figures of this range."))


def series(one: Series) -> str:
    """The name of a line, in the reader's language."""
    return {
        "cases received": tr("cases received"),
        "closed without a report": tr("closed without a report"),
        "reports filed": tr("reports filed"),
        "from the desk to filing, median": tr("from the desk, median"),
        "from the incident to filing, median": tr("from the incident, median"),
        "from the desk to filing, slowest tenth": tr("from the desk, slowest tenth"),
        "median": tr("median"),
        "lowest tenth": tr("lowest tenth"),
        "refused by the service": tr("refused by the service"),
        "said to be informational": tr("said to be informational"),
        "Cohen's kappa": tr("Cohen's kappa"),
        "a person's day, mean": tr("a person's day, mean"),
    }.get(one.name, one.name)


def value(one: Series, at: int) -> str:
    """A value with its unit; empty where there is none. A kappa has two decimals."""
    found = one.values[at]
    if found is None:
        return ""
    text = f"{found:.2f}" if one.name == "Cohen's kappa" else said(found)
    return f"{text} {one.unit}".strip()


def period(start: date, step: Step) -> str:
    """A period as the table names it."""
    if step is Step.MONTH:
        return f"{start:%Y-%m}"
    return f"{start:%Y-%m-%d}" if step is Step.DAY else tr("week of {day}", day=f"{start:%Y-%m-%d}")


def tick(start: date, step: Step) -> str:
    """The same below the chart, short."""
    return f"{start:%Y-%m}" if step is Step.MONTH else f"{start:%m-%d}"


def step_of(chart: Chart, chosen: Step) -> Step:
    """Agreement is always by month, exposure by week."""
    return {"agreement": Step.MONTH, "exposure": Step.WEEK}.get(chart.key, chosen)


def table(chart: Chart, chosen: Step) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Headings and rows, in words."""
    step = step_of(chart, chosen)
    heads = [f"{series(one)} ({one.unit})" if one.unit else series(one) for one in chart.series]
    rows = tuple(
        (period(start, step), *(_bare(one, at) for one in chart.series))
        for at, start in enumerate(chart.starts)
    )
    return (tr("Period"), *heads), rows


def _bare(one: Series, at: int) -> str:
    found = value(one, at)
    return found.removesuffix(f" {one.unit}") if one.unit else found


def one_csv(chart: Chart, chosen: Step) -> str:
    """The chart's table."""
    heads, rows = table(chart, chosen)
    return _csv([heads, *rows])


def all_csv(charts: Sequence[Chart], types: dict[str, Kappa], chosen: Step) -> str:
    """Everything in long form: one value a line."""
    lines: list[Sequence[str]] = [(tr("Chart"), tr("Period"), tr("Figure"), tr("Unit"), tr("Value"))]
    for chart in charts:
        step = step_of(chart, chosen)
        for one in chart.series:
            for at, start in enumerate(chart.starts):
                name = title(chart.key)
                lines.append((name, period(start, step), series(one), one.unit, _bare(one, at)))
    for name, found in types.items():
        figure = "" if found.value is None else f"{found.value:.2f}"
        lines.append((tr("Agreement by type"), "", category(name), tr("kappa"), figure))
    return _csv(lines)


def _csv(lines: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()
