"""Which label of a model a person means by what they wrote."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from ..core import config
from .labels import SPELLINGS, emotion_named

UNCLEAR = ("?", "unclear", "not sure", "unsure", "uncertain", "unknown")
LONGEST = 30  # characters of a label with a slip; whole sentences are none
NEAR = 0.8  # ratio of equal characters from which a word with the same first letter is a spelling of another


def is_unclear(text: str) -> bool:
    """Return whether a person says that they could not tell."""
    return text.strip().casefold() in UNCLEAR


def label_meant(text: str, labels: Sequence[str], mapping: Mapping[str, str] | None = None) -> str | None:
    """Return the one of `labels` that is meant; None where it is none of them.

    mapping: what is written -> label, before all else. Otherwise a label's own name, an emotion as corpora spell it,
    of which a label such as "sad/fear" may hold several, or a word that is nearly one of these. The first letter has to
    be the same: "unhappy" is not happy.

    >>> [label_meant(text, ("happy", "sad/fear")) for text in ("Joy", "fear", "hapy", "unhappy")]
    ['happy', 'sad/fear', 'happy', None]
    """
    written = " ".join(text.casefold().split())
    given = {" ".join(name.casefold().split()): label for name, label in (mapping or {}).items()}
    own = {label.casefold(): label for label in labels}
    if written in given:
        return own.get(given[written].casefold())
    if written in own or not written:
        return own.get(written)
    holders = _holders(labels)
    if emotion := emotion_named(written):
        return holders.get(emotion)
    known = own | {name: holders[emotion] for name, emotion in _spellings().items() if emotion in holders}
    if len(written) > LONGEST:
        return None
    alike = [name for name in known if name[:1] == written[:1]]
    found = get_close_matches(written, alike, 1, NEAR)
    return known[found[0]] if found else None


def _spellings() -> dict[str, str]:
    return {emotion: emotion for emotion in config.EMOTIONS} | {
        name: to for name, to in SPELLINGS.items() if len(name) > 3
    }


def _holders(labels: Sequence[str]) -> dict[str, str]:
    """Return emotion -> the label that holds it: of the grouping with these labels, else by the labels' names."""
    for groups in config.GROUPINGS.values():
        if tuple(groups) == tuple(labels):
            return {emotion: label for label, emotions in groups.items() for emotion in emotions}
    return {emotion: label for label in labels for emotion in label.split("/")}
