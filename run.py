"""The menu and the command line, both from one table.

A file name is looked up in input_files/ first, then as a path. Results go to stdout, progress and trouble to stderr.
The exit code is 0: done, 1: trouble, 2: wrong use, 130: stopped by Ctrl-C.
"""

from __future__ import annotations  # lets an older Python get as far as the one in .venv

import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import config
import source
from source import api, commands, console, terminal
from source.commands import (
    PROGRAM,
    Entry,
    Option,
    WrongUse,
    command_line,
    expanded,
    identifier,
    names,
    numbers_replaced,
    positive,
    whole,
)
from source.console import near
from source.menu import Menu, menu_of
from source.shared import processes
from source.terminal import Progress
from source.tuning_view import TuningView

TROUBLE, WRONG_USE, STOPPED = 1, 2, 130  # exit codes

# --- The commands: each calls one function of source.api and shows what it gave ----------------------------------


def data_get(corpus: str, folder: Path | None) -> None:
    with Progress("file") as progress:
        made = api.get_data(corpus, folder, progress.say, progress)
    print(*map(console.laid_out_text, made), sep="\n\n")


def preprocess(model: str, corpora: Sequence[str], **how: Any) -> None:
    started = time.monotonic()
    with Progress("clip") as progress:
        made = api.preprocess(model, corpora, **how, say=progress.say, on_progress=progress)
    print(*map(console.preprocessed_line, made), sep="\n")
    print(console.speed_line(made, time.monotonic() - started))


def train(model: str, corpora: Sequence[str], epochs: int | None, settings: Sequence[str], **how: Any) -> None:
    settings = [*settings, *([f"epochs={epochs}"] if epochs else [])]
    with Progress("batch") as progress:
        hooks = {"on_batch": progress, "on_epoch_end": lambda _, epoch: progress.show(console.epoch_line(epoch))}
        made = api.train(model, corpora, settings=settings, **how, say=progress.say, **hooks)
    print(f"\nKept: epoch {made.best_epoch}; {made.parameters:,} parameters.\n{console.metrics_text(made.val)}")
    print(f"\nWeights: {near(made.weights)}\nModel card: {near(made.folder / 'model_card.md')}")


def test(model: str, split: str, as_json: bool, **how: Any) -> None:
    with Progress("clip") as progress:
        made = api.test(model, split, **how, say=progress.say, on_progress=progress)
        for reason in made.unreadable.values():
            progress.say(f"Left out: {reason}")
    if as_json:
        print((made.folder / "metrics.json").read_text(encoding="utf-8"))
    else:
        print(f"{console.metrics_text(made.metrics)}\n\nReport: {near(made.folder / 'report.md')}")


def validate(model: str, corpora: Sequence[str], **how: Any) -> None:
    with Progress("batch") as progress:
        made = api.validate(model, corpora, **how, say=progress.say, on_batch=progress)
    print(f"{console.validation_text(made.to_dict())}\n\nReport: {near(made.folder / 'report.md')}")


def tune(model: str, corpora: Sequence[str], **how: Any) -> None:
    with TuningView(model) as view:
        hooks = {"say": view.say, "on_batch": view.batch, "on_status": view.status}
        made = api.tune(model, corpora, **how, **hooks)
    report = f"\n\nReport: {near(made.folder / 'report.md')}" if (made.folder / "report.md").is_file() else ""
    print(f"{console.tuning_text(made.to_dict())}{report}")


def predict(model: str, name: str, weights: Path | None, without: Sequence[str], as_json: bool) -> None:
    asked = api.asked_for(model, name)
    several = isinstance(asked, Path) and asked.is_dir()
    with Progress(console.unit_of_progress(model, asked)) as progress:
        hooks = {"say": progress.say, "on_progress": progress}
        made = api.predict(model, name, weights=weights, write=not as_json, without=without, **hooks)
    if as_json:
        documents = [prediction.to_dict() for prediction in made]
        print(json.dumps(documents if several else documents[0], indent=2, ensure_ascii=False))
    else:
        print(*(line for prediction in made for line in console.prediction_lines(prediction, several)), sep="\n")
        folder = next(Path(prediction.folder) for prediction in made if prediction.folder)
        print(f"Results: {near(folder.parent if several else folder)}")


def settings(model: str) -> None:
    print(*map(console.setting_text, api.settings(model)), sep="\n")


def doctor() -> int:
    findings = api.examine()
    wrong = sum(not finding.ok and finding.needed for finding in findings)
    print(*map(console.finding_text, findings), sep="\n")
    print(f"{wrong} of these {len(findings)} must be mended first." if wrong else "All that is needed is there.")
    return TROUBLE if wrong else 0


# --- The table ---------------------------------------------------------------------------------------------------

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

ENTRIES = tuple(expanded(TABLE, source.MODELS))
HELP_FOOT = "COMMAND --help says more. Without a command: the menu, which offers the same."
MENU = menu_of(ENTRIES, source.MODELS, title=f"Demeanor {source.__version__}")

# --- The command line --------------------------------------------------------------------------------------------


