"""What a hold that plays may claim: only what was shown, whatever the order of hold, release, seek and crash."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from desk.domain.content import ContentKind
from desk.domain.preview import SOUND_FRAME, Heard, Revealed
from desk.domain.viewing import Viewing, ViewingKind, viewed
from desk.gui.case.feed import AHEAD, Feed, SoundFeed
from desk.gui.case.played import LAST_FRAME, Played
from desk.services.viewings import joined

AT = datetime(2026, 1, 5, tzinfo=UTC)
STEP = 0.04

# One hold: where it begins, how many frames were painted, after which of them the record was taken, and
# how it ended: the person let go, the worker died, this program died (then nothing more is taken).
holds = st.tuples(
    st.floats(0, 1),
    st.integers(0, 60),
    st.sets(st.integers(0, 60)),
    st.sampled_from(["let go", "worker", "crash"]),
)


@given(st.floats(0.5, 6), st.lists(holds, max_size=12))
def test_what_is_recorded_was_shown(length: float, some: list[tuple[float, int, set[int], str]]) -> None:
    recorded: list[tuple[float, float]] = []
    shown: list[tuple[float, float]] = []
    for place, frames, taken, ending in some:
        hold = Played(length)
        start, position = place * length, None
        ended = False
        for number in range(frames):
            if start + number * STEP >= length:
                ended = True
                break
            position = start + number * STEP
            hold.at(position)
            if number in taken:
                stretch = hold.take()
                assert stretch is not None
                recorded.append(stretch)
        if position is not None:
            shown.append((start / length, 1.0 if ended else position / length))
        if ended and ending == "let go":
            hold.to_end()
        if ending != "crash":
            last = hold.take()
            assert (last is None) == (position is None)
            recorded += [last] if last else []
    real, told = joined(shown), joined(recorded)
    for start, end in told:
        assert 0 <= start <= end <= 1
        assert any(a - 1e-9 <= start and end <= b + 1e-9 for a, b in real)
    if all(one[3] != "crash" for one in some):
        # Nothing that was shown is lost either, but for a last frame whose end nobody saw.
        missing = sum(b - a for a, b in real) - sum(b - a for a, b in told)
        assert missing <= len(some) * STEP / length + 1e-9


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 0.3), st.sampled_from([1.0, 1.5, 2.0, 2.5])), max_size=15
    )
)
def test_seeking_alone_makes_nothing_viewed(jumps: list[tuple[float, float, float]]) -> None:
    made = [
        Viewing(1, "c1", "x", 1, ViewingKind.PLAY, AT, 1.0, start, min(1.0, start + part), speed)
        for start, part, speed in jumps
    ]
    seen = viewed(ContentKind.VIDEO, "x", made)
    real = sum(end - start for start, end in joined([(v.start, v.end) for v in made if v.speed <= 2.0]))
    assert seen.share <= real + 0.0101
    assert not seen.viewed or real >= 0.989


def test_a_film_that_stops_in_the_middle_is_not_closed() -> None:
    hold = Played(60.0)
    for number in range(100):
        hold.at(number * STEP)
    hold.to_end()  # the file said it was over, though two thirds could not be decoded
    assert hold.take() == (0.0, 99 * STEP / 60.0)
    near = Played(5.0)
    near.at(5.0 - LAST_FRAME)
    near.to_end()
    assert near.take() == (0.8, 1.0)


def test_without_a_length_no_share_can_be_said() -> None:
    hold = Played(None)
    hold.at(3.0)
    hold.to_end()
    assert hold.take() == (0.0, 0.0)
    assert Played(4.0).take() is None


class _Reel:
    """Frames without end, until it is stopped."""

    def __init__(self, wait: threading.Event | None = None) -> None:
        self.stopped, self.given, self.ended = threading.Event(), 0, False
        self._wait = wait

    def __iter__(self) -> _Reel:
        return self

    def __next__(self) -> Revealed:
        if self._wait is not None:
            self._wait.set()
            assert self.stopped.wait(20)
        if self.stopped.is_set():
            raise StopIteration
        self.given += 1
        return Revealed(1, 1, 1, b"x", self.given * STEP)

    def stop(self) -> None:
        self.stopped.set()

    @contextmanager
    def opened(self) -> Iterator[_Reel]:
        yield self


def test_a_feed_runs_no_further_than_a_few_frames_ahead_and_drops_them_at_once() -> None:
    reel, feed = _Reel(), Feed[Revealed]()
    thread = threading.Thread(target=feed.fill, args=(reel.opened,))
    thread.start()
    first = None
    while first is None:
        first = feed.take()
    assert feed.take(until=first.position) is None
    feed.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert reel.given <= AHEAD + 2
    assert feed.take() is None
    assert feed.finished
    assert not feed.ended


def test_stopping_reaches_a_worker_in_the_middle_of_a_frame() -> None:
    waits = threading.Event()
    reel, feed = _Reel(waits), Feed[Revealed]()
    thread = threading.Thread(target=feed.fill, args=(reel.opened,))
    thread.start()
    assert waits.wait(20)
    feed.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_a_feed_that_was_stopped_before_it_began_opens_nothing() -> None:
    feed = Feed[Revealed]()
    feed.stop()
    feed.fill(lambda: (_ for _ in ()).throw(AssertionError))  # type: ignore[arg-type]
    assert feed.finished


def test_only_sound_that_went_out_counts_and_nothing_goes_out_after_letting_go() -> None:
    feed = SoundFeed(2.0)
    feed._put(Heard(b"\x01\x02" * 2 * 4800, 1.0))
    feed._put(Heard(b"\x03\x04" * 2 * 4800, 1.2))
    assert feed.pull(400) == b""  # not before the picture is there
    feed.going = True
    assert feed.pull(4800 * SOUND_FRAME - 40) == b"\x01\x02" * (2 * 4800 - 20)
    heard = feed.heard
    assert heard is None  # handed to the device is not yet in the air
    assert len(feed.pull(10**6)) == 4800 * SOUND_FRAME + 40
    heard = feed.heard
    assert heard is not None
    assert heard[0] == 1.0
    assert abs(heard[1] - 1.2) < 1e-6
    feed._put(Heard(b"\x05\x06" * 2 * 4800, 1.4))
    feed.stop()
    assert feed.pull(400) == b""
