"""What was transcribed, cut again where sentences end: a transcriber's segments end where it takes breath."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from ..utterances import Document, Utterance, Word

NEAR_SECONDS = 1.0  # a sentence goes on in the next segment if that begins sooner
WITHOUT_SPACES = ("zh", "ja", "th", "lo", "my", "km", "yue")  # written so


def by_sentence(document: Document) -> Document:
    """The document with an utterance a sentence, each with its words and their times.

    Only what was transcribed is cut: an utterance without words is kept as it is, for nothing tells when its parts are
    said.
    """
    space = "" if document.language in WITHOUT_SPACES else " "
    utterances = (part for run in runs(document.utterances) for part in _cut(run, space))
    return replace(document, utterances=tuple(utterances))


def runs(utterances: Sequence[Utterance]) -> list[list[Utterance]]:
    """Utterances with words that follow each other within NEAR_SECONDS, together; any other alone."""
    found = [[one] for one in utterances[:1]]
    for before, one in pairwise(utterances):
        if before.words and one.words and one.words[0].start_seconds - before.words[-1].end_seconds < NEAR_SECONDS:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _cut(run, space):
    if not run[0].words:
        return run
    from ..language.words import sentences

    text = space.join(one.text for one in run)
    words = [word for one in run for word in one.words]
    starts = _places(text, [word.text for word in words])
    ends = [place + len(sentence) for place, sentence in located(text, sentences(text))]
    parts: list[list[Word]] = [[] for _ in ends]
    at = 0
    for word, start in zip(words, starts, strict=True):
        while at < len(ends) - 1 and start >= ends[at]:
            at += 1
        parts[at].append(word)
    edges = list(accumulate((len(part) for part in parts), initial=0))
    spans = zip(parts, pairwise([*starts, len(text)][edge] for edge in edges), strict=True)
    return [
        Utterance(text[start:end].strip(), part[0].start_seconds, part[-1].end_seconds, tuple(part))
        for part, (start, end) in spans
        if part
    ]


def _places(text, words: Iterable[str]):
    """Where in the text each of the words begins, which are in it one after the other."""
    return [place for place, _ in located(text, words)]


def located(text: str, parts: Iterable[str]) -> list[tuple[int, str]]:
    """Where in the text each part begins; they come one after the other. One that is not found: where the last ended.

    >>> located("No. No, no.", ["No.", "No, no."])
    [(0, 'No.'), (4, 'No, no.')]
    """
    found, at = [], 0
    for part in parts:
        place = text.find(part, at)
        place = at if place < 0 else place
        found.append((place, part))
        at = min(place + len(part), len(text))
    return found
