"""Which settings a trial tries, and when it is pruned: TPE, median and hyperband."""

from typing import Any, Literal

import numpy as np
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import TPESampler

Pruner = Literal["median", "hyperband", "none"]
RANDOM_TRIALS = 8  # before TPE begins
UNDISTURBED = 3  # first trials, and one in so many of the epochs, that the median pruner spares


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


def pruner_named(name: Pruner, epochs: int) -> BasePruner:
    """Return the pruner called `name`, for trainings of so many epochs.

    median: prunes a trial whose best val UAR is below the median of the others at the same epoch; hyperband: successive
    halving with several budgets (Li et al. 2018, arXiv:1603.06560).
    """
    if name == "median":
        return MedianPruner(n_startup_trials=UNDISTURBED, n_warmup_steps=epochs // UNDISTURBED)
    return HyperbandPruner(min_resource=1, max_resource=epochs) if name == "hyperband" else NopPruner()
