"""The real client with something that happens around one of its calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desk.domain.filing import Call, Reply


class Asked:
    def __init__(self, run: Callable[[], Reply]) -> None:
        self.run = run

    def begin(self) -> None:
        """It can only be made as a whole."""


class Around:
    """``hooks`` by call: each is given what makes the call (an upload's other ``progress`` and so on may be
    given there), and what the call was asked with."""

    def __init__(self, agency: Any, **hooks: Callable[..., Reply]) -> None:
        self._agency = agency
        self._hooks = hooks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._agency, name)

    def asking(self, call: Call, *asked: Any) -> Any:
        asking = self._agency.asking(call, *asked)
        hook = self._hooks.get(call.value)
        return asking if hook is None else Asked(lambda: hook(asking.run))

    def asking_upload(self, *asked: Any, **more: Any) -> Any:
        hook = self._hooks.get("upload")
        if hook is None:
            return self._agency.asking_upload(*asked, **more)

        def run(**other: Any) -> Any:
            return self._agency.asking_upload(*asked, **more | other).run()

        return Asked(lambda: hook(run, **more))
