"""Searching for better settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.command_line import command_line
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import spec_of
from .data import chosen_corpora
from .names import several
from .settings import default_settings

if TYPE_CHECKING:
    from ..tuning import OnStatus, Tuned
    from ..tuning.sampler import Pruner
    from ..tuning.study_spec import Objective, SecondObjective


def tune(
    model: str,
    corpora: Sequence[str] = (),
    *,
    trials: int = 30,
    objective: Objective = "val",
    settings: Sequence[str] = (),
    clips: int | None = None,
    pruner: Pruner = "median",
    against: SecondObjective | None = None,
    finalists: int = 3,
    folds: int = 5,
    seeds: int = 3,
    seed: int = 0,
    grouping: str | None = None,
    study: str | None = None,
    storage: str | None = None,
    join: bool = False,
    workers: int = 1,
    output: Path | str | None = None,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
    on_status: OnStatus = silent,
) -> Tuned:
    """Search for settings with a better UAR, until the study has `trials` in all, and confirm the best.

    What `ModelSpec.suggest` names is varied; all else keeps its default, whatever an earlier tuning found.

    objective: what a trial is scored by: "val", the UAR on val; "strangers", the mean UAR of the corpora, each by a
        training on all others, as the mean over the model's conditions.
    settings: `name=value` of settings that are not varied, but fixed to this value.
    clips: most clips of the train split (strangers: of train and val), drawn at random (default: all).
    pruner: how bad trials are given up early.
    against: what UAR is weighed against in a Pareto study (default: UAR alone).
    finalists, folds, seeds: the best settings are compared with the default on folds of speakers, with several seeds;
        0 finalists: they are not. Strangers: on the corpora left out again, with other seeds.
    study: a name, for a further study of the model.
    storage: URL of a database, or a journal file, that several machines share (default: tuning.db beside the results).
    join: only add trials to a study that another machine finishes.
    workers: processes of this machine that share the work.
    output: folder for the study, and for best_hyperparameters.json, which `train` reads (default: models/<model>).
    on_status: takes a `source.tuning.Status` after every epoch.

    Raises DemeanorError where the corpora are not preprocessed or too few for strangers, or the study was one of other
    settings or clips.

    >>> from source import api
    >>> api.tune("face", ["CK+"], trials=50).best  # needs a preprocessed corpus  # doctest: +SKIP
    PosixPath('models/face/best_hyperparameters.json')
    """
    from .. import tuning
    from ..core.renamed import current_name
    from ..core.settings import override_from_text
    from ..data.labels import grouping_named
    from ..tuning.storage import answering, sqlite
    from ..tuning.study_spec import StudySpec

    spec, settings = spec_of(model), several(settings)
    default = default_settings(spec)
    home = Path(output).expanduser() if output else spec.folder
    name = f"tuning_{study}" if study else "tuning"
    work = StudySpec(
        model=model,
        base=override_from_text(default, settings),
        fixed=tuple(dict.fromkeys(current_name(text.partition("=")[0].strip()) for text in settings)),
        stores=tuple(spec.store_folder / corpus for corpus in chosen_corpora(spec, corpora)),
        grouping=grouping_named(grouping).name,
        clips=clips,
        seed=seed,
        second_objective=against,
        pruner=pruner,
        objective=objective,
        storage=storage or sqlite(home / "tuning.db"),
        study=f"{model} {name}",
        trials=trials,
    )
    names = ", ".join(folder.name for folder in work.stores)
    count = sum(map(len, work.datasets))
    by = (
        f"{work.steps} corpora left out in turn"
        if objective == "strangers"
        else f"the UAR on {len(work.val):,} of them"
    )
    notify(f"Tuning the {model} model on {count:,} clips of {names}, by {by}.")
    plan = tuning.Plan(workers, join, finalists, folds, seeds)
    place = tuning.Place(home, home / name, command_line(), default, found_by_train=output is None)
    with answering(work.storage):
        return tuning.tune(work, plan, place, notify=notify, on_batch=on_batch, on_status=on_status)
