"""Which words make an answer: each is left out in turn (occlusion; Zeiler & Fergus 2014, Li et al. 2016)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..core.hooks import OnProgress
from ..results.prediction import Reading
from ..training.checkpoint import Trained
from .inference import BATCH, Said, answers

MOST_SENTENCES = 200  # of a text that are explained: the most telling ones
MOST_PARTS = 40  # of a sentence that are left out in turn; in a longer one, neighbours together
SAYS_LITTLE = "neutral"


def explained(
    readings: Sequence[Reading], befores: Sequence[str], trained: Trained, on_progress: OnProgress | None = None
) -> list[Reading]:
    """The readings with their `word_attribution`, of more than MOST_SENTENCES only the most telling ones.

    befores: what each was told of what was said before it. on_progress takes sentences.
    """
    made, chosen = list(readings), most_telling(readings, MOST_SENTENCES)
    for done, index in enumerate(chosen, start=1):
        made[index] = replace(made[index], word_attribution=word_attribution(made[index], befores[index], trained))
        if on_progress:
            on_progress(done, len(chosen))
    return made


def most_telling(readings: Sequence[Reading], most: int) -> list[int]:
    """Which of the readings, in their order: the surest of an emotion, then the surest that are neutral."""
    told = [index for index, reading in enumerate(readings) if reading.probabilities]
    surest = sorted(told, key=lambda at: (readings[at].likeliest == SAYS_LITTLE, -readings[at].confidence))
    return sorted(surest[:most])


def word_attribution(reading: Reading, before: str, trained: Trained) -> tuple[tuple[str, float], ...]:
    """The words of a reading in their order, each with what it adds to the likeliest label's probability.

    Words that are left out together share alike.
    """
    words = reading.text.split()
    parts = np.array_split(np.arange(len(words)), min(len(words), MOST_PARTS))
    without = [Said(" ".join(np.delete(words, part)), before) for part in parts]
    lower = [answer.probabilities[reading.likeliest or ""] for answer in _in_batches(without, trained)]
    values = {at: (reading.confidence - low) / len(part) for part, low in zip(parts, lower, strict=True) for at in part}
    return tuple((word, values[at]) for at, word in enumerate(words))


def _in_batches(asked: Sequence[Said], trained: Trained) -> Iterator:
    for start in range(0, len(asked), BATCH):
        yield from answers(asked[start : start + BATCH], trained)


def explained_note(readings: Sequence[Reading]) -> tuple[str, ...]:
    """That not all of the readings are explained, where it is so."""
    told = sum(bool(reading.probabilities) for reading in readings)
    if told <= MOST_SENTENCES:
        return ()
    return (f"which words count was worked out for the {MOST_SENTENCES} most telling of {told:,} sentences",)
