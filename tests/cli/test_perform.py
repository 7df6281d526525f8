"""A command line from its words to what is called, what is shown, and the exit code."""

import json
import shlex
from pathlib import Path

import pytest

from source import api
from source.cli import commands
from source.cli.main import main
from source.core import config
from source.core.errors import DemeanorError
from source.doctor import Finding
from source.media.selection import WHOLE
from tests.cli.test_command import VERBS
from tests.support.typed import number_of

PREDICT = {"weights": None, "without": (), "selection": WHOLE, "output": None, "workers": 1, "cluster": None,
           "resume": False, "voice_baseline": None, "allow_private_links": False}  # fmt: skip
EVERY_OPTION = [  # a line with every option of its command -> the call
    ("data get FER2013 --from 'a b'", "get_data", ["FER2013", Path("a b")], {}),
    ("face preprocess --corpora 'A, B' --workers 3 --cluster tcp://a:8786 --no-resume --set image_side=32",
     "preprocess", ["face", ("A", "B")],
     {"workers": 3, "cluster": "tcp://a:8786", "resume": False, "settings": ["image_side=32"]}),
    ("face train --corpora A --set a=1 b=2 --set c=3 --epochs 3 --seed 5 --strangers 2 --resume --grouping five "
     "--output o", "train", ["face", ("A",)],
     {"settings": ["a=1", "b=2", "c=3", "epochs=3"], "seed": 5, "strangers": 2, "resume": True, "grouping": "five",
      "output": Path("o")}),
    ("audio tune --corpora A --trials 12 --objective strangers --clips 500 --set epochs=10 --pruner hyperband "
     "--against parameters --finalists 0 --folds 4 --seeds 2 --seed 7 --workers 3 --grouping five --study wide "
     "--storage x.journal --join --output o", "tune", ["audio", ("A",)],
     {"trials": 12, "objective": "strangers", "clips": 500, "settings": ["epochs=10"], "pruner": "hyperband",
      "against": "parameters", "finalists": 0, "folds": 4, "seeds": 2, "seed": 7, "workers": 3, "grouping": "five",
      "study": "wide", "storage": "x.journal", "join": True, "output": Path("o")}),
    ("text validate --corpora A --folds 4 --seeds 3 --seed 1 --grouping five --leaky --across --set a=1 --resume "
     "--output o", "validate", ["text", ("A",)],
     {"folds": 4, "seeds": 3, "seed": 1, "grouping": "five", "leaky": True, "across": True, "settings": ["a=1"],
      "resume": True, "output": Path("o")}),
    ("face test --split val --folder f --corpora A --weights w --json", "test", ["face", "val"],
     {"folder": Path("f"), "corpora": ("A",), "weights": Path("w")}),
    ("combined score clips --weights w --output o --workers 3 --json", "score", ["combined", "clips"],
     {"weights": Path("w"), "output": Path("o"), "workers": 3}),
    ("face predict photo.jpg --weights w --without faces.csv,heatmap.png --json --from 1:20 --to 1:02:05.5 --fps 2.5 "
     "--audio-track 2 --output o --workers 3 --cluster tcp://a:8786 --resume --voice-baseline me.wav "
     "--allow-private-links",
     "predict", ["face", "photo.jpg"],
     {"weights": Path("w"), "without": ("faces.csv", "heatmap.png"), "write": False, "brief": False,
      "selection": api.Selection(80, 3725.5, 2.5, 2), "output": Path("o"), "workers": 3, "cluster": "tcp://a:8786",
      "resume": True, "voice_baseline": "me.wav", "allow_private_links": True}),
    ("audio live --from a.mp4 --fast --weights w --voice-baseline me.wav --json", "live", ["audio", "a.mp4"],
     {"weights": Path("w"), "fast": True, "voice_baseline": "me.wav"}),
    ("combined settings", "settings", ["combined"], {}),
    ("annotate clip --participant P7 --group B --note late", "annotate",
     ["clip", {"participant": "P7", "group": "B", "note": "late"}], {}),
    ("compare a b --by group --baseline 0-10 --output t.csv --json", "compare", [["a", "b"]],
     {"by": "group", "baseline": "0-10"}),
    ("agree clip ann.csv bo.txt --tier x --labels mad=angry --json", "agree", ["clip", ["ann.csv", "bo.txt"]],
     {"tier": "x", "mapping": {"mad": "angry"}}),
    ("export clip --format eaf --output o", "export", ["clip", "eaf"], {"output": Path("o")}),
    ("web --port 8000 --no-browser --host localhost --allow-private-links", "serve", [],
     {"port": 8000, "open_browser": False, "host": "localhost", "allow_private_links": True}),
]  # fmt: skip
DEFAULTS = [
    ("data get FER2013", "get_data", ["FER2013", None], {}),
    ("face preprocess", "preprocess", ["face", ()], {"workers": 2, "cluster": None, "resume": True, "settings": []}),
    ("face train", "train", ["face", ()],
     {"settings": [], "seed": 0, "strangers": None, "resume": False, "grouping": None, "output": None}),
    ("audio tune", "tune", ["audio", ()],
     {"trials": 30, "objective": "val", "clips": None, "settings": [], "pruner": "median", "against": None,
      "finalists": 3, "folds": 5, "seeds": 3, "seed": 0, "workers": 1, "grouping": None, "study": None,
      "storage": None, "join": False, "output": None}),
    ("text validate", "validate", ["text", ()],
     {"folds": 5, "seeds": 1, "seed": 0, "grouping": None, "leaky": False, "across": False, "settings": [],
      "resume": False, "output": None}),
    ("face test", "test", ["face", "test"], {"folder": None, "corpora": (), "weights": None}),
    ("text score texts.csv", "score", ["text", "texts.csv"], {"weights": None, "output": None, "workers": 1}),
    ("face predict photo.jpg", "predict", ["face", "photo.jpg"],
     PREDICT | {"write": True, "brief": True}),
    ("annotate clip", "annotate", ["clip", {}], {}),
    ("compare clip", "compare", [["clip"]], {"by": "recording", "baseline": None}),
    ("agree clip ann.csv", "agree", ["clip", ["ann.csv"]], {"tier": None, "mapping": {}}),
    ("export clip", "export", ["clip", "elan"], {"output": None}),
]  # fmt: skip


