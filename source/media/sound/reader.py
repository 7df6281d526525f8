"""The sound of a recording as mono blocks, each at its container's time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..container import floats, promised_seconds
from ..reader import Reader
from ..selection import Selection
from .downmix import Downmix
from .notes import SoundNotes
from .timeline import BREAK_SECONDS, NOTED_SECONDS, TOLERANCE_SECONDS, gap_note

FIRST_SECONDS = 5.0  # decoded at once at first: the channels are weighted by the first such chunk that has sound
CHUNK_SECONDS = 0.5  # decoded at once later
SILENCE_SECONDS = 1.0  # at most in one block
WITHOUT_GAPS = ("flac", "wav", "aiff", "mp3", "aac", "ac3")  # formats in which time is only counted: a gap is damage
STEADY_FRAMES = 20  # over which the jitter of timestamps is averaged


@dataclass(frozen=True)
class SoundBlock:
    """A piece of sound."""

    samples: np.ndarray  # (n,) float32 mono
    seconds: float  # of its first sample; 0 is the beginning of what is read


@dataclass(frozen=True)
class Timed:
    """A decoded frame of sound."""

    frame: Any
    seconds: float
    is_break: bool  # it does not continue the one before it

    @property
    def form(self) -> tuple[int, tuple[str, ...]]:
        """Rate in Hz and speaker positions."""
        return self.frame.sample_rate, tuple(channel.name for channel in self.frame.layout.channels)


class SoundReader(Reader):
    """Iterate over it once. Gaps are filled with silence; an overlap, or drift, shows in the blocks' times."""

    def __init__(
        self, path: Path, container: Any, pick: Callable[[Any], Any], selection: Selection, rate_hz: int,
        jumps: list[float], track_notes: tuple[str, ...] = (),
    ):  # fmt: skip
        super().__init__(path, container, pick, selection.start_seconds, jumps)
        self.rate_hz, self._end, self._track_notes = rate_hz, selection.end_seconds, track_notes
        self._promised_seconds = promised_seconds(path, container, self.stream)
        self.progress = SoundNotes()
        self._downmixes: list[Downmix] = []
        self._gaps: list[str] = []

    @property
    def has_samples(self) -> bool:
        """Whether anything could be read so far."""
        return self.progress.samples > 0

    @property
    def seconds_read(self) -> float:
        """How far it was read, from the beginning of the selection; 0 where nothing could be."""
        end = self.progress.seconds if self._end is None else min(self.progress.seconds, self._end)
        return max(end - self.start, 0.0) if self.has_samples else 0.0

    def notes(self, with_damage: bool = True) -> tuple[str, ...]:
        """Return warnings about how it was read, for people; with_damage: damage among them."""
        promised = self._promised_seconds if self._end is None else min(self._promised_seconds, self._end)
        warnings = self.progress.sentences(promised, self.rate_hz, with_damage)
        channels = dict.fromkeys(note for downmix in self._downmixes for note in downmix.notes)
        return (*warnings, *self._gaps, *channels, *self._track_notes)

    def __iter__(self) -> Iterator[SoundBlock]:
        for block in self._without_gaps():
            end = len(block.samples) if self._end is None else round((self._end - block.seconds) * self.rate_hz)
            first = max(round((self.start - block.seconds) * self.rate_hz), 0) if self.start else 0
            if end <= 0:
                return
            if first < end:
                seconds = block.seconds + first / self.rate_hz - self.start
                yield SoundBlock(block.samples[first:end], seconds)

    def _without_gaps(self) -> Iterator[SoundBlock]:
        """Yield the blocks at the recording's times, silence between those that lie apart."""
        end = self.start
        for block in self._blocks():
            missing = block.seconds - end
            if missing > (BREAK_SECONDS if end > self.start else TOLERANCE_SECONDS):
                yield from self._silence(end, block.seconds)
            yield block
            end = max(end, block.seconds + len(block.samples) / self.rate_hz)

    def _silence(self, start: float, end: float) -> Iterator[SoundBlock]:
        end = end if self._end is None else min(end, self._end)
        if self.container.format.name in WITHOUT_GAPS:
            self._damaged(start)
        elif end - start > NOTED_SECONDS:
            self._gaps.append(gap_note(start, end))
        first, last, step = (
            round(start * self.rate_hz),
            round(end * self.rate_hz),
            round(SILENCE_SECONDS * self.rate_hz),
        )
        for at in range(first, last, step):
            yield SoundBlock(np.zeros(min(step, last - at), np.float32), at / self.rate_hz)

    def _blocks(self) -> Iterator[SoundBlock]:
        """Yield what is decoded at the wanted rate. What breaks off, or changes its rate, starts another run."""
        run, downmix = None, None
        for chunk in self._chunks():
            (rate_hz, positions), seconds = chunk[0].form, chunk[0].seconds
            if downmix is None or downmix.positions != positions:
                downmix = Downmix(positions)
                self._downmixes.append(downmix)
            if run is None or chunk[0].is_break or run.rate_hz != rate_hz:
                yield from run.finish() if run else ()
                run = Run(rate_hz, self.rate_hz)
            samples = np.concatenate([floats(timed.frame) for timed in chunk], axis=1)
            yield from run.add(downmix(self.progress.cleaned(samples, rate_hz)), seconds)
        yield from run.finish() if run else ()

    def _chunks(self) -> Iterator[list[Timed]]:
        """Yield like frames without a break between them."""
        waiting: list[Timed] = []
        for timed in self.timed():
            most = CHUNK_SECONDS if self._are_weighted(timed.form[1]) else FIRST_SECONDS
            if waiting and (timed.is_break or timed.form != waiting[0].form or self._length(waiting) >= most):
                yield waiting
                waiting = []
            waiting.append(timed)
        if waiting:
            yield waiting

    def _are_weighted(self, positions: tuple[str, ...]) -> bool:
        downmix = self._downmixes[-1] if self._downmixes else None
        return len(positions) == 1 or bool(downmix and downmix.positions == positions and downmix.is_decided)

    @staticmethod
    def _length(waiting: list[Timed]) -> float:
        return sum(timed.frame.samples for timed in waiting) / waiting[0].frame.sample_rate

    def timed(self) -> Iterator[Timed]:
        """Yield the frames from `start` on at their times, without jitter; skip what cannot be decoded."""
        expected, steady = None, 0
        for frame, following in pairwise(chain(self._sound_frames(), [None])):
            seconds = self.clock(frame, expected, self.position)
            length = frame.samples / frame.sample_rate
            is_break = expected is None or abs(seconds - expected) > BREAK_SECONDS
            if is_break and expected is not None and following is not None:
                after = self.clock.stated(following)
                if after is not None and abs(after - expected - length) <= BREAK_SECONDS:
                    seconds, is_break = expected, False  # nonsense in this frame alone
            steady = 1 if is_break else min(steady + 1, STEADY_FRAMES)
            if expected is not None and not is_break:
                seconds = expected + (seconds - expected) / steady
            expected = seconds + length
            if expected > self.start - BREAK_SECONDS:
                yield Timed(frame, seconds, is_break)
                self.progress.seconds = max(self.progress.seconds, expected)

    def _sound_frames(self) -> Iterator[Any]:
        held = 0.0  # seconds of the frame that is still to be counted
        for frame in self.frames():
            if frame is not None:
                yield frame
                held = frame.samples / frame.sample_rate
            else:
                self._damaged(self.progress.seconds + held)

    def _damaged(self, seconds: float) -> None:
        if self.progress.damage_seconds is None and self.matters(seconds):
            self.progress.damage_seconds = seconds


