"""Where each emotion lies in Russell's circumplex: valence, from unpleasant to pleasant, and arousal, calm to excited.

The places are the mean ratings of emotion words in Russell & Mehrabian (1977), "Evidence for a three-factor theory of
emotions", Journal of Research in Personality 11, 273-294, of which the first two factors are taken; "neutral" is the
middle by definition and "calm" their "relaxed". They were quoted, not measured here, and other norms (Warriner,
Kuperman & Brysbaert 2013) differ by a tenth or two, above all for surprise, which is pleasant or not by its cause.
So only the order and the quadrant of two places should be read, never a difference in the second decimal.
"""

from collections.abc import Mapping

from ..core import config

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
EMOJI = {
    "angry": "😠",
    "disgust": "🤢",
    "fear": "😨",
    "happy": "😀",
    "sad": "😢",
    "surprise": "😮",
    "neutral": "😐",
    "calm": "😌",
}


def place_of(label: str) -> tuple[float, float] | None:
    """Valence and arousal of a label; of a group of emotions the middle of its members; None for an unknown one.

    >>> place_of("neutral"), place_of("contempt")
    ((0.0, 0.0), None)
    """
    places = [PLACES[emotion] for emotion in _members(label) if emotion in PLACES]
    if not places or len(places) < len(_members(label)):
        return None
    valences, arousals = zip(*places, strict=True)
    return sum(valences) / len(places), sum(arousals) / len(places)


def where(probabilities: Mapping[str, float]) -> tuple[float, float] | None:
    """Expected valence and arousal of an answer; None where there is none or it has a label without a place.

    >>> where({"happy": 0.5, "neutral": 0.5})
    (0.405, 0.255)
    """
    total = sum(probabilities.values())
    places = {label: place_of(label) for label in probabilities}
    if not total or None in places.values():
        return None
    there = [(probabilities[label] / total, place) for label, place in places.items() if place]
    return sum(share * place[0] for share, place in there), sum(share * place[1] for share, place in there)


def emoji(label: str | None) -> str:
    """A face for the label; for a group of emotions that of its first member; "" for an unknown one.

    >>> emoji("happy"), emoji("contempt")
    ('😀', '')
    """
    return EMOJI.get(_members(label or "")[0], "")


def _members(label: str) -> tuple[str, ...]:
    """The emotions that a label of any of config.GROUPINGS stands for."""
    if label in PLACES:
        return (label,)
    return next((groups[label] for groups in config.GROUPINGS.values() if label in groups), (label,))
