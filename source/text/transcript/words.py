"""The words of the blocks recognised so far, at the recording's times."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from math import ceil

from ...media.sound.speech_activity import Speech
from ..utterances import Document, Utterance, Word
from .apart import RecogniserApart
from .blocks import Block
from .english import is_english
from .recogniser import SAMPLE_RATE_HZ, Recogniser, Segments
from .repetition import find_loops, indices_without_loops, loops_note, plain

# An uncertain word that is not within this of any speech is made up. A certain one was said: Whisper misses its time by
# half a second at times, most often that of a sentence's last word.
NEAR_SECONDS = 0.1
SURE_FROM = 0.5
MOST_WORDS_SHARED = 100  # by two blocks; nobody says more in two seconds
SAME_WORD_SECONDS = 0.3  # by which a word's times in two blocks may differ
UNSURE_BELOW = 0.5  # mean probability of the words, or probability of the language
# The former of an English-only model. Clear English has 0.91 to 0.98 with tiny.en; in noise that makes it wrong 0.69.
UNSURE_ENGLISH_BELOW = 0.8


class Transcript:
    """The words of the blocks recognised so far, at the recording's times."""

    def __init__(self) -> None:
        self._words: list[Word] = []  # with the spaces before them
        self._segments: list[int] = []  # index of each word's segment

    def add(self, block: Block, segments: Segments, speech: Speech) -> None:
        """Add what was recognised in a block, without uncertain words where nobody speaks."""
        first = self._segments[-1] + 1 if self._segments else 0
        words = [(first + at, to_recording(word, block)) for at, segment in enumerate(segments) for word in segment]
        words = [(segment, word) for segment, word in words if is_spoken(word, speech)]
        if block.cut_seconds is not None:
            keep, skip = join_overlap(self._words, [word for _, word in words], block.cut_seconds)
            del self._words[keep:], self._segments[keep:]
            words = words[skip:]
        self._words += [word for _, word in words]
        self._segments += [segment for segment, _ in words]

    def document(self, language: str) -> Document:
        """Return all that was said, without loops."""
        loops = find_loops(self._words)
        kept = indices_without_loops(self._words, loops)
        segments = groupby(kept, key=self._segments.__getitem__)
        utterances = tuple(utterance_of([self._words[at] for at in segment], language) for _, segment in segments)
        return Document(utterances, language, notes=loops_note(self._words, loops))


def utterance_of(words: Sequence[Word], language: str = "") -> Utterance:
    """Return words that have the spaces before them as one Utterance."""
    text = "".join(word.text for word in words).strip()
    stripped = tuple(replace(word, text=word.text.strip()) for word in words)
    return Utterance(text, words[0].start_seconds, words[-1].end_seconds, stripped, language)


def to_recording(word: Word, block: Block) -> Word:
    """Return a word of a block at the recording's times."""
    start, end = block.to_recording(word.start_seconds, word.end_seconds)
    return replace(word, start_seconds=start, end_seconds=end)


def is_spoken(word: Word, speech: Speech) -> bool:
    """Return whether the word is certain, or somebody speaks at its time or next to it."""
    if word.probability >= SURE_FROM:
        return True
    start = max(int((word.start_seconds - NEAR_SECONDS) * SAMPLE_RATE_HZ), 0)
    return speech.samples(start, ceil((word.end_seconds + NEAR_SECONDS) * SAMPLE_RATE_HZ)) > 0


def speech_after(block: Block, speech: Speech, seconds: float) -> float:
    """Return the seconds of speech in the block after its first `seconds`."""
    spoken, begin = 0.0, 0
    for segment in block.segments:
        start = segment.start + max(round(seconds * SAMPLE_RATE_HZ) - begin, 0)
        spoken += speech.samples(start, segment.end) if start < segment.end else 0.0
        begin += len(segment.samples)
    return spoken / SAMPLE_RATE_HZ


def join_overlap(before: Sequence[Word], after: Sequence[Word], cut_seconds: float) -> tuple[int, int]:
    """Join the words on either side of a cut where both overlap: return how many to keep, and how many to skip.

    The join lies behind a word that both have at the same time, the nearest to the cut, so that no word is lost or
    doubled. Without such a word it lies at the cut.
    """
    first = after[0].start_seconds if after else cut_seconds
    recent = range(max(len(before) - MOST_WORDS_SHARED, 0), len(before))
    late = [at for at in recent if before[at].end_seconds >= first - SAME_WORD_SECONDS]
    pairs = [(at, other) for at in late for other in range(len(after)) if _is_same(before[at], after[other])]
    if pairs:
        at, other = min(pairs, key=lambda pair: abs(_middle(before[pair[0]]) - cut_seconds))
        return at + 1, other + 1
    behind = sum(_middle(before[at]) >= cut_seconds for at in recent)
    return len(before) - behind, sum(_middle(word) < cut_seconds for word in after)


def why_withheld(document: Document, recogniser: Recogniser | RecogniserApart) -> str:
    """Return why the words were made up rather than said; empty where they were not.

    A model writes words of a language that it knows whatever is said.
    """
    if recogniser.english_only:
        is_said = is_english(document, recogniser.english_reading)
        return "" if is_said else "this does not sound English, the only language of the transcriber (WHISPER_MODEL)"
    probability = recogniser.language_probability
    is_unsure = probability is not None and probability < UNSURE_BELOW and document.utterances
    return f"the language is unsure ({document.language} by {probability:.0%})" if is_unsure else ""


def uncertainty_notes(document: Document, recogniser: Recogniser | RecogniserApart | None) -> tuple[str, ...]:
    """Return notes on what makes the words doubtful; recogniser: what recognised them, if anybody spoke."""
    words = [word for utterance in document.utterances for word in utterance.words]
    if not words or not recogniser:
        return ("no words were recognised",)
    mean = sum(word.probability for word in words) / len(words)
    unsure_below = UNSURE_ENGLISH_BELOW if recogniser.english_only else UNSURE_BELOW
    return (f"the words are unsure ({mean:.0%})",) if mean < unsure_below else ()


def _is_same(word: Word, other: Word) -> bool:
    return plain(word.text) == plain(other.text) and abs(_middle(word) - _middle(other)) <= SAME_WORD_SECONDS


def _middle(word: Word) -> float:
    return (word.start_seconds + word.end_seconds) / 2
