"""A recording played into a stream, in real time as a camera and a microphone are, or as fast as it can be read."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.streaming import Stream
from ..core.threads import ahead
from ..media.decoder import Decoder, SoundBlock
from ..media.selection import WHOLE, Selection
from ..media.video.frame import Frame
from .prediction import Prediction, Reading

POLL_SECONDS = 0.25  # between two looks at what is new
BLOCK_SECONDS = 0.1  # of sound, as a microphone gives it
LATE_SECONDS = 0.5  # behind the clock from which frames are left out, as a camera's would be; sound never is
MOST_SIDE = 4096  # pixels of a frame; the stream shrinks it


@dataclass(frozen=True)
class Now:
    """How far a recording is played, and what is new."""

    seconds: float
    """Of the recording."""
    total_seconds: float | None
    """Of all of it; None where the file does not say."""
    behind_seconds: float
    """By how much the answers are behind the clock; 0 where it is played as fast as it can be."""
    readings: list[Reading]
    """New or changed since the last time."""


def play(
    path: Path,
    stream: Stream,
    on_poll: Callable[[Now], None],
    *,
    frames_per_second: float = 5.0,
    fast: bool = False,
    selection: Selection = WHOLE,
) -> Prediction:
    """Feed the recording `path` to a stream; returns what that says at the end.

    on_poll: called several times a second. fast: as fast as it can be read, no frame left out. Raises DemeanorError
    where the file cannot be read.
    """
    with Decoder(
        path,
        selection,
        sample_rate_hz=stream.sample_rate_hz,
        frames_per_second=frames_per_second,
        most_side=MOST_SIDE,
    ) as decoder:
        started: float | None = None
        polled = 0.0
        for due, event in as_they_happen(ahead(decoder), stream.sample_rate_hz):
            elapsed = due if fast or started is None else time.monotonic() - started
            time.sleep(max(due - elapsed, 0.0))
            behind = max(elapsed - due, 0.0)
            if not isinstance(event, Frame):
                stream.samples(event.samples, event.seconds)
            elif behind < LATE_SECONDS:
                stream.frame(event.pixels, event.seconds)
            if time.monotonic() - polled >= POLL_SECONDS:
                polled = time.monotonic()
                on_poll(Now(due, decoder.seconds, behind, stream.poll()))
            started = started or time.monotonic() - due  # after the first event, for which networks are loaded
        prediction = stream.finish(decoder.seconds_read)
        notes = tuple(dict.fromkeys((*decoder.notes, *prediction.notes)))
        return replace(prediction, source=str(path), notes=notes)


def as_they_happen(events: Iterable[Frame | SoundBlock], rate_hz: int) -> Iterator[tuple[float, Frame | SoundBlock]]:
    """Yield when each is there, in this order, and a frame, or a little sound: it can be heard when it is over."""
    waiting: deque[tuple[float, SoundBlock]] = deque()
    for event in events:
        if isinstance(event, Frame):
            while waiting and waiting[0][0] <= event.seconds:
                yield waiting.popleft()
            yield event.seconds, event
            continue
        step = round(BLOCK_SECONDS * rate_hz)
        for first in range(0, len(event.samples), step):
            samples, start = event.samples[first : first + step], event.seconds + first / rate_hz
            waiting.append((start + len(samples) / rate_hz, SoundBlock(samples, start)))
    yield from waiting
