"""Logs that can be handed to somebody else: no credentials, no content, no personal data.

What the desk's own modules log is written with likely personal data masked; they must not log it in
the first place, this is the second line. What other libraries log is reduced to its constant template,
since their arguments can hold SQL parameters, URLs and headers. A traceback shows files, lines, functions
and the classes of the exceptions, never their texts and never a value.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from desk.domain.errors import DeskError
from desk.system.paths import make_private_dir, open_private

OWN = "desk"
FILE_NAME = "desk.log"
MAX_BYTES = 2_000_000
BACKUPS = 5

_NAMED_SECRET = re.compile(
    r"(?i)\b(authorization|pass(?:word|wd|phrase)|secret|token|key)\s*[=:]\s*(?:basic\s+|bearer\s+)?\S+"
)
_MASKS = (
    (re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s'\"<>]+"), "[url]"),
    (re.compile(r"[^\s@'\"<>(),;:=]+@[^\s@'\"<>(),;:=]+"), "[email]"),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"), "[ip]"),
    (re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{1,4}|(?<=::))(?![\w:])"), "[ip]"),
    (_NAMED_SECRET, r"\1: [hidden]"),
    (re.compile(r"\b[0-9a-fA-F]{32,}\b"), "[hex]"),
    (re.compile(r"\b[A-Za-z0-9+/_-]{40,}={0,2}"), "[data]"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TIME_OF_DAY = re.compile(r"\b\d\d:\d\d:\d\d\b")


def mask(text: str) -> str:
    """`text` on one line, with addresses, URLs, secrets after their names, and long codes hidden."""
    text = _CONTROL.sub(lambda hit: hit.group().encode("unicode_escape").decode(), text)
    times: list[str] = []

    def keep(hit: re.Match[str]) -> str:
        times.append(hit.group())
        return "\x00"

    # A time of day looks like a piece of an IPv6 address; it is what makes a log useful.
    text = _TIME_OF_DAY.sub(keep, text)
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    parts = text.split("\x00")
    return "".join(part + (times[i] if i < len(parts) - 1 else "") for i, part in enumerate(parts))


def short_path(name: str) -> str:
    """A source file's path from its package on, so that no home folder is shown."""
    parts = Path(name).parts
    for anchor in ("site-packages", "lib", "Lib"):
        if anchor in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(anchor) :])
    if OWN in parts:
        return "/".join(parts[len(parts) - 1 - parts[::-1].index(OWN) :])
    return "/".join(parts[-2:])


def describe(error: BaseException | None) -> str:
    """An exception and its causes as classes and places, one line each, without any text or value."""
    return "\n".join(_describe(error, set()))


def _describe(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _describe(earlier, seen)
        yield "  then"
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"  at {short_path(code.co_filename)}:{trace.tb_lineno} in {code.co_qualname}"
        trace = trace.tb_next
    kind = type(error)
    yield f"  {kind.__module__}.{kind.__qualname__}"
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _describe(part, seen)


class SafeFormatter(logging.Formatter):
    """One line for each record: time (UTC), level, thread, logger, message; then the exception's places."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        # A copy, since other handlers (pytest's, for one) format the same record.
        copy = logging.makeLogRecord(record.__dict__)
        copy.msg, copy.args = mask(_message(record)), None
        copy.exc_text, copy.stack_info = None, None
        return super().format(copy)

    def formatException(self, ei: Any) -> str:
        return describe(ei[1])


def _message(record: logging.LogRecord) -> str:
    if record.name != OWN and not record.name.startswith(OWN + "."):
        return str(record.msg) if record.args and isinstance(record.msg, str) else "(text withheld)"
    if isinstance(record.msg, BaseException):
        return _harmless(record.msg)
    args: Any = record.args
    if isinstance(args, tuple):
        args = tuple(_harmless(arg) if isinstance(arg, BaseException) else arg for arg in args)
    try:
        return str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def _harmless(error: BaseException) -> str:
    # The desk's own errors are written to be shown; a foreign one's text may hold anything.
    name = type(error).__qualname__
    return f"{name}: {error.words()}" if isinstance(error, DeskError) else name


class PrivateRotatingFileHandler(logging.handlers.RotatingFileHandler):
    """A rotating log file of mode 0600."""

    def _open(self) -> Any:
        return open(
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            errors=self.errors,
            opener=lambda path, flags: open_private(Path(path), flags),
        )


def set_up_logging(
    folder: Path | None, *, stderr: TextIO | None = None, level: int = logging.INFO
) -> Callable[[], None]:
    """Send the log to `folder`/desk.log (none for practice), and to `stderr` if given.

    The desk's own loggers write from `level` up, all others from WARNING. Returns a function that takes
    the handlers off again and closes them. Raises WorkspaceProblem or OSError if the folder cannot be used.
    """
    handlers: list[logging.Handler] = []
    if folder is not None:
        make_private_dir(folder)
        handlers.append(
            PrivateRotatingFileHandler(
                folder / FILE_NAME,
                maxBytes=MAX_BYTES,
                backupCount=BACKUPS,
                encoding="utf-8",
                errors="replace",
            )
        )
    if stderr is not None:
        handlers.append(logging.StreamHandler(stderr))
    root, own = logging.getLogger(), logging.getLogger(OWN)
    before = (root.level, own.level, logging.raiseExceptions)
    # A handler that fails would print the record and its arguments to stderr.
    logging.raiseExceptions = False
    root.setLevel(logging.WARNING)
    own.setLevel(level)
    for handler in handlers:
        handler.setFormatter(SafeFormatter())
        root.addHandler(handler)

    def undo() -> None:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(before[0])
        own.setLevel(before[1])
        logging.raiseExceptions = before[2]

    return undo


def install_excepthook(tell: Callable[[str], None] | None = None) -> Callable[[], None]:
    """Log exceptions that nobody caught, on any thread, without their texts; return how to undo it.

    `tell` is handed one harmless line for the person; by default it goes to stderr. An interrupt from the
    keyboard is not logged. Without this, Python itself would print texts and values to stderr.
    """
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    logger = logging.getLogger(f"{OWN}.fault")

    def report(
        kind: type[BaseException], error: BaseException | None, trace: TracebackType | None, where: str
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger.critical("not caught in %s", where, exc_info=(kind, error or kind(), trace))
        line = f"Tipline Desk met a fault ({kind.__qualname__}, {where}). The log says at which place."
        if tell is not None:
            tell(line)
        elif sys.stderr is not None:
            sys.stderr.write(line + os.linesep)

    def main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        report(kind, error, trace, "the main thread")

    def thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            report(args.exc_type, args.exc_value, args.exc_traceback, "a background thread")

    def unraisable(args: Any) -> None:
        report(args.exc_type, args.exc_value, args.exc_traceback, "a destructor")

    sys.excepthook, threading.excepthook, sys.unraisablehook = main, thread, unraisable

    def undo() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before

    return undo
