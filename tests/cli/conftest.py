"""The commands with a played `api`, and a menu whose answers come from a pipe."""

import io
import json
import sys
from unittest.mock import create_autospec

import pytest

import source
from source import api, web
from source.cli import menu_loop
from source.core import config
from source.core.settings import Setting
from source.core.spec import spec_of
from source.data.preprocessing import Preprocessed
from source.data.training_folder import Summary
from source.doctor import Finding
from source.evaluation.cross_validation import Validation
from source.results.annotations import Annotations
from source.results.prediction import Prediction
from source.tuning import Tuned
from tests.support.results import AGREED, COMPARED, HAPPY, METRICS, SCORED, VALIDATED
from tests.support.tunings import confirmed, tuning


class Played:
    """Every function of `api` that a command calls, with its real signature, giving a result of the real kind."""

    def __init__(self, results):
        self.fakes = {
            name: create_autospec(getattr(web if name == "serve" else api, name), return_value=result)
            for name, result in results.items()
        }

    def __getitem__(self, name):
        return self.fakes[name]

    @property
    def calls(self):
        """Name, arguments and keywords of what was asked for; hooks are new objects each time and left out."""
        work = ((name, call) for name, fake in self.fakes.items() for call in fake.call_args_list)
        return [
            (name, [value for value in call.args if not callable(value)],
             {key: value for key, value in call.kwargs.items() if not callable(value)})
            for name, call in work
        ]  # fmt: skip


@pytest.fixture
def played(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py"])
    monkeypatch.setattr(config, "INPUT_FOLDER", tmp_path / "input_files")
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path / "data")
    for spec in map(spec_of, source.MODELS):
        for corpus in "AB":
            (spec.training_folder / corpus).mkdir(parents=True)
            (spec.store_folder / corpus).mkdir(parents=True)
    config.INPUT_FOLDER.mkdir()
    (config.INPUT_FOLDER / "photo.jpg").touch()
    (tmp_path / "metrics.json").write_text(json.dumps({"n": 1200}))
    validation, tuned = create_autospec(Validation, instance=True), create_autospec(Tuned, instance=True)
    validation.folder, validation.to_dict.return_value = tmp_path, VALIDATED
    tuned.folder, tuned.to_dict.return_value = tmp_path, tuning(confirmation=confirmed())
    results = {
        "get_data": [Summary("FER2013", "face", tmp_path, {"train": {"sad": 2, "happy": 1234}}, 0, ())],
        "preprocess": [Preprocessed("FER2013", tmp_path, 100, 3, 40)],
        "train": api.Training(tmp_path, tmp_path / "face_model.safetensors", 3, 2, 12_345, 60.0, METRICS),
        "test": api.Test(METRICS, tmp_path, {"a.png": "a.png is no picture."}),
        "score": api.Score(METRICS, SCORED, tmp_path),
        "validate": validation,
        "tune": tuned,
        "predict": [Prediction("photo.jpg", "face", ("happy", "sad"), (HAPPY,), folder=str(tmp_path / "photo"))],
        "live": Prediction("a.mp4", "audio", ("happy", "sad"), (HAPPY,), overall=HAPPY),
        "export": [tmp_path / "clip.eaf"],
        "agree": AGREED,
        "compare": COMPARED,
        "annotate": Annotations(participant="P7"),
        "settings": [Setting("epochs", "40", "a whole number", "Passes over the training split.")],
        "examine": [Finding("Python", True, "3.11.2"), Finding("torch", False, "not installed", "Run: setup.py")],
        "serve": None,
    }
    made = Played(results)
    for name, fake in made.fakes.items():
        monkeypatch.setattr(web if name == "serve" else api, name, fake)
    return made


class Typed(io.StringIO):
    """Answers on a pipe, or as if on a terminal."""

    terminal = False

    def isatty(self):
        return self.terminal


@pytest.fixture
def session(monkeypatch):
    """The menu with these answers typed; returns its exit code."""

    def run(*answers, terminal=False):
        typed = Typed("".join(f"{answer}\n" for answer in answers))
        typed.terminal = terminal
        monkeypatch.setattr(sys, "stdin", typed)
        return menu_loop.menu()

    return run
