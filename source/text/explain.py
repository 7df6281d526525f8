"""Word attribution by occlusion: leave each word out in turn (Zeiler & Fergus 2014, Li et al. 2016)."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from ..core.hooks import OnProgress
from ..results.prediction import Reading
from ..training.checkpoint import Trained
from .inference import BATCH, TextQuery, infer

MOST_SENTENCES = 200  # of a text that are explained: the most informative ones
MOST_GROUPS = 40  # of a sentence's words that are left out in turn; in a longer one, neighbours go together
MOST_OCCLUSIONS = 4000  # of a text: fewer sentences are explained where they are long, different ones
NEUTRAL = "neutral"


def with_attributions(
    readings: Sequence[Reading], contexts: Sequence[str], trained: Trained, on_progress: OnProgress | None = None
) -> list[Reading]:
    """Return the readings with their word attributions; of a long text, only the most informative get any.

    contexts: what was said before each, as the network got it. `on_progress` counts sentences.
    """
    explained, chosen = list(readings), most_informative(readings)
    known: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}
    for done, index in enumerate(chosen, start=1):
        reading, said = readings[index], (readings[index].text, contexts[index])
        if said not in known:
            known[said] = word_attribution(reading, contexts[index], trained)
        explained[index] = replace(reading, word_attribution=known[said])
        if on_progress:
            on_progress(done, len(chosen))
    return explained


def most_informative(readings: Sequence[Reading]) -> list[int]:
    """Return the indices of the most confident readings of an emotion, then of neutral ones, in ascending order.

    They are at most MOST_SENTENCES, and take at most MOST_OCCLUSIONS.
    """
    readable = [index for index, reading in enumerate(readings) if reading.probabilities]
    readable.sort(key=lambda index: (readings[index].likeliest == NEUTRAL, -readings[index].confidence))
    occlusions = accumulate(min(len(readings[index].text.split()), MOST_GROUPS) for index in readable)
    return sorted(readable[: min(bisect_right(list(occlusions), MOST_OCCLUSIONS), MOST_SENTENCES)])


def word_attribution(reading: Reading, context: str, trained: Trained) -> tuple[tuple[str, float], ...]:
    """Return each word of a reading with what it adds to the probability of the likeliest label.

    Words that are left out together share their effect equally.
    """
    words = reading.text.split()
    groups = np.array_split(np.arange(len(words)), min(len(words), MOST_GROUPS))
    queries = [TextQuery(" ".join(np.delete(words, group)), context) for group in groups]
    batches = (queries[start : start + BATCH] for start in range(0, len(queries), BATCH))
    occluded = [output.probabilities[reading.likeliest or ""] for batch in batches for output in infer(batch, trained)]
    values = {
        index: (reading.confidence - probability) / len(group)
        for group, probability in zip(groups, occluded, strict=True)
        for index in group
    }
    return tuple((word, values[index]) for index, word in enumerate(words))


def explained_note(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Return the note that only some of the readings have word attributions, where that is so."""
    readable = sum(bool(reading.probabilities) for reading in readings)
    explained = sum(bool(reading.word_attribution) for reading in readings)
    if explained in (0, readable):
        return ()
    return (f"word attributions cover the {explained} most informative of {readable:,} sentences",)
