"""Split utterances that are longer than the model reads, so that nothing a person hands in is cut."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise

from .normalise import normalise
from .settings import TextSettings
from .tokens import is_longer
from .utterances import Document, Utterance


def split_long_utterances(document: Document, settings: TextSettings) -> Document:
    """Return the document, utterances that are longer than the model reads split at sentence ends, else in halves.

    The parts share the utterance's time and words in proportion to their length. A single word is never split.
    """
    parts = (part for utterance in document.utterances for part in _split(utterance, settings))
    return replace(document, utterances=tuple(parts))


def _split(utterance: Utterance, settings: TextSettings) -> Iterator[Utterance]:
    words = utterance.text.split()
    if len(words) < 2 or not is_longer(normalise(utterance.text), settings):
        yield utterance
        return
    texts = _sentences(utterance.text)
    if len(texts) < 2:
        middle = len(words) // 2
        texts = [" ".join(words[:middle]), " ".join(words[middle:])]
    characters = sum(map(len, texts))
    edges = [end / characters for end in accumulate(map(len, texts), initial=0)]
    for text, (start, end) in zip(texts, pairwise(edges), strict=True):
        spoken = utterance.words[round(start * len(utterance.words)) : round(end * len(utterance.words))]
        times = _time_at(utterance, start), _time_at(utterance, end)
        yield from _split(Utterance(text, *times, spoken, utterance.language), settings)


@lru_cache(maxsize=256)  # a thousand emoji in a row have the same halves
def _sentences(text: str) -> list[str]:
    from .language.words import sentences

    return sentences(text)


def _time_at(utterance: Utterance, share: float) -> float | None:
    if utterance.start_seconds is None or utterance.end_seconds is None:
        return None
    return utterance.start_seconds + share * (utterance.end_seconds - utterance.start_seconds)
