"""The place of each emotion in Russell's circumplex: valence, unpleasant to pleasant, and arousal, calm to excited.

The places are the mean ratings of emotion words in Russell & Mehrabian (1977), "Evidence for a three-factor theory of
emotions", Journal of Research in Personality 11, 273-294, first two factors; "neutral" is the middle by definition and
"calm" is their "relaxed". Other norms (Warriner, Kuperman & Brysbaert 2013) differ by a tenth or two, most of all for
surprise, which is pleasant or not by its cause. So read only the order and the quadrant of two places, never a
difference in the second decimal.
"""

from collections.abc import Mapping
from dataclasses import replace

from ..core import config
from .prediction import Reading

PLACES = {  # valence, arousal, from -1 to 1
    "angry": (-0.51, 0.59),
    "disgust": (-0.60, 0.35),
    "fear": (-0.64, 0.60),
    "happy": (0.81, 0.51),
    "sad": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
    "neutral": (0.0, 0.0),
    "calm": (0.68, -0.46),
}
EMOJI = dict(zip(PLACES, "😠😖😨😀😢😮😐😌", strict=True))  # of Unicode 6, which most fonts have


def place_of(label: str) -> tuple[float, float] | None:
    """Return valence and arousal of a label; for a group of emotions the mean of its members; None for an unknown one.

    >>> place_of("neutral"), place_of("contempt")
    ((0.0, 0.0), None)
    """
    places = [PLACES[emotion] for emotion in _members(label) if emotion in PLACES]
    if not places or len(places) < len(_members(label)):
        return None
    valences, arousals = zip(*places, strict=True)
    return sum(valences) / len(places), sum(arousals) / len(places)


def valence_arousal(probabilities: Mapping[str, float]) -> tuple[float, float] | None:
    """Return the expected valence and arousal of an answer; None without an answer or where a label has no place.

    >>> valence_arousal({"happy": 0.5, "neutral": 0.5})
    (0.405, 0.255)
    """
    total = sum(probabilities.values())
    places = {label: place_of(label) for label in probabilities}
    if not total or None in places.values():
        return None
    weighted = [(probabilities[label] / total, place) for label, place in places.items() if place]
    return sum(share * place[0] for share, place in weighted), sum(share * place[1] for share, place in weighted)


def with_valence_arousal(reading: Reading) -> Reading:
    """Return the reading with its place on the circumplex, where it has one."""
    place = valence_arousal(reading.probabilities) if reading.probabilities else None
    return replace(reading, valence=place[0], arousal=place[1]) if place else reading


def emoji(label: str | None) -> str:
    """Return a face for the label; for a group of emotions that of its first member; "" for an unknown one.

    >>> emoji("happy"), emoji("contempt")
    ('😀', '')
    """
    return EMOJI.get(_members(label or "")[0], "")


def _members(label: str) -> tuple[str, ...]:
    """Return the emotions that a label of any of config.GROUPINGS stands for."""
    if label in PLACES:
        return (label,)
    return next((groups[label] for groups in config.GROUPINGS.values() if label in groups), (label,))
