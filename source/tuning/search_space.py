"""What a study varies: the ranges of a model's `suggest`, but for the settings that are held fast."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ..core.spec import ModelSpec


@dataclass(frozen=True)
class Space:
    """The settings around a model's own: `base` holds all of them, and those in `fixed` keep their value there."""

    spec: ModelSpec
    base: Any
    fixed: tuple[str, ...] = ()

    def config_of(self, trial: Any) -> Any:
        """The settings that an Optuna trial stands for; DemeanorError where they cannot go together."""
        return replace(self.base, **self.spec.suggest(_Held(trial, self.base, self.fixed)))

    def default(self) -> dict[str, Any]:
        """The values that `base` has for what is varied there."""
        return {name: getattr(self.base, name) for name in self.ranges()}

    def ranges(self) -> dict[str, BaseDistribution]:
        """Setting -> its range, of those that are varied where all others are as in `base`."""
        asked = _Asked(self.base)
        self.spec.suggest(_Held(asked, self.base, self.fixed))
        return asked.ranges


@dataclass(frozen=True)
class _Held:
    """A trial in which some settings keep the value that `base` has."""

    trial: Any
    base: Any
    fixed: Sequence[str]

    def suggest_float(self, name: str, low: float, high: float, **how: Any) -> float:
        return self._value(name) if name in self.fixed else self.trial.suggest_float(name, low, high, **how)

    def suggest_int(self, name: str, low: int, high: int, **how: Any) -> int:
        return self._value(name) if name in self.fixed else self.trial.suggest_int(name, low, high, **how)

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self._value(name) if name in self.fixed else self.trial.suggest_categorical(name, choices)

    def _value(self, name):
        return getattr(self.base, name)


@dataclass(frozen=True)
class _Asked:
    """Stands in for a trial: answers with the values of `base` and remembers the ranges it was asked for."""

    base: Any
    ranges: dict[str, BaseDistribution] = field(default_factory=dict)

    def suggest_float(self, name: str, low: float, high: float, **how: Any) -> float:
        return self._remembered(name, FloatDistribution(low, high, **how))

    def suggest_int(self, name: str, low: int, high: int, **how: Any) -> int:
        return self._remembered(name, IntDistribution(low, high, **how))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self._remembered(name, CategoricalDistribution(choices))

    def _remembered(self, name, distribution):
        self.ranges[name] = distribution
        return getattr(self.base, name)


def in_words(distribution: BaseDistribution) -> dict[str, Any]:
    """A range as plain values: low, high and log, or choices."""
    if isinstance(distribution, CategoricalDistribution):
        return {"choices": list(distribution.choices)}
    return {name: getattr(distribution, name) for name in ("low", "high", "log")}


def difference(settings: Any, default: Any) -> dict[str, Any]:
    """The settings of `config` that are not as in `default`; of settings within, those that differ."""
    return _difference(asdict(settings), asdict(default))


def _difference(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            within = _difference(value, others[name])
            found |= {name: within} if within else {}
        elif value != others[name]:
            found[name] = value
    return found
