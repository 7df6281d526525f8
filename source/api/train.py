"""Training on preprocessed corpora."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import distributed
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import spec_of
from .data import notify_of_changes, open_dataset
from .settings import configured

if TYPE_CHECKING:
    from ..training.loop import Epoch
    from .recipe import Training


def train(
    model: str,
    corpora: Sequence[str] = (),
    *,
    settings: Sequence[str] = (),
    seed: int = 0,
    strangers: int | None = None,
    resume: bool = False,
    grouping: str | None = None,
    output: Path | str | None = None,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
    on_epoch_end: Callable[[int, Epoch], None] = silent,
) -> Training:
    """Train `model` on preprocessed corpora, by the recipe in `source.api.recipe`.

    corpora: default those that config.py names for it, else all that are preprocessed.
    settings: `name=value`, over those of `configured`.
    seed: the same seed gives the same network.
    strangers: with how many seeds each corpus is left out in turn afterwards, to measure and calibrate on strangers; 0:
        not at all, and the model is calibrated on val (default: what the model's SPEC asks for, or 0 for fewer than
        two corpora).
    resume: go on with a training that was stopped.
    grouping: which labels are told apart, a name in config.GROUPINGS (default: config.GROUPING).
    output: folder for weights, model card and history (default: models/<model>); weights there are kept aside.
    on_batch: counts the batches of an epoch; on_epoch_end: takes each epoch's number and metrics.

    Of the processes of an `accelerate launch` the main one writes and calls the hooks; all return the same. Raises
    DemeanorError where the corpora are not preprocessed, train and val share a person, or corpora are too few for
    `strangers`.

    >>> from source import api
    >>> api.train("face", ["CK+"], settings=["epochs=3"]).val.uar  # needs a preprocessed corpus  # doctest: +SKIP
    0.61
    """
    from ..core.settings import BEST_SETTINGS
    from ..data.labels import grouping_named
    from .recipe import train_recipe

    spec, settings_used, labels = spec_of(model), configured(model, settings), grouping_named(grouping)
    train_part, val_part = (open_dataset(spec, settings_used, corpora, split, labels) for split in ("train", "val"))
    notify = notify if distributed.is_main_process() else silent
    notify_of_changes(spec, train_part.stores, notify)
    if (spec.folder / BEST_SETTINGS).is_file():
        notify(f"With the settings of {spec.folder / BEST_SETTINGS} where --set says nothing else.")
    names = ", ".join(store.folder.name for store in train_part.stores)
    notify(f"Training the {model} model on {len(train_part):,} clips of {names}, validating on {len(val_part):,}.")
    return train_recipe(
        spec, settings_used, train_part, val_part, Path(output).expanduser() if output else spec.folder,
        seed=seed, stranger_seeds=strangers, resume=resume, notify=notify, on_batch=on_batch, on_epoch_end=on_epoch_end,
    )  # fmt: skip
