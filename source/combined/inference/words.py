"""The words of a video: which belong to a window, what the network makes of them, and what each sentence says."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...data.clips import AFFECT_DIMENSIONS
from ...results.prediction import Reading
from ...results.timeline import mean_probabilities
from ...text.features import featurize
from ...text.utterances import Utterance
from ...training.checkpoint import Trained
from .forward import answers, named, placed
from .stream import Observed
from .voice_stream import Window

BATCH = 256  # texts that go through the network together
SURE_WORDS = 0.6  # mean probability of a sentence's words from which they take part; clear speech has 0.9


def words_of(utterances: Sequence[Utterance], windows: Sequence[Window]) -> list[str]:
    """For each window the sure sentences said in it: those of which half lies in it, and those that fill half of it."""
    timed = _Timed([one for one in utterances if _is_sure(one)])
    return [" ".join(one.text for one in timed.near(window) if _said_in(one, window)) for window in windows]


def _said_in(one: Utterance, window: Window) -> bool:
    length = (one.end_seconds or 0.0) - (one.start_seconds or 0.0)
    return _shared_seconds(one, window) >= min(length, window.end_seconds - window.start_seconds) / 2


def words_read(texts: Sequence[str], trained: Trained) -> dict[str, Tensor]:
    """Text -> (W,) what the text branch makes of it; zeros for no text. Each is read once."""
    if "text" not in trained.settings.modalities:
        return {}
    network, settings = trained.network, trained.settings.text
    made = {"": torch.zeros(network.lengths["text"])}
    asked = [text for text in dict.fromkeys(texts) if text]
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        described = [featurize(text, "", settings) for text in batch]
        inputs = {name: torch.from_numpy(np.stack([one[name] for one in described])) for name in described[0]}
        with torch.inference_mode():
            made |= zip(batch, network.of_words(**inputs), strict=True)
    return made


def sentence_readings(observed: Observed, readings: Sequence[Reading], trained: Trained) -> list[Reading]:
    """What is said, sentence by sentence: the answer meanwhile, that of the words alone, and their sentiment.

    Of unsure words nothing is read: a transcriber makes up words where it does not know the language.
    """
    utterances = observed.document.utterances
    made = words_read([one.text for one in utterances if _is_sure(one)], trained)
    timed, found = _Timed(readings), []
    for one in utterances:
        meanwhile = _answer_meanwhile(one, timed.near(one))
        reading = Reading(meanwhile, start_seconds=one.start_seconds, end_seconds=one.end_seconds, text=one.text)
        told = _told_by_words(made[one.text], trained) if _is_sure(one) else {"modalities": {}, "notes": _doubts(one)}
        found.append(placed(replace(reading, **told)))
    return found


def _told_by_words(words: Tensor, trained: Trained) -> dict[str, Any]:
    """Their own answer and their sentiment; words (W,): what the text branch makes of them."""
    affect = dict(zip(AFFECT_DIMENSIONS, words[-len(AFFECT_DIMENSIONS) :].tolist(), strict=True))
    alone = named(answers({"words": words[None]}, trained)[0], trained)
    return {"modalities": {"text": alone}, "sentiment": affect["sentiment"]}


class _Timed:
    """What has a beginning and an end, in the order of time: hours of it need not be gone through for each moment."""

    def __init__(self, things: Sequence[Any]):
        self._things = things
        self._starts = [one.start_seconds or 0.0 for one in things]
        self._ends = list(accumulate((one.end_seconds or 0.0 for one in things), max))

    def near(self, other: Any) -> Sequence[Any]:
        """Those that share time with it, and perhaps some between them that do not."""
        first = bisect_right(self._ends, other.start_seconds or 0.0)
        return self._things[first : bisect_left(self._starts, other.end_seconds or 0.0)]


def _answer_meanwhile(one: Utterance, readings: Sequence[Reading]) -> dict[str, float]:
    """The mean of the windows' answers, each weighing as many seconds of the sentence as are said in it."""
    return mean_probabilities(readings, [max(_shared_seconds(one, reading), 0.0) for reading in readings])


def _shared_seconds(one, other):
    start = max(one.start_seconds or 0.0, other.start_seconds or 0.0)
    return min(one.end_seconds or 0.0, other.end_seconds or 0.0) - start


def _is_sure(one: Utterance) -> bool:
    return one.confidence is None or one.confidence >= SURE_WORDS


def _doubts(one: Utterance) -> tuple[str, ...]:
    return (f"the words are unsure ({one.confidence:.0%}) and took no part",)