def test_every_option_of_every_command_is_tried_here():
    for entry in commands.TABLE:
        verb = entry.command.removeprefix("MODEL ")
        tried = [words for line, *_ in EVERY_OPTION if (words := shlex.split(line)) and f" {verb} " in f" {line} "]
        optional = {option.name for option in entry.options if not option.required}
        assert optional <= {word.replace("--no-", "--") for words in tried for word in words}


@pytest.mark.parametrize("line, name, arguments, keywords", [*EVERY_OPTION, *DEFAULTS])
def test_words_become_the_arguments_of_one_call(played, capsys, line, name, arguments, keywords):
    assert main(shlex.split(line)) == 0
    assert played.calls == [(name, arguments, keywords)]
    assert capsys.readouterr().out or name == "serve"  # which tells its address itself


@pytest.mark.parametrize(
    "line, part",
    [
        ("text", ", ".join(f"text {verb}" for verb in VERBS)),
        ("face train --grouping six", "'seven', 'five', 'eight'"),
        ("face train --seed -1", "'-1' is not a whole number from zero to 4294967295"),
        ("face train --seed 99999999999", "'99999999999' is not a whole number from zero to 4294967295"),
        ("face train --corpora ,", "',' names nothing"),
        ("face tune --folds 0", "'0' is not a whole number above zero"),
        ("smell train", "There is no command 'smell train'; there are: data get, "),
        ("face trian", "'face trian'"),
        ("face predict", "FILE|FOLDER"),
        ("face tune --finalists -1", "'-1' is not a whole number from zero"),
        ("face tune --study a/b", "'a/b' is not a name of letters"),
        ("face train --epochs", "--epochs"),
        ("face test --split train", "train"),
        ("audio predict a.wav --from 1.20.3", "'1.20.3' is no time"),
        ("audio predict a.wav --from -5", "--from"),
        ("audio predict a.wav --fps 0", "'0' is not a number above zero"),
        ("audio predict a.wav --fps inf", "'inf' is not a number above zero"),
        ("audio predict a.wav --audio-track 0", "'0' is not a whole number above zero"),
        ("face train --epoch 3", "--epoch"),
        ("data get FER2013 somewhere", "somewhere"),
        ("doctor --json", "--json"),
        ("agree clip ann.csv --labels mad", "'mad' is not like joyful=happy"),
    ],
)
def test_wrong_use_is_one_sentence_and_2(played, capsys, line, part):
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert part in err and err.count("\n") == 1 and not out and not played.calls


