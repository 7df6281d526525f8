"""Validation on strangers and on folds of speakers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.command_line import command_line
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import spec_of
from .data import notify_of_changes, open_dataset
from .settings import configured

if TYPE_CHECKING:
    from ..evaluation.cross_validation import Validation


def validate(
    model: str,
    corpora: Sequence[str] = (),
    *,
    settings: Sequence[str] = (),
    folds: int = 5,
    seeds: int = 1,
    seed: int = 0,
    grouping: str | None = None,
    leaky: bool = False,
    across: bool = False,
    resume: bool = False,
    output: Path | str | None = None,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
) -> Validation:
    """Validate `model` on all labelled clips of the corpora, whatever their split. The trained models are not kept.

    At home: on folds of speakers, beside classical baselines. On strangers (`across`): each corpus by a model that was
    trained on all others.

    folds: parts that each corpus's speakers are divided into; 0: none, for strangers alone.
    seeds: trainings of each fold and of each corpus left out, with the seeds from `seed` on; with several, the spread
        over them is reported.
    leaky: measure all on random folds too, which share speakers.
    across: leave out each corpus in turn, and count false emotions on ordinary speech.
    resume: go on with the trainings that a stopped validation left.
    output: folder for the report (default: models/<model>/validation_<corpora>_<grouping>).

    Raises DemeanorError where the clips have too few speakers for these folds, or too few corpora for `across`.

    >>> from source import api
    >>> api.validate("audio", ["SAVEE"], folds=4).to_dict()  # needs a preprocessed corpus  # doctest: +SKIP
    {...}
    """
    from ..data.labels import grouping_named
    from ..evaluation import cross_validation
    from ..evaluation.reports import writing

    spec, settings_used = spec_of(model), configured(model, settings)
    dataset = open_dataset(spec, settings_used, corpora, None, grouping_named(grouping))
    notify_of_changes(spec, dataset.stores, notify)
    names = [store.folder.name for store in dataset.stores]
    usual = spec.folder / "_".join(["validation", *names, dataset.grouping.name])
    folder = Path(output).expanduser() if output else usual
    notify(f"Validating the {model} model on {len(dataset):,} clips of {', '.join(names)}.")
    plan = cross_validation.Plan(folds, seeds, seed, leaky, across)
    made = cross_validation.validate(
        spec, settings_used, dataset, folder, plan, resume=resume, notify=notify, on_batch=on_batch
    )
    writing.write_validation(made, command_line())
    cross_validation.forget_folds(folder)
    return made
