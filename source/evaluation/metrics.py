"""Metrics of a test: scores with intervals, and calibration.

Recall and F1 are averaged over the labels that occur in the truth, so that a label nobody could have shown counts
neither for nor against. Intervals are bootstrap percentiles (Efron 1979) over speakers where they are known, else over
clips.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..training.scores import confusion_counts, scores_from_confusion, scores_of, softmax

BINS = 15  # of the calibration error (Guo et al. 2017, arXiv:1706.04599)
RESAMPLES = 1_000  # of the bootstrap
BRIEF = (
    *("n", "accuracy", "uar", "macro_f1", "weighted_f1", "ci95", "ece", "coverage", "selective_accuracy"),
    *("reliability", "ordinary"),
)
ZERO: Any = 0.0  # scikit-learn takes numbers too, though its types say strings


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
    coverage: float = 1.0
    """Share of clips on which the model was confident enough to answer."""
    selective_accuracy: float | None = None
    """Accuracy on those; None where there are none."""
    reliability: tuple[dict[str, float], ...] = ()
    """For each bin of confidence that has clips: mean confidence, accuracy, share of the clips."""
    within: dict[str, dict[str, dict[str, Any]]] | None = None
    """Kind, such as "corpus", "sex" or "speaker" -> group -> n and the scores within it; None: a single group.

    Clips whose group is unknown are in none of them."""

    affect: dict[str, dict[str, float]] | None = None
    """Affect dimension and corpus -> agreement; see `source.evaluation.affect`. None: the model has no affect head."""
    simple_methods: dict[str, dict[str, float]] | None = None
    """Simple method -> its scores on the same clips, for comparison; None: none was tried."""
    ablation: dict[str, Any] | None = None
    """Scores without each modality; see `source.evaluation.ablation.measure_subsets`. None: a single modality."""
    conditions: dict[str, dict[str, Any]] | None = None
    """Condition (see `ModelSpec.conditions`) -> `brief`; the first is that of all else. None: a single condition."""
    ordinary: dict[str, Any] | None = None
    """False emotions on ordinary speech; see `source.evaluation.ordinary.false_answers`. None: there is no such speech.

    It is not among the clips of the scores above."""

    def brief(self) -> dict[str, Any]:
        """Return the fields that are given of every condition."""
        return {name: getattr(self, name) for name in BRIEF}

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values: the document of metrics.json."""
        return asdict(self)


def measure(
    probabilities: np.ndarray,
    truth: np.ndarray,
    labels: Sequence[str],
    *,
    people: Sequence[Any] | None = None,
    not_sure_below: float = 0.0,
    uncalibrated: np.ndarray | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    split: str = "",
    speakers_disjoint: bool | None = None,
) -> Metrics:
    """Score probabilities, shape (N, C), against the true label indices, shape (N,).

    people (N,): who shows each clip, for the bootstrap; None: every clip by itself. not_sure_below: confidence under
    which the model abstains. uncalibrated (N, C): probabilities before temperature scaling. groups: kind -> (N,) names
    by which the scores are broken down, "" where unknown; a kind with fewer than two names is left out.
    """
    answers, classes = probabilities.argmax(1), len(labels)
    confusion, right = confusion_counts(answers, truth, classes), answers == truth
    scores: Any = scores_from_confusion(confusion)
    sure = probabilities.max(1) >= not_sure_below
    return Metrics(
        n=len(truth),
        labels=tuple(labels),
        **scores,
        per_class=_per_class(answers, truth, labels),
        confusion=confusion.tolist(),
        ci95=_intervals(answers, truth, classes, people),
        ece=calibration_error(probabilities, truth),
        ece_before=None if uncalibrated is None else calibration_error(uncalibrated, truth),
        split=split,
        speakers_disjoint=speakers_disjoint,
        coverage=float(sure.mean()),
        selective_accuracy=float(right[sure].mean()) if sure.any() else None,
        reliability=tuple(_reliability(probabilities, truth)),
        within=_within(answers, truth, classes, groups or {}),
    )


def calibration_error(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Return the expected calibration error: mean distance of confidence from accuracy over BINS bins, by clips."""
    return float(sum(b["share"] * abs(b["confidence"] - b["accuracy"]) for b in _reliability(probabilities, truth)))


def _per_class(answers: np.ndarray, truth: np.ndarray, labels: Sequence[str]) -> dict[str, dict[str, float]]:
    from sklearn.metrics import precision_recall_fscore_support

    scores: Any = precision_recall_fscore_support(truth, answers, labels=range(len(labels)), zero_division=ZERO)
    return {
        label: {"precision": float(precision), "recall": float(recall), "f1": float(f1), "support": int(support)}
        for label, precision, recall, f1, support in zip(labels, *scores, strict=True)
    }


def _intervals(
    answers: np.ndarray, truth: np.ndarray, classes: int, people: Sequence[Any] | None
) -> dict[str, list[float]]:
    """Return percentiles of the scores over RESAMPLES draws of people, or of clips, with replacement."""
    draw, cells = np.random.default_rng(0), truth * classes + answers
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


def _reliability(probabilities: np.ndarray, truth: np.ndarray) -> Iterator[dict[str, float]]:
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    for inside in (bins == bin_ for bin_ in np.unique(bins)):
        means = {"confidence": confidence[inside], "accuracy": right[inside], "share": inside}
        yield {name: float(values.mean()) for name, values in means.items()}


def _within(
    answers: np.ndarray, truth: np.ndarray, classes: int, groups: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, dict[str, Any]]] | None:
    results = {}
    for kind, names in ((kind, np.asarray(names)) for kind, names in groups.items()):
        known = np.unique(names[names != ""]).tolist()
        rows = {name: np.flatnonzero(names == name) for name in known}
        if len(known) > 1:
            results[kind] = {
                name: {"n": len(at)} | scores_of(answers[at], truth[at], classes) for name, at in rows.items()
            }
    return results or None


def fit_temperature(logits: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Return the temperature T > 0 that makes the truth likeliest under softmax(logits / T) (Guo et al. 2017).

    logits, shape (N, C); truth: label indices, shape (N,); weights of the clips, shape (N,), None: all alike.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        probabilities = softmax(logits / np.exp(log_temperature))
        surprise = -np.log(probabilities[np.arange(len(truth)), truth] + 1e-12)
        return float(np.average(surprise, weights=weights))

    best: Any = minimize_scalar(loss, bounds=(-3, 3), method="bounded")
    return float(np.exp(best.x))
