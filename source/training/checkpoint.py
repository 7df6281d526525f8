"""A trained model in one file: safetensors weights and a JSON header that is enough by itself to predict."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..core.errors import DemeanorError
from ..core.settings import from_dict
from ..core.spec import ModelSpec, spec_of
from ..data.clips import Clip
from .scores import softmax

KEY = "demeanor"  # the entry of safetensors' metadata that holds the header
FORMAT = 1
RENAMED_WEIGHTS = (  # as weights of before 0.2 name them -> name
    (re.compile(r"(?<![^.])scales\.(?=(?:weight|bias|fitted)$)"), "affect."),
    (re.compile(r"^opinions\."), "residual_heads."),
    (re.compile(r"^trust$"), "modality_weights"),
)


@dataclass(frozen=True)
class Header:
    """What the weights do not say by themselves."""

    model: str
    settings: dict[str, Any]
    labels: tuple[str, ...]
    grouping: str
    temperature: float
    """Fitted on val; logits are divided by it."""
    extract: dict[str, Any]
    """The settings that the inputs must be made with."""
    data: dict[str, Any] = field(default_factory=dict)
    """Corpora, clips in each split and label, their licences."""
    metrics: dict[str, Any] = field(default_factory=dict)
    """Metrics on val, and on test if measured."""
    training: dict[str, Any] = field(default_factory=dict)
    """Seed, epochs, parameters, seconds, command, date."""
    version: str = __version__
    format: int = FORMAT


@dataclass(frozen=True)
class Trained:
    """A network ready to predict."""

    spec: ModelSpec
    settings: Any
    network: Any
    header: Header

    @property
    def labels(self) -> tuple[str, ...]:
        return self.header.labels

    @property
    def parameters(self) -> int:
        """Number of trained parameters."""
        return sum(parameter.numel() for parameter in self.network.parameters() if parameter.requires_grad)

    def with_metrics(self, **metrics: Any) -> "Trained":
        """The same with these entries in its header's metrics."""
        return replace(self, header=replace(self.header, metrics=self.header.metrics | metrics))

    def logits(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """Mean over the views, (N, labels) float32; arrays as `extract` makes them, each with a leading axis of N."""
        import torch

        inputs = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
        with torch.inference_mode():
            views = [self.network(**view).float() for view in self.spec.test_time_augment(inputs, self.settings)]
        return torch.stack(views).mean(0).numpy()

    def probabilities(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """Calibrated probabilities (N, labels) float32; each row sums to 1."""
        return softmax(self.logits(arrays) / self.header.temperature)


def weights_file(folder: Path, model: str) -> Path:
    """The checkpoint within a trained model's folder."""
    return folder / f"{model}_model.safetensors"


def from_fit(spec: ModelSpec, settings: Any, fit: Any, train: Any, val: Any, run: Mapping[str, Any]) -> Trained:
    """What a `source.training.loop.Fit` on the `Dataset` train and val came to, not yet calibrated.

    run: seed, seconds and command, kept in the header.
    """
    network = spec.build(settings, len(train.grouping.labels))
    network.load_state_dict(_as_stored(fit.best_weights, settings))  # what is measured is what will be kept
    trained = {"epochs": len(fit.history), "best_epoch": fit.best.epoch, "date": date.today().isoformat()}
    header = Header(
        model=spec.name,
        settings=asdict(settings),
        labels=train.grouping.labels,
        grouping=train.grouping.name,
        temperature=1.0,
        extract=settings.extract_settings(),
        data={part.split: clips_by_emotion(part.clips) for part in (train, val)},
        training=trained | dict(run),
    )
    return Trained(spec, settings, network.eval(), header)


def clips_by_emotion(clips: Sequence[Clip]) -> dict[str, dict[str, int]]:
    """Corpus -> emotion -> number of clips."""
    counts = Counter((clip.corpus, clip.emotion) for clip in clips)
    corpora = sorted({corpus for corpus, _ in counts})
    return {name: {emotion: n for (corpus, emotion), n in counts.items() if corpus == name} for name in corpora}


def save(folder: Path, trained: Trained) -> Path:
    """Write the model into `folder`, whole or not at all; a model that was there is kept as *.previous."""
    from safetensors.torch import save_file

    file = weights_file(folder, trained.spec.name)
    folder.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    weights = _as_stored(trained.network.state_dict(), trained.settings)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    save_file(weights, draft, metadata={KEY: json.dumps(asdict(trained.header))})
    if file.exists():
        file.replace(_free(file.with_suffix(".previous")))
    draft.replace(file)
    return file


def _as_stored(weights, settings):
    """The weights in the precision that the settings ask for."""
    if settings.weights_dtype == "float32":
        return weights
    return {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in weights.items()}


def _free(file: Path) -> Path:
    """`file`, or else file2, file3, ...: what was kept once is never lost."""
    names = (file.with_name(f"{file.name}{number if number > 1 else ''}") for number in count(1))
    return next(name for name in names if not name.exists())


def read_header(file: Path) -> Header:
    """The header of the checkpoint in `file`, without its weights."""
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        raise DemeanorError(f"There is no trained model at {file}; train it first, or restore the one shipped.")
    try:
        with safe_open(file, framework="numpy") as stream:
            values = json.loads(stream.metadata()[KEY])
    except (SafetensorError, KeyError, TypeError, ValueError):
        raise DemeanorError(f"{file} is not a checkpoint of this project; restore it or train again.") from None
    if "config" in values:  # as it was called before 0.2
        values["settings"] = values.pop("config")
    for measured in values.get("metrics", {}).values():
        if isinstance(measured, dict) and "scales" in measured:  # the same
            measured["affect"] = measured.pop("scales")
    known = Header.__dataclass_fields__
    unknown = sorted(set(values) - set(known))
    if unknown or values.get("format") != FORMAT:
        raise DemeanorError(
            f"{file} was written by another version ({unknown or values.get('format')}); update or train."
        )
    return Header(**(values | {"labels": tuple(values["labels"])}))


def load(file: Path) -> Trained:
    """The trained model in `file`, in evaluation mode on the CPU."""
    from safetensors.torch import load_file

    header = read_header(file)
    spec = spec_of(header.model)
    settings = from_dict(spec.default_settings, header.settings)
    network = spec.build(settings, len(header.labels))
    network.load_state_dict({_current_name(name): value for name, value in load_file(file).items()})
    return Trained(spec, settings, network.eval(), header)


def _current_name(weight: str) -> str:
    for before, name in RENAMED_WEIGHTS:
        weight = before.sub(name, weight)
    return weight
