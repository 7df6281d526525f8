"""A recording of any length -> what is said in it, and when.

Whisper hears only blocks in which somebody speaks, one after the other: hours need no more memory than minutes.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from math import ceil
from pathlib import Path

import numpy as np

from ...core import config
from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress
from ...media.sound import stream_sound
from ...media.sound.speech_activity import Speech
from ...media.sound.whisper import speech_model
from ..utterances import Document, Utterance, Word
from .blocks import Block, speech_blocks
from .recogniser import SAMPLE_RATE_HZ, Recogniser, Segments
from .repetition import loops, loops_note, plain, without_loops

log = logging.getLogger(__name__)

PIECE_SECONDS = 8.0  # decoded at a time
# A word that is not sure and not within so much of any speech is made up. One that is sure was said: Whisper misses its
# time by half a second at times, most often that of a sentence's last word.
NEAR_SECONDS = 0.1
SURE_FROM = 0.5
MOST_WORDS_SHARED = 100  # by two blocks; in two seconds nobody says more
SAME_WORD_SECONDS = 0.3  # by which its times in two blocks may differ
UNSURE_BELOW = 0.5  # mean probability of the words, or probability of the language
# Of an English-only model: it makes English of any language, but is unsure of it. Mean probability of the words of 8
# clips, 25 s, by tiny.en at temperature 0: RAVDESS (English) 0.91 to 0.98 in 7 of 7, nEMO (Polish) 0.35 to 0.68 in 7
# of 7, JAVED (Javanese) 0.23 to 0.73 in 5 of 5. English in so much noise that the words are wrong is unsure as well
# (0.69 at 10 dB), so the note leaves open which it is. The tokens' mean log-probability tells less: -0.13 to -0.26,
# -0.30 to -0.84 and -0.17 to -1.97, for a loop is sure of itself.
ENGLISH_FROM = 0.8


def transcribe(
    path: Path, model: str = config.WHISPER_MODEL, on_progress: OnProgress | None = None, notify: Notify = log.info
) -> Document:
    """What is said in the recording `path`, an Utterance for each segment of Whisper's; see `by_sentence`.

    model: as source.media.sound.whisper takes it; where its weights are missing, that is said once and the Document has
    no utterances and a note, so that whoever goes on does so without words. `on_progress` takes seconds of the
    recording (0 in all: not known). Raises DemeanorError where the recording cannot be read.
    """
    try:
        network = speech_model(model)
    except DemeanorError as trouble:
        notify(f"Nothing is transcribed: {trouble}")
        return Document((), notes=(f"not transcribed: {trouble}",))
    with stream_sound(path, SAMPLE_RATE_HZ, PIECE_SECONDS) as stream:
        progress = Progress(stream.seconds, on_progress)
        document = transcribed(progress.over(stream), Speech(SAMPLE_RATE_HZ), Recogniser(network))
    return replace(document, seconds=progress.seconds, notes=(*stream.notes, *document.notes))


def transcribed(pieces: Iterable[np.ndarray], speech: Speech, recogniser: Recogniser | None) -> Document:
    """What is said in a stream at 16 kHz that comes in pieces (samples,); `speech` learns where somebody speaks.

    Without a recogniser nothing is transcribed, only listened to.
    """
    transcript = Transcript()
    for block in speech_blocks(pieces, speech):
        if recogniser is not None:
            transcript.add(block, recogniser(block.samples, partial(speech_after, block, speech)), speech)
    if recogniser is None:
        return Document(())
    document = transcript.document(recogniser.language or "")
    return replace(document, notes=(*document.notes, *doubts(document, recogniser)))


@dataclass
class Progress:
    """How far a stream at 16 kHz is decoded."""

    seconds_in_all: float | None
    """By what the file says of itself; None where it does not."""
    on_progress: OnProgress | None
    samples: int = 0

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE_HZ

    def over(self, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The pieces; each is told of when the next one is asked for."""
        for piece in pieces:
            yield piece
            self.samples += len(piece)
            if self.on_progress:
                self.on_progress(int(self.seconds), ceil(self.seconds_in_all or 0))


