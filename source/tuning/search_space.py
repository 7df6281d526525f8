"""What a study varies: the ranges of a model's `suggest`, except for fixed settings."""

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
        return replace(self.base, **self.spec.suggest(_WithFixed(trial, self.base, self.fixed)))

    def default(self) -> dict[str, Any]:
        """Return the values in `base` of the settings that are varied."""
        return {name: getattr(self.base, name) for name in self.ranges()}

    def ranges(self) -> dict[str, BaseDistribution]:
        """Return the range of each setting that is varied while all others are as in `base`."""
        recorder = _Recorder(self.base)
        self.spec.suggest(_WithFixed(recorder, self.base, self.fixed))
        return recorder.ranges


@dataclass(frozen=True)
class _WithFixed:
    """A trial in which some settings keep their value in `base`."""

    trial: Any
    base: Any
    fixed: Sequence[str]

    def suggest_float(self, name: str, low: float, high: float, **options: Any) -> float:
        return self._value(name) if name in self.fixed else self.trial.suggest_float(name, low, high, **options)

    def suggest_int(self, name: str, low: int, high: int, **options: Any) -> int:
        return self._value(name) if name in self.fixed else self.trial.suggest_int(name, low, high, **options)

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self._value(name) if name in self.fixed else self.trial.suggest_categorical(name, choices)

    def _value(self, name: str) -> Any:
        return getattr(self.base, name)


@dataclass(frozen=True)
class _Recorder:
    """A stand-in for a trial that suggests the values of `base` and records the ranges."""

    base: Any
    ranges: dict[str, BaseDistribution] = field(default_factory=dict)

    def suggest_float(self, name: str, low: float, high: float, **options: Any) -> float:
        return self._record(name, FloatDistribution(low, high, **options))

    def suggest_int(self, name: str, low: int, high: int, **options: Any) -> int:
        return self._record(name, IntDistribution(low, high, **options))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self._record(name, CategoricalDistribution(choices))

    def _record(self, name: str, distribution: BaseDistribution) -> Any:
        self.ranges[name] = distribution
        return getattr(self.base, name)


def range_document(distribution: BaseDistribution) -> dict[str, Any]:
    """Return a range as plain values: low, high and log, or choices."""
    if isinstance(distribution, CategoricalDistribution):
        return {"choices": list(distribution.choices)}
    return {name: getattr(distribution, name) for name in ("low", "high", "log")}


def difference(settings: Any, default: Any) -> dict[str, Any]:
    """Return the settings that differ from `default`, with nested ones as dictionaries."""
    return _difference(asdict(settings), asdict(default))


def _difference(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    changes = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            nested = _difference(value, others[name])
            changes |= {name: nested} if nested else {}
        elif value != others[name]:
            changes[name] = value
    return changes
