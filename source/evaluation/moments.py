"""What a model answers about moments that a person labelled by eye: right, wrong or not sure, by each modality.

A moment may have several labels that count as right. It is scored under the one that was answered, if that is one of
them, else under the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from ..core import config
from ..core.errors import DemeanorError
from ..data.moments import Moment
from ..results.prediction import Prediction, Reading
from ..results.timeline import non_overlapping
from ..results.video_timeline import mean_multimodal
from . import resampling
from .ablation import PLUS
from .metrics import Metrics, measure

SURE_FROM = 0.7  # confidence of the answers that are also counted by themselves
ALL = "all"  # the moments, whatever there is to read in them
FUSED = "fused"  # the answer from all modalities


def reading_of(prediction: Prediction, moment: Moment) -> Reading:
    """Return what a prediction says of a moment; without probabilities where nothing could be read.

    Of a whole file that is the prediction's own answer. Of a part it is the mean of the readings, cut to segments that
    do not overlap, each weighted by its seconds within the moment; so is the answer of each modality. Of several people
    it is the one whom the moment names, else the largest face.
    """
    if moment.whole and moment.face is None and prediction.overall:
        return prediction.overall
    if prediction.seconds is None:
        asked = [reading for reading in prediction.readings if moment.face in (None, reading.person)]
        return max(asked, key=_area, default=Reading({}))
    pairs = zip(prediction.readings, non_overlapping(prediction.readings), strict=True)
    parts = [_cut(reading, segment, moment) for reading, segment in pairs if moment.face in (None, reading.person)]
    inside = [part for part in parts if part]
    return mean_multimodal(inside) if inside else Reading({})


def _area(reading: Reading) -> float:
    left, top, right, bottom = reading.box or (0.0, 0.0, 0.0, 0.0)
    return (right - left) * (bottom - top)


def _cut(reading: Reading, segment: Reading, moment: Moment) -> Reading | None:
    """Return what of the segment lies in the moment, and in its own reading: sentences have gaps. None for nothing."""
    start = max(reading.start_seconds or 0.0, segment.start_seconds or 0.0, moment.start_seconds)
    end = min(reading.end_seconds or 0.0, segment.end_seconds or 0.0, moment.end_seconds)
    return replace(segment, start_seconds=start, end_seconds=end) if start < end else None


@dataclass(frozen=True)
class Asked:
    """Labelled moments, and what they are scored by."""

    moments: Sequence[Moment]
    owners: Sequence[str]
    """For each moment the person, or else the file, over whom intervals are."""
    labels: tuple[str, ...]
    neutral: str | None
    """The label of calm people, if there is one."""

    def subset(self, rows: Sequence[int]) -> Self:
        """Return these of the moments."""
        return replace(self, moments=[self.moments[at] for at in rows], owners=[self.owners[at] for at in rows])

    def truths(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the index of the label that each moment is scored under, (N,), given the answers (N, labels)."""
        said = (self.labels[at] for at in probabilities.argmax(1))
        pairs = zip(said, (moment.accepted for moment in self.moments), strict=True)
        return np.array([self.labels.index(one if one in accepted else accepted[0]) for one, accepted in pairs])


def score_moments(
    moments: Sequence[Moment], readings: Sequence[Reading], labels: Sequence[str], neutral: str | None, split: str
) -> tuple[Metrics, dict[str, Any]]:
    """Score what was answered about each moment, in all and by each modality.

    neutral: the label of calm people, if there is one; split: where the moments are from. Intervals are over people, or
    over files where not all people are known or there is one alone.

    Returns the metrics of those moments in which there was something to read, and beside them: moments, how many are
    labelled; unread, in how many of them there was nothing to read; unclear: of those without a label, how many there
    are and how many were answered; sure_from; resampled: "people" or "files"; rows: see `_rows`. Raises DemeanorError
    where there was nothing to read in any.
    """
    unclear = [reading for moment, reading in zip(moments, readings, strict=True) if not moment.accepted]
    clear = [(moment, reading) for moment, reading in zip(moments, readings, strict=True) if moment.accepted]
    moments, readings = [moment for moment, _ in clear], [reading for _, reading in clear]
    people = [moment.person for moment in moments]
    known = all(people) and len(set(people)) > 1
    asked = Asked(moments, people if known else [str(moment.source) for moment in moments], tuple(labels), neutral)
    read = [at for at, reading in enumerate(readings) if reading.probabilities]
    if not read:
        raise DemeanorError(f"There was nothing to read in any of the {len(moments):,} moments of {split}.")
    part, shown = asked.subset(read), np.array([[readings[at].probabilities[name] for name in labels] for at in read])
    metrics = measure(
        shown, part.truths(shown), labels, people=part.owners, not_sure_below=config.NOT_SURE_BELOW, split=split,
        groups={"speaker": [moment.person for moment in part.moments]},
    )  # fmt: skip
    return metrics, {
        "moments": len(moments),
        "unread": len(moments) - len(read),
        "unclear": {"moments": len(unclear), "answered": sum(reading.emotion is not None for reading in unclear)},
        "sure_from": SURE_FROM,
        "resampled": "people" if known else "files",
        "rows": list(_rows(asked, readings)),
    }


