"""The seam: a model is a folder of `source` that exports one SPEC."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import MODELS
from . import config
from .errors import DemeanorError


class DataWarning(UserWarning):
    """What `extract` warns of: something that a person should know of how a file was read, the same for many files."""


@dataclass(frozen=True)
class ModelSpec:
    """All that preprocessing, training, tuning, testing and prediction need to know of one model.

    The keys that `extract` returns are the argument names of the network's `forward`, so one loop calling
    `model(**inputs)` serves every model. A missing modality is an array of zeros and a mask, never a dropped clip.
    """

    name: str
    """Folder under source/ and models/, and in data/preprocessed_<name>_data."""
    default_settings: Any
    """Frozen dataclass that extends TrainingSettings; its EXTRACT names the fields that `extract` reads."""
    suggest: Callable[[Any], dict[str, Any]]
    """Optuna trial -> the fields it overrides."""
    extract: Callable[[Path, Any], dict[str, Any]]
    """File, config -> named arrays of fixed shape. Preprocessing and prediction both call this one."""
    build: Callable[[Any, int], Any]
    """Config, num_classes -> untrained network; 0 classes: identity head, so that it gives features."""
    augment: Callable[[dict[str, Any], Any], dict[str, Any]]
    """Inputs of a training batch (tensors), config -> augmented inputs. Never called on val or test."""
    test_time_augment: Callable[[dict[str, Any], Any], list[dict[str, Any]]]
    """Inputs, config -> the views whose answers evaluation and prediction average, such as the mirrored face."""
    suffixes: tuple[str, ...]
    """Endings of the files that `extract` reads, lower case with the dot; of a take's forms the first is taken."""
    baseline_features: Callable[[dict[str, Any], Any], Any]
    """Inputs of N clips (numpy arrays as in a store), config -> (N, D) float32 for the classical baselines."""
    layout: Any
    """How results are laid out: a `source.results.layout.Layout`."""
    baseline_name: str = ""
    """What `summarise` stands for, where `test` shall show what a logistic regression makes of it; empty: nothing."""
    typed: bool = False
    """Whether `predict` takes typed words too, not only files."""
    also_predicts: tuple[str, ...] = ()
    """Endings of the further files that `predict` reads, lower case with the dot."""
    inherit_settings: Callable[[Any], Any] = lambda settings: settings
    """Config -> the same with what it takes over from models that were trained before."""
    initialise: Callable[[Any, Any, tuple[str, ...]], None] = lambda network, settings, labels: None
    """Untrained network, config, labels: puts in the weights that training begins with."""
    prepare_dataset: Callable[[Any, Any], Any] = lambda dataset, settings: dataset
    """The Dataset of a training, config -> the same as this model learns from them."""
    fit_after_training: Callable[[Any, Any], Any] = lambda trained, val: trained
    """Trained, the Dataset of val -> the same with what is fitted on val after training."""
    modality_subsets: Callable[[Any, Any], Any] = lambda dataset, settings: None
    """Examples, config -> source.evaluation.ablation.Subsets of them; None where there is but one modality."""

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
        """Where `data get` puts labelled files: data/training_<kind>."""
        return config.DATA_FOLDER / TRAINING_FOLDERS[self.name]

    @property
    def store_folder(self) -> Path:
        """Where preprocessed arrays lie, a folder for each corpus."""
        return config.DATA_FOLDER / f"preprocessed_{self.name}_data"

    def extract_settings(self, settings: Any) -> dict[str, Any]:
        """The settings that decide what `extract` returns; kept in every store and checkpoint."""
        return {name: getattr(settings, name) for name in settings.EXTRACT}


TRAINING_FOLDERS = {
    "face": "training_faces",
    "audio": "extracted_audio",
    "text": "training_text",
    "combined": "training_AV",
}


def weights_of(name: str) -> Path:
    """Return the file of the trained model in use: in models/<name>, else the one that an installed package brings."""
    own, shipped = (
        folder / name / f"{name}_model.safetensors" for folder in (config.MODELS_FOLDER, config.SHIPPED_MODELS)
    )
    return own if own.is_file() or not shipped.is_file() else shipped


def spec_of(name: str) -> ModelSpec:
    """The SPEC of the model called `name`."""
    if name not in MODELS:
        raise DemeanorError(f"There is no model '{name}'; there are: {', '.join(MODELS)}.")
    return importlib.import_module(f"...{name}", __name__).SPEC
