"""The commands and their table: each calls one function of `source.api` and prints what it returned."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from .. import MODELS, api
from .. import web as web_layer
from ..core import config
from ..core.serialise import json_text
from . import render
from .command import FAILED, Entry, Option, expanded, identifier, names, positive, rate, seconds, seed, split, whole
from .live_view import LiveView
from .predict import names_in, predict
from .render import near
from .study import agree, annotate, compare, export, meaning, results_in
from .terminal import Progress, wrapped
from .tuning_view import TuningView


def data_get(corpus: str, folder: Path | None) -> None:
    """Convert an original corpus and print how many files there are of each emotion."""
    with Progress("files", "Converting") as progress:
        summaries = api.get_data(corpus, folder, progress.notify, progress)
    print(*map(render.laid_out_text, summaries), sep="\n\n")


def preprocess(model: str, corpora: Sequence[str], **options: Any) -> None:
    """Preprocess the corpora and print how many clips there are."""
    started = time.monotonic()
    with Progress("clips", "Preprocessing") as progress:
        parts = api.preprocess(model, corpora, **options, notify=progress.notify, on_progress=progress)
    print(*(wrapped(render.preprocessed_line(part)) for part in parts), sep="\n")
    print(render.speed_line(parts, time.monotonic() - started))


def train(model: str, corpora: Sequence[str], epochs: int | None, settings: Sequence[str], **options: Any) -> None:
    """Train, print each epoch and the scores on val."""
    with Progress("batches", "Training") as progress:
        training = api.train(
            model, corpora, settings=[*settings, *([f"epochs={epochs}"] if epochs else [])], **options,
            notify=progress.notify, on_batch=progress,
            on_epoch_end=lambda _, epoch: progress.show(render.epoch_line(epoch)),
        )  # fmt: skip
    print(f"\nKept: epoch {training.best_epoch}; {training.parameters:,} parameters.")
    print(render.metrics_text(training.val))
    if training.strangers:
        print(f"\n{render.strangers_text(training.strangers)}")
    print(f"\nWeights: {near(training.weights)}\nModel card: {near(training.folder / 'model_card.md')}")


def test(model: str, split: str, as_json: bool, **options: Any) -> None:
    """Test the trained model and print its scores."""
    with Progress("clips", "Testing") as progress:
        result = api.test(model, split, **options, notify=progress.notify, on_progress=progress)
        for reason in result.unreadable.values():
            progress.notify(f"Left out: {reason}")
    if as_json:
        print((result.folder / "metrics.json").read_text(encoding="utf-8"))
    else:
        print(f"{render.metrics_text(result.metrics)}\n\nReport: {near(result.folder / 'report.md')}")


def score(model: str, source: str, as_json: bool, **options: Any) -> None:
    """Score the model on clips labelled by eye and print the scores."""
    with Progress("files", "Predicting") as progress:
        result = api.score(model, source, **options, notify=progress.notify, on_progress=progress)
    if as_json:
        print(json_text(result.document))
    else:
        print(f"{render.score_text(result.document)}\n\nReport: {near(result.folder / 'report.md')}")


def validate(model: str, corpora: Sequence[str], **options: Any) -> None:
    """Validate and print the scores on strangers and of each method."""
    with Progress("batches", "Validating") as progress:
        validation = api.validate(model, corpora, **options, notify=progress.notify, on_batch=progress)
    print(f"{render.validation_text(validation.to_dict())}\n\nReport: {near(validation.folder / 'report.md')}")


def tune(model: str, corpora: Sequence[str], **options: Any) -> None:
    """Tune, show the trials meanwhile and print the best settings."""
    with TuningView(model) as view:
        tuned = api.tune(model, corpora, **options, notify=view.notify, on_batch=view.batch, on_status=view.status)
    report = tuned.folder / "report.md"
    print(render.tuning_text(tuned.to_dict()) + (f"\n\nReport: {near(report)}" if report.is_file() else ""))


def live(model: str, name: str, as_json: bool, **options: Any) -> None:
    """Play a recording to the model, show the answers as they come, and print what there was."""
    with LiveView(name) as view:
        prediction = api.live(model, name, view, **options, notify=view.notify)
    print(*([prediction.to_json()] if as_json else render.prediction_lines(prediction)), sep="\n")


def settings(model: str) -> None:
    """Print the model's hyperparameters."""
    print(*map(render.setting_text, api.settings(model)), sep="\n")


