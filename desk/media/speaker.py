"""The sound device, by miniaudio. Samples go out of it; nothing is decoded in this process.

miniaudio has decoders of its own. None is ever called: samples come decoded and bounded from the sandbox.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator
from typing import Any

from desk.domain.preview import SOUND_FRAME, SOUND_RATE

BUFFER_MS = 60
"""Short, so that letting go is silence at once."""


class Speaker:
    """A device that plays until it is closed."""

    def __init__(self, device: Any) -> None:
        self._device = device

    @classmethod
    def begin(cls, pull: Callable[[int], bytes]) -> Speaker | None:
        """Open the usual device and play what `pull(bytes)` gives; fewer bytes are filled with silence.

        None where there is no device, or none that can be had: what plays goes on without sound.
        """
        if os.environ.get("DESK_SILENT"):
            return None
        try:
            import miniaudio
        except (ImportError, OSError):
            return None
        try:
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=2,
                sample_rate=SOUND_RATE,
                buffersize_msec=BUFFER_MS,
                app_name="Tipline Desk",
            )
        except miniaudio.MiniaudioError:
            return None
        # Without a device miniaudio falls back on one that throws the sound away; that is no sound device.
        if device.backend.lower() == "null":
            device.close()
            return None
        stream = _stream(pull)
        next(stream)
        try:
            device.start(stream)
        except miniaudio.MiniaudioError:
            device.close()
            return None
        return cls(device)

    def close(self) -> None:
        """Silence, now. May be called twice."""
        device, self._device = self._device, None
        if device is not None:
            with contextlib.suppress(Exception):
                device.close()


def _stream(pull: Callable[[int], bytes]) -> Generator[bytes, int, None]:
    wanted = yield b""
    while True:
        data = pull(wanted * SOUND_FRAME)[: wanted * SOUND_FRAME]
        wanted = yield data + bytes(wanted * SOUND_FRAME - len(data))
