"""What a person's voice is like beside what is read of it: the mean of the encoder's vectors of their other speech."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

from ..core.units import duration
from ..media.sound.speech_activity import Speech


@dataclass(frozen=True)
class Baseline:
    """The mean vector of a voice."""

    mean: np.ndarray
    """(layers, 2 * width) float64."""
    seconds: float
    """Of speech that it is of, each counted once however many windows share it."""
    source: str = ""
    """The name of the recording that it is of, where that is an earlier one."""


class OwnSpeech:
    """The vectors of a recording's spoken windows, in the order of time; `speech` tells where in them somebody speaks.

    A vector weighs as much as its window has speech.
    """

    def __init__(self, speech: Speech, rate_hz: int) -> None:
        self._speech, self.rate_hz = speech, rate_hz
        self.starts, self.ends = list[int](), list[int]()  # in samples, as is all that follows
        self.vectors, self.weights = list[np.ndarray](), list[float]()
        self.new = list[float]()  # speech that no window before has

    def __len__(self) -> int:
        return len(self.vectors)

    def add(self, start: int, end: int, vector: np.ndarray) -> None:
        """Keep the vector (layers, 2 * width) of the window from sample `start` to before sample `end`."""
        behind = max(start, self.ends[-1]) if self.ends else start
        self.starts.append(start)
        self.ends.append(end)
        self.vectors.append(vector)
        self.weights.append(self._speech.samples(start, end))
        self.new.append(self._speech.samples(behind, end))

    def mean(self, source: str) -> Baseline:
        """Return that of all windows, of which there is one at least."""
        whole = _Sum(self)
        whole.extend(len(self))
        return Baseline(whole.vectors / whole.weight, whole.speech / self.rate_hz, source)


class OtherSpeech:
    """Gives one window after the other, in their order, the mean of those that do not overlap it.

    later: of those behind it too; all must be known by then. A window costs the same in a long recording as in a short
    one, and no more than three sums are held.
    """

    def __init__(self, own: OwnSpeech, later: bool) -> None:
        self._own, self._later = own, later
        self._before, self._overlapping, self._all = _Sum(own), _Sum(own), _Sum(own)

    def of(self, window: int) -> Baseline:
        """Return that of the window of this number; zeros, and 0 seconds, where there is no other speech."""
        own = self._own
        self._before.extend(bisect_right(own.ends, own.starts[window]))
        vectors, weight, speech = self._before.vectors, self._before.weight, self._before.speech
        behind = bisect_left(own.starts, own.ends[window])
        if self._later and behind < len(own):
            self._overlapping.extend(behind)
            self._all.extend(len(own))
            vectors = vectors + self._all.vectors - self._overlapping.vectors
            weight += self._all.weight - self._overlapping.weight
            speech += self._all.speech - self._overlapping.speech
            speech += own.weights[behind] - own.new[behind]  # which it shares with those that overlap
        mean = vectors / weight if weight else np.zeros(own.vectors[window].shape)
        return Baseline(mean, speech / own.rate_hz)


class _Sum:
    """The weighted sum of the first vectors, and the speech that they are of."""

    def __init__(self, own: OwnSpeech) -> None:
        self._own, self._count = own, 0
        self.vectors, self.weight, self.speech = np.zeros(1), 0.0, 0.0

    def extend(self, count: int) -> None:
        """Make it that of the first `count`, where it is of fewer."""
        for at in range(self._count, count):
            weight = self._own.weights[at]
            self.vectors = self.vectors + weight * self._own.vectors[at].astype(np.float64)
            self.weight += weight
            self.speech += self._own.new[at]
        self._count = max(self._count, count)


def with_earlier(own: Baseline, earlier: Baseline | None, most_seconds: float) -> Baseline:
    """Return both together, each by its seconds: of an earlier recording at most so many, of the recording itself half.

    For who is angry throughout a recording would not be, against all of it.
    """
    own_seconds = min(own.seconds, most_seconds / 2)
    if earlier is None:
        return Baseline(own.mean, own_seconds)
    earlier_seconds = min(earlier.seconds, most_seconds)
    seconds = own_seconds + earlier_seconds
    return Baseline((own_seconds * own.mean + earlier_seconds * earlier.mean) / seconds, min(seconds, most_seconds))


def baseline_note(own_seconds: float, earlier: Baseline | None) -> str:
    """Say what a recording was read against, of which these are the seconds of its own speech."""
    parts = [f"{duration(earlier.seconds)} of speech in {earlier.source}"] if earlier else []
    parts += [f"{duration(own_seconds)} of this recording's own speech"] if own_seconds >= 0.5 else []
    if not parts:
        return "too short to be read against this voice's other speech"
    return f"read against {' and '.join(parts)}"
