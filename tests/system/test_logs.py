from __future__ import annotations

import io
import logging
import os
import re
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk.domain.errors import UserError
from desk.system import logs
from desk.system.logs import describe, install_excepthook, mask, set_up_logging, short_path

own = logging.getLogger("desk.tests")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    undo = set_up_logging(None, stderr=stream)
    yield stream
    undo()


def raise_deep(secret: str) -> None:
    local = secret * 2
    try:
        {}[local]
    except KeyError as error:
        raise ValueError(f"text with {secret}") from error


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail to somebody@example.com now", "mail to [email] now"),
        ("from 192.0.2.7:443, then 2001:db8::7 and ::1", "from [ip]:443, then [ip] and [ip]"),
        ("GET https://user:word@example.com/path?q=1 done", "GET [url] done"),
        ("password=abc Password: def token = ghi", "password: [hidden] Password: [hidden] token: [hidden]"),
        ("Authorization: Basic dXNlcjp3b3Jk", "Authorization: [hidden]"),
        ("digest " + "ab" * 32, "digest [hex]"),
        ("blob " + "Ab3_" * 12, "blob [data]"),
        ("at 12:34:56 the step 3 of 10 took 1.5 s", "at 12:34:56 the step 3 of 10 took 1.5 s"),
        ("version 6.12.0, case 17", "version 6.12.0, case 17"),
        ("first\nsecond\x1b[31m\u2028third", "first\\nsecond\\x1b[31m\\u2028third"),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_a_record_is_one_line_with_its_time_in_utc(stream: io.StringIO) -> None:
    own.info("filing %d is %s", 3, "held")
    own.debug("not at this level")
    line = stream.getvalue()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 INFO MainThread desk\.tests: filing 3 is held\n", line
    )


def test_a_traceback_shows_places_and_classes_only(stream: io.StringIO) -> None:
    try:
        raise_deep("hidden")
    except ValueError:
        own.exception("step failed", stack_info=True)
    text = stream.getvalue()
    assert "hidden" not in text
    assert "builtins.KeyError" in text
    assert "  then" in text
    assert "builtins.ValueError" in text
    assert re.search(r"at \S*system/test_logs\.py:\d+ in raise_deep", text)


def test_a_foreign_exception_as_an_argument_shows_its_class_only(stream: io.StringIO) -> None:
    own.error("it said %s", ValueError("hidden"))
    own.error(ValueError("hidden"))
    own.error("it said %s", UserError("the disk is full.", "Make room."))
    assert "hidden" not in stream.getvalue()
    assert "it said ValueError\n" in stream.getvalue()
    assert "it said UserError: the disk is full. Make room.\n" in stream.getvalue()


def test_other_libraries_are_reduced_to_their_template(stream: io.StringIO) -> None:
    other = logging.getLogger("httpx")
    other.warning("HTTP Request: %s %s", "GET", "hidden")
    other.warning("ready-made hidden text")
    other.info("hidden, and below the level")
    text = stream.getvalue()
    assert "hidden" not in text
    assert "HTTP Request: %s %s" in text
    assert "(text withheld)" in text


def test_a_record_that_does_not_fit_its_arguments_loses_nothing_and_leaks_nothing(
    stream: io.StringIO,
) -> None:
    own.warning("two %d %d", "hidden")
    assert stream.getvalue().endswith("desk.tests: two %d %d\n")


def test_the_file_is_private_rotates_and_stays_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2000)
    folder = tmp_path / "logs"
    undo = set_up_logging(folder)
    for number in range(300):
        own.info("line %d", number)
    undo()
    own.info("after the end")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["desk.log", *(f"desk.log.{n}" for n in range(1, logs.BACKUPS + 1))]
    if os.name != "nt":
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "desk.log").read_text().splitlines()[-1].endswith("line 299")
    assert all(path.stat().st_size <= 2000 for path in folder.iterdir())


def test_undoing_restores_what_was_before() -> None:
    before = (logging.getLogger().level, list(logging.getLogger().handlers), logging.raiseExceptions)
    set_up_logging(None, stderr=io.StringIO())()
    assert (logging.getLogger().level, list(logging.getLogger().handlers), logging.raiseExceptions) == before


def test_a_group_and_a_circle_of_causes_are_told_once() -> None:
    first, second = ValueError("hidden"), TypeError("hidden")
    first.__cause__, second.__cause__ = second, first
    text = describe(ExceptionGroup("hidden", [first, OSError("hidden")]))
    assert text.split() == [
        "builtins.ExceptionGroup",
        "builtins.TypeError",
        "then",
        "builtins.ValueError",
        "builtins.OSError",
    ]
    assert describe(None) == ""


def test_source_paths_show_no_home() -> None:
    assert short_path("/home/name/project/desk/storage/vault.py") == "desk/storage/vault.py"
    assert short_path("/home/name/desk/desk/storage/vault.py") == "desk/storage/vault.py"
    assert short_path("/home/name/.venv/lib/python3.11/site-packages/httpx/_client.py") == "httpx/_client.py"
    assert short_path("/usr/lib/python3.11/json/decoder.py") == "python3.11/json/decoder.py"
    assert short_path("<string>") == "<string>"


class TestHook:
    @pytest.fixture
    def told(self) -> Iterator[list[str]]:
        told: list[str] = []
        undo = install_excepthook(told.append)
        yield told
        undo()

    def fail(self) -> None:
        raise_deep("hidden")

    def test_main_thread(self, told: list[str], stream: io.StringIO) -> None:
        try:
            self.fail()
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        self.check(told, stream, "the main thread")

    def test_background_thread(self, told: list[str], stream: io.StringIO) -> None:
        thread = threading.Thread(target=self.fail)
        thread.start()
        thread.join()
        self.check(told, stream, "a background thread")

    def test_destructor(self, told: list[str], stream: io.StringIO) -> None:
        fail: Callable[[], None] = self.fail

        class Ends:
            def __del__(self) -> None:
                fail()

        Ends()
        self.check(told, stream, "a destructor")

    def check(self, told: list[str], stream: io.StringIO, where: str) -> None:
        assert told == [f"Tipline Desk met a fault (ValueError, {where}). The log says at which place."]
        assert "hidden" not in stream.getvalue()
        assert "raise_deep" in stream.getvalue()

    def test_an_interrupt_is_no_fault(self, told: list[str], stream: io.StringIO) -> None:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        assert told == []
        assert stream.getvalue() == ""

    def test_a_thread_that_leaves_by_exit_is_no_fault(self, told: list[str], stream: io.StringIO) -> None:
        thread = threading.Thread(target=sys.exit)
        thread.start()
        thread.join()
        assert told == []

    def test_without_a_listener_stderr_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        undo = install_excepthook()
        try:
            sys.excepthook(ValueError, ValueError("hidden"), None)
        finally:
            undo()
        err = capsys.readouterr().err
        assert "met a fault (ValueError" in err
        assert "hidden" not in err
