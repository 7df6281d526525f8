"""What a study varies: the ranges of a model's `suggest`, except for fixed settings and those of preprocessing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ..core.spec import ModelSpec


@dataclass(frozen=True)
class Space:
    """The search space: `base` has a value for every setting; those in `fixed` keep it."""

    spec: ModelSpec
    base: Any
    fixed: tuple[str, ...] = ()

    def settings_of_trial(self, trial: Any) -> Any:
        """Return the settings of an Optuna trial; raise DemeanorError where they contradict each other."""
        return replace(self.base, **self.spec.suggest(_Trial(trial, self.base, self.fixed)))

    def default(self) -> dict[str, Any]:
        """Return the values in `base` of the settings that are varied."""
        return {name: getattr(self.base, name) for name in self.ranges()}

    def ranges(self) -> dict[str, BaseDistribution]:
        """Return the range of each setting that is varied while all others are as in `base`."""
        trial = _Trial(None, self.base, self.fixed)
        self.spec.suggest(trial)
        return trial.ranges


@dataclass(frozen=True)
class _Trial:
    """A trial that keeps the `fixed` settings as in `base`, or without `trial` all, and notes the ranges of others."""

    trial: Any
    base: Any
    fixed: Sequence[str]
    ranges: dict[str, BaseDistribution] = field(default_factory=dict)

    def suggest_float(self, name: str, low: float, high: float, **options: Any) -> float:
        return self._suggest(name, FloatDistribution(low, high, **options), "suggest_float", low, high, **options)

    def suggest_int(self, name: str, low: int, high: int, **options: Any) -> int:
        return self._suggest(name, IntDistribution(low, high, **options), "suggest_int", low, high, **options)

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self._suggest(name, CategoricalDistribution(choices), "suggest_categorical", choices)

    def _suggest(self, name: str, distribution: BaseDistribution, method: str, *range_: Any, **options: Any) -> Any:
        if name in self.fixed or name in self.base.EXTRACT:  # of the latter another value needs another preprocessing
            return getattr(self.base, name)
        self.ranges[name] = distribution
        return getattr(self.trial, method)(name, *range_, **options) if self.trial else getattr(self.base, name)


def range_document(distribution: BaseDistribution) -> dict[str, Any]:
    """Return a range as plain values: low, high and log, or choices."""
    if isinstance(distribution, CategoricalDistribution):
        return {"choices": list(distribution.choices)}
    return {name: getattr(distribution, name) for name in ("low", "high", "log")}


def difference(settings: Any, default: Any) -> dict[str, Any]:
    """Return the settings that differ from `default`, with nested ones as dictionaries."""
    return _difference(asdict(settings), asdict(default))


def _difference(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    changed = ((name, value, others[name]) for name, value in values.items() if value != others[name])
    return {name: _difference(value, old) if isinstance(value, Mapping) else value for name, value, old in changed}
