"""A trained model in one file: safetensors weights and a JSON header that is enough by itself to predict."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..core.arrays import tensors
from ..core.errors import DemeanorError
from ..core.files import write_whole
from ..core.renamed import with_current_measures, with_current_names
from ..core.settings import override
from ..core.spec import ModelSpec, Network, spec_of
from ..data.clips import Clip
from .scores import softmax

if TYPE_CHECKING:
    from ..core.settings import TrainingSettings
    from ..data.dataset import Dataset
    from .loop import Fit

KEY = "demeanor"  # the entry of safetensors' metadata that holds the header
FORMAT = 1
ONE_BATCH = 128  # rows of all test-time views that go through the network together
RENAMED_WEIGHTS = (  # as weights of before 0.2 name them -> name
    (re.compile(r"(?<![^.])scales\.(?=(?:weight|bias|fitted)$)"), "affect."),
)


@dataclass(frozen=True)
class Header:
    """All that is needed to predict beside the weights."""

    model: str
    settings: dict[str, Any]
    labels: tuple[str, ...]
    grouping: str
    temperature: float
    """Fitted on val, or on the corpora left out in turn; logits are divided by it."""
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
    """A `source.core.spec.Network` in evaluation mode."""
    header: Header
    person: Any = None
    """What is known beforehand of the person who is read, as `SPEC.with_voice_baseline` puts it in; None: nothing."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What the network tells apart, in the order of its outputs."""
        return self.header.labels

    @property
    def parameters(self) -> int:
        """Number of trained parameters."""
        return sum(parameter.numel() for parameter in self.network.parameters() if parameter.requires_grad)

    def with_metrics(self, **metrics: Any) -> Trained:
        """Return the model with these entries in its header's metrics."""
        return replace(self, header=replace(self.header, metrics=self.header.metrics | metrics))

    def logits(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the mean logits over the test-time views, (N, labels) float32.

        arrays: as `extract` makes them, each with a leading axis of N.
        """
        import torch

        with torch.inference_mode():
            views = self.spec.test_time_augment(tensors(arrays), self.settings)
            if len(views) * len(next(iter(views[0].values()))) <= ONE_BATCH:
                together = {name: torch.cat([view[name] for view in views]) for name in views[0]}
                logits = self.network(**together).float().unflatten(0, (len(views), -1))
            else:
                logits = torch.stack([self.network(**view).float() for view in views])
        return logits.mean(0).numpy()

    def probabilities(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the calibrated probabilities, (N, labels) float32; each row sums to 1."""
        return softmax(self.logits(arrays) / self.header.temperature)


def weights_file(folder: Path, model: str) -> Path:
    """Return the checkpoint in a trained model's folder."""
    return folder / f"{model}_model.safetensors"


def from_fit(
    spec: ModelSpec, settings: TrainingSettings, fit: Fit, train: Dataset, val: Dataset, run: Mapping[str, Any]
) -> Trained:
    """Return the model that a `source.training.loop.Fit` on these datasets made, not yet calibrated.

    run: seed, seconds and command, for the header.
    """
    kept = _in_weights_dtype(fit.best_weights, settings)  # what is measured is what will be kept
    network = _network(spec, settings, len(train.grouping.labels), kept)
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
    return Trained(spec, settings, network, header)


def clips_by_emotion(clips: Sequence[Clip]) -> dict[str, dict[str, int]]:
    """Count the clips: corpus -> emotion -> number."""
    counts = Counter((clip.corpus, clip.emotion) for clip in clips)
    corpora = sorted({corpus for corpus, _ in counts})
    return {name: {emotion: n for (corpus, emotion), n in counts.items() if corpus == name} for name in corpora}


def save(folder: Path, trained: Trained) -> Path:
    """Write the model into `folder`, whole or not at all; a model that was there is kept as *.previous."""
    from safetensors.torch import save_file

    file = weights_file(folder, trained.spec.name)
    folder.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    weights = _in_weights_dtype(trained.network.state_dict(), trained.settings)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    save_file(weights, draft, metadata={KEY: json.dumps(asdict(trained.header))})
    if file.exists():
        names = (file.with_suffix(f".previous{number if number > 1 else ''}") for number in count(1))
        kept = next(name for name in names if not name.exists())  # what was kept once is never lost
        write_whole(kept, file.read_bytes())  # a copy: at no moment is there no model
    draft.replace(file)
    return file


def _in_weights_dtype(weights: Mapping[str, Any], settings: TrainingSettings) -> Mapping[str, Any]:
    """Return the weights in the precision that the settings name."""
    if settings.weights_dtype == "float32":
        return weights
    return {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in weights.items()}


def read_header(file: Path) -> Header:
    """Return the header of the checkpoint in `file`, without reading its weights.

    Raises DemeanorError where the file is missing, or no checkpoint of this version.
    """
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        raise DemeanorError(f"There is no trained model at {file}; train it first, or restore the one shipped.")
    try:
        with safe_open(file, framework="numpy") as stream:
            values = json.loads(stream.metadata()[KEY])
    except (SafetensorError, KeyError, TypeError, ValueError):
        raise DemeanorError(f"{file} is not a checkpoint of this project; restore it or train again.") from None
    if "config" in values:  # as it was called before 0.2
        values["settings"] = with_current_names(values.pop("config"))
    values["metrics"] = {name: with_current_measures(part) for name, part in values.get("metrics", {}).items()}
    unknown = sorted(set(values) - set(Header.__dataclass_fields__))
    if unknown or values.get("format") != FORMAT:
        why = unknown or values.get("format")
        raise DemeanorError(f"{file} was written by another version ({why}); update or train.")
    return Header(**(values | {"labels": tuple(values["labels"])}))


def load(file: Path) -> Trained:
    """Return the trained model in `file`, in evaluation mode on the CPU.

    Raises DemeanorError as `read_header` does, and where the weights are of a network that is no more.
    """
    from safetensors.torch import load_file

    header = read_header(file)
    spec = spec_of(header.model)
    settings = override(spec.default_settings, header.settings)
    weights = {_current_name(name): value for name, value in load_file(file).items()}
    try:
        network = _network(spec, settings, len(header.labels), weights)
    except RuntimeError:  # torch's, for names or shapes that do not fit
        why = f"holds the weights of another {header.model} network than this version has ({header.version})"
        raise DemeanorError(f"{file} {why}; train it again, or restore the one shipped.") from None
    return Trained(spec, settings, network, header)


def _network(spec: ModelSpec, settings: TrainingSettings, labels: int, weights: Mapping[str, Any]) -> Network:
    """Return the network with these weights, in evaluation mode."""
    import torch

    network = spec.build(settings, labels)
    network.load_state_dict(weights)
    return network.to(memory_format=torch.channels_last).eval()  # as in training: convolutions take a third less time


def _current_name(weight: str) -> str:
    for before, name in RENAMED_WEIGHTS:
        weight = before.sub(name, weight)
    return weight
