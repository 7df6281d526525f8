"""Frozen dataclasses of settings: checked when made, changed by `name=value`, read back from JSON."""

import ast
import inspect
import json
import math
import textwrap
import types
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints

from .errors import DemeanorError
from .renamed import with_current_names

BEST = "best_hyperparameters.json"  # in a model's folder: found by tuning or written by hand, read over the defaults


@dataclass(frozen=True)
class Setting:
    """One field of a config, for people."""

    name: str
    text: str
    """Its value as `changed` takes it."""
    takes: str
    """What values it takes, in words."""
    meaning: str
    """Its docstring."""


def check(settings: Any) -> None:
    """Raise DemeanorError for a value that its field's type does not allow. Call from `__post_init__`."""
    hints = get_type_hints(type(settings))
    for field in fields(settings):
        value, hint = getattr(settings, field.name), hints[field.name]
        if not _fits(value, hint):
            raise DemeanorError(f"The setting {field.name} cannot be {value!r}; it takes {describe(hint)}.")


def changed(settings: Any, assignments: Iterable[str]) -> Any:
    """The config with `name=value` texts applied, as `--set` takes them.

    >>> changed(TrainingSettings(), ["epochs=3"]).epochs
    3
    """
    hints, values, inner = get_type_hints(type(settings)), {}, {}
    for text in assignments:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise DemeanorError(f"'{text}' is not of the form name=value.")
        first, dot, rest = name.partition(".")
        _known(settings, [first])
        if is_dataclass(hints[first]):
            if not dot:
                raise DemeanorError(f"{first} has settings of its own; change one as {first}.NAME=VALUE.")
            inner.setdefault(first, []).append(f"{rest}={value}")
        else:
            _known(settings, [name])
            values[name] = _parse(name, value, hints[name])
    nested = {name: changed(getattr(settings, name), texts) for name, texts in inner.items()}
    return replace(settings, **values, **nested)


def from_dict(default: Any, values: dict[str, Any]) -> Any:
    """The config with `values` (from JSON: lists stand for tuples, objects for settings within) over `default`'s."""
    values = with_current_names(values)
    _known(default, values)

    def read(name: str, value: Any) -> Any:
        if isinstance(value, dict) and is_dataclass(getattr(default, name)):
            return from_dict(getattr(default, name), value)
        return tuple(value) if isinstance(value, list) else value

    return replace(default, **{name: read(name, value) for name, value in values.items()})


def read_over(default: Any, file: Path) -> Any:
    """The config with the values of a JSON file, if it is there, over `default`'s; DemeanorError names the file."""
    try:
        values = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if not isinstance(values, dict):
            raise DemeanorError("it has to hold one object, of settings by their names.")
        return from_dict(default, values)
    except DemeanorError as error:
        raise DemeanorError(f"{file} cannot be used: {error} Correct it or delete it.") from None
    except ValueError as error:
        raise DemeanorError(f"{file} is not JSON ({error}); correct it or delete it.") from None


