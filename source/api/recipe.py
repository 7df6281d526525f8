"""The training recipe: what makes a trained model of a dataset."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import distributed
from ..core.command_line import command_line
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec

if TYPE_CHECKING:
    from ..core.settings import TrainingSettings
    from ..data.dataset import Dataset
    from ..evaluation.metrics import Metrics
    from ..training.checkpoint import Trained
    from ..training.loop import Epoch, Fit


@dataclass(frozen=True)
class Training:
    """The outcome of `train`."""

    folder: Path
    """Of the weights, the model card and the history."""
    weights: Path
    epochs: int
    best_epoch: int
    """The epoch whose weights were kept, from 1."""
    parameters: int
    """Number of trained parameters."""
    seconds: float
    val: Metrics


def train_recipe(
    spec: ModelSpec,
    settings: TrainingSettings,
    train: Dataset,
    val: Dataset,
    folder: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
    on_epoch_end: Callable[[int, Epoch], None] = silent,
) -> Training:
    """Train on `train`, choose and calibrate on `val`, and leave weights, model card and history in `folder`.

    All processes of an `accelerate launch` go through this alike; only the main one writes.
    """
    from ..evaluation import affect, testing
    from ..training import checkpoint, loop

    started = time.perf_counter()
    hooks = {"on_batch": on_batch, "on_epoch_end": on_epoch_end}
    fit = loop.fit(spec, settings, train, val, folder, seed=seed, resume=resume, **hooks)
    run = {"seed": seed, "seconds": time.perf_counter() - started, "command": command_line()}
    trained = checkpoint.from_fit(spec, settings, fit, train, val, run)
    trained = spec.fit_after_training(trained, val)  # the combined model's late fusion
    trained = testing.calibrate(trained, val)  # the temperature
    trained = affect.fit_affect(trained, train)  # sentiment, valence and arousal, where the network has them
    metrics = testing.test_split(trained, val, train)
    trained = trained.with_metrics(val=metrics.to_dict())
    return distributed.on_main_process(lambda: _written(trained, fit, metrics, folder, notify))


def _written(trained: Trained, fit: Fit, metrics: Metrics, folder: Path, notify: Notify) -> Training:
    from ..evaluation.reports import writing
    from ..training import checkpoint

    model = trained.spec.name
    if checkpoint.weights_file(folder, model).is_file():
        notify(f"The {model} model that was in {folder} is kept there as {model}_model.previous.")
    weights = checkpoint.save(folder, trained)
    writing.write_training(folder, checkpoint.load(weights), fit.history, metrics)
    seconds = trained.header.training["seconds"]
    return Training(folder, weights, len(fit.history), fit.best.epoch, trained.parameters, seconds, metrics)
