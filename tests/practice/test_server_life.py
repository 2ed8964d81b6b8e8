"""The stand-in's own life: stopping, its state file, a process of its own."""

from __future__ import annotations

import gc
import io
import json
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from desk.practice.server import StandIn, main
from desk.practice.server_state import RefusedError
from tests.practice.server_documents import BATCHED, report
from tests.practice.test_server import (
    ROOT,
    XML,
    Clock,
    answer,
    attach,
    connect,
    describe,
    end,
    stand_in,
    submit,
)
from tests.practice.test_server_raw import raw

__all__ = ["stand_in"]


def test_stopping_is_quick_and_clean() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        before = threading.active_count()
        service = StandIn(user="a", password="b")
        with pytest.raises(RuntimeError):
            _ = service.url
        service.start()
        service.start()
        url = service.url
        with raw(service) as idle, raw(service) as half:
            idle.sendall(b"GET /ispws/status HTTP/1.1\r\n\r\n")
            assert idle.recv(65536).startswith(b"HTTP/1.1 401 ")
            half.sendall(b"POST /ispws/submit HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
            started = time.monotonic()
            service.stop()
            assert time.monotonic() - started < 10  # a second as a rule; it waits for neither of them
            assert idle.recv(10) == b""
        service.stop()
        until = time.monotonic() + 30
        while threading.active_count() > before and time.monotonic() < until:
            time.sleep(0.01)
        assert threading.active_count() <= before
        service.start()
        assert service.url == url
        service.stop()
        gc.collect()
    assert service.errors == []


def test_secrets_are_not_shown(stand_in: StandIn) -> None:
    assert "wörd" not in repr(stand_in) + repr(stand_in._site) + json.dumps(stand_in.snapshot())


def test_a_bug_of_the_service_is_a_server_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(user="näme", password="pass:wörd") as service, connect(service) as http:
        monkeypatch.setattr(service._ledger, "open", lambda body, batched: 1 / 0)
        answer(http.post("/submit", content=report().encode(), headers=XML), 500, 1000)
        monkeypatch.setattr("desk.practice.server_http.Handler._call", lambda *_: 1 / 0)
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/status")
        assert [item.split(": ")[-2] for item in service.errors] == ["ZeroDivisionError"] * 2


# The state file.


def test_what_is_known_outlives_the_service(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    clock = Clock()
    with (
        StandIn(user="näme", password="pass:wörd", clock=clock, state_file=path) as service,
        connect(service) as http,
    ):
        done, open_one, taken_back, expired, batched = (
            submit(http), submit(http), submit(http), submit(http), submit(http, report(batched=BATCHED)),
        )  # fmt: skip
        file_id = attach(http, done)
        answer(describe(http, done, file_id))
        answer(end(http, "finish", done))
        answer(end(http, "retract", taken_back))
        clock.now += timedelta(hours=23, minutes=30)
        attach(http, open_one)
        attach(http, batched)
        clock.now += timedelta(minutes=30)
        before = service.reports()
        assert [item["state"] for item in before] == ["finished", "open", "retracted", "expired", "open"]
    with path.open("ab") as torn:
        torn.write(b'{"event": "finish", "report":')
    for _ in range(2):
        with (
            StandIn(user="näme", password="pass:wörd", clock=clock, state_file=path) as service,
            connect(service) as http,
        ):
            assert service.reports()[: len(before)] == before
            answer(end(http, "finish", expired), 400, 5001)
            assert submit(http) > batched


def test_a_state_file_that_is_none(tmp_path: Path) -> None:
    for text in (
        "{}\n",
        "words\n",
        '{"event": "finish", "at": "2026-11-20T00:00:00+00:00", "report": 1}\n',
        "[]\n",
    ):
        path = tmp_path / "state.jsonl"
        path.write_text(text)
        with pytest.raises(ValueError, match=r"state\.jsonl: not a state file"):
            StandIn(user="a", password="b", state_file=path)


def test_a_refusal_says_no_more_than_code_and_words() -> None:
    assert str(RefusedError(5001, "Report does not exist")) == "5001: Report does not exist"


# A process of its own.


@contextmanager
def process(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """One that would run for ever: it ends with its block, also where that fails."""
    command = [sys.executable, "-W", "error", "-m", "desk.practice.server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, **options) as running:
        try:
            yield running
        finally:
            running.kill()


def test_as_a_process_that_is_killed_and_comes_back(tmp_path: Path) -> None:
    state, password = tmp_path / "state.jsonl", tmp_path / "password"
    password.write_text("a long word\n")
    arguments = (
        "--state-file",
        str(state),
        "--control",
        "--user",
        "someone",
        "--password-file",
        str(password),
    )
    auth = ("someone", "a long word")
    with process(*arguments) as first:
        assert first.stdout is not None
        url = json.loads(first.stdout.readline())["url"]
        with httpx.Client(base_url=url, auth=auth, trust_env=False) as http:
            report_id = submit(http)
            file_id = attach(http, report_id)
        first.kill()
    with process(*arguments) as second:
        assert second.stdout is not None
        url = json.loads(second.stdout.readline())["url"]
        with httpx.Client(base_url=url, auth=auth, trust_env=False) as http:
            root = etree.fromstring(end(http, "finish", report_id).content)
            assert [item.text for item in root.iterfind("files/fileId")] == [file_id]
            shown = http.get(url.removesuffix("/ispws") + "/_practice/state").json()
            assert shown["reports"][0]["state"] == "finished"
        second.terminate()
        assert second.wait(30) == 0


def test_a_process_ends_with_its_input() -> None:
    with process("--until-eof", "--port", "0", stdin=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        assert "http://127.0.0.1:" in running.stdout.readline()
        running.stdin.close()
        assert running.wait(30) == 0


def test_main_in_this_process(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: dict[int, object] = {}
    monkeypatch.setattr(signal, "signal", lambda number, handler: handlers.__setitem__(int(number), handler))
    monkeypatch.setattr(sys, "stdin", type("Input", (), {"buffer": io.BytesIO(b"ignored")}))
    assert main(["--until-eof", "--newer-schema"]) == 0
    assert json.loads(capsys.readouterr().out)["url"].endswith("/ispws")
    assert set(handlers) == {signal.SIGINT, signal.SIGTERM}