def describe(hint: Any) -> str:
    """What a field of this type takes, in words."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "one of " + ", ".join(str(choice) for choice in inner)
    if origin is tuple:
        one = describe(inner[0])
        several = one.replace("one of", "some of") if get_origin(inner[0]) is Literal else f"{one.removeprefix('a ')}s"
        return f"{several}, separated by commas"
    if origin is types.UnionType:
        return " or ".join(describe(part) for part in inner)
    return {bool: "true or false", int: "a whole number", float: "a number", str: "text"}.get(hint, "none")


def listed(settings: Any) -> list[Setting]:
    """Every field of the config, in the order of definition."""
    hints, meanings = get_type_hints(type(settings)), {}
    for part in reversed(type(settings).__mro__[:-1]):
        meanings |= _docstrings(part)
    found = []
    for name in (field.name for field in fields(settings)):
        if is_dataclass(hints[name]):
            found += _listed_within(settings, name)
        else:
            found.append(
                Setting(
                    name,
                    _text(getattr(settings, name)),
                    describe(hints[name]),
                    " ".join(meanings.get(name, "").split()),
                )
            )
    return found


def _listed_within(settings, name):
    """The fields of the settings called `name`, without those on how it would be trained by itself."""
    shared = {field.name for field in fields(TrainingSettings)}
    inside = (setting for setting in listed(getattr(settings, name)) if setting.name not in shared)
    return [replace(setting, name=f"{name}.{setting.name}") for setting in inside]


def _known(settings, names):
    known = [field.name for field in fields(settings)]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DemeanorError(f"There is no setting {', '.join(unknown)}; there are: {', '.join(known)}.")


def _fits(value, hint):
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in inner
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(item, inner[0]) for item in value)
    if origin is types.UnionType:
        return any(_fits(value, part) for part in inner)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, hint) and not (hint is int and isinstance(value, bool))


def _text(value):
    """The inverse of `_parse`."""
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _docstrings(part):
    """Field -> the string below it, of one class."""
    tree: Any = ast.parse(textwrap.dedent(inspect.getsource(part)))
    found = {}
    for pair in pairwise(tree.body[0].body):
        match pair:
            case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(text)):
                found[name] = text
    return found


def _parse(name, text, hint):
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple:
        return tuple(_parse(name, part.strip(), inner[0]) for part in text.split(",") if part.strip())
    if origin is types.UnionType:
        return None if text.lower() == "none" else _parse(name, text, inner[0])
    try:
        if hint is bool:
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]
        return hint(text) if hint in (int, float) else text
    except (KeyError, ValueError):
        raise DemeanorError(f"The setting {name} cannot be '{text}'; it takes {describe(hint)}.") from None


@dataclass(frozen=True)
class TrainingSettings:
    """How any model is trained; a model's own settings extend these."""

    epochs: int = 32
    """Passes over the training split, at most; the learning rate's schedule spans them."""
    patience: int = 12
    """Epochs without a better val UAR after which training stops."""
    batch_size: int = 64
    """Clips a step, which all processes of an `accelerate launch` share."""
    learning_rate: float = 1.5e-3
    """AdamW's peak rate: linear warm-up over the first tenth of the steps, then a cosine to zero."""
    weight_decay: float = 1e-2
    """AdamW's decoupled weight decay, not applied to biases and normalisation."""
    ema_decay: float = 0.998
    """Decay a step of the exponential moving average of the weights, which is what is validated and kept; 0: none."""
    gradient_clip: float = 5.0
    """Largest norm of the gradient; 0: no limit."""
    loss: Literal["cross_entropy", "focal", "soft_labels"] = "soft_labels"
    """soft_labels: cross entropy against a mix of the corpus's label and its raters' votes, where it has votes."""
    focal_gamma: float = 2.0
    """Focusing exponent of the focal loss (Lin et al. 2017, arXiv:1708.02002)."""
    vote_share: float = 0.2
    """Share of the raters' votes in a soft label; the rest is the corpus's own label."""
    label_smoothing: float = 0.05
    """Share of the target spread evenly over the labels."""
    corpus_balance: float = 0.0
    """Smaller corpora are repeated within an epoch: 0: no; 1: until each has as many clips as the largest."""
    mixup: float = 0.0
    """Clips of a batch are mixed in pairs, by shares from a beta distribution of this parameter; 0: not at all."""
    class_weight_power: float = 0.3
    """Weight of a label in the loss: its frequency to minus this power, mean 1; 0: none, 1: balanced."""
    bfloat16: bool = True
    """Compute in bfloat16 where the processor has it."""
    weights_dtype: Literal["float32", "float16"] = "float32"
    """The precision in which the trained weights are kept."""

    EXTRACT: ClassVar[tuple[str, ...]] = ()
    """Names of the settings that decide what `extract` returns."""
    SHARES: ClassVar[tuple[str, ...]] = ("vote_share", "label_smoothing", "ema_decay", "corpus_balance")
    POSITIVE: ClassVar[tuple[str, ...]] = ("epochs", "patience", "batch_size", "learning_rate")

    def for_prediction(self) -> Self:
        """These settings without what `extract` makes for training alone."""
        return self

    def __post_init__(self):
        check(self)
        for name in self.SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise DemeanorError(f"The setting {name} is a share, from 0 to 1, not {getattr(self, name)}.")
        bad = [name for name in self.POSITIVE if getattr(self, name) <= 0]
        if bad:
            raise DemeanorError(f"The setting {bad[0]} must be above zero, not {getattr(self, bad[0])}.")
