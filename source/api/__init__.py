"""The only door: what `run.py` and other programs call. Nothing here prints, asks or exits.

`notify` takes one sentence that a person should read; `on_progress` takes (done, total); both may be left out. A known
trouble is raised as `source.core.errors.DemeanorError`.
"""

from __future__ import annotations  # lets an older Python get as far as the one in .venv

import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import config, distributed
from ..core.command_line import command_line
from ..core.errors import DemeanorError

if TYPE_CHECKING:
    from ..core.settings import Setting
    from ..data.preprocessing import Preprocessed
    from ..data.training_folder import Summary
    from ..doctor import Finding
    from ..evaluation.cross_validation import Validation
    from ..evaluation.metrics import Metrics
    from ..results.prediction import Prediction
    from ..training.checkpoint import Trained
    from ..training.loop import Epoch
    from ..tuning import OnStatus, Tuned
    from ..tuning.sampler import Pruner
    from ..tuning.study_spec import Against

Notify = Callable[[str], None]
OnProgress = Callable[[int, int], None]


def silent(*_: Any) -> None:
    """Default of `notify` and `on_progress`."""


@dataclass(frozen=True)
class Training:
    """What `train` made."""

    folder: Path
    weights: Path
    epochs: int
    best_epoch: int
    parameters: int
    seconds: float
    val: Metrics


@dataclass(frozen=True)
class Test:
    """What `test` measured."""

    metrics: Metrics
    folder: Path
    unreadable: dict[str, str]


def get_data(
    corpus: str, folder: Path | None = None, notify: Notify = silent, on_progress: OnProgress = silent
) -> list[Summary]:
    """Lay out an original corpus as training files of every model that reads its kind of file, a Summary for each.

    `folder` defaults to data/original_<corpus>_data.
    """
    from ..data.ingest import get_data as run

    return run(corpus, folder, notify, on_progress)


