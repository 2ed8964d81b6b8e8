"""What a command prints: words for a person, or one JSON value for a machine; progress on a terminal only."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, TextIO

from desk.domain.codec import to_plain


def keyring_waits() -> None:
    """Said once the keyring keeps a command waiting: silence would look like a hang."""
    from desk.system.keyring import WAITING

    print(f"desk: {WAITING[0]}\n      {WAITING[1]} Ctrl+C gives up.", file=sys.stderr, flush=True)


class Output:
    """Results go to stdout, problems and progress to stderr."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._progress = 0

    def value(self, plain: Any, words: str) -> None:
        """The command's result: ``plain`` with --json, else ``words``."""
        self._clear()
        if self.as_json:
            print(_json(to_plain(plain)), file=self._out)
        elif words:
            print(_text(words), file=self._out)

    def table(self, plain: list[dict[str, Any]], columns: Sequence[tuple[str, str]], empty: str) -> None:
        """Rows by (key, heading); ``empty`` where there are none."""
        if self.as_json or not plain:
            self.value(plain, empty)
            return
        cells = [[_cell(row.get(key)) for key, _ in columns] for row in plain]
        widths = [
            max(len(heading), *(len(row[i]) for row in cells)) for i, (_, heading) in enumerate(columns)
        ]
        lines = ["  ".join(heading.ljust(width) for (_, heading), width in zip(columns, widths, strict=True))]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells
        ]
        self.value(plain, "\n".join(line.rstrip() for line in lines))

    def say(self, words: str) -> None:
        """A note beside the result."""
        self._clear()
        print(_text(words), file=self._err)

    def problem(self, message: str, remedy: str, **facts: Any) -> None:
        """What went wrong and how to mend it, on stderr."""
        self._clear()
        if self.as_json:
            known = {key: value for key, value in facts.items() if value is not None}
            print(_json({"error": message, "remedy": remedy, **known}), file=self._err)
            return
        print(_text(f"desk: {message}"), file=self._err)
        if remedy:
            print(f"      {remedy}", file=self._err)
        if facts.get("request_id"):
            print(f"      Request-ID for NCMEC's support: {facts['request_id']}", file=self._err)

    def progress(self, words: str) -> None:
        """One line that is written over; nothing where stderr is no terminal."""
        if self.as_json or not self._err.isatty():
            return
        line = _text(words[:100])
        print("\r" + line.ljust(self._progress), end="", file=self._err, flush=True)
        self._progress = len(line)

    def _clear(self) -> None:
        if self._progress:
            print("\r" + " " * self._progress + "\r", end="", file=self._err, flush=True)
            self._progress = 0


def _json(plain: Any) -> str:
    text = json.dumps(plain, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # a file's name in no known encoding: escaped, it is still JSON
        return json.dumps(plain)
    return text


def _text(words: str) -> str:
    """The words with what can't be written in UTF-8 made visible."""
    return words.encode("utf-8", "backslashreplace").decode()


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if value is True:
        return "yes"
    if value is False:
        return "no"
    return str(value)
