"""The seam: a model is a folder of `source` that exports one SPEC, and a line in `source.MODELS`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from .. import MODELS
from . import config
from .errors import DemeanorError

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor
    from torch.nn import Parameter

    from ..media.selection import Selection
    from ..results.layout import Layout
    from .settings import TrainingSettings  # pydantic, which it imports, is not needed to show the menu
    from .streaming import Stream


class Network(Protocol):
    """What shared code asks of a network, which is a torch.nn.Module."""

    def __call__(self, **inputs: Tensor) -> Tensor:
        """Return logits (B, num_classes) of inputs by the names that `extract` gives them, each (B, ...)."""
        ...

    def forward_features(self, **inputs: Tensor) -> Tensor:
        """Return what the head is given, (B, F)."""
        ...

    def parameters(self) -> Iterator[Parameter]:
        """As of torch.nn.Module; so are the others."""
        ...

    def state_dict(self) -> dict[str, Tensor]: ...  # noqa: D102
    def load_state_dict(self, state_dict: Mapping[str, Any], /) -> Any: ...  # noqa: D102
    def train(self, mode: bool = True) -> Self: ...  # noqa: D102
    def eval(self) -> Self: ...  # noqa: D102
    def to(self, *args: Any, **kwargs: Any) -> Self: ...  # noqa: D102


class Read(Protocol):
    """One source of a person's, such as a file, as a prediction and its result files."""

    def __call__(
        self,
        source: Any,
        trained: Any,
        notify: Callable[[str], None] = ...,
        on_progress: Callable[[int, int], None] | None = None,
        selection: Selection = ...,
    ) -> Any:
        """Return a `source.results.predicting.Result`. Raises DemeanorError where the source cannot be read.

        selection: what of a recording is read; only fields that the SPEC names in `selectable` differ from the default.
        """
        ...


class DataWarning(UserWarning):
    """A warning of `extract` about how a file was read, in the same words for many files."""