class Transcript:
    """The words of the blocks that were recognised so far, at the recording's times."""

    def __init__(self):
        self._words: list[Word] = []  # with the spaces before them
        self._segments: list[int] = []  # number of each word's segment

    def add(self, block: Block, segments: Segments, speech: Speech) -> None:
        """What was heard in a block; unsure words where nobody speaks are not."""
        first = self._segments[-1] + 1 if self._segments else 0
        words = [(first + at, in_recording(word, block)) for at, part in enumerate(segments) for word in part]
        words = [(number, word) for number, word in words if is_spoken(word, speech)]
        if block.cut_seconds is not None:
            keep, skip = seam(self._words, [word for _, word in words], block.cut_seconds)
            del self._words[keep:], self._segments[keep:]
            words = words[skip:]
        self._words += [word for _, word in words]
        self._segments += [number for number, _ in words]

    def document(self, language: str) -> Document:
        """All that was said, without loops."""
        found = loops(self._words)
        stay = without_loops(self._words, found)
        parts = groupby(stay, key=self._segments.__getitem__)
        utterances = tuple(utterance_of([self._words[at] for at in part]) for _, part in parts)
        return Document(utterances, language, notes=loops_note(self._words, found))


def utterance_of(words: Sequence[Word]) -> Utterance:
    """Words with the spaces before them -> one Utterance."""
    text = "".join(word.text for word in words).strip()
    plain = tuple(replace(word, text=word.text.strip()) for word in words)
    return Utterance(text, words[0].start_seconds, words[-1].end_seconds, plain)


def in_recording(word: Word, block: Block) -> Word:
    """A word of a block at the recording's times."""
    start, end = block.in_recording(word.start_seconds, word.end_seconds)
    return replace(word, start_seconds=start, end_seconds=end)


def is_spoken(word: Word, speech: Speech) -> bool:
    """Whether the word is sure, or somebody speaks at its time or next to it."""
    if word.probability >= SURE_FROM:
        return True
    start = max(int((word.start_seconds - NEAR_SECONDS) * SAMPLE_RATE_HZ), 0)
    return speech.samples(start, ceil((word.end_seconds + NEAR_SECONDS) * SAMPLE_RATE_HZ)) > 0


def speech_after(block: Block, speech: Speech, seconds: float) -> float:
    """Seconds of speech in the block after so many of its seconds."""
    spoken, begin = 0.0, 0
    for stretch in block.stretches:
        start = stretch.start + max(round(seconds * SAMPLE_RATE_HZ) - begin, 0)
        spoken += speech.samples(start, stretch.end) if start < stretch.end else 0.0
        begin += len(stretch.samples)
    return spoken / SAMPLE_RATE_HZ


def seam(before: Sequence[Word], after: Sequence[Word], cut_seconds: float) -> tuple[int, int]:
    """How many words to keep of those before a cut, and how many to leave out of those after it, where both overlap.

    They change over behind a word that both have at the same time, the nearest to the cut: none is lost, none double.
    Without such a word, at the cut.
    """
    first = after[0].start_seconds if after else cut_seconds
    recent = range(max(len(before) - MOST_WORDS_SHARED, 0), len(before))
    late = [at for at in recent if before[at].end_seconds >= first - SAME_WORD_SECONDS]
    pairs = [(one, other) for one in late for other in range(len(after)) if _same(before[one], after[other])]
    if pairs:
        one, other = min(pairs, key=lambda pair: abs(_middle(before[pair[0]]) - cut_seconds))
        return one + 1, other + 1
    behind = sum(_middle(before[at]) >= cut_seconds for at in recent)
    return len(before) - behind, sum(_middle(word) < cut_seconds for word in after)


def doubts(document: Document, recogniser: Recogniser) -> tuple[str, ...]:
    """What makes the words doubtful."""
    words = [word for utterance in document.utterances for word in utterance.words]
    if not words:
        return ("no words were recognised",)
    sure = sum(word.probability for word in words) / len(words)
    if recogniser.knows_english_only and sure < ENGLISH_FROM:
        return (f"the words are unsure ({sure:.0%}): unclear, or not English, the only language this model knows",)
    language = recogniser.language_probability or 1.0
    return (
        *((f"the language is unsure: {document.language} by {language:.0%}",) if language < UNSURE_BELOW else ()),
        *((f"the words are unsure ({sure:.0%})",) if sure < UNSURE_BELOW else ()),
    )


def _same(one, other):
    return plain(one.text) == plain(other.text) and abs(_middle(one) - _middle(other)) <= SAME_WORD_SECONDS


def _middle(word):
    return (word.start_seconds + word.end_seconds) / 2
