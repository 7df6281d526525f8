"""The training recipe: what makes a trained model of a dataset."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import distributed
from ..core.command_line import command_line
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec

if TYPE_CHECKING:
    from ..core.settings import TrainingSettings
    from ..data.dataset import Dataset
    from ..evaluation.cross_validation.left_out import Roles
    from ..evaluation.metrics import Metrics
    from ..training.checkpoint import Trained
    from ..training.loop import Epoch, Fit

KEPT = "checkpoints/strangers"  # in the model's folder: answers of corpora left out, until all are done
FEWEST_CORPORA = 2  # to leave out in turn, for a temperature that fits more than one of them


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
    strangers: dict[str, Any] | None = None
    """Of `source.evaluation.cross_validation.strangers.Strangers.to_dict`; None: not measured."""


def train_recipe(
    spec: ModelSpec,
    settings: TrainingSettings,
    train: Dataset,
    val: Dataset,
    folder: Path,
    *,
    seed: int = 0,
    stranger_seeds: int | None = None,
    resume: bool = False,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
    on_epoch_end: Callable[[int, Epoch], None] = silent,
) -> Training:
    """Train on `train`, choose on `val`, calibrate, and leave weights, model card and history in `folder`.

    stranger_seeds: with how many seeds each corpus is left out in turn, to measure and calibrate on strangers (default:
    `ModelSpec.stranger_seeds`); 0, or too few corpora: the model is calibrated on `val`.

    All processes of an `accelerate launch` go through this alike; only the main one writes. Raises DemeanorError where
    strangers are asked for and the corpora are too few.
    """
    from ..evaluation import affect, testing
    from ..evaluation.cross_validation import held_out
    from ..evaluation.cross_validation.strangers import measure_strangers
    from ..training import checkpoint, loop

    started, seeds = time.perf_counter(), spec.stranger_seeds if stranger_seeds is None else stranger_seeds
    roles = _roles(train, spec.stranger_clips, bool(stranger_seeds), notify) if seeds else None
    hooks = {"on_batch": on_batch, "on_epoch_end": on_epoch_end}
    fit = loop.fit(spec, settings, train, val, folder, seed=seed, resume=resume, **hooks)
    run = {"seed": seed, "seconds": time.perf_counter() - started, "command": command_line()}
    trained = checkpoint.from_fit(spec, settings, fit, train, val, run)
    trained = spec.fit_after_training(trained, train, val)  # late fusion, what is familiar
    strangers = None
    if roles:
        if not resume:
            distributed.on_main_process(lambda: shutil.rmtree(folder / KEPT, ignore_errors=True))
        trials = held_out.Trials(spec, settings, roles.dataset, folder / KEPT, notify, on_batch)
        strangers = measure_strangers(trials, roles, range(seed, seed + seeds))
    trained = spec.calibrate(trained, strangers.temperatures) if strangers else testing.calibrate(trained, val)
    trained = affect.fit_affect(trained, train)  # sentiment, valence and arousal, where the network has them
    metrics = testing.test_split(trained, val, train)
    trained = trained.with_metrics(val=metrics.to_dict())
    trained = trained.with_metrics(strangers=strangers.to_dict()) if strangers else trained
    return distributed.on_main_process(lambda: _written(trained, fit, metrics, folder, notify))


def _roles(train: Dataset, most: int, required: bool, notify: Notify) -> Roles | None:
    """Return which corpora are left out in turn, of the clips of train and val; None for too few, if not required."""
    from ..evaluation.cross_validation.left_out import require_corpora, roles_of, without_test

    roles = roles_of(without_test(train.stores, train.grouping, most))
    if required:
        require_corpora(roles, FEWEST_CORPORA, "measure strangers")
    if len(roles.left_out) >= FEWEST_CORPORA:
        return roles
    notify(
        f"The model is calibrated on val, not on strangers: of {FEWEST_CORPORA} corpora or more that could be left out "
        f"in turn there are {len(roles.left_out)}."
    )
    return None


def _written(trained: Trained, fit: Fit, metrics: Metrics, folder: Path, notify: Notify) -> Training:
    from ..evaluation.reports import writing
    from ..training import checkpoint

    model = trained.spec.name
    if checkpoint.weights_file(folder, model).is_file():
        notify(f"The {model} model that was in {folder} is kept there as {model}_model.previous.")
    weights = checkpoint.save(folder, trained)
    writing.write_training(folder, checkpoint.load(weights), fit.history, metrics)
    shutil.rmtree(folder / KEPT, ignore_errors=True)
    return Training(
        folder, weights, len(fit.history), fit.best.epoch, trained.parameters, trained.header.training["seconds"],
        metrics, trained.header.metrics.get("strangers"),
    )  # fmt: skip
