"""Ordinary speech, in which nobody acts and which is neutral by assumption: how often it gets a false emotion."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core import config
from ..data.clips import Clip
from ..data.dataset import Dataset
from . import resampling

ORDINARY = "ordinary"  # the `original` of such a clip


def is_ordinary(dataset: Dataset) -> np.ndarray:
    """Return which clips are ordinary speech, (N,) bool."""
    return np.array([clip.original == ORDINARY for clip in dataset.clips], bool)


def acted_and_ordinary(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Part the clips; where all of them are ordinary speech, they are the first part too."""
    ordinary = is_ordinary(dataset)
    acted = np.flatnonzero(~ordinary if not ordinary.all() else ordinary)
    return dataset.subset(acted, dataset.split), dataset.subset(np.flatnonzero(ordinary), dataset.split)


def false_answers(
    probabilities: np.ndarray, truth: np.ndarray, labels: Sequence[str], clips: Sequence[Clip], people: Sequence | None
) -> dict[str, Any]:
    """Count how often ordinary speech is confidently answered with something else than it is: neutral.

    probabilities, (models, N, labels), of several models; truth (N,) label indices; people (N,): who speaks, for the
    bootstrap. Returns clips, recordings, speakers: how many there are; false_clips, false_recordings: the share
    answered so, as the mean over the models, with ci95; false_labels: label -> share of the clips. A recording that was
    cut into several clips is answered by the mean of their probabilities.
    """
    recordings = [repr((clip.corpus, clip.source or str(clip.path))) for clip in clips]
    _, first, of_clips = np.unique(recordings, return_index=True, return_inverse=True)
    wholes = np.stack([probabilities[:, of_clips == number].mean(1) for number in range(len(first))], 1)
    speakers = {(clip.corpus, clip.speaker or clip.source) for clip in clips}
    document: dict[str, Any] = {"clips": len(clips), "recordings": len(first), "speakers": len(speakers), "ci95": {}}
    false = {"false_clips": _is_false(probabilities, truth), "false_recordings": _is_false(wholes, truth[first])}
    of_recordings = [people[row] for row in first] if people else None
    for (name, values), owners in zip(false.items(), (people, of_recordings), strict=True):
        sums = np.stack([values.mean(0), np.ones(values.shape[1])], 1)
        drawn = resampling.drawn_sums(sums, owners)
        document[name] = float(values.mean())
        document["ci95"][name] = resampling.interval(drawn[:, 0] / drawn[:, 1])
    said = probabilities.argmax(2)
    shares = {label: float((false["false_clips"] & (said == at)).mean()) for at, label in enumerate(labels)}
    return document | {"false_labels": {label: share for label, share in shares.items() if share}}


def _is_false(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return whether probabilities (models, N, labels) are confident in another label than truth (N,)."""
    return (probabilities.max(2) >= config.NOT_SURE_BELOW) & (probabilities.argmax(2) != truth)
