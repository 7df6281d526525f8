"""The words of a video: those of each window, their encoding, and a reading of each sentence."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from ...audio.windows import batched
from ...core.arrays import stacked, tensors
from ...data.clips import AFFECT_DIMENSIONS
from ...results.circumplex import with_valence_arousal
from ...results.prediction import Reading
from ...results.timeline import mean_probabilities
from ...text.features import featurize
from ...text.language import unknown_language_note
from ...text.utterances import Utterance
from ...training.checkpoint import Trained
from .forward import fused_probabilities, to_label_dict
from .voice_stream import Window

BATCH = 256  # texts that go through the network together
SURE_WORDS = 0.6  # mean probability of a sentence's words from which it is read; clear speech has 0.9


def words_of(utterances: Sequence[Utterance], windows: Sequence[Window], trained: Trained) -> list[str]:
    """Return each window's words: the sentences of which half lies in it, and those that fill half of it.

    Those are left out that are unsure or in a language that `trained` does not know.
    """
    timed = _TimeIndex([utterance for utterance in utterances if not _doubts(utterance, trained)])

    def belongs_to(utterance: Utterance, window: Window) -> bool:
        length = (utterance.end_seconds or 0.0) - (utterance.start_seconds or 0.0)
        return _shared_seconds(utterance, window) >= min(length, window.end_seconds - window.start_seconds) / 2

    candidates = ((timed.overlapping(window), window) for window in windows)
    return [" ".join(said.text for said in near if belongs_to(said, window)) for near, window in candidates]


def encoded_texts(texts: Sequence[str], trained: Trained) -> dict[str, Tensor]:
    """Encode each different text once: text -> (W,) of `CombinedModel.encode_text`; zeros for no text."""
    if "text" not in trained.settings.modalities:
        return {}
    network, settings = trained.network, trained.settings.text
    encoded = {"": torch.zeros(network.lengths["text"])}
    different = [text for text in dict.fromkeys(texts) if text]
    for batch in batched(different, BATCH):
        inputs = tensors(stacked([featurize(text, "", settings) for text in batch]))
        with torch.inference_mode():
            encoded |= zip(batch, network.encode_text(**inputs), strict=True)
    return encoded


def sentence_readings(utterances: Sequence[Utterance], readings: Sequence[Reading], trained: Trained) -> list[Reading]:
    """Return a reading of each sentence: the windows' answer meanwhile, that of the words alone, and their sentiment.

    readings: of the windows. What is unsure, or in a language that the network does not know, is not read.
    """
    encoded = encoded_texts([utterance.text for utterance in utterances if not _doubts(utterance, trained)], trained)
    timed, sentences = _TimeIndex(readings), []
    for utterance in utterances:
        windows = timed.overlapping(utterance)
        weights = [max(_shared_seconds(utterance, window), 0.0) for window in windows]
        start, end, text = utterance.start_seconds, utterance.end_seconds, utterance.text
        reading = Reading(mean_probabilities(windows, weights), start_seconds=start, end_seconds=end, text=text)
        if doubts := _doubts(utterance, trained):
            reading = replace(reading, modalities={}, notes=doubts)
        else:
            reading = _with_words(reading, encoded[text], trained)
        sentences.append(with_valence_arousal(reading))
    return sentences


def _with_words(reading: Reading, encoded: Tensor, trained: Trained) -> Reading:
    """Return the reading with the answer of its words alone and their sentiment; encoded: (W,)."""
    affect = dict(zip(AFFECT_DIMENSIONS, encoded[-len(AFFECT_DIMENSIONS) :].tolist(), strict=True))
    probabilities = to_label_dict(fused_probabilities({"text": encoded[None]}, trained)[0], trained)
    return replace(reading, modalities={"text": probabilities}, sentiment=affect["sentiment"])


class _TimeIndex:
    """Finds what overlaps in time among items in the order of time: hours of them are not searched for each window."""

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items
        self._starts = [item.start_seconds or 0.0 for item in items]
        self._ends = list(accumulate((item.end_seconds or 0.0 for item in items), max))

    def overlapping(self, other: Any) -> Sequence[Any]:
        """Return those that share time with `other`, and perhaps some between them that do not."""
        first = bisect_right(self._ends, other.start_seconds or 0.0)
        return self._items[first : bisect_left(self._starts, other.end_seconds or 0.0)]


def _shared_seconds(first: Any, second: Any) -> float:
    start = max(first.start_seconds or 0.0, second.start_seconds or 0.0)
    return min(first.end_seconds or 0.0, second.end_seconds or 0.0) - start


def _doubts(utterance: Utterance, trained: Trained) -> tuple[str, ...]:
    """Return why the words of an utterance take no part; nothing where they do."""
    if not trained.settings.text.knows(utterance.language):
        return (unknown_language_note(utterance.language),)
    if utterance.confidence is not None and utterance.confidence < SURE_WORDS:
        return (f"the words are unsure ({utterance.confidence:.0%}) and took no part",)
    return ()
