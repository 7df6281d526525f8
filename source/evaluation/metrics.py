"""How good a model is: metrics as sums over clips and one division, with intervals, and how far to trust its numbers.

Recall and F1 are averaged over the labels that occur in the truth, so that a label nobody could have shown counts
neither for nor against. Intervals are bootstrap percentiles (Efron 1979) over speakers where they are known, else over
clips.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..training.scores import confusion_counts, f1_from_confusion, scores_from_confusion, scores_of, softmax

BINS = 15  # of the calibration error (Guo et al. 2017, arXiv:1706.04599)


RESAMPLES = 1_000


@dataclass(frozen=True)
class Metrics:
    """The result of one test. All shares are in [0, 1]."""

    n: int
    labels: tuple[str, ...]
    accuracy: float
    uar: float
    """Unweighted average recall: the mean of the labels' recalls."""
    macro_f1: float
    weighted_f1: float
    per_class: dict[str, dict[str, float]]
    """Label -> precision, recall, f1, support."""
    confusion: list[list[int]]
    """Rows: truth; columns: answer; in the order of `labels`."""
    ci95: dict[str, list[float]]
    """accuracy, uar and macro_f1 -> lower and upper end of the 95 % interval."""
    ece: float
    """Expected calibration error of the calibrated probabilities."""
    ece_before: float | None = None
    """The same before temperature scaling."""
    split: str = ""
    speakers_disjoint: bool | None = None
    """Whether no speaker was also in training; None where speakers are not known."""
    answered: float = 1.0
    """Share of clips on which the model was sure enough to answer."""
    answered_accuracy: float | None = None
    """Accuracy on those."""
    reliability: tuple[dict[str, float], ...] = ()
    """A bin of confidence each: confidence, accuracy, share of the clips."""
    within: dict[str, dict[str, dict[str, Any]]] | None = None
    """Kind, such as "corpus", "sex" or "speaker" -> part -> n and the scores within it; None: nothing to tell apart.

    Clips of which the part is not known are in none, so that n minus the parts' n is how many they are."""

    affect: dict[str, dict[str, float]] | None = None
    """Affect dimension and corpus -> agreement; see `source.evaluation.affect`. None: the model has no affect head."""
    simple_methods: dict[str, dict[str, float]] | None = None
    """Method -> its scores on the same clips, for comparison; None: none was tried."""
    ablation: dict[str, Any] | None = None
    """What each modality is worth; see `source.evaluation.ablation.measured`. None: there is but one."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure(
    probabilities: np.ndarray,
    truth: np.ndarray,
    labels: Sequence[str],
    *,
    people: Sequence[Any] | None = None,
    not_sure_below: float = 0.0,
    uncalibrated: np.ndarray | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
    split: str = "",
    speakers_disjoint: bool | None = None,
) -> Metrics:
    """Score probabilities (N, C) against truth (N,) of label indices.

    people (N,): who shows each clip, for the bootstrap; None: every clip by itself. uncalibrated (N, C): probabilities
    before temperature scaling. parts: what to break the result down by, kind -> (N,) names, "" where not known; a kind
    with fewer than two names is left out.
    """
    answers = probabilities.argmax(1)
    confusion = confusion_counts(answers, truth, len(labels))
    sure = probabilities.max(1) >= not_sure_below
    right = answers == truth
    return Metrics(
        n=len(truth),
        labels=tuple(labels),
        **scores_from_confusion(confusion),
        per_class=_per_class(confusion, labels),
        confusion=confusion.tolist(),
        ci95=_intervals(answers, truth, len(labels), people),
        ece=calibration_error(probabilities, truth),
        ece_before=None if uncalibrated is None else calibration_error(uncalibrated, truth),
        split=split,
        speakers_disjoint=speakers_disjoint,
        answered=float(sure.mean()),
        answered_accuracy=float(right[sure].mean()) if sure.any() else None,
        reliability=tuple(_reliability(probabilities, truth)),
        within=_within(answers, truth, len(labels), parts or {}),
    )


def _per_class(confusion, labels):
    answered, support, hits = confusion.sum(0), confusion.sum(1), confusion.diagonal()
    rows = zip(
        hits / np.maximum(answered, 1),
        hits / np.maximum(support, 1),
        f1_from_confusion(confusion),
        support,
        strict=True,
    )
    keys = ("precision", "recall", "f1")
    return {
        label: dict(zip(keys, map(float, row[:3]), strict=True)) | {"support": int(row[3])}
        for label, row in zip(labels, rows, strict=True)
    }


def _intervals(answers, truth, classes, people):
    """Percentiles of the scores over RESAMPLES draws of people (or clips) with replacement."""
    draw = np.random.default_rng(0)
    cells = truth * classes + answers
    if people is None:
        counts = np.bincount(cells, minlength=classes**2)
        tables = draw.multinomial(len(truth), counts / max(len(truth), 1), RESAMPLES)
    else:
        _, owner = np.unique([repr(person) for person in people], return_inverse=True)
        each = np.zeros((owner.max() + 1, classes**2), np.int64)
        np.add.at(each, (owner, cells), 1)
        tables = [each[draw.integers(0, len(each), len(each))].sum(0) for _ in range(RESAMPLES)]
    scores = [scores_from_confusion(np.reshape(table, (classes, classes))) for table in tables]
    return {
        name: [float(end) for end in np.percentile([score[name] for score in scores], (2.5, 97.5))]
        for name in ("accuracy", "uar", "macro_f1")
    }


def _reliability(probabilities, truth):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    for bin_ in np.unique(bins):
        inside = bins == bin_
        yield {
            "confidence": float(confidence[inside].mean()),
            "accuracy": float(right[inside].mean()),
            "share": float(inside.mean()),
        }


def calibration_error(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Expected calibration error: mean distance of confidence from accuracy over BINS equal bins, by clips."""
    return float(sum(b["share"] * abs(b["confidence"] - b["accuracy"]) for b in _reliability(probabilities, truth)))


def _within(answers, truth, classes, parts):
    by_kind = {kind: dict(_each_part(answers, truth, classes, names)) for kind, names in parts.items()}
    return {kind: results for kind, results in by_kind.items() if len(results) > 1} or None


def _each_part(answers, truth, classes, names):
    names = np.asarray(names)
    for part in np.unique(names[names != ""]).tolist():
        inside = names == part
        yield part, {"n": int(inside.sum())} | scores_of(answers[inside], truth[inside], classes)


def fit_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature T > 0 that makes softmax(logits / T) likeliest: logits (N, C), truth (N,) (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        probabilities = softmax(logits / np.exp(log_temperature))
        return float(-np.log(probabilities[np.arange(len(truth)), truth] + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))