def main(argv: Sequence[str]) -> int:
    """Do what the command line asks; returns the exit code."""
    debug, words = "--debug" in argv, [word for word in argv if word != "--debug"]
    try:
        return perform(words, debug) if words else menu(debug)
    except KeyboardInterrupt:
        print()
        return STOPPED


def perform(words: Sequence[str], debug: bool = False) -> int:
    """Do one command; a trouble is a sentence on stderr. Returns the exit code."""
    group = commands.asked_about(ENTRIES, words)
    if group:
        print(f"usage: {PROGRAM} [COMMAND] [--help] [--debug]\n\n{console.listing(group)}\n\n{HELP_FOOT}")
        return 0
    try:
        entry = commands.entry_of(ENTRIES, words)
        arguments = entry.parsed(words[len(entry.words) :])
        sys.argv[1:] = words  # what a report names as the way to repeat it, from the menu too
        return entry.run(**arguments) or 0
    except SystemExit as helped:
        return int(helped.code or 0)
    except KeyboardInterrupt:
        again = entry.going_on(words)
        complain(f"\nStopped; go on with: {command_line(again)}" if again else "\nStopped.")
        return STOPPED
    except BrokenPipeError:
        raise
    except Exception as error:
        if debug:
            traceback.print_exc()
        complain(console.trouble_text(error))
        return WRONG_USE if isinstance(error, WrongUse) else TROUBLE


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- The menu ----------------------------------------------------------------------------------------------------


class Back(Exception):
    """The answer "q" to a question."""


def menu(debug: bool = False) -> int:
    """Offer the commands until a person leaves; returns the exit code."""
    try:
        commands.refuse_several([])
    except WrongUse as error:
        complain(str(error))
        return WRONG_USE
    with suppress(ImportError):
        import readline  # noqa: F401  gives input() its editing keys
    try:
        return offer(MENU, debug)
    except EOFError:
        print()
        return 0


def offer(menu: Menu, debug: bool) -> int:
    """Do what a person chooses from this menu until they leave it; returns the exit code."""
    print(console.menu_text(menu))
    while (answer := ask(console.menu_question(menu))).lower() not in ("q", "0"):
        if not answer:
            print(console.menu_text(menu))
        elif choose(menu, answer, debug) == STOPPED and not sys.stdin.isatty():
            return STOPPED  # nobody is there to choose what comes next
    return 0


def choose(menu: Menu, answer: str, debug: bool) -> int:
    """Do what the answer leads to, asking for options unless they follow; returns the exit code."""
    try:
        found, words = menu.found(commands.split(answer))
        if isinstance(found, Entry):
            words = words or [word for option in found.options if option.question for word in answered(option, found)]
    except Back:
        return 0
    except ValueError as error:  # WrongUse, Trouble, or a quotation without its end
        complain(str(error))
        return WRONG_USE
    if isinstance(found, Menu) and not words:
        code = offer(found, debug)
        print(console.menu_text(menu))
        return code
    words = [*found.words, *words]
    print(f"\nThe same as: {command_line(words)}\n")
    code = perform(words, debug)
    print()
    return code


def answered(option: Option, entry: Entry) -> list[str]:
    """Ask until the answer can be taken; returns it as words of the command line."""
    offers = list(option.offers(entry.model))
    print(console.offers_text(offers), end="")
    usual = offers[0] if option.required and len(offers) == 1 else option.default_text
    while True:
        answer = ask(f"  {option.question}{f' [{usual}]' if usual else ''}: ").strip("'\"")
        if answer.lower() == "q":
            raise Back
        if not answer and not option.required:
            return []
        try:
            words = option.words(numbers_replaced(answer or usual, offers))
            replace(entry, options=(option,)).parsed(words)
            return words
        except WrongUse as error:
            complain(f"  {error}")


def ask(question: str) -> str:
    """The answer; EOFError where there is none to be had."""
    try:
        answer = input(question).strip()
    except RuntimeError:  # there is no stdin at all
        raise EOFError from None
    if not sys.stdin.isatty():
        print(answer)  # so that a log reads like the session
    return answer


# --- The process -------------------------------------------------------------------------------------------------


def process() -> int:
    """`main` for a shell: any file name can be shown, and a reader that has gone (`| head`) is no trouble."""
    enter_environment()
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)
    terminal.remember_interrupts()
    if "--debug" not in sys.argv:
        terminal.hide_native_noise()
    speak = None if processes.leading() else terminal.hold_back(processes.name())
    try:
        code = main(sys.argv[1:])
        print(end="", flush=True)
        if speak and code == TROUBLE:
            speak()
        if code and processes.count() > 1:
            os._exit(code)  # an orderly exit might wait for the others, and they wait for this one
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more as it exits
        return TROUBLE


def enter_environment() -> None:
    """Go on with the Python in .venv, which setup.py makes, unless an environment is active."""
    if sys.prefix != sys.base_prefix:
        return
    import setup  # only now: it costs a third of the start-up

    python = config.ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if setup.in_environment() or not python.exists() or Path(sys.executable) == python:
        return
    if os.name == "nt":  # where exec would give the prompt back at once
        sys.exit(subprocess.call([python, *sys.argv]))
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    sys.exit(process())