def _with_temperature(trained: Any, temperatures: Mapping[str, float]) -> Any:
    """Return the model with the temperature of its only condition."""
    (temperature,) = temperatures.values()
    return replace(trained, header=replace(trained.header, temperature=temperature))


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """All that shared code needs to know of one model.

    The keys that `extract` returns are the argument names of the network's `forward`, so one loop calling
    `network(**inputs)` serves every model. A missing modality is an array of zeros and a mask, never a dropped clip.
    The smallest example is tests/support/pulse.
    """

    name: str
    """Folder under source/ and models/, and in data/preprocessed_<name>_data."""
    spoken_name: str
    """What people call what it reads, such as "voice"."""
    default_settings: TrainingSettings
    """Its EXTRACT names the fields that `extract` reads."""
    suggest: Callable[[Any], dict[str, Any]]
    """Optuna trial -> the settings that it varies."""
    suffixes: tuple[str, ...]
    """Endings of the files that `extract` reads, lower case with the dot; of a take's forms the first is taken."""
    extract: Callable[[Path, Any], dict[str, np.ndarray]]
    """File, settings -> arrays by name, each of the same shape and type for every file. Preprocessing and prediction
    both call this one. Raises DemeanorError where the file cannot be read."""
    build: Callable[[Any, int], Network]
    """Settings, num_classes -> untrained network; num_classes 0: with an identity head, so that it returns features."""
    baseline_features: Callable[[Mapping[str, np.ndarray], Any], np.ndarray]
    """Inputs of N clips as they lie in a store, settings -> (N, D) float32, for the classical baselines."""
    read: Read
    layout: Layout
    """How its results are laid out."""

    training_files: str = ""
    """Folder under data/ of the labelled files; empty: training_<name>."""
    limits: tuple[str, ...] = ()
    """Sentences of the model card on what it cannot do, or was not measured on."""
    calibrated: str = ""
    """Half a sentence of the model card on how certain it is made to be, where `calibrate` does not take the
    temperatures that were fitted as they are."""
    progress_unit: str = "file"
    """What `read` counts; of a recording, seconds."""
    also_predicts: tuple[str, ...] = ()
    """Endings of the further files that `read` takes, lower case with the dot."""
    stream: Callable[..., Stream] | None = None
    """Trained model, notify, live (answers are wanted soon) -> the model fed bit by bit; None: it reads whole files."""
    selectable: tuple[str, ...] = ()
    """Fields of `source.media.selection.Selection` that `read` honours; empty: it reads files whole."""
    typed: bool = False
    """Whether `read` takes typed words too, not only files."""
    from_array: Callable[[Any, int | None], Any] | None = None
    """Array, sample rate in Hz -> what `read` takes in place of a file; None: the model reads no arrays."""
    with_voice_baseline: Callable[[Path, Any, Callable[[str], None]], Any] | None = None
    """Recording of a person's ordinary speech, trained model, notify -> the model that reads this person against it;
    None: the model knows no such baseline. Raises DemeanorError where the recording or the weights cannot serve."""
    baseline_name: str = ""
    """What `baseline_features` stands for, where `test` shall show what a logistic regression makes of it."""
    augment: Callable[[dict[str, Tensor], Any], dict[str, Tensor]] = lambda inputs, settings: inputs
    """Inputs of a training batch, each (B, ...), settings -> the same at random changed; never for val or test."""
    test_time_augment: Callable[[dict[str, Tensor], Any], list[dict[str, Tensor]]] = lambda inputs, settings: [inputs]
    """Inputs of a batch, settings -> its views, such as the mirrored face, whose logits evaluation and prediction
    average; the plain one first."""
    inherit_settings: Callable[[Any], Any] = lambda settings: settings
    """Settings -> the same with what the model takes over from models that were trained before."""
    initialise: Callable[[Any, Any, tuple[str, ...], Any, int], None] = (
        lambda network, settings, labels, dataset, seed: None
    )
    """Untrained network, settings, labels, the clips to be learnt from, seed: puts in the weights to begin with."""
    prepare_dataset: Callable[[Any, Any], Any] = lambda dataset, settings: dataset
    """source.data.dataset.Dataset, settings -> it, or one with other transforms, for the model to learn from."""
    fit_after_training: Callable[[Any, Any, Any], Any] = lambda trained, train, val: trained
    """source.training.checkpoint.Trained, datasets of train and val -> the model with what is fitted after training."""
    modality_subsets: Callable[[Any, Any], Any] = lambda dataset, settings: None
    """Dataset, settings -> its source.evaluation.ablation.Subsets; None where there is but one modality."""
    conditions: Callable[[Any, Any], Mapping[str, Any]] = lambda dataset, settings: {"": dataset}
    """Dataset, settings -> what the model is told of these clips, by the condition's name, such as with and without
    other speech of the speaker: datasets of the same clips in the same order. What a user gets without doing more comes
    first. Every condition is measured and calibrated by itself."""
    calibrate: Callable[[Any, Mapping[str, float]], Any] = _with_temperature
    """source.training.checkpoint.Trained, the temperature of each condition -> the model calibrated under each: what it
    answers is softmax(logits / header.temperature)."""
    stranger_seeds: int = 0
    """Seeds with which `train` leaves out each corpus in turn, to measure and calibrate on strangers; 0: it does not,
    for each takes a training."""
    stranger_clips: int = 0
    """Most clips of a corpus, drawn at random, that these trainings learn from and answer; 0: all."""

    @property
    def readable(self) -> tuple[str, ...]:
        """Endings of all files that `read` takes."""
        return (*self.suffixes, *self.also_predicts)

    @property
    def folder(self) -> Path:
        """Where the trained model lives: models/<name>."""
        return config.MODELS_FOLDER / self.name

    @property
    def weights(self) -> Path:
        """File of the trained model in use; see `weights_of`."""
        return weights_of(self.name)

    @property
    def training_folder(self) -> Path:
        """Where `data get` puts labelled files, a folder for each corpus."""
        return config.DATA_FOLDER / (self.training_files or f"training_{self.name}")

    @property
    def store_folder(self) -> Path:
        """Where preprocessed arrays lie, a folder for each corpus."""
        return config.DATA_FOLDER / f"preprocessed_{self.name}_data"

    @property
    def corpora(self) -> tuple[str, ...]:
        """The corpora that config.py names for training it; none where it does not know the model."""
        return tuple(config.CORPORA.get(self.name, ()))


def weights_of(name: str, variant: str = "") -> Path:
    """Return the file of the trained model in use: in models/<name>, else the one that an installed package brings.

    variant: of further weights, in a folder of that name below.
    """
    own, shipped = (
        folder / name / variant / f"{name}_model.safetensors"
        for folder in (config.MODELS_FOLDER, config.SHIPPED_MODELS)
    )
    return own if own.is_file() or not shipped.is_file() else shipped


def spec_of(name: str) -> ModelSpec:
    """Return the SPEC of the model called `name`; raises DemeanorError where there is none."""
    if name not in MODELS:
        raise DemeanorError(f"There is no model '{name}'; there are: {', '.join(MODELS)}.")
    return importlib.import_module(f"...{name}", __name__).SPEC


@dataclass(frozen=True)
class Deferred:
    """A function that is imported when it is first called: a SPEC can be looked at without importing torch."""

    package: str
    module: str
    name: str

    @property
    def function(self) -> Callable[..., Any]:
        """The function itself, imported."""
        return getattr(importlib.import_module(f"{self.package}.{self.module}"), self.name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self.function(*args, **kwargs)
