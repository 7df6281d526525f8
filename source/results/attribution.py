"""Which modalities an answer was read from, in words."""

from collections.abc import Sequence

from .prediction import Reading

NAMES = {"face": "face", "audio": "voice", "text": "words"}  # of source.MODELS -> as people call them
COUNTS_FROM = 0.05  # of probability that a modality gives or takes, from which it is worth naming
MOSTLY = 2.0  # times as much as the next one gives


def driven_by(reading: Reading) -> str:
    """What the answer was read from, in words; empty where there is none.

    >>> both = {"face": {"sad": 1.0}, "audio": {"sad": 1.0}}
    >>> driven_by(Reading({"sad": 0.8}, modalities=both, drivers={"face": 0.3, "audio": -0.1}))
    'mostly the face; the voice spoke against'
    >>> driven_by(Reading({"sad": 0.8}, modalities={"face": {"sad": 1.0}}))
    'the face alone'
    """
    there, drivers = list(reading.modalities or ()), reading.drivers or {}
    if not reading.probabilities or not there:
        return ""
    if len(there) == 1:
        return f"the {named(there[0])} alone"
    ranked = sorted(drivers, key=drivers.__getitem__, reverse=True)
    against = [name for name in ranked if drivers[name] <= -COUNTS_FROM]
    text = _for_it([name for name in ranked if drivers[name] >= COUNTS_FROM], drivers) or _without_leader(there)
    return text + (f"; the {listed(against)} spoke against" if against else "")


def briefly_driven_by(reading: Reading) -> str:
    """The same in fewer words.

    >>> briefly_driven_by(Reading({"sad": 0.8}, modalities={"face": {"sad": 1.0}}))
    'face alone'
    """
    return driven_by(reading).replace("the ", "")


def named(modality: str) -> str:
    """
    >>> named("audio"), named("smell")
    ('voice', 'smell')
    """
    return NAMES.get(modality, modality)


def listed(modalities: Sequence[str]) -> str:
    """
    >>> listed(["face", "audio", "text"])
    'face, the voice and the words'
    """
    *first, last = [named(modality) for modality in modalities]
    return f"{', the '.join(first)} and the {last}" if first else last


def _for_it(ranked, drivers):
    """Those that made it likelier, the most first."""
    if not ranked:
        return ""
    first, *others = ranked
    if not others:
        return f"mostly the {named(first)}"
    if drivers[first] >= MOSTLY * drivers[others[0]]:
        return f"mostly the {named(first)}, then the {listed(others)}"
    return f"the {listed(ranked)}"


def _without_leader(there):
    return f"the {listed(there)} alike"