def _rows(asked: Asked, readings: Sequence[Reading]) -> Iterator[dict[str, Any]]:
    """Yield the scores of each answer on all moments, then on those with each set of modalities.

    Each: given, the modalities that there are in these moments; answer, FUSED or a modality alone; n; reliability, the
    bins of its diagram; the scores of `_scores` and their ci95.
    """
    alone = list(dict.fromkeys(name for reading in readings for name in reading.modalities or ()))
    answers = {name: [(reading.modalities or {}).get(name, {}) for reading in readings] for name in alone}
    sets = [PLUS.join(name for name in alone if answers[name][at]) for at in range(len(readings))]
    groups = {ALL: list(range(len(readings)))}
    if len(set(sets)) > 1:
        groups |= {given: [at for at, one in enumerate(sets) if one == given] for given in sorted({*sets} - {""})}
    for given, inside in groups.items():
        for name, rows in ({FUSED: [reading.probabilities for reading in readings]} | answers).items():
            shown = [rows[at] for at in inside]
            if any(shown):
                yield {"given": given, "answer": name, "n": len(inside)} | _with_intervals(asked.subset(inside), shown)


def _with_intervals(asked: Asked, rows: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    labels, classes = asked.labels, len(asked.labels)
    read = np.array([bool(row) for row in rows])
    shown = np.array([[row.get(label, 1 / classes) for label in labels] for row in rows])
    truth = asked.truths(shown)
    calm = np.array([moment.accepted[0] == asked.neutral for moment in asked.moments])
    false = calm & read & (shown.max(1) >= config.NOT_SURE_BELOW) & (shown.argmax(1) != truth)
    sums = resampling.clip_sums(shown, truth, config.NOT_SURE_BELOW)
    surest = resampling.clip_sums(shown, truth, SURE_FROM)[:, -2:]
    every = np.hstack([sums * read[:, None], surest * read[:, None], np.stack([np.ones(len(rows)), calm, false], 1)])
    drawn, scores = _scores(resampling.drawn_sums(every, asked.owners), classes), _scores(every.sum(0), classes)
    return {name: None if np.isnan(value) else float(value) for name, value in scores.items()} | {
        "ci95": {name: resampling.interval(values) for name, values in drawn.items()},
        "reliability": resampling.reliability_of_sums(every[:, : sums.shape[1]].sum(0), classes),
    }


def _scores(sums: np.ndarray, classes: int) -> dict[str, np.ndarray]:
    """Return the scores, each (...,), of sums (..., S): NaN where there is nothing to take a share of.

    The resampling.SCORES, of which coverage counts moments without anything to read as not answered; wrong: the share
    of the answers that is; sure_share and sure_accuracy: of answers with SURE_FROM or more; false_calm: the share of
    calm moments that are answered otherwise.
    """
    answered, _, sure, sure_right, moments, calm, false = np.moveaxis(sums[..., -7:], -1, 0)
    scores = resampling.scores_of_sums(sums[..., :-5], classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = {"coverage": answered / moments, "sure_share": sure / moments, "sure_accuracy": sure_right / sure}
        return scores | shares | {"wrong": 1 - scores["selective_accuracy"], "false_calm": false / calm}
