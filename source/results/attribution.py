"""How much each modality contributed to an answer, in words."""

from collections.abc import Mapping, Sequence

from .. import MODELS
from ..core.spec import spec_of
from .prediction import Reading

WORTH_NAMING = 0.05  # of probability that a modality adds or takes away
MOSTLY = 2.0  # times as much as the next one adds


def attribution_text(reading: Reading) -> str:
    """Say in words which modalities the answer was read from; empty where there is no answer.

    >>> both = {"face": {"sad": 1.0}, "audio": {"sad": 1.0}}
    >>> attribution_text(Reading({"sad": 0.8}, modalities=both, attribution={"face": 0.3, "audio": -0.1}))
    'mostly the face; the voice spoke against'
    >>> attribution_text(Reading({"sad": 0.8}, modalities={"face": {"sad": 1.0}}))
    'the face alone'
    """
    present, attribution = list(reading.modalities or ()), reading.attribution or {}
    if not reading.probabilities or not present:
        return ""
    if len(present) == 1:
        return f"the {modality_name(present[0])} alone"
    ranked = sorted(attribution, key=attribution.__getitem__, reverse=True)
    supporting = [name for name in ranked if attribution[name] >= WORTH_NAMING]
    against = [name for name in ranked if attribution[name] <= -WORTH_NAMING]
    text = _supporting_text(supporting, attribution) if supporting else f"the {modality_list(present)} alike"
    return text + (f"; the {modality_list(against)} spoke against" if against else "")


def modality_name(modality: str) -> str:
    """Return what people call a modality.

    >>> modality_name("audio"), modality_name("smell")
    ('voice', 'smell')
    """
    return spec_of(modality).spoken_name if modality in MODELS else modality


def modality_list(modalities: Sequence[str]) -> str:
    """Join the modalities' names to a phrase.

    >>> modality_list(["face", "audio", "text"])
    'face, the voice and the words'
    """
    *first, last = [modality_name(modality) for modality in modalities]
    return f"{', the '.join(first)} and the {last}" if first else last


def _supporting_text(ranked: Sequence[str], attribution: Mapping[str, float]) -> str:
    """Name the modalities that made the answer likelier; ranked: the strongest first."""
    first, *others = ranked
    if not others:
        return f"mostly the {modality_name(first)}"
    if attribution[first] >= MOSTLY * attribution[others[0]]:
        return f"mostly the {modality_name(first)}, then the {modality_list(others)}"
    return f"the {modality_list(ranked)}"
