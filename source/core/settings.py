"""Hyperparameters: frozen dataclasses that pydantic checks, overridden by `name=value` and read back from JSON.

A field's type carries its bounds, and the string below it its meaning; both are what people are shown.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, dataclass_transform, get_args, get_origin

import pydantic.dataclasses
from pydantic import (
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo

from .errors import DemeanorError
from .renamed import with_current_names

BEST_SETTINGS = "best_hyperparameters.json"  # in a model's folder, by tuning or by hand: overrides the defaults
RULES = ConfigDict(use_attribute_docstrings=True, allow_inf_nan=False, validate_default=True, extra="forbid")

AnySettings = TypeVar("AnySettings", bound="TrainingSettings")
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass_transform(frozen_default=True, field_specifiers=(Field,))
def settings_class(cls: type[AnySettings]) -> type[AnySettings]:
    """Turn `cls` into a frozen dataclass whose values pydantic checks.

    Making one raises DemeanorError, in one sentence, where a value is not what its field takes; so does a rule that
    concerns several fields, which belongs in `__post_init__`.
    """
    checked: Any = pydantic.dataclasses.dataclass(frozen=True, config=RULES)(cls)
    validate = checked.__init__

    @wraps(validate)
    def __init__(self: Any, /, *args: Any, **values: Any) -> None:
        try:
            validate(self, *args, **values)
        except ValidationError as error:
            raise DemeanorError(_sentence(checked, error)) from None

    checked.__init__ = __init__
    return checked


def _sentence(cls: type, error: ValidationError) -> str:
    """Return one sentence on the first problem."""
    problem = error.errors()[0]
    if not problem["loc"]:  # a rule of `__post_init__`
        return str(problem.get("ctx", {})["error"])
    name = str(problem["loc"][0])
    properties = TypeAdapter(cls).json_schema()["properties"]
    if name not in properties:
        return f"There is no setting {name}; there are: {', '.join(properties)}."
    return f"The setting {name} cannot be {problem['input']!r}; it takes {_takes(properties[name])}."


@settings_class
class TrainingSettings:
    """How any model is trained; a model's own settings extend these."""

    epochs: PositiveInt = 32
    """Most passes over the training split; the learning rate's schedule spans them."""
    patience: PositiveInt = 12
    """Epochs without a better val UAR after which training stops."""
    keep: Literal["best", "last"] = "best"
    """Epoch whose weights are kept: the best on val, or the last of the schedule, which `validate` keeps too."""
    batch_size: PositiveInt = 64
    """Clips per step, shared among all processes of an `accelerate launch`."""
    clips_per_epoch: NonNegativeInt = 0
    """Clips of an epoch, drawn anew for each, so that an epoch of a large corpus ends; 0: all."""
    learning_rate: PositiveFloat = 1.5e-3
    """AdamW's peak rate: linear warm-up over the first tenth of the steps, then a cosine to zero."""
    weight_decay: NonNegativeFloat = 1e-2
    """AdamW's decoupled weight decay, not applied to biases and normalisation."""
    ema_decay: Share = 0.998
    """Decay per step of the exponential moving average of the weights, which is validated and kept; 0: none."""
    gradient_clip: NonNegativeFloat = 5.0
    """Largest norm of the gradient; 0: no limit."""
    loss: Literal["cross_entropy", "focal", "soft_labels"] = "soft_labels"
    """soft_labels: cross entropy against a mix of the corpus's label and its raters' votes, where it has votes."""
    focal_gamma: NonNegativeFloat = 2.0
    """Focusing exponent of the focal loss (Lin et al. 2017, arXiv:1708.02002)."""
    vote_share: Share = 0.2
    """Share of the raters' votes in a soft label; the rest is the corpus's own label."""
    label_smoothing: Share = 0.05
    """Share of the target spread evenly over the labels."""
    corpus_balance: Share = 0.0
    """How far smaller corpora are repeated within an epoch; 0: not at all, 1: up to the size of the largest."""
    label_balance: Share = 0.0
    """How far the labels of each corpus are brought to the same weight; 0: not at all, 1: wholly."""
    ordinary_weight: NonNegativeFloat = 0.15
    """Weight of all ordinary recordings, neutral by assumption, as a share of an average other corpus's."""
    own_labels: bool = False
    """Whether a clip's labels compete in the loss only among those that its corpus tells apart."""
    mixup: NonNegativeFloat = 0.0
    """Parameter of the beta distribution from which the shares of mixed pairs of clips are drawn; 0: no mixup."""
    class_weight_power: float = 0.3
    """Weight of a label in the loss: its frequency over all corpora to minus this power; 0: none, 1: balanced."""
    bfloat16: bool = True
    """Compute in bfloat16 where the processor supports it."""
    weights_dtype: Literal["float32", "float16"] = "float32"
    """Precision in which the trained weights are saved."""

    EXTRACT: ClassVar[tuple[str, ...]] = ()
    """Names of the settings that decide what `extract` returns."""

    def extract_settings(self) -> dict[str, Any]:
        """Return the settings that decide what `extract` returns; they are kept in every store and checkpoint."""
        return {name: getattr(self, name) for name in self.EXTRACT}

    def for_trial(self) -> Self:
        """Return these settings for a training that may know nothing of the clips that it then answers."""
        return self

    def for_prediction(self) -> Self:
        """Return these settings without what `extract` makes for training alone."""
        return self

    @field_validator("*", mode="before")
    @classmethod
    def _from_text(cls, value: Any, info: ValidationInfo) -> Any:
        """Read "a,b" as a tuple and "none" as None, and refuse true and false where a number is wanted."""
        wanted = _fields_of(cls)[str(info.field_name)].annotation
        if isinstance(value, bool) and wanted in (int, float):
            raise ValueError("not a number")
        if isinstance(value, str) and get_origin(wanted) is tuple:
            return [part.strip() for part in value.split(",") if part.strip()]
        return None if value == "none" and NoneType in get_args(wanted) else value


