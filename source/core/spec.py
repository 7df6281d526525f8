"""The seam: a model is a folder of `source` that exports one SPEC, and a line in `source.MODELS`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from .. import MODELS
from . import config
from .errors import DemeanorError

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor
    from torch.nn import Parameter

    from .settings import TrainingSettings  # pydantic, which it imports, is not needed to show the menu

TrainedModel = TypeVar("TrainedModel")  # a source.training.checkpoint.Trained
Clips = TypeVar("Clips")  # a source.data.dataset.Dataset


class DataWarning(UserWarning):
    """What `extract` warns of: something that a person should know of how a file was read, the same for many files."""


class Extract(Protocol):
    """A file as the network's inputs."""

    def __call__(self, path: Path, settings: Any, /) -> dict[str, np.ndarray]:
        """Return arrays by name, each of the same shape and type for every file.

        Raises DemeanorError where the file cannot be read.
        """
        ...


class Build(Protocol):
    """Makes an untrained network."""

    def __call__(self, settings: Any, num_classes: int, /) -> Network:
        """Return a network with `num_classes` outputs; 0: an identity head, so that it returns features."""
        ...


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


class Augment(Protocol):
    """Random changes of a training batch."""

    def __call__(self, inputs: dict[str, Tensor], settings: Any, /) -> dict[str, Tensor]:
        """Return changed inputs of the same shapes, each (B, ...). Never called on val or test."""
        ...


class TestTimeAugment(Protocol):
    """The views of a batch, such as the mirrored face, whose logits evaluation and prediction average."""

    def __call__(self, inputs: dict[str, Tensor], settings: Any, /) -> list[dict[str, Tensor]]:
        """Return one batch of inputs for each view; the plain one first."""
        ...


class BaselineFeatures(Protocol):
    """One vector a clip for the classical baselines."""

    def __call__(self, inputs: Mapping[str, np.ndarray], settings: Any, /) -> np.ndarray:
        """Return (N, D) float32 of the inputs of N clips, as they lie in a store."""
        ...


class Predict(Protocol):
    """A person's file, or a folder of them, as predictions."""

    def __call__(
        self,
        source: Any,
        trained: Any,
        folder_out: Path | None = None,
        *,
        write: bool = True,
        without: Collection[str] = (),
        notify: Callable[[str], None] = ...,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> list[Any]:
        """Return a `source.results.prediction.Prediction` for each file.

        With `write` its result files, but for those `without`, lie in a new folder of `folder_out` (default:
        config.OUTPUT_FOLDER). Raises DemeanorError where nothing could be read.
        """
        ...


class Layout(Protocol):
    """How results are laid out: see `source.results.layout.Layout`."""

    @property
    def noun(self) -> str:
        """What a file is called, in the singular."""
        ...

    @property
    def table(self) -> str:
        """Name of the table of its readings."""
        ...

    @property
    def can_be_left_out(self) -> tuple[str, ...]:
        """Names of the result files that a person may do without."""
        ...

    @property
    def columns(self) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """Labels -> the columns of the table."""
        ...

    @property
    def rows(self) -> Callable[[Any], list[dict[str, Any]]]:
        """Prediction -> the rows of the table."""
        ...

    @property
    def summary_columns(self) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """Labels -> the columns of summary.csv, over a folder of files."""
        ...

    @property
    def summary_rows(self) -> Callable[[Any], list[dict[str, Any]]]:
        """Prediction -> its rows in summary.csv."""
        ...


class PrepareDataset(Protocol):
    """The dataset that a model learns from, made of the one that it is given."""

    def __call__(self, dataset: Clips, settings: Any, /) -> Clips:
        """Return it, or one with other transforms."""
        ...


class FitAfterTraining(Protocol):
    """What is fitted on val after the network is trained."""

    def __call__(self, trained: TrainedModel, val: Any, /) -> TrainedModel:
        """Return the model with what was fitted on the dataset `val`."""
        ...


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
    extract: Extract
    """Preprocessing and prediction both call this one."""
    build: Build
    baseline_features: BaselineFeatures
    predict: Predict
    layout: Layout

    training_files: str = ""
    """Folder under data/ of the labelled files; empty: training_<name>."""
    limits: tuple[str, ...] = ()
    """Sentences of the model card on what it cannot do, or was not measured on."""
    progress_unit: str = "file"
    """What `predict` counts while it reads one file; of a recording seconds are counted."""
    also_predicts: tuple[str, ...] = ()
    """Endings of the further files that `predict` reads, lower case with the dot."""
    typed: bool = False
    """Whether `predict` takes typed words too, not only files."""
    from_array: Callable[[Any, int | None], Any] | None = None
    """Array, sample rate in Hz -> what `predict` takes in place of a file; None: the model reads no arrays."""
    baseline_name: str = ""
    """What `baseline_features` stands for, where `test` shall show what a logistic regression makes of it."""
    augment: Augment = lambda inputs, settings, /: inputs
    test_time_augment: TestTimeAugment = lambda inputs, settings, /: [inputs]
    inherit_settings: Callable[[Any], Any] = lambda settings: settings
    """Settings -> the same with what the model takes over from models that were trained before."""
    initialise: Callable[[Any, Any, tuple[str, ...]], None] = lambda network, settings, labels: None
    """Untrained network, settings, labels: puts in the weights that training begins with."""
    prepare_dataset: PrepareDataset = lambda dataset, settings, /: dataset
    fit_after_training: FitAfterTraining = lambda trained, val, /: trained
    modality_subsets: Callable[[Any, Any], Any] = lambda dataset, settings: None
    """Dataset, settings -> its source.evaluation.ablation.Subsets; None where there is but one modality."""

    @property
    def readable(self) -> tuple[str, ...]:
        """Endings of all files that `predict` reads."""
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


def weights_of(name: str) -> Path:
    """Return the file of the trained model in use: in models/<name>, else the one that an installed package brings."""
    own, shipped = (
        folder / name / f"{name}_model.safetensors" for folder in (config.MODELS_FOLDER, config.SHIPPED_MODELS)
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