class Run:
    """Sound of one rate without a break, on its way through a resampler."""

    def __init__(self, rate_hz: int, wanted_hz: int):
        self.rate_hz, self._wanted_hz = rate_hz, wanted_hz
        self._resample = resampler(rate_hz, wanted_hz)
        self._marks: list[tuple[int, float]] = []  # number of a sample taken in, and its time
        self._taken = self._given = 0

    def add(self, samples: np.ndarray, seconds: float, last: bool = False) -> Iterator[SoundBlock]:
        """Take (n,) float32, of which the first is at `seconds`; yield what comes out of the resampler."""
        self._marks.append((self._taken, seconds))
        self._taken += len(samples)
        given = self._resample(samples, last=last)
        if not len(given):
            return
        place = self._given * self.rate_hz / self._wanted_hz
        while len(self._marks) > 1 and self._marks[1][0] <= place:
            self._marks.pop(0)
        mark, marked_seconds = self._marks[0]
        self._given += len(given)
        yield SoundBlock(given, marked_seconds + (place - mark) / self.rate_hz)

    def finish(self) -> Iterator[SoundBlock]:
        """Yield what the resampler still holds."""
        mark, seconds = self._marks[-1]
        yield from self.add(np.empty(0, np.float32), seconds + (self._taken - mark) / self.rate_hz, last=True)


def resampler(rate_hz: int, wanted_hz: int) -> Callable[..., np.ndarray]:
    """Return what takes samples (n,) float32 at one rate, chunk by chunk and with `last`, and gives them at another."""
    if rate_hz == wanted_hz:
        return lambda chunk, last=False: chunk
    import soxr

    return soxr.ResampleStream(rate_hz, wanted_hz, 1, dtype="float32").resample_chunk