def web(**options: Any) -> None:
    """Serve the page until Ctrl-C."""
    web_layer.serve(**options, notify=lambda sentence: print(sentence, flush=True))


def doctor() -> int:
    """Print what is installed, found and missing; returns the exit code."""
    findings = api.examine()
    wrong = sum(not finding.ok for finding in findings)
    print(*map(render.finding_text, findings), sep="\n")
    print(f"{wrong} of {len(findings)} checks failed; fix these first." if wrong else "Everything needed is in place.")
    return FAILED if wrong else 0


CORPORA = Option("corpora", "--corpora", "corpora to use", "A,B", names, (), question="Corpora, separated by commas")
SET = Option("settings", "--set", "settings to change; 'MODEL settings' lists them", "NAME=VALUE", default=(),
             usual="none", several=True, question="Settings to change, such as learning_rate=0.001")  # fmt: skip
GROUPING = Option("grouping", "--grouping", "set of labels, from GROUPINGS in config.py", "|".join(config.GROUPINGS),
                  choices=tuple(config.GROUPINGS), usual=config.GROUPING)  # fmt: skip
RESUME = Option("resume", "--resume", "continue an interrupted run", default=False)
SEED = Option("seed", "--seed", "first random seed", "N", seed, 0)
FOLDS = Option("folds", "--folds", "number of folds; no speaker is in two of them", "N", positive, 5,
               question="Number of folds")  # fmt: skip
SEEDS = Option("seeds", "--seeds", "number of seeds; each fold is trained once with each", "N", positive, 1,
               question="Number of seeds")  # fmt: skip
WORKERS = Option("workers", "--workers", "number of processes", "N", positive, 1, question="Number of processes")
CLUSTER = Option("cluster", "--cluster", "address of a Dask scheduler whose workers do the work instead", "ADDRESS",
                 usual="none")  # fmt: skip
OUTPUT = Option("output", "--output", "folder for weights, model card and history", "FOLDER", Path,
                usual="models/MODEL")  # fmt: skip
WEIGHTS = Option(
    "weights",
    "--weights",
    "weights of a trained model: a file, or a name in models/MODEL such as mfcc",
    "FILE",
    Path,
    usual="those in models/MODEL",
)
VOICE_BASELINE = Option("voice_baseline", "--voice-baseline", "earlier recording of the same person's ordinary speech, "
                        "against which the voice is read", "FILE", usual="none")  # fmt: skip
PRIVATE_LINKS = Option("allow_private_links", "--allow-private-links", "follow links to this machine and "
                       "its network too", default=False, question="")  # fmt: skip
JSON = Option("as_json", "--json", "print the result as one JSON document", default=False)
RESULT = Option("results", "RESULT", "folder of a result or its result.json, looked up in output_files/ first, then as "
                "a path", offers=lambda model: api.results())  # fmt: skip

