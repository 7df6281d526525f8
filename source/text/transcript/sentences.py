"""A transcript, split where sentences end: a transcriber's segments end where the speaker takes a breath."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from ..utterances import Document, Utterance, Word

Run = tuple[Utterance, ...]
"""Utterances that follow each other closely."""

NEAR_SECONDS = 1.0  # within which the next segment must begin to continue a sentence
WITHOUT_SPACES = ("zh", "ja", "th", "lo", "my", "km", "yue")  # languages that are written so


def split_into_sentences(document: Document, known: dict[Run, list[Utterance]] | None = None) -> Document:
    """Return the document with an utterance for each sentence, with its words and their times.

    An utterance without words is kept as it is: the times of its sentences are not known. known: what was made of each
    run of utterances the last time, of a document that grows: only what is new is split.
    """
    space = "" if document.language in WITHOUT_SPACES else " "
    before = known or {}
    runs = {tuple(run): before.get(tuple(run)) or _split(run, space) for run in _continuous(document.utterances)}
    if known is not None:
        known.clear()
        known.update(runs)
    utterances = (sentence for sentences in runs.values() for sentence in sentences)
    return replace(document, utterances=tuple(utterances))


def _continuous(utterances: Sequence[Utterance]) -> list[list[Utterance]]:
    """Group utterances with words that follow each other within NEAR_SECONDS; any other stays alone."""
    groups = [[utterance] for utterance in utterances[:1]]
    for before, after in pairwise(utterances):
        if before.words and after.words and after.words[0].start_seconds - before.words[-1].end_seconds < NEAR_SECONDS:
            groups[-1].append(after)
        else:
            groups.append([after])
    return groups


def _split(utterances: list[Utterance], space: str) -> list[Utterance]:
    if not utterances[0].words:
        return utterances
    from ..language.words import sentences

    text = space.join(utterance.text for utterance in utterances)
    words = [word for utterance in utterances for word in utterance.words]
    starts = locate(text, [word.text for word in words])
    texts = sentences(text)
    ends = [start + len(sentence) for start, sentence in zip(locate(text, texts), texts, strict=True)]
    parts: list[list[Word]] = [[] for _ in ends]
    for word, start in zip(words, starts, strict=True):
        parts[bisect_right(ends, start, hi=len(ends) - 1)].append(word)
    edges = list(accumulate((len(part) for part in parts), initial=0))
    spans = zip(parts, pairwise([*starts, len(text)][edge] for edge in edges), strict=True)
    return [
        Utterance(
            text[start:end].strip(), part[0].start_seconds, part[-1].end_seconds, tuple(part), utterances[0].language
        )
        for part, (start, end) in spans
        if part
    ]


def locate(text: str, parts: Iterable[str]) -> list[int]:
    """Return where in the text each of its consecutive parts begins; a missing one: where the one before it ended.

    >>> locate("No. No, no.", ["No.", "No, no."])
    [0, 4]
    """
    starts, at = [], 0
    for part in parts:
        start = text.find(part, at)
        starts.append(at if start < 0 else start)
        at = min(starts[-1] + len(part), len(text))
    return starts
