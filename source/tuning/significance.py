"""A test of whether one setting is better than another, or lucky."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def compare_scores(scores: Sequence[float], others: Sequence[float], comparisons: int = 1) -> dict[str, Any]:
    """Compare two settings' scores on the same folds; return difference, ci95 and p.

    The corrected resampled t-test of Nadeau and Bengio (2003, Machine Learning 52): trainings of a cross-validation
    share clips, so that the variance of k folds' mean is taken as (1/k + 1/(k-1)) times theirs instead of 1/k.
    comparisons: how many settings are compared with the same one; p is multiplied by it (Bonferroni), and the interval
    widened to match.
    """
    from scipy.stats import t

    differences = np.subtract(scores, others)
    folds, mean = len(differences), float(differences.mean())
    error = float(np.sqrt((1 / folds + 1 / (folds - 1)) * differences.var(ddof=1)))
    if error == 0:  # the same difference in every fold, as with very few clips: its spread is unknown
        return {"difference": mean, "ci95": [min(mean, 0.0), max(mean, 0.0)], "p": 1.0}
    wide = error * float(t.ppf(1 - 0.025 / comparisons, folds - 1))
    p = min(1.0, comparisons * 2 * float(t.sf(abs(mean) / error, folds - 1)))
    return {"difference": mean, "ci95": [mean - wide, mean + wide], "p": p}
