"""The segments of a recording in which somebody speaks, packed into blocks of at most 30 s for a speech recogniser.

Silence, music and noise are left out, because a recogniser writes words there too ("Thanks for watching"). Each block
costs Whisper one pass of its encoder, which always takes 30 s.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ...media.sound.silero_vad import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from ...media.sound.speech_activity import SPEECH_FROM

CHUNKS_A_SECOND = SAMPLE_RATE_HZ / CHUNK_SAMPLES
MOST_CHUNKS = int(30 * CHUNKS_A_SECOND)  # 29.98 s: what Whisper takes at a time
AROUND_CHUNKS = 8  # 0.26 s of sound kept on either side of speech; a pause of over twice that is cut out
LEAST_CHUNKS = 3  # 0.1 s: less speech is a click or a drum, not a word
QUIET_CHUNKS = 5  # 0.16 s without speech: a cut there splits no word
OVERLAP_CHUNKS = 31  # 1 s on either side of a cut that may split a word: both blocks hold that word whole


@dataclass(frozen=True)
class SpeechSegment:
    """A segment of the recording in which somebody speaks."""

    start: int
    """Index of its first sample in the recording."""
    samples: np.ndarray
    """(samples,) float32 at 16 kHz, at most 30 s."""
    cut: int | None = None
    """Sample of the recording where it was cut from the segment before, if both overlap there."""

    @property
    def end(self) -> int:
        """Index after its last sample."""
        return self.start + len(self.samples)


@dataclass(frozen=True)
class Block:
    """Consecutive segments of speech, at most 30 s in all."""

    segments: tuple[SpeechSegment, ...]

    @property
    def samples(self) -> np.ndarray:
        """(samples,) float32 at 16 kHz."""
        return np.concatenate([segment.samples for segment in self.segments])

    @property
    def cut_seconds(self) -> float | None:
        """Where in the recording it was cut from the block before, if both overlap there; else None."""
        cut = self.segments[0].cut
        return None if cut is None else cut / SAMPLE_RATE_HZ

    def to_recording(self, start_seconds: float, end_seconds: float) -> tuple[float, float]:
        """Return the recording's times of a word that has these times in the block.

        A word that extends over the end of a segment belongs to the segment that holds its middle.
        """
        middle, begin = (start_seconds + end_seconds) / 2 * SAMPLE_RATE_HZ, 0
        for segment in self.segments[:-1]:
            if middle <= begin + len(segment.samples):
                break
            begin += len(segment.samples)
        else:
            segment = self.segments[-1]
        times = np.array([start_seconds, end_seconds]) * SAMPLE_RATE_HZ - begin + segment.start
        start, end = np.clip(times, segment.start, segment.end) / SAMPLE_RATE_HZ
        return float(start), float(end)


class Blocks:
    """Packs segments of speech into blocks, in their order."""

    def __init__(self) -> None:
        self._segments: deque[SpeechSegment] = deque()  # not in a block yet

    @property
    def waiting_seconds(self) -> float:
        """Length of the speech that has not been taken."""
        return sum(len(segment.samples) for segment in self._segments) / SAMPLE_RATE_HZ

    @property
    def start(self) -> float:
        """Index of the first sample that has not been taken; infinity where none waits."""
        return self._segments[0].start if self._segments else np.inf

    def add(self, segments: Iterable[SpeechSegment]) -> None:
        """Add the next segments."""
        self._segments.extend(segments)

    def take(self, last: bool) -> Block | None:
        """Take the segments that fill a block; None where they do not. last: none will follow, so that any fill one."""
        count = length = 0
        for segment in self._segments:
            length += len(segment.samples)
            if count and (length > MOST_CHUNKS * CHUNK_SAMPLES or segment.cut is not None):
                break
            count += 1
        else:
            if not (count and last):
                return None
        return Block(tuple(self._segments.popleft() for _ in range(count)))


class Segmenter:
    """Cuts a stream into segments of speech; holds the sound that no complete segment has taken yet.

    most_chunks: Longer speech without a pause is cut where there is least of it in the last third.
    """

    def __init__(self, most_chunks: int = MOST_CHUNKS) -> None:
        self._most_chunks = most_chunks
        self._samples = np.zeros(0, np.float32)
        self._probabilities = np.zeros(0, np.float32)  # of speech, by chunk
        self._first = 0  # index in the recording of the chunk with which both begin
        self._cut: int | None = None  # chunk at which the next segment was cut

    @property
    def start(self) -> float:
        """Index of the first sample that a later segment may take; infinity where no speech is held."""
        spoken = self._probabilities >= SPEECH_FROM
        return (self._first + max(int(spoken.argmax()) - AROUND_CHUNKS, 0)) * CHUNK_SAMPLES if spoken.any() else np.inf

    def add(self, samples: np.ndarray, probabilities: np.ndarray) -> None:
        """Add sound (samples,) and the probability of speech in each chunk that it completes."""
        self._samples = np.concatenate([self._samples, samples])
        self._probabilities = np.concatenate([self._probabilities, probabilities])

    def complete(self, last: bool = False) -> Iterator[SpeechSegment]:
        """Yield and drop the segments that later sound cannot change; last: there is no later sound."""
        while (span := self._next_speech()) is not None:
            start, end = span
            self._forget(start)
            # What lies around a segment is known as well, so that how the stream is cut into blocks has no effect.
            known = len(self._probabilities) if last else len(self._probabilities) - AROUND_CHUNKS
            if end - start > self._most_chunks and known > self._most_chunks:
                yield from self._take_until_cut()
            elif end - start <= self._most_chunks and (last or end - start < known):
                yield from self._take(end - start)
                self._forget(end - start)
            else:
                return

    def _next_speech(self) -> tuple[int, int] | None:
        """Return the start and end chunk of the first speech with its surroundings; None if there is none."""
        spoken = near(self._probabilities >= SPEECH_FROM)
        if not spoken.any():
            self._forget(max(len(spoken) - AROUND_CHUNKS, 0))
            return None
        start = int(spoken.argmax())
        over = ~spoken[start:]
        return start, start + int(over.argmax()) if over.any() else len(spoken)

    def _take_until_cut(self) -> Iterator[SpeechSegment]:
        at = self._least_speech()
        quiet = self._probabilities[at - QUIET_CHUNKS // 2 : at + QUIET_CHUNKS // 2 + 1] < SPEECH_FROM
        overlap = 0 if quiet.all() else OVERLAP_CHUNKS
        cut = self._first + at
        yield from self._take(at + overlap)
        self._forget(at - overlap)
        self._cut = cut if overlap else None

    def _least_speech(self) -> int:
        """Return the chunk to cut at: where speech is least likely around it and, among equals, quietest."""
        most, first = self._most_chunks, self._most_chunks * 2 // 3
        chunks = self._samples[: most * CHUNK_SAMPLES].reshape(-1, CHUNK_SAMPLES)
        score = self._probabilities[:most] * np.sqrt((chunks**2).mean(1))
        smooth = np.convolve(score, np.ones(QUIET_CHUNKS), mode="same")
        return first + int(smooth[first : most - OVERLAP_CHUNKS].argmin())

    def _take(self, chunks: int) -> Iterator[SpeechSegment]:
        """Yield the first chunks as a segment, if they hold as much speech as a word has."""
        cut, self._cut = self._cut, None
        if (self._probabilities[:chunks] >= SPEECH_FROM).sum() >= LEAST_CHUNKS:
            samples = self._samples[: chunks * CHUNK_SAMPLES].copy()  # a view would keep the rest in memory as well
            yield SpeechSegment(self._first * CHUNK_SAMPLES, samples, None if cut is None else cut * CHUNK_SAMPLES)

    def _forget(self, chunks: int) -> None:
        self._samples = self._samples[chunks * CHUNK_SAMPLES :]
        self._probabilities = self._probabilities[chunks:]
        self._first += chunks


def near(speech: np.ndarray) -> np.ndarray:
    """Return which chunks have speech within AROUND_CHUNKS: (chunks,) bool -> (chunks,) bool.

    >>> near(np.arange(20) == 9).nonzero()[0][[0, -1]]
    array([ 1, 17])
    """
    if not len(speech):
        return speech
    return np.convolve(speech, np.ones(2 * AROUND_CHUNKS + 1), mode="full")[AROUND_CHUNKS:-AROUND_CHUNKS] > 0