TABLE = (
    Entry("data get", "convert an original corpus into training files", data_get, (
        Option("corpus", "NAME", "name of the corpus; the files of a corpus not known by name are called "
               "<name>_<number>_<emotion>", question="Corpus", offers=lambda model: api.known_corpora()),
        Option("folder", "--from", "folder of the original corpus", "FOLDER", Path, usual="data/original_NAME_data",
               question="Folder of the original corpus"),
    ), resume_words=()),
    Entry("MODEL preprocess", "turn training files into inputs for the network", preprocess, (
        replace(CORPORA, usual="all there are", offers=api.training_corpora),
        replace(WORKERS, default=2),
        CLUSTER,
        replace(RESUME, default=True),
        SET,
    ), resume_words=()),
    Entry("MODEL train", "train on preprocessed corpora", train, (
        replace(CORPORA, usual="those in config.py", offers=api.preprocessed_corpora),
        Option("epochs", "--epochs", "maximum number of epochs; the same as --set epochs=N", "N", positive,
               usual="as in the settings", question="Maximum number of epochs"),
        SET,
        replace(SEED, help="random seed; the same seed gives the same network", question="Random seed"),
        Option("strangers", "--strangers", "number of seeds with which each corpus is left out in turn, to measure and "
               "calibrate on strangers; 0: none, which is quicker", "N", whole, usual="as the model asks"),
        replace(RESUME, question="Continue an interrupted training, yes or no"),
        GROUPING,
        OUTPUT,
    ), resume_words=("--resume",), distributed=True),
    Entry("MODEL tune", "search for better settings and compare the best with the default", tune, (
        replace(CORPORA, usual="those in config.py", offers=api.preprocessed_corpora),
        Option("trials", "--trials", "number of trials in the study; a higher number extends a finished study", "N",
               positive, 30, question="Number of trials"),
        Option("objective", "--objective", "what a trial is scored by: UAR on val, or on corpora left out in turn",
               "val|strangers", default="val", choices=("val", "strangers")),
        Option("clips", "--clips", "maximum number of training clips, drawn at random", "N", positive, usual="all",
               question="Maximum number of training clips"),
        replace(SET, help="settings to keep fixed; 'MODEL settings' lists them",
                question="Settings to keep fixed, such as epochs=10"),
        Option("pruner", "--pruner", "how to stop unpromising trials early", "median|hyperband|none",
               default="median", choices=("median", "hyperband", "none")),
        Option("against", "--against", "cost to minimise while UAR is maximised: a Pareto study, without pruning",
               "parameters|milliseconds", choices=("parameters", "milliseconds"), usual="none"),
        Option("finalists", "--finalists", "number of best trials to cross-validate beside the default; 0: none", "N",
               whole, 3, question="Number of finalists to confirm"),
        replace(FOLDS, help="number of folds for the finalists; no speaker is in two of them"),
        replace(SEEDS, help="number of seeds for the finalists", default=3),
        SEED,
        replace(WORKERS, help="number of processes, which share the cores"),
        GROUPING,
        Option("study", "--study", "name of a further study of the model", "NAME", identifier),
        Option("storage", "--storage", "database or journal file, which several machines can share", "URL|FILE",
               usual="models/MODEL/tuning.db"),
        Option("join", "--join", "only add trials to a study that another machine finishes", default=False),
        replace(OUTPUT, help="folder for the study and the best settings"),
    ), resume_words=()),
    Entry("MODEL validate", "validate on folds of speakers, and on corpora left out in turn", validate, (
        replace(CORPORA, usual="those in config.py", offers=api.preprocessed_corpora),
        replace(FOLDS, help="number of folds; no speaker is in two of them; 0: none, for --across alone", parse=whole),
        replace(SEEDS, help="number of seeds; each fold is trained once with each, and each corpus left out once"),
        SEED,
        replace(GROUPING, question="Set of labels"),
        Option("leaky", "--leaky", "also validate on random folds, which share speakers, for comparison",
               default=False, question="Also validate on random folds, which share speakers, yes or no"),
        Option("across", "--across", "leave out each corpus in turn and test on it: strangers", default=False,
               question="Also leave out each corpus in turn and test on it, yes or no"),
        SET,
        replace(RESUME, help="continue an interrupted validation"),
        replace(OUTPUT, help="folder for the report", usual="models/MODEL/validation_..."),
    ), resume_words=("--resume",)),
    Entry("MODEL test", "test the trained model", test, (
        Option("split", "--split", "split of the preprocessed corpora", "test|val", default="test",
               choices=("test", "val"), question="Split, test or val"),
        Option("folder", "--folder", "folder of labelled files to test on instead", "FOLDER", Path, usual="none",
               question="Folder of labelled files to test on instead"),
        replace(CORPORA, usual="those in config.py", question=""),
        WEIGHTS,
        JSON,
    )),
    Entry("MODEL predict", "predict the emotions in files, or in all files of a folder", predict, (
        Option("names", "FILE|FOLDER|LINK", "looked up in input_files/ first, then as a path; may be a pattern such as "
               "'*.jpg' or a link; for the text model also words, or - for those on stdin", several=True,
               question="File, folder or link (text: or words)", offers=api.inputs, divided=names_in),
        WEIGHTS,
        Option("start", "--from", "where in a recording to begin, such as 1:20", "TIME", seconds, 0.0,
               usual="its start"),
        Option("end", "--to", "where in a recording to end", "TIME", seconds, usual="its end"),
        Option("fps", "--fps", "frames of a video to analyse in a second", "N", rate,
               usual="as many as the model was trained on"),
        Option("audio_track", "--audio-track", "number of the sound track, from 1", "N", positive,
               usual="the one with speech"),
        VOICE_BASELINE,
        Option("without", "--without", "result files not to write", "A,B", names, (), usual="none"),
        replace(OUTPUT, help="folder for the results", usual="output_files"),
        replace(WORKERS, help="number of processes that share the files of several", question=""),
        replace(CLUSTER, help="address of a Dask scheduler whose workers read the files of several instead"),
        replace(RESUME, help="go on with a run over several files that was stopped"),
        PRIVATE_LINKS,
        replace(JSON, help="print the result as one JSON document and write no files"),
    ), resume_words=("--resume",)),
    Entry("MODEL score", "score the trained model on your own clips, labelled by eye", score, (
        Option("source", "FOLDER", "folder of clips with labels.csv, or with a sub-folder for each emotion; where "
               "neither is there, labels.csv is written to be filled in", question="Folder of clips",
               offers=api.inputs),
        WEIGHTS,
        replace(OUTPUT, help="folder for the results", usual="output_files"),
        replace(WORKERS, help="number of processes that share the files"),
        JSON,
    ), resume_words=()),
    Entry("MODEL live", "play a recording and watch the answers as they come", live, (
        Option("name", "--from", "recording to play, looked up in input_files/ first, then as a path", "FILE",
               default="demo_clip.mp4", question="Recording to play", offers=lambda model: api.inputs("combined")),
        Option("fast", "--fast", "as fast as it can be read, instead of in real time", default=False,
               question="As fast as it can be read, yes or no"),
        WEIGHTS,
        VOICE_BASELINE,
        replace(JSON, help="print the result at the end as one JSON document"),
    ), models=("face", "audio", "combined")),
    Entry("MODEL settings", "list the settings that --set can change", settings),
    Entry("annotate", "say whose results these are, for comparison", annotate, (
        replace(RESULT, several=True, question="Results, separated by commas", divided=results_in),
        Option("participant", "--participant", "who is seen or heard, by the name or number of your study", "NAME",
               usual="as it is", question="Participant"),
        Option("group", "--group", "group of your study, such as a condition", "NAME", usual="as it is",
               question="Group"),
        Option("note", "--note", "anything to remember", "TEXT", usual="as it is"),
    )),
    Entry("compare", "compare recordings, people or groups", compare, (
        replace(RESULT, several=True, question="Results, separated by commas", divided=results_in),
        Option("by", "--by", "what the cases are: each recording, or participants or groups as annotated",
               "recording|participant|group", default="recording", choices=("recording", "participant", "group"),
               question="By recording, participant or group"),
        Option("baseline", "--baseline", "a result, a stretch of each recording in seconds, such as 0-10, or a group: "
               "changes against it are shown too", "RESULT|FROM-TO|group:NAME", usual="none",
               question="Baseline, such as 0-10"),
        Option("output", "--output", "CSV file for the table", "FILE", Path, usual="none"),
        JSON,
    )),
    Entry("agree", "measure how far people agree with the answer and with each other", agree, (
        replace(RESULT, key="result", question="Result"),
        Option("marks", "MARKS", "files of marks, one a rater: CSV with begin, end and label, ELAN, BORIS, Praat or "
               "Label Studio", several=True, question="Files of marks", divided=split),
        Option("tier", "--tier", "the tier to take of files that have several", "NAME", usual="those with emotions"),
        Option("mapping", "--labels", "what raters write and the label it means", "WRITTEN=LABEL", meaning, (),
               usual="by name and spelling", several=True),
        JSON,
    )),
    Entry("export", "write a result for ELAN, BORIS, Label Studio or Praat", export, (
        replace(RESULT, several=True, question="Result", divided=results_in),
        Option("form", "--format", "elan: tab-delimited text, eaf: ELAN's own document, boris: events to paste, "
               "labelstudio: predictions, textgrid: Praat", "|".join(api.export_formats()), default="elan",
               choices=tuple(api.export_formats()), question="Format"),
        replace(OUTPUT, help="folder for the files", usual="the result's own"),
    )),
    Entry("web", "open the page: watch live, record, drop files, compare; for programs, the HTTP API", web, (
        Option("port", "--port", "port to listen on", "N", partial(whole, most=65_535), 0, usual="any that is free"),
        Option("open_browser", "--browser", "open a browser", default=True),
        Option("host", "--host", "address to listen on; others than 127.0.0.1 are refused", "ADDRESS",
               default="127.0.0.1"),
        PRIVATE_LINKS,
    )),
    Entry("doctor", "check what is installed and what is missing", doctor),
)  # fmt: skip

ENTRIES = tuple(expanded(TABLE, MODELS))
