"""What each modality is worth: the same clips answered from every choice of modalities, and by late fusion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.dataset import Dataset
from ..training.scores import scores_of
from .metrics import RESAMPLES

LATE = "late fusion"
PLUS = " + "  # joins the names of modalities shown together
LEAST_CLIPS = 20  # of a corpus that is told by itself
SCORES = ("accuracy", "uar", "macro_f1", "weighted_f1")


@dataclass(frozen=True)
class Subsets:
    """The same clips, shown to a model with some of their modalities hidden."""

    rows: np.ndarray
    """(n,) which of the examples that were asked about: those that have all the modalities compared."""
    shown: dict[str, Dataset]
    """What is shown, such as "face" or "face + audio" -> these clips so; single modalities first, all of them last."""
    note: str = ""
    """What a person should know of how it was done."""

    @property
    def singles(self) -> list[str]:
        """The single modalities."""
        return [name for name in self.shown if PLUS not in name]


def late_weights(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(M,) weights, 0 or more, of the M modalities' log-probabilities that make the truth likeliest.

    logits (M, N, labels) of each modality alone; truth (N,). Ones where there is no clip to learn from.
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
    """What a row of late fusion is called.

    >>> late_name(["face", "audio"], np.array([0.5, 1.0]))
    'late fusion (face 0.50, audio 1.00)'
    """
    told = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(singles, weights, strict=True))
    return f"{LATE} ({told})"


def late_fused(logits: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Logits (M, N, labels) of each modality alone, weights (M,) -> logits (N, labels)."""
    from scipy.special import log_softmax

    return np.tensordot(weights, log_softmax(np.asarray(logits, np.float64), axis=2), 1)


def measured(
    logits: Mapping[str, np.ndarray],
    truth: np.ndarray,
    people: Sequence[Any] | None,
    singles: Sequence[str],
    note: str,
    corpora: Sequence[str] = (),
) -> dict[str, Any]:
    """n; note; rows: given, the SCORES, the 95 % interval of UAR and, where several modalities are given, the gain over
    the best single one of them; corpora: the same of each corpus by itself, where there are several.

    logits: what is shown -> (N, labels); people (N,): for the bootstrap; corpora (N,): whose each clip is.
    """
    answers = {name: rows.argmax(1) for name, rows in logits.items()}
    classes, draws = next(iter(logits.values())).shape[1], _draws(len(truth), people)
    rows = []
    for name, answer in answers.items():
        scores = scores_of(answer, truth, classes)
        interval = np.percentile([_uar(answer[draw], truth[draw]) for draw in draws], (2.5, 97.5))
        row = {"given": name} | {key: scores[key] for key in SCORES} | {"ci95": interval.tolist()}
        rows.append(row | _gain(name, answers, singles, truth, draws))
    return {"n": len(truth), "note": note, "rows": rows} | _each_corpus(logits, truth, people, singles, corpora)


def _each_corpus(logits, truth, people, singles, corpora):
    found = {}
    for corpus in sorted(set(corpora)) if len(set(corpora)) > 1 else ():
        inside = np.flatnonzero(np.asarray(corpora) == corpus)
        if len(inside) >= LEAST_CLIPS:
            whose = [people[row] for row in inside] if people else None
            part = {name: rows[inside] for name, rows in logits.items()}
            found[corpus] = measured(part, truth[inside], whose, singles, "")
    return {"corpora": found} if found else {}


def _gain(
    name: str,
    answers: Mapping[str, np.ndarray],
    singles: Sequence[str],
    truth: np.ndarray,
    draws: Sequence[np.ndarray],
) -> dict[str, Any]:
    """By how much the UAR is above that of the best single modality shown, and the interval of that over the draws."""
    shown = [single for single in singles if single in name.split(PLUS)] if LATE not in name else list(singles)
    if len(shown) < 2:
        return {}
    best = max(shown, key=lambda single: _uar(answers[single], truth))
    pair = answers[name], answers[best]
    uar, *each = (_uar(pair[0][d], truth[d]) - _uar(pair[1][d], truth[d]) for d in (np.arange(len(truth)), *draws))
    return {"gain": {"over": best, "uar": uar, "ci95": np.percentile(each, (2.5, 97.5)).tolist()}}


def _draws(count: int, people: Sequence[Any] | None) -> list[np.ndarray]:
    """Clips of RESAMPLES draws of people, or of clips, with replacement."""
    draw = np.random.default_rng(0)
    if people is None:
        return [draw.integers(0, count, count) for _ in range(RESAMPLES)]
    _, owner = np.unique([repr(person) for person in people], return_inverse=True)
    rows = [np.flatnonzero(owner == person) for person in range(owner.max() + 1)]
    return [np.concatenate([rows[one] for one in draw.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)]


def _uar(answers: np.ndarray, truth: np.ndarray) -> float:
    return float(np.mean([(answers[truth == label] == label).mean() for label in np.unique(truth)]))
