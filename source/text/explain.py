"""Word attribution by occlusion: leave each word out in turn (Zeiler & Fergus 2014, Li et al. 2016)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..core.hooks import OnProgress
from ..results.prediction import Reading
from ..training.checkpoint import Trained
from .inference import BATCH, TextQuery, infer

MOST_SENTENCES = 200  # of a text that are explained: the most informative ones
MOST_GROUPS = 40  # of a sentence's words that are left out in turn; in a longer one, neighbours go together
NEUTRAL = "neutral"


def with_attributions(
    readings: Sequence[Reading], contexts: Sequence[str], trained: Trained, on_progress: OnProgress | None = None
) -> list[Reading]:
    """Return the readings with their word attributions; of more than MOST_SENTENCES, only the most informative get any.

    contexts: what was said before each, as the network got it. `on_progress` counts sentences.
    """
    explained, chosen = list(readings), most_informative(readings, MOST_SENTENCES)
    for done, index in enumerate(chosen, start=1):
        attribution = word_attribution(readings[index], contexts[index], trained)
        explained[index] = replace(readings[index], word_attribution=attribution)
        if on_progress:
            on_progress(done, len(chosen))
    return explained


def most_informative(readings: Sequence[Reading], most: int) -> list[int]:
    """Return the indices of the most confident readings of an emotion, then of neutral ones, in ascending order."""
    readable = [index for index, reading in enumerate(readings) if reading.probabilities]
    readable.sort(key=lambda index: (readings[index].likeliest == NEUTRAL, -readings[index].confidence))
    return sorted(readable[:most])


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
    if readable <= MOST_SENTENCES:
        return ()
    return (f"word attributions cover the {MOST_SENTENCES} most informative of {readable:,} sentences",)
