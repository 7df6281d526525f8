"""Sound in a row: blocks at their times -> samples without gap from time 0 on."""

import numpy as np

from ...core.units import clock

BREAK_SECONDS = 0.1  # off by more: sound is missing, or is there twice
TOLERANCE_SECONDS = 0.02  # half a frame at 25 a second; off by less is left as it is
MOST_CHANGE = 0.01  # of a block, by which it is stretched or shrunk to catch up: a sixth of a semitone
NOTED_SECONDS = 0.5  # a gap from which it is told


class SoundTimeline:
    """Place blocks of one sound at their times: a gap becomes silence, an overlap is cut, drift is followed.

    What is off by less than TOLERANCE_SECONDS passes unchanged.

    >>> timeline = SoundTimeline(16_000)
    >>> len(timeline.add(np.ones(16_000, np.float32), seconds=1.0)), len(timeline.pad_to(3.0)), timeline.notes
    (32000, 16000, ('no sound from 0:00.0 to 0:01.0',))
    """

    def __init__(self, sample_rate_hz: int):
        self.sample_rate_hz = sample_rate_hz
        self.samples = 0
        """Given so far."""
        self._surplus = 0  # samples of an overlap that are still to be cut
        self._is_catching_up = False
        self._change = 0.0  # samples that may be added or left out by now
        self._notes: list[str] = []

    @property
    def seconds(self) -> float:
        """Length of what was given so far."""
        return self.samples / self.sample_rate_hz

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings about gaps so far, for people."""
        return tuple(self._notes)

    def add(self, samples: np.ndarray, seconds: float) -> np.ndarray:
        """Return what continues the samples given so far: `samples` (n,) float32, which start at `seconds`, in place.

        (m,) float32; m is 0 where nothing of the block is later than what was given.
        """
        late = round(seconds * self.sample_rate_hz) - (self.samples - self._surplus)
        tolerated = BREAK_SECONDS if self.samples else TOLERANCE_SECONDS
        silence = samples[:0]
        if abs(late) > tolerated * self.sample_rate_hz:
            self._surplus, self._is_catching_up = max(self._surplus - late, 0), False
            silence = self.pad_to(seconds)
            late = 0
            self._note(len(silence))
        else:
            samples = self._in_step(samples, late)
        cut = min(self._surplus, len(samples))
        self._surplus -= cut
        self.samples += len(samples) - cut
        return np.concatenate((silence, samples[cut:])) if len(silence) else samples[cut:]

    def pad_to(self, seconds: float) -> np.ndarray:
        """Return silence, (m,) float32, up to `seconds`; none where the sound reaches that far."""
        missing = max(round(seconds * self.sample_rate_hz) - self.samples, 0)
        self.samples += missing
        return np.zeros(missing, np.float32)

    def _in_step(self, samples: np.ndarray, late: int) -> np.ndarray:
        """Stretch or shrink a block that is `late` samples late, or early, by a little."""
        self._is_catching_up |= abs(late) > TOLERANCE_SECONDS * self.sample_rate_hz
        if not self._is_catching_up or not len(samples):
            return samples
        self._change = min(self._change + MOST_CHANGE * len(samples), MOST_CHANGE * self.sample_rate_hz)
        change = int(np.clip(late, -int(self._change), int(self._change)))
        self._change -= abs(change)
        self._is_catching_up = change != late
        return stretched(samples, len(samples) + change) if change else samples

    def _note(self, missing: int) -> None:
        if missing > NOTED_SECONDS * self.sample_rate_hz:
            self._notes.append(gap_note(self.seconds - missing / self.sample_rate_hz, self.seconds))


def gap_note(start_seconds: float, end_seconds: float) -> str:
    """Return the warning that sound is missing."""
    return f"no sound from {clock(start_seconds, tenths=True)} to {clock(end_seconds, tenths=True)}"


def stretched(samples: np.ndarray, length: int) -> np.ndarray:
    """Return (n,) float32 as (length,) float32, evenly; for lengths that differ little."""
    places = np.arange(length) * (len(samples) / max(length, 1))
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
