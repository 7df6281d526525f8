"""Which settings a trial tries, and when it is pruned: TPE, median and hyperband."""

from statistics import median
from typing import Any, Literal

import numpy as np
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import TPESampler
from optuna.trial import TrialState

Pruner = Literal["median", "hyperband", "none"]
RANDOM_TRIALS = 8  # before TPE begins
UNDISTURBED = 3  # first trials, and one in so many of the steps, that the median pruner spares


class RepeatableSampler(TPESampler):
    """TPE (Bergstra et al. 2011) whose draws depend on the seed and the trial's number alone.

    So a study that was stopped goes on as it would have without the stop, and no process repeats the draws of another.
    """

    def __init__(self, seed: int) -> None:
        self._study_seed = seed
        self._begin(0)

    def _begin(self, number: int) -> None:
        seed = int(np.random.default_rng([self._study_seed, number]).integers(2**31))
        super().__init__(n_startup_trials=RANDOM_TRIALS, constant_liar=True, seed=seed)

    def before_trial(self, study: Any, trial: Any) -> None:
        """Seed TPE for this trial."""
        self._begin(trial.number)
        super().before_trial(study, trial)


class CorpusPruner(BasePruner):
    """Prune a trial whose score so far is below the median of the complete trials' after the same corpora.

    Optuna's own takes the best score so far, which says nothing where every step is another corpus.
    """

    def __init__(self, spared: int) -> None:
        self.spared = spared  # first corpora

    def prune(self, study: Any, trial: Any) -> bool:
        """Return whether the trial is to be given up."""
        step, complete = trial.last_step, study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        others = [other.intermediate_values[step] for other in complete if step in other.intermediate_values]
        return step > self.spared and len(others) >= UNDISTURBED and trial.intermediate_values[step] < median(others)


def pruner_named(name: Pruner, steps: int, by_corpus: bool = False) -> BasePruner:
    """Return the pruner called `name`, for trainings of so many epochs, or so many corpora left out.

    median: prunes a trial whose best UAR (by corpus: whose UAR) is below the median of the others at the same step;
    hyperband: successive halving with several budgets (Li et al. 2018, arXiv:1603.06560).
    """
    if name == "median":
        spared = steps // UNDISTURBED
        return CorpusPruner(spared) if by_corpus else MedianPruner(UNDISTURBED, n_warmup_steps=spared)
    return HyperbandPruner(min_resource=1, max_resource=steps) if name == "hyperband" else NopPruner()
