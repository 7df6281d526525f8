"""What each modality is worth: the same clips with every choice of modalities, and by late fusion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.dataset import Dataset
from ..training.scores import scores_of
from .metrics import RESAMPLES

LATE = "late fusion"
PLUS = " + "  # joins the names of modalities shown together
LEAST_CLIPS = 20  # of a corpus that is measured by itself
SCORES = ("accuracy", "uar", "macro_f1", "weighted_f1")


@dataclass(frozen=True)
class Subsets:
    """The same clips, shown to a model with some of their modalities masked."""

    rows: np.ndarray
    """Indices in the dataset, shape (n,), of the clips that have all the modalities compared."""
    shown: dict[str, Dataset]
    """Modalities, such as "face" or "face + audio" -> the clips with these; single ones first, all of them last."""
    note: str = ""
    """What to know of how it was done, in words."""

    @property
    def singles(self) -> list[str]:
        """The single modalities."""
        return [name for name in self.shown if PLUS not in name]


def late_weights(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return weights, shape (M,), 0 or more, of the M modalities' log-probabilities that make the truth likeliest.

    logits, shape (M, N, labels), of each modality by itself; truth: label indices, shape (N,). Ones for N = 0.
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    if not len(truth):
        return np.ones(len(logits))
    logs = log_softmax(np.asarray(logits, np.float64), axis=2)

    def loss(weights: np.ndarray) -> float:
        fused = log_softmax(np.tensordot(weights, logs, 1), axis=1)
        return float(-fused[np.arange(len(truth)), truth].mean())

    start = np.ones(len(logits))
    return minimize(loss, start, bounds=[(0.0, 10.0)] * len(start), method="L-BFGS-B").x


def late_name(singles: Sequence[str], weights: np.ndarray) -> str:
    """Name a row of late fusion.

    >>> late_name(["face", "audio"], np.array([0.5, 1.0]))
    'late fusion (face 0.50, audio 1.00)'
    """
    weighted = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(singles, weights, strict=True))
    return f"{LATE} ({weighted})"


def fuse_late(logits: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fuse logits of each modality by itself, shape (M, N, labels), by weights (M,) to logits, shape (N, labels)."""
    from scipy.special import log_softmax

    return np.tensordot(weights, log_softmax(np.asarray(logits, np.float64), axis=2), 1)


def measure_subsets(
    logits: Mapping[str, np.ndarray],
    truth: np.ndarray,
    people: Sequence[Any] | None,
    singles: Sequence[str],
    note: str,
    corpora: Sequence[str] = (),
) -> dict[str, Any]:
    """Score the same clips with different modalities.

    logits: modalities -> (N, labels); truth: label indices (N,); people (N,): for the bootstrap; singles: the single
    modalities; corpora (N,): the corpus of each clip. Returns n; note; rows: given, the SCORES, the 95 % interval of
    UAR and, for several modalities, the gain over the best single one of them; corpora: the same for each corpus,
    where there are several.
    """
    answers = {name: rows.argmax(1) for name, rows in logits.items()}
    classes, draws = next(iter(logits.values())).shape[1], _draws(len(truth), people)
    rows = []
    for name, answer in answers.items():
        scores = scores_of(answer, truth, classes)
        interval = np.percentile([_uar(answer[draw], truth[draw]) for draw in draws], (2.5, 97.5))
        row = {"given": name} | {key: scores[key] for key in SCORES} | {"ci95": interval.tolist()}
        rows.append(row | _gain(name, answers, singles, truth, draws))
    by_corpus, names = {}, sorted(set(corpora))
    for corpus in names if len(names) > 1 else ():
        inside = np.flatnonzero(np.asarray(corpora) == corpus)
        if len(inside) >= LEAST_CLIPS:
            owners = [people[row] for row in inside.tolist()] if people else None
            part = {name: rows[inside] for name, rows in logits.items()}
            by_corpus[corpus] = measure_subsets(part, truth[inside], owners, singles, "")
    return {"n": len(truth), "note": note, "rows": rows} | ({"corpora": by_corpus} if by_corpus else {})


def _gain(
    name: str, answers: Mapping[str, np.ndarray], singles: Sequence[str], truth: np.ndarray, draws: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Return how far the UAR is above that of the best single modality shown, with its interval over the draws."""
    shown = [single for single in singles if single in name.split(PLUS)] if LATE not in name else list(singles)
    if len(shown) < 2:
        return {}
    best = max(shown, key=lambda single: _uar(answers[single], truth))
    fused, single = answers[name], answers[best]
    uar, *each = (_uar(fused[d], truth[d]) - _uar(single[d], truth[d]) for d in (np.arange(len(truth)), *draws))
    return {"gain": {"over": best, "uar": uar, "ci95": np.percentile(each, (2.5, 97.5)).tolist()}}


def _draws(count: int, people: Sequence[Any] | None) -> list[np.ndarray]:
    """Return the clips of RESAMPLES draws of people, or of clips, with replacement."""
    draw = np.random.default_rng(0)
    if people is None:
        return [draw.integers(0, count, count) for _ in range(RESAMPLES)]
    _, owner = np.unique([repr(person) for person in people], return_inverse=True)
    rows = [np.flatnonzero(owner == person) for person in range(owner.max() + 1)]
    drawn = (draw.integers(0, len(rows), len(rows)) for _ in range(RESAMPLES))
    return [np.concatenate([rows[person] for person in each]) for each in drawn]


def _uar(answers: np.ndarray, truth: np.ndarray) -> float:
    return float(np.mean([(answers[truth == label] == label).mean() for label in np.unique(truth)]))
