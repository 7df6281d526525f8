"""Which settings a trial tries, and when it is pruned: TPE, median and hyperband."""

from typing import Any, Literal

import numpy as np
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, TPESampler

Pruner = Literal["median", "hyperband", "none"]
RANDOM_TRIALS = 8  # before TPE begins
UNDISTURBED = 3  # first trials, and one in so many of the epochs, that the median pruner spares


class RepeatableSampler(BaseSampler):
    """TPE (Bergstra et al. 2011) whose draws depend on the seed and the trial's number alone.

    So a study that was stopped goes on as it would have without the stop, and no process repeats the draws of another.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._inner = self._of(0)

    def _of(self, number: int) -> TPESampler:
        seed = int(np.random.default_rng([self._seed, number]).integers(2**31))
        return TPESampler(n_startup_trials=RANDOM_TRIALS, constant_liar=True, seed=seed)

    def before_trial(self, study: Any, trial: Any) -> None:
        """Seed TPE for this trial."""
        self._inner = self._of(trial.number)
        self._inner.before_trial(study, trial)

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:
        """Forward to TPE."""
        return self._inner.infer_relative_search_space(study, trial)

    def sample_relative(self, study: Any, trial: Any, search_space: dict[str, Any]) -> dict[str, Any]:
        """Forward to TPE."""
        return self._inner.sample_relative(study, trial, search_space)

    def sample_independent(self, study: Any, trial: Any, name: str, distribution: Any) -> Any:
        """Forward to TPE."""
        return self._inner.sample_independent(study, trial, name, distribution)

    def after_trial(self, study: Any, trial: Any, state: Any, values: Any) -> None:
        """Forward to TPE."""
        self._inner.after_trial(study, trial, state, values)


def pruner_named(name: Pruner, epochs: int) -> BasePruner:
    """Return the pruner called `name`, for trainings of so many epochs.

    median: prunes a trial whose best val UAR is below the median of the others at the same epoch; hyperband: successive
    halving with several budgets (Li et al. 2018, arXiv:1603.06560).
    """
    if name == "median":
        return MedianPruner(n_startup_trials=UNDISTURBED, n_warmup_steps=epochs // UNDISTURBED)
    return HyperbandPruner(min_resource=1, max_resource=epochs) if name == "hyperband" else NopPruner()
