"""Where somebody speaks in a recording, packed into blocks of half a minute: what a speech recogniser is to hear.

Silence, music and noise are left out, for a recogniser writes words there too ("Thanks for watching"). Each block costs
Whisper one pass of its encoder, which always takes 30 s.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ...media.sound.silero_vad import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from ...media.sound.speech_activity import SPEECH_FROM, Speech, SpeechDetector

CHUNKS_A_SECOND = SAMPLE_RATE_HZ / CHUNK_SAMPLES
MOST_CHUNKS = int(30 * CHUNKS_A_SECOND)  # 29.98 s: what Whisper hears at a time
AROUND_CHUNKS = 8  # 0.26 s of sound kept on either side of speech; a pause of twice that is cut out
LEAST_CHUNKS = 3  # 0.1 s: less speech is a click or a drum, no word
# Who speaks for longer without such a pause is cut where there is least speech in the last third of a block.
CUT_FROM_CHUNKS = MOST_CHUNKS * 2 // 3
QUIET_CHUNKS = 5  # 0.16 s without speech: a cut there goes through no word
OVERLAP_CHUNKS = 31  # 1 s on either side of a cut that may go through a word: both blocks hold that word whole


@dataclass(frozen=True)
class Stretch:
    """A part of the recording in which somebody speaks."""

    start: int
    """Its first sample in the recording."""
    samples: np.ndarray
    """(samples,) float32 at 16 kHz, at most 30 s."""
    cut: int | None = None
    """Sample of the recording at which it was cut from the stretch before, where both reach beyond: they overlap."""

    @property
    def end(self) -> int:
        """The sample after its last one."""
        return self.start + len(self.samples)


@dataclass(frozen=True)
class Block:
    """Stretches one after another, at most 30 s in all."""

    stretches: tuple[Stretch, ...]

    @property
    def samples(self) -> np.ndarray:
        """(samples,) float32 at 16 kHz."""
        return np.concatenate([stretch.samples for stretch in self.stretches])

    @property
    def cut_seconds(self) -> float | None:
        """Where in the recording it was cut from the block before and overlaps it; None if it does not."""
        cut = self.stretches[0].cut
        return None if cut is None else cut / SAMPLE_RATE_HZ

    def in_recording(self, start_seconds: float, end_seconds: float) -> tuple[float, float]:
        """When in the recording a word is said that lies there in the block.

        A word that reaches over the end of a stretch belongs to the stretch that holds its middle.
        """
        middle, begin = (start_seconds + end_seconds) / 2 * SAMPLE_RATE_HZ, 0
        for stretch in self.stretches[:-1]:
            if middle <= begin + len(stretch.samples):
                break
            begin += len(stretch.samples)
        else:
            stretch = self.stretches[-1]
        times = np.array([start_seconds, end_seconds]) * SAMPLE_RATE_HZ - begin + stretch.start
        start, end = np.clip(times, stretch.start, stretch.end) / SAMPLE_RATE_HZ
        return float(start), float(end)


def speech_blocks(sound: Iterable[np.ndarray], speech: Speech) -> Iterator[Block]:
    """The blocks of a stream at 16 kHz that comes in pieces (samples,) float32; `speech` learns where somebody speaks.

    Every chunk of speech is in one block, but for what is too short to be a word, and for overlaps (see Stretch.cut).
    No more than two blocks and a piece are held.
    """
    waiting: list[Stretch] = []
    for stretch in stretches(sound, speech):
        length = sum(len(one.samples) for one in waiting) + len(stretch.samples)
        if waiting and (length > MOST_CHUNKS * CHUNK_SAMPLES or stretch.cut is not None):
            yield Block(tuple(waiting))
            waiting = []
        waiting.append(stretch)
    if waiting:
        yield Block(tuple(waiting))


def stretches(sound: Iterable[np.ndarray], speech: Speech) -> Iterator[Stretch]:
    """The stretches of such a stream, in order."""
    listener, held = SpeechDetector(SAMPLE_RATE_HZ), Held()
    for piece in sound:
        heard = listener(piece)
        speech.add(heard)
        held.add(piece, heard)
        yield from held.complete()
    heard = listener.finish()
    speech.add(heard)
    held.add(np.zeros(0, np.float32), heard)
    yield from held.complete(last=True)


class Held:
    """What was heard and is not yet given on."""

    def __init__(self):
        self._samples = np.zeros(0, np.float32)
        self._probabilities = np.zeros(0, np.float32)  # of speech, chunk by chunk
        self._first = 0  # chunk of the recording with which both begin
        self._cut: int | None = None  # chunk at which the stretch that comes next was cut

    def add(self, samples: np.ndarray, probabilities: np.ndarray) -> None:
        self._samples = np.concatenate([self._samples, samples])
        self._probabilities = np.concatenate([self._probabilities, probabilities])

    def complete(self, last: bool = False) -> Iterator[Stretch]:
        """The stretches that what follows cannot change; `last`: nothing follows."""
        while (span := self._span()) is not None:
            start, end = span
            self._forget(start)
            if end - start > MOST_CHUNKS:
                yield from self._until_cut()
            elif last or end - start < len(self._probabilities) - AROUND_CHUNKS:
                yield from self._taken(end - start)
                self._forget(end - start)
            else:
                return

    def _span(self):
        """The first chunk of speech, with what is around it, to before the first that is not; None if there is none."""
        spoken = near(self._probabilities >= SPEECH_FROM)
        if not spoken.any():
            self._forget(max(len(spoken) - AROUND_CHUNKS, 0))
            return None
        start = int(spoken.argmax())
        over = ~spoken[start:]
        return start, start + int(over.argmax()) if over.any() else len(spoken)

    def _until_cut(self):
        at = self._least_speech()
        quiet = self._probabilities[at - QUIET_CHUNKS // 2 : at + QUIET_CHUNKS // 2 + 1] < SPEECH_FROM
        overlap = 0 if quiet.all() else OVERLAP_CHUNKS
        cut = self._first + at
        yield from self._taken(at + overlap)
        self._forget(at - overlap)
        self._cut = cut if overlap else None

    def _least_speech(self):
        """The chunk to cut at: its surroundings are the least likely speech, and among equals the least loud."""
        chunks = self._samples[: MOST_CHUNKS * CHUNK_SAMPLES].reshape(-1, CHUNK_SAMPLES)
        score = self._probabilities[:MOST_CHUNKS] * np.sqrt((chunks**2).mean(1))
        smooth = np.convolve(score, np.ones(QUIET_CHUNKS), mode="same")
        return CUT_FROM_CHUNKS + int(smooth[CUT_FROM_CHUNKS : MOST_CHUNKS - OVERLAP_CHUNKS].argmin())

    def _taken(self, chunks):
        """The first so many chunks as a stretch, if there is a word's length of speech in them."""
        cut, self._cut = self._cut, None
        if (self._probabilities[:chunks] >= SPEECH_FROM).sum() >= LEAST_CHUNKS:
            samples = self._samples[: chunks * CHUNK_SAMPLES].copy()  # not a view, which would hold the rest as well
            yield Stretch(self._first * CHUNK_SAMPLES, samples, None if cut is None else cut * CHUNK_SAMPLES)

    def _forget(self, chunks):
        self._samples = self._samples[chunks * CHUNK_SAMPLES :]
        self._probabilities = self._probabilities[chunks:]
        self._first += chunks


def near(speech: np.ndarray) -> np.ndarray:
    """Which chunks have speech within AROUND_CHUNKS: (chunks,) bool -> (chunks,) bool.

    >>> near(np.arange(20) == 9).nonzero()[0][[0, -1]]
    array([ 1, 17])
    """
    if not len(speech):
        return speech
    return np.convolve(speech, np.ones(2 * AROUND_CHUNKS + 1), mode="full")[AROUND_CHUNKS:-AROUND_CHUNKS] > 0