@pytest.mark.parametrize(
    "error, text",
    [
        (DemeanorError("There is no x; there are: y."), "There is no x; there are: y."),
        (ModuleNotFoundError("No module named 'torch'", name="torch"), "package torch is not installed"),
        (PermissionError(13, "Permission denied", "models/face"), "models/face: Permission denied."),
        (KeyError("odd"), "KeyError: 'odd'"),
    ],
)
def test_an_error_is_one_sentence_and_1(played, capsys, error, text):
    played["train"].side_effect = error
    assert main(["face", "train"]) == 1
    err = capsys.readouterr().err
    assert text in err and err.count("\n") == 1


@pytest.mark.parametrize("words", [["--debug", "face", "train"], ["face", "train", "--debug"]])
def test_debug_shows_where(played, capsys, words):
    played["train"].side_effect = DemeanorError("No.")
    assert main(words) == 1
    err = capsys.readouterr().err
    assert err.startswith("Traceback") and err.endswith("\nNo.\n")


@pytest.mark.parametrize(
    "line, end",
    [
        ("face train --seed 2", "with: python run.py face train --seed 2 --resume"),
        ("face train --resume", "with: python run.py face train --resume"),
        ("face preprocess --no-resume", "with: python run.py face preprocess"),
        ("data get FER2013 --from 'a b'", "with: python run.py data get FER2013 --from 'a b'"),
        ("face test", "Stopped."),
    ],
)
def test_a_stop_says_how_to_continue(played, capsys, line, end):
    for fake in played.fakes.values():
        fake.side_effect = KeyboardInterrupt
    assert main(shlex.split(line)) == 130
    assert capsys.readouterr().err.endswith(f"{end}\n")


def test_reports_name_the_command_from_the_menu_too(played, session):
    commands_seen = []
    played["test"].side_effect = lambda *_, **__: commands_seen.append(api.command_line())
    session(f"{number_of('face test')} --folder 'a b'", "q")
    assert commands_seen == ["python run.py face test --folder 'a b'"]


# --- Help ------------------------------------------------------------------------------------------------------------


def test_help_names_every_option(capsys):
    for entry in commands.ENTRIES:
        if entry.model in ("", "audio"):
            assert main([*entry.words, "--help"]) == 0
            text = capsys.readouterr().out
            assert all(option.name in text for option in entry.options) and "--debug" in text and "MODEL" not in text


@pytest.mark.parametrize("line", ["--help", "-h", "help", "data -h", "audio --help"])
def test_help_lists_the_commands(line, capsys):
    assert main(line.split()) == 0
    shown = [text for text in capsys.readouterr().out.splitlines() if text.startswith("  ")]
    wanted = [entry for entry in commands.ENTRIES if entry.words[0] == line.split()[0]] or commands.ENTRIES
    listed = [entry for entry in commands.ENTRIES if any(text.startswith(f"  {entry.command} ") for text in shown)]
    assert listed == list(wanted)


# --- What is shown ---------------------------------------------------------------------------------------------------


def test_the_doctor_says_what_to_do(played, capsys):
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok     Python: 3.11.2") and lines[1].startswith("to do  torch: not installed. Run: ")
    played["examine"].return_value = [Finding("Python", True, "3.11.2")]
    assert main(["doctor"]) == 0


def test_a_table_that_cannot_be_written_is_named(played, tmp_path, capsys):
    assert main(["compare", "a", "--output", str(tmp_path / "gone" / "t.csv")]) == 1
    assert f"{tmp_path / 'gone' / 't.csv'}: No such file" in capsys.readouterr().err


def test_metrics_and_predictions_as_json(played, tmp_path, capsys):
    def shown(*words):
        main([*words, "--json"])
        return json.loads(capsys.readouterr().out)

    assert shown("face", "test") == {"n": 1200}
    assert shown("combined", "score", "clips")["moments"] == 100
    assert shown("face", "predict", "photo.jpg")["readings"][0]["emotion"] == "happy"
    (tmp_path / "folder").mkdir()
    assert len(shown("face", "predict", "folder")) == 1, "of a folder a list"


@pytest.mark.parametrize("words", ["I can't believe you did this!", "so sad", "3"])
def test_words_may_be_typed_for_the_text_model_alone(played, capsys, words):
    assert main(["text", "predict", words, "--json"]) == 0
    assert played.calls == [("predict", ["text", words], PREDICT | {"write": False, "brief": False})]
    capsys.readouterr()
    assert main(["audio", "predict", words]) == 1
    assert "There is no" in capsys.readouterr().err and len(played.calls) == 1


@pytest.mark.parametrize("name", ["missing.txt", "my missing film.SRT", "some/where", ""])
def test_a_missing_file_is_not_taken_for_words(played, capsys, name):
    assert main(["text", "predict", name]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and (name or str(config.INPUT_FOLDER.name)) in err and not played.calls
