"""Utterances that are longer than the model reads, in parts that are not: it never cuts what a person hands in."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from .normalise import in_words
from .tokens import is_longer
from .utterances import Document, Utterance


def fitting(document: Document, tokens: int) -> Document:
    """The document, each utterance of more than so many tokens parted: where sentences end, else in halves.

    The parts share an utterance's time, and its words, by their length. A single word is never parted.
    """
    return replace(document, utterances=tuple(part for one in document.utterances for part in _parts(one, tokens)))


def _parts(utterance: Utterance, tokens: int) -> Iterator[Utterance]:
    words = utterance.text.split()
    if len(words) < 2 or not is_longer(in_words(utterance.text), tokens):
        yield utterance
        return
    from .language.words import sentences

    texts = sentences(utterance.text)
    if len(texts) < 2:
        middle = len(words) // 2
        texts = [" ".join(words[:middle]), " ".join(words[middle:])]
    for part in _shared(utterance, texts):
        yield from _parts(part, tokens)


def _shared(utterance: Utterance, texts: Sequence[str]) -> Iterator[Utterance]:
    lengths = [len(text) for text in texts]
    shares = [sum(lengths[:number]) / sum(lengths) for number in range(len(lengths) + 1)]
    for text, (start, end) in zip(texts, pairwise(shares), strict=True):
        words = utterance.words[round(start * len(utterance.words)) : round(end * len(utterance.words))]
        yield Utterance(text, _moment(utterance, start), _moment(utterance, end), words)


def _moment(utterance, share):
    if utterance.start_seconds is None or utterance.end_seconds is None:
        return None
    return utterance.start_seconds + share * (utterance.end_seconds - utterance.start_seconds)
