"""Emotion names as corpora spell them, and groupings of emotions into labels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core import config
from ..core.errors import DemeanorError

if TYPE_CHECKING:
    import numpy as np

# Spellings seen in the corpora and in people's folders -> the name in config.EMOTIONS.
SPELLINGS = {
    "anger": "angry", "ang": "angry", "disgusted": "disgust", "dis": "disgust", "fearful": "fear", "afraid": "fear",
    "fea": "fear", "happiness": "happy", "joy": "happy", "hap": "happy", "sadness": "sad", "surprised": "surprise",
    "pleasant surprise": "surprise", "sur": "surprise", "neu": "neutral", "calm": "neutral",
}  # fmt: skip


def emotion_named(text: str) -> str | None:
    """Return the emotion that `text` names: its name, a spelling of a corpus or an index in config.EMOTIONS; else None.

    >>> emotion_named("Happiness"), emotion_named("3"), emotion_named("contempt")
    ('happy', 'happy', None)
    """
    word = text.strip().lower().replace("_", " ")
    by_index = {str(index): emotion for index, emotion in enumerate(config.EMOTIONS)}  # "001" is no index: CK+ has such
    word = by_index.get(word) or SPELLINGS.get(word, word)
    return word if word in config.EMOTIONS else None


# Labels of single corpora that are finer than the emotions -> the emotion each is read as, unless a grouping names it.
ORDINARY = "ordinary"  # speech that nobody acts, neutral by assumption
FINER = {"calm": "neutral", ORDINARY: "neutral"}


@dataclass(frozen=True)
class Grouping:
    """The labels of a model, and the emotions in each."""

    name: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in order."""
        return tuple(label for label, _ in self.groups)

    def label_of(self, emotion: str, original: str = "") -> str | None:
        """Return the label of `original` (of FINER), or else of `emotion`; None where neither is in a group."""
        label = {member: label for label, members in self.groups for member in members}
        return label.get(original) or label.get(emotion)

    def group_votes(self, votes: "np.ndarray") -> "np.ndarray":
        """Sum votes over emotions into votes over labels: (N, len(EMOTIONS)) -> (N, len(labels)), same type."""
        import numpy as np

        rows = [[emotion in emotions for _, emotions in self.groups] for emotion in config.EMOTIONS]
        return votes @ np.array(rows, votes.dtype)


def grouping_named(name: str | None = None) -> Grouping:
    """Return the grouping called `name` in config.GROUPINGS (config.GROUPING if None).

    Raises DemeanorError where there is none, or where config.py contradicts itself.
    """
    name = name or config.GROUPING
    if name not in config.GROUPINGS:
        raise DemeanorError(f"There is no emotion grouping '{name}'; config.py has: {', '.join(config.GROUPINGS)}.")
    groups = tuple((label, tuple(emotions)) for label, emotions in config.GROUPINGS[name].items())
    members = [emotion for _, emotions in groups for emotion in emotions]
    unknown = sorted(set(members) - set(config.EMOTIONS) - set(FINER))
    twice = sorted({emotion for emotion in members if members.count(emotion) > 1})
    if unknown or twice or len(groups) < 2:
        raise DemeanorError(
            f"The grouping '{name}' in config.py must put emotions of config.EMOTIONS into two or more groups, each "
            f"emotion once; unknown: {unknown or 'none'}, named twice: {twice or 'none'}."
        )
    return Grouping(name, groups)