def preprocess(
    model: str,
    corpora: Sequence[str] = (),
    *,
    settings: Sequence[str] = (),
    workers: int = 2,
    cluster: str | None = None,
    resume: bool = True,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> list[Preprocessed]:
    """Bring the stores of `corpora` (default: all training files there are) up to date.

    cluster: the address of a Dask scheduler, whose workers then do the work of the `workers` processes.
    """
    from ..core.spec import spec_of
    from ..data.dask_client import connected
    from ..data.preprocessing import preprocess as run

    spec, settings_used, made = spec_of(model), configured(model, settings), []
    there = list(corpora or training_corpora(model))
    with nullcontext() if cluster is None else connected(cluster, notify) as machines:
        for corpus in there:
            notify(f"{corpus}: preprocessing for the {model} model.")
            if machines:
                machines.check(spec.training_folder / corpus)
                workers = machines.threads
            how = {"workers": workers, "executor": machines, "resume": resume, "on_progress": on_progress}
            made.append(run(spec, settings_used, corpus, **how))
    return made


def train(
    model: str,
    corpora: Sequence[str] = (),
    *,
    settings: Sequence[str] = (),
    seed: int = 0,
    resume: bool = False,
    grouping: str | None = None,
    output: Path | None = None,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
    on_epoch_end: Callable[[int, Epoch], None] = silent,
) -> Training:
    """Train on the preprocessed `corpora`; weights, card and history go to `output` (default: models/<model>).

    grouping: which labels are told apart, a name in config.GROUPINGS (default: config.GROUPING). Of the processes of
    an `accelerate launch` the leading one writes and calls the hooks; all return the same.
    """
    from ..core.settings import BEST
    from ..core.spec import spec_of
    from ..data.labels import grouping_named
    from ..evaluation import affect, testing
    from ..evaluation.reports import writing
    from ..training import checkpoint, loop

    spec, settings_used, started = spec_of(model), configured(model, settings), time.perf_counter()
    folder = Path(output).expanduser() if output else spec.folder
    train_part, val_part = (
        _examples(model, settings_used, corpora, split, grouping_named(grouping)) for split in ("train", "val")
    )
    notify = notify if distributed.is_main_process() else silent
    _say_changed(spec, train_part.stores, notify)
    names = ", ".join(store.folder.name for store in train_part.stores)
    if (spec.folder / BEST).is_file():
        notify(f"With the settings of {spec.folder / BEST} where --set says nothing else.")
    notify(f"Training the {model} model on {len(train_part):,} clips of {names}, watching {len(val_part):,}.")
    hooks = {"on_batch": on_batch, "on_epoch_end": on_epoch_end}
    fit = loop.fit(spec, settings_used, train_part, val_part, folder, seed=seed, resume=resume, **hooks)
    run = {"seed": seed, "seconds": time.perf_counter() - started, "command": command_line()}
    trained = checkpoint.from_fit(spec, settings_used, fit, train_part, val_part, run)
    trained = testing.calibrated(spec.fit_after_training(trained, val_part), val_part)
    trained = affect.fitted(trained, train_part)
    val = testing.test_split(trained, val_part, train_part)

    def kept() -> Training:
        if checkpoint.weights_file(folder, model).is_file():
            notify(f"The {model} model that was in {folder} is kept there as {model}_model.previous.")
        weights = checkpoint.save(folder, trained.with_metrics(val=val.to_dict()))
        writing.write_training(folder, checkpoint.load(weights), fit.history, val)
        return Training(folder, weights, len(fit.history), fit.best.epoch, trained.parameters, run["seconds"], val)

    return distributed.on_main_process(kept)


def test(
    model: str,
    split: str = "test",
    *,
    folder: Path | None = None,
    corpora: Sequence[str] = (),
    weights: Path | None = None,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> Test:
    """Measure the trained model on a split of the preprocessed corpora, or on the labelled files of `folder`."""
    from ..evaluation import testing
    from ..evaluation.reports import writing

    trained, unreadable = load(model, weights), {}
    folder = Path(folder).expanduser().resolve() if folder else None
    notify(f"Testing the {model} model on {folder or split}.")
    if folder:
        metrics, unreadable = testing.test_folder(trained, folder, on_progress, notify)
    else:
        grouping = testing.grouping_of(trained)
        train_part, part = (_examples(model, trained.settings, corpora, name, grouping) for name in ("train", split))
        names = dict.fromkeys(clip.corpus for clip in (*train_part.clips, *part.clips))
        learnt = trained.header.data.get("train", {})
        known = set(names) <= set(learnt)  # of other corpora nobody can tell whether their people were in training
        metrics = testing.test_split(trained, part, train_part if known else None)
        if set(names) != set(learnt):
            split = f"{split} of {', '.join(names)}"
            metrics = replace(metrics, split=split)
    target = writing.place_of_test(Path(weights).expanduser().parent if weights else trained.spec.folder, split, folder)
    writing.write_test(target, trained, metrics, unreadable, command_line())
    return Test(metrics, target, unreadable)


def tune(
    model: str,
    corpora: Sequence[str] = (),
    *,
    trials: int = 30,
    settings: Sequence[str] = (),
    clips: int | None = None,
    pruner: Pruner = "median",
    against: Against | None = None,
    finalists: int = 3,
    folds: int = 5,
    seeds: int = 3,
    seed: int = 0,
    grouping: str | None = None,
    study: str | None = None,
    storage: str | None = None,
    join: bool = False,
    workers: int = 1,
    output: Path | None = None,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
    on_status: OnStatus = silent,
) -> Tuned:
    """Search for better settings by val UAR, until the study has `trials` in all, and confirm the best.

    Varied is what the model's `suggest` varies, but for what `settings` (`name=value`) holds fast; the others keep
    their defaults, whatever an earlier tuning found. clips: so many of the train split at most, drawn at random;
    against: what UAR is weighed against in a Pareto study; finalists, folds, seeds: see
    `source.tuning.confirmation`; study: a name, for a second one of the model; storage: URL or journal file (default:
    tuning.db beside the results); join: only add trials to a study that another machine finishes. The results go to
    models/<model>/tuning, and the best settings to best_hyperparameters.json beside it (output: instead of
    models/<model>).
    """
    from .. import tuning
    from ..core.settings import changed
    from ..core.spec import spec_of
    from ..data.labels import grouping_named
    from ..tuning.storage import answering, sqlite
    from ..tuning.study_spec import Work

    spec, default = spec_of(model), _default(model)
    home = Path(output).expanduser() if output else spec.folder
    name = f"tuning_{study}" if study else "tuning"
    work = Work(
        model=model,
        base=changed(default, settings),
        fixed=tuple(dict.fromkeys(text.partition("=")[0].strip() for text in settings)),
        stores=tuple(spec.store_folder / name for name in _chosen(model, corpora)),
        grouping=grouping_named(grouping).name,
        clips=clips,
        seed=seed,
        against=against,
        pruner=pruner,
        storage=storage or sqlite(home / "tuning.db"),
        study=f"{model} {name}",
        trials=trials,
    )
    names = ", ".join(folder.name for folder in work.stores)
    notify(f"Tuning the {model} model on {len(work.train):,} clips of {names}, by the UAR on {len(work.val):,} others.")
    plan = tuning.Plan(workers, join, finalists, folds, seeds)
    hooks = {"notify": notify, "on_batch": on_batch, "on_status": on_status}
    where = tuning.Place(home, home / name, command_line(), default, found_by_train=output is None)
    with answering(work.storage):
        return tuning.tune(work, plan, where, **hooks)


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
    output: Path | None = None,
    notify: Notify = silent,
    on_batch: OnProgress = silent,
) -> Validation:
    """Cross-validate over speakers on all labelled clips of the preprocessed `corpora`, whatever their split.

    Beside it: the classical baselines; with `leaky` all of them on random folds too; with `across` a table of training
    on one corpus and testing on another. With several `seeds`, from `seed` on, the spread over them. Everything goes to
    `output` (default: models/<model>/validation_<corpora>_<grouping>), over what an earlier one left there. The trained
    models are not kept. With `resume` the folds that a stopped validation finished are not trained again.
    """
    from ..core.spec import spec_of
    from ..data.labels import grouping_named
    from ..evaluation import cross_validation
    from ..evaluation.reports import writing

    spec, settings_used = spec_of(model), configured(model, settings)
    dataset = _examples(model, settings_used, corpora, None, grouping_named(grouping))
    _say_changed(spec, dataset.stores, notify)
    names = [store.folder.name for store in dataset.stores]
    usual = spec.folder / "_".join(["validation", *names, dataset.grouping.name])
    folder = Path(output).expanduser() if output else usual
    notify(f"Validating the {model} model on {len(dataset):,} clips of {', '.join(names)}.")
    plan = cross_validation.Plan(folds, seeds, seed, leaky, across)
    hooks = {"notify": notify, "on_batch": on_batch}
    made = cross_validation.validate(spec, settings_used, dataset, folder, plan, resume=resume, **hooks)
    writing.write_validation(made, command_line())
    cross_validation.forget_folds(folder)
    return made


def predict(
    model: str,
    name: str,
    *,
    weights: Path | None = None,
    write: bool = True,
    without: Sequence[str] = (),
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> list[Prediction]:
    """Read the file or folder called `name`, looked up in input_files/ first, then as a path; else words, if typed.

    without: result files not to be written, of those that the model's `SPEC.layout` names.
    """
    _refuse_unknown_results(model, without)
    asked = asked_for(model, name)
    trained = load(model, weights)
    return trained.spec.predict(asked, trained, write=write, without=without, notify=notify, on_progress=on_progress)


def settings(model: str) -> list[Setting]:
    """The model's hyperparameters: what `--set` can change, and their values without it."""
    from ..core.settings import listed

    return listed(configured(model))


def examine() -> list[Finding]:
    """What is installed, found and missing, and what to do about it."""
    from .. import doctor

    return doctor.examine()


def load(model: str, weights: Path | None = None) -> Trained:
    """The trained model in `weights` (default: models/<model>/<model>_model.safetensors)."""
    from ..core.spec import spec_of
    from ..training import checkpoint

    usual = spec_of(model).weights
    trained = checkpoint.load(Path(weights or usual).expanduser())
    if trained.spec.name != model:
        raise DemeanorError(f"{weights} holds the {trained.spec.name} model, not the {model} model.")
    return trained


def configured(model: str, settings: Sequence[str] = ()) -> Any:
    """The model's settings: its defaults, then models/<model>/best_hyperparameters.json, then `name=value` texts."""
    from ..core.settings import BEST, changed, read_over
    from ..core.spec import spec_of

    return changed(read_over(_default(model), spec_of(model).folder / BEST), settings)


def _default(model):
    from ..core.spec import spec_of

    spec = spec_of(model)
    return spec.inherit_settings(spec.default_settings)


def known_corpora() -> tuple[str, ...]:
    """The corpora that `get_data` knows by name."""
    from ..data import corpora

    return corpora.known_corpora()


def training_corpora(model: str) -> list[str]:
    """The corpora that `preprocess` can take; DemeanorError where there is none."""
    from ..core.spec import spec_of

    return _below(spec_of(model).training_folder, "data get NAME --from FOLDER")


def preprocessed_corpora(model: str) -> list[str]:
    """The corpora that `train` and `test` can take; DemeanorError where there is none."""
    from ..core.spec import spec_of

    return _below(spec_of(model).store_folder, f"{model} preprocess")


def inputs(model: str = "") -> list[str]:
    """What lies in input_files/, by name: all of it, or the folders and the files that `model` reads."""
    from ..core.spec import spec_of

    found = config.INPUT_FOLDER.glob("[!.]*")
    endings = spec_of(model).readable if model else ()
    return sorted(path.name for path in found if not model or path.is_dir() or path.suffix.lower() in endings)


def asked_for(model: str, name: str) -> Path | str:
    """The file or folder that a person means by `name`, or else, for a model that reads typed words, these words."""
    from ..core.spec import spec_of

    path = _place_of(name)
    return name if path is None and spec_of(model).typed and not _like_a_file(name) else input_named(name)


def input_named(name: str) -> Path:
    """The file or folder a person means by `name`; DemeanorError where there is none."""
    if not name.strip():
        raise DemeanorError(
            "Nothing was named; name a file in input_files/, give a path or, for the text model, words."
        )
    path = _place_of(name)
    if path is None:
        raise DemeanorError(
            f"There is no {name} in {config.INPUT_FOLDER} nor at that path; there are: {_listed(inputs())}."
        )
    return path


def _examples(model, settings_used, corpora, split, grouping):
    from ..core.spec import spec_of
    from ..data.dataset import Dataset
    from ..data.store import Store

    spec = spec_of(model)
    baked = spec.extract_settings(settings_used)
    stores = [Store.open(spec.store_folder / name, baked) for name in _chosen(model, corpora)]
    return Dataset(stores, split, grouping)


def _chosen(model, corpora):
    """The corpora named, or else those in config.py, or else all there are; each once."""
    from ..core.spec import spec_of

    there = preprocessed_corpora(model)
    usual = [name for name in spec_of(model).corpora if name in there]
    return list(dict.fromkeys(corpora or usual or there))


def _say_changed(spec, stores, notify):
    from ..data import preprocessing

    for store in stores:
        if preprocessing.changed_since(spec, store):
            again = f"python run.py {spec.name} preprocess"
            notify(f"{store.folder.name} has changed since it was preprocessed; for what it is now, first: {again}.")


def _refuse_unknown_results(model: str, names: Sequence[str]) -> None:
    from ..core.spec import spec_of

    known = spec_of(model).layout.can_be_left_out
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DemeanorError(f"{unknown[0]} is no result file that can be left out; there are: {', '.join(known)}.")


def _place_of(name: str) -> Path | None:
    """Where there is something called `name`."""
    is_path = name.replace(os.sep, "/").partition("/")[0] in (".", "..")  # from the current folder, as in any shell
    for folder in (config.INPUT_FOLDER, None)[is_path:]:
        with suppress(OSError, RuntimeError):  # a name longer than any file's; "~ me" is nobody's home
            path = folder / name if folder else Path(name).expanduser()
            if path.exists():
                return path
    return None


def _like_a_file(name: str) -> bool:
    """Whether `name` is a file's rather than words: by its beginning or its ending, or, if one word, its looks."""
    from ..media.types import PICTURES, SOUNDS, TEXTS, VIDEOS

    path = name.strip().replace(os.sep, "/")
    is_path = path.startswith(("/", "./", "../", "~/")) or re.fullmatch(r"(?!\w+://)\S+(/\S*|\.[A-Za-z]\w{0,4})", path)
    return not path or bool(is_path) or path.lower().endswith((*PICTURES, *SOUNDS, *TEXTS, *VIDEOS))


def _below(folder: Path, how: str) -> list[str]:
    names = sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())
    if not names:
        raise DemeanorError(f"There is nothing in {folder} yet; make it with: python run.py {how}.")
    return names


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "nothing yet") + more
