"""The commands and their table: each calls one function of `source.api` and prints what it returned."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import MODELS, api
from ..core import config
from . import render
from .command import TROUBLE, Entry, Option, expanded, identifier, names, positive, whole
from .render import near
from .terminal import Progress
from .tuning_view import TuningView


def data_get(corpus: str, folder: Path | None) -> None:
    with Progress("file") as progress:
        made = api.get_data(corpus, folder, progress.notify, progress)
    print(*map(render.laid_out_text, made), sep="\n\n")


def preprocess(model: str, corpora: Sequence[str], **how: Any) -> None:
    started = time.monotonic()
    with Progress("clip") as progress:
        made = api.preprocess(model, corpora, **how, notify=progress.notify, on_progress=progress)
    print(*map(render.preprocessed_line, made), sep="\n")
    print(render.speed_line(made, time.monotonic() - started))


def train(model: str, corpora: Sequence[str], epochs: int | None, settings: Sequence[str], **how: Any) -> None:
    settings = [*settings, *([f"epochs={epochs}"] if epochs else [])]
    with Progress("batch") as progress:
        hooks = {"on_batch": progress, "on_epoch_end": lambda _, epoch: progress.show(render.epoch_line(epoch))}
        made = api.train(model, corpora, settings=settings, **how, notify=progress.notify, **hooks)
    print(f"\nKept: epoch {made.best_epoch}; {made.parameters:,} parameters.\n{render.metrics_text(made.val)}")
    print(f"\nWeights: {near(made.weights)}\nModel card: {near(made.folder / 'model_card.md')}")


def test(model: str, split: str, as_json: bool, **how: Any) -> None:
    with Progress("clip") as progress:
        made = api.test(model, split, **how, notify=progress.notify, on_progress=progress)
        for reason in made.unreadable.values():
            progress.notify(f"Left out: {reason}")
    if as_json:
        print((made.folder / "metrics.json").read_text(encoding="utf-8"))
    else:
        print(f"{render.metrics_text(made.metrics)}\n\nReport: {near(made.folder / 'report.md')}")


def validate(model: str, corpora: Sequence[str], **how: Any) -> None:
    with Progress("batch") as progress:
        made = api.validate(model, corpora, **how, notify=progress.notify, on_batch=progress)
    print(f"{render.validation_text(made.to_dict())}\n\nReport: {near(made.folder / 'report.md')}")


def tune(model: str, corpora: Sequence[str], **how: Any) -> None:
    with TuningView(model) as view:
        hooks = {"notify": view.notify, "on_batch": view.batch, "on_status": view.status}
        made = api.tune(model, corpora, **how, **hooks)
    report = f"\n\nReport: {near(made.folder / 'report.md')}" if (made.folder / "report.md").is_file() else ""
    print(f"{render.tuning_text(made.to_dict())}{report}")


def predict(model: str, name: str, weights: Path | None, without: Sequence[str], as_json: bool) -> None:
    asked = api.asked_for(model, name)
    several = isinstance(asked, Path) and asked.is_dir()
    with Progress(render.unit_of_progress(model, asked)) as progress:
        hooks = {"notify": progress.notify, "on_progress": progress}
        made = api.predict(model, name, weights=weights, write=not as_json, without=without, **hooks)
    if as_json:
        documents = [prediction.to_dict() for prediction in made]
        print(json.dumps(documents if several else documents[0], indent=2, ensure_ascii=False))
    else:
        print(*(line for prediction in made for line in render.prediction_lines(prediction, several)), sep="\n")
        folder = next(Path(prediction.folder) for prediction in made if prediction.folder)
        print(f"Results: {near(folder.parent if several else folder)}")


def settings(model: str) -> None:
    print(*map(render.setting_text, api.settings(model)), sep="\n")


def doctor() -> int:
    findings = api.examine()
    wrong = sum(not finding.ok for finding in findings)
    print(*map(render.finding_text, findings), sep="\n")
    print(f"{wrong} of these {len(findings)} must be mended first." if wrong else "All that is needed is there.")
    return TROUBLE if wrong else 0


# --- The table -------------------------------------------------------------------------------------------------------

CORPORA = Option("corpora", "--corpora", "corpora to use", "A,B", names, (), question="Corpora, separated by commas")
SET = Option("settings", "--set", "settings to change; MODEL settings lists them", "NAME=VALUE", default=(),
             usual="none", several=True, question="Settings to change, such as learning_rate=0.001")  # fmt: skip
GROUPING = Option("grouping", "--grouping", "labels to tell apart, as config.py groups them", "NAME",
                  choices=tuple(config.GROUPINGS), usual=config.GROUPING)  # fmt: skip
RESUME = Option("resume", "--resume", "go on where an earlier run stopped", default=False)
WEIGHTS = Option("weights", "--weights", "the trained model", "FILE", Path, usual="the one in models/MODEL")
JSON = Option("as_json", "--json", "print the result as one JSON document", default=False)

TABLE = (
    Entry("data get", "lay out an original corpus as training files", data_get, (
        Option("corpus", "NAME", "the corpus; one not known by name has files named <name>_<number>_<emotion>",
               question="Corpus", offers=lambda model: api.known_corpora()),
        Option("folder", "--from", "folder that the corpus lies in", "FOLDER", Path, usual="data/original_NAME_data",
               question="Folder that it lies in"),
    ), to_go_on=()),
    Entry("MODEL preprocess", "turn training files into what the network is given", preprocess, (
        replace(CORPORA, usual="all there are", offers=api.training_corpora),
        Option("workers", "--workers", "processes that share the work", "N", positive, 2, question="Processes"),
        Option("cluster", "--cluster", "a Dask scheduler whose workers do it instead (see the README)", "ADDRESS",
               usual="none"),
        replace(RESUME, default=True),
        SET,
    ), to_go_on=()),
    Entry("MODEL train", "learn from the preprocessed corpora", train, (
        replace(CORPORA, usual="those in config.py", offers=api.preprocessed_corpora),
        Option("epochs", "--epochs", "passes over the corpora, at most; the same as --set epochs=N", "N", positive,
               usual="as in the settings", question="Epochs"),
        SET,
        Option("seed", "--seed", "the same seed gives the same network", "N", int, 0, question="Seed"),
        replace(RESUME, question="Go on with a training that was stopped, yes or no"),
        GROUPING,
        Option("output", "--output", "folder for weights, card and history", "FOLDER", Path, usual="models/MODEL"),
    ), to_go_on=("--resume",), shared=True),
    Entry("MODEL tune", "search for better settings, and tell better from lucky", tune, (
        replace(CORPORA, usual="those in config.py", offers=api.preprocessed_corpora),
        Option("trials", "--trials", "settings tried in all; with more, a finished study goes on", "N", positive, 30,
               question="Trials in all"),
        Option("clips", "--clips", "clips to train on at most, drawn at random", "N", positive, usual="all",
               question="Clips to train on"),
        replace(SET, help="settings to hold fast; MODEL settings lists them",
                question="Settings to hold fast, such as epochs=10"),
        Option("pruner", "--pruner", "how bad trials are given up early", "NAME", default="median",
               choices=("median", "hyperband", "none")),
        Option("against", "--against", "weigh UAR against this cost: a Pareto study, without pruning", "COST",
               choices=("parameters", "milliseconds"), usual="UAR alone"),
        Option("finalists", "--finalists", "settings held against the default in the end; 0: none is confirmed", "N",
               whole, 3, question="Finalists to confirm"),
        Option("folds", "--folds", "folds of speakers that each finalist is trained on", "N", positive, 5,
               question="Folds"),
        Option("seeds", "--seeds", "seeds that each finalist is trained with", "N", positive, 3, question="Seeds"),
        Option("seed", "--seed", "the first seed", "N", int, 0),
        Option("workers", "--workers", "processes that share the work and the cores", "N", positive, 1,
               question="Processes"),
        GROUPING,
        Option("study", "--study", "a name, for a further study of the model", "NAME", identifier),
        Option("storage", "--storage", "database or journal file that several machines share", "URL|FILE",
               usual="models/MODEL/tuning.db"),
        Option("join", "--join", "only add trials to the study; another machine finishes it", default=False),
        Option("output", "--output", "folder for the study and the best settings", "FOLDER", Path,
               usual="models/MODEL"),
    ), to_go_on=()),
    Entry("MODEL validate", "cross-validate: train and test by folds of speakers", validate, (
        replace(CORPORA, usual="those in config.py", offers=api.preprocessed_corpora),
        Option("folds", "--folds", "parts that each corpus's speakers are cut into", "N", positive, 5,
               question="Folds"),
        Option("seeds", "--seeds", "trainings of each fold, with consecutive seeds", "N", positive, 1,
               question="Seeds"),
        Option("seed", "--seed", "the first seed", "N", int, 0),
        replace(GROUPING, question="Grouping of the labels"),
        Option("leaky", "--leaky", "show beside it what random folds, which share speakers, would make of it",
               default=False, question="Random folds, which share speakers, beside it, yes or no"),
        Option("across", "--across", "also train on each corpus and test on the others", default=False,
               question="Train on each corpus and test on the others, yes or no"),
        SET,
        replace(RESUME, help="go on with the folds that a stopped validation left"),
        Option("output", "--output", "folder for the report", "FOLDER", Path, usual="models/MODEL/validation_..."),
    ), to_go_on=("--resume",)),
    Entry("MODEL test", "measure the trained model", test, (
        Option("split", "--split", "part of the preprocessed corpora", "test|val", default="test",
               choices=("test", "val"), question="Split, test or val"),
        Option("folder", "--folder", "labelled files instead, by name or sub-folder", "FOLDER", Path, usual="none",
               question="Folder of labelled files to measure on instead"),
        replace(CORPORA, usual="those in config.py", question=""),
        WEIGHTS,
        JSON,
    )),
    Entry("MODEL predict", "say what emotion a file, or each file of a folder, shows", predict, (
        Option("name", "FILE|FOLDER", "looked up in input_files/ first, then as a path; to the text model also words",
               question="File or folder (for text, words too)", offers=api.inputs),
        WEIGHTS,
        Option("without", "--without", "result files not to write", "A,B", names, (), usual="none"),
        replace(JSON, help="print the result as one JSON document and write no files"),
    )),
    Entry("MODEL settings", "list what --set can change", settings),
    Entry("doctor", "say what is installed, found and missing, and what to do", doctor),
)  # fmt: skip

ENTRIES = tuple(expanded(TABLE, MODELS))