def override_from_text(settings: AnySettings, assignments: Iterable[str]) -> AnySettings:
    """Return the settings with `name=value` texts applied, as `--set` takes them.

    >>> override_from_text(TrainingSettings(), ["epochs=3"]).epochs
    3
    """
    values, nested = {}, defaultdict(dict)
    for text in assignments:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise DemeanorError(f"'{text}' is not of the form name=value.")
        outer, dot, inner = name.partition(".")
        if dot:
            nested[outer][inner] = value
        else:
            values[name] = value
    return override(settings, values | nested)


def override(default: AnySettings, values: Mapping[str, Any]) -> AnySettings:
    """Return `default` with `values` in their place: from JSON, or as text; those of nested settings are a mapping."""
    values = with_current_names(values)
    for name, value in values.items():
        inner = getattr(default, name, None)
        if isinstance(inner, TrainingSettings):
            if not isinstance(value, Mapping):
                raise DemeanorError(f"{name} has settings of its own; change one as {name}.NAME=VALUE.")
            values[name] = override(inner, value)
    return replace(default, **values)


def override_from_file(default: AnySettings, file: Path) -> AnySettings:
    """Return `default` with the values of the JSON `file` in their place, where there is such a file.

    Raises DemeanorError, which names the file, where it does not hold such settings.
    """
    try:
        values = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if not isinstance(values, dict):
            raise DemeanorError("it has to hold one object, of settings by their names.")
        return override(default, values)
    except DemeanorError as error:
        raise DemeanorError(f"{file} cannot be used: {error} Correct it or delete it.") from None
    except ValueError as error:
        raise DemeanorError(f"{file} is not JSON ({error}); correct it or delete it.") from None


@dataclass(frozen=True)
class Setting:
    """One setting, for people."""

    name: str
    text: str
    """Its value as `override_from_text` takes it."""
    takes: str
    """What values it takes, in words."""
    meaning: str


def list_settings(settings: TrainingSettings) -> list[Setting]:
    """Return every setting, in the order of definition; of nested ones, those that do not concern training."""
    properties = TypeAdapter(type(settings)).json_schema()["properties"]
    found = []
    for name, schema in properties.items():
        value = getattr(settings, name)
        if isinstance(value, TrainingSettings):
            own = (inner for inner in list_settings(value) if inner.name not in TrainingSettings.__dataclass_fields__)
            found += [replace(inner, name=f"{name}.{inner.name}") for inner in own]
        else:
            found.append(Setting(name, _text(value), _takes(schema), _meaning(type(settings), name)))
    return found


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


NOUNS = {  # type in a JSON schema -> one such value, several of them
    "boolean": ("true or false", "true or false"),
    "integer": ("a whole number", "whole numbers"),
    "number": ("a number", "numbers"),
    "string": ("text", "texts"),
    "null": ("none", "none"),
}
BOUNDS = {
    "exclusiveMinimum": "above",
    "minimum": "from",
    "exclusiveMaximum": "to below",
    "maximum": "to",
    "multipleOf": "divisible by",
}


def _takes(schema: Mapping[str, Any], several: bool = False) -> str:
    """Say what a field of this JSON schema takes."""
    if "items" in schema:
        return f"{_takes(schema['items'], several=True)}, separated by commas"
    if "anyOf" in schema:
        return " or ".join(map(_takes, schema["anyOf"]))
    if "enum" in schema:
        return f"{'some' if several else 'one'} of {', '.join(map(str, schema['enum']))}"
    if "type" not in schema:
        return "settings of its own"
    bounds = (f"{word} {schema[key]:g}" for key, word in BOUNDS.items() if key in schema)
    return " ".join((NOUNS[schema["type"]][several], *bounds))


def _meaning(cls: type, name: str) -> str:
    """Return the string below a field, in the class that first defines it where a subclass only changes its default."""
    definitions = (_fields_of(part).get(name) for part in cls.__mro__)
    texts = (field.description for field in definitions if field and field.description)
    return " ".join(next(texts, "").split())


def _fields_of(cls: type) -> Mapping[str, FieldInfo]:
    return getattr(cls, "__pydantic_fields__", {})
