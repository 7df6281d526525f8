"""The table, the command line and the menu, in one process; the models are played by what `api` promises."""

import io
import json
import shlex
import shutil
import sys
from inspect import signature
from pathlib import Path
from unittest.mock import create_autospec

import pytest

import source
from source import api
from source.cli import command, commands, menu_loop, render, terminal
from source.cli import main as cli_main
from source.cli import perform as cli_perform
from source.cli.command import Entry, Option, WrongUse
from source.cli.menu import Menu, menu_of
from source.cli.terminal import Progress
from source.core import config
from source.core.errors import DemeanorError
from source.core.settings import Setting, changed
from source.core.spec import spec_of
from source.data.preprocessing import Preprocessed
from source.data.training_folder import Summary
from source.doctor import Finding
from source.evaluation.cross_validation import Validation
from source.evaluation.metrics import Metrics
from source.results.prediction import Prediction, Reading
from source.training.loop import Epoch
from source.tuning import Tuned
from tests.support.tunings import confirmed, tuning
from tests.support.typed import number_of, paths

METRICS = Metrics(
    n=1200, labels=("happy", "sad"), accuracy=0.683, uar=0.651, macro_f1=0.652, weighted_f1=0.66,
    per_class={label: {"precision": 0.7, "recall": 0.6, "f1": 0.65, "support": 600} for label in ("happy", "sad")},
    confusion=[[360, 240], [240, 360]], ci95={name: [0.61, 0.69] for name in ("accuracy", "uar", "macro_f1")},
    ece=0.02, split="test",
)  # fmt: skip
HAPPY = Reading({"happy": 0.93, "sad": 0.07}, 0, (10.2, 20.0, 110.7, 140.0), notes=("small face: 31 pixels",))
SAMPLES = {  # an answer for each option by its key
    "corpus": "FER2013", "folder": "some folder", "corpora": "A,B", "workers": "3", "cluster": "tcp://a:8786",
    "resume": "yes", "epochs": "7", "settings": "learning_rate=0.1 loss=focal", "seed": "5", "output": "out",
    "split": "val", "weights": "w",
    "as_json": "yes", "name": "photo.jpg", "folds": "4", "seeds": "2", "grouping": "five", "leaky": "yes",
    "across": "yes", "without": "timeline.csv", "trials": "12", "clips": "500", "pruner": "hyperband",
    "against": "parameters", "finalists": "0", "study": "wide", "storage": "shared.journal", "join": "yes",
}  # fmt: skip
ROW = METRICS.to_dict() | {"method": "face", "speakers_apart": True, "fold_scores": [{"uar": 0.5}, {"uar": 0.75}]}
VALIDATED = {"model": "face", "seeds": [0, 1], "over_seeds": {"uar": [0.65, 0.67], "mean": 0.66, "sd": 0.014},
             "rows": [ROW, ROW | {"method": "SVM", "speakers_apart": False, "uar": 0.9}]}  # fmt: skip
VERBS = ("preprocess", "train", "tune", "validate", "test", "predict", "settings")
ENTRY_AND_OPTION = [(entry, option) for entry in commands.ENTRIES for option in entry.options]


def name_of(value):
    return value.command if isinstance(value, Entry) else value.name if isinstance(value, Option) else None


@pytest.fixture
def played(tmp_path, monkeypatch):
    """Every function of `api` that a command calls, with its real signature, giving a result of the real kind."""
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
    prediction = Prediction("photo.jpg", "face", ("happy", "sad"), (HAPPY,), folder=str(tmp_path / "photo"))
    results = {
        "get_data": [Summary("FER2013", "face", tmp_path, {"train": {"sad": 2, "happy": 1234}}, 0, ())],
        "preprocess": [Preprocessed("FER2013", tmp_path, 100, 3, 40)],
        "train": api.Training(tmp_path, tmp_path / "face_model.safetensors", 3, 2, 12_345, 60.0, METRICS),
        "test": api.Test(METRICS, tmp_path, {"a.png": "a.png is no picture."}),
        "validate": create_autospec(Validation, instance=True),
        "tune": create_autospec(Tuned, instance=True),
        "predict": [prediction],
        "settings": [Setting("epochs", "40", "a whole number", "Passes over the training split.")],
        "examine": [Finding("Python", True, "3.11.2"), Finding("torch", False, "not installed", "Run: setup.py")],
    }
    results["validate"].folder, results["validate"].to_dict.return_value = tmp_path, VALIDATED
    results["tune"].folder, results["tune"].to_dict.return_value = tmp_path, tuning(confirmation=confirmed())
    fakes = {name: create_autospec(getattr(api, name), return_value=result) for name, result in results.items()}
    for name, fake in fakes.items():
        monkeypatch.setattr(api, name, fake)
    return fakes


def calls(fakes):
    """What was asked of the work; hooks are new objects each time."""
    hooks = {"notify", "on_progress", "on_batch", "on_epoch_end", "on_status"}
    work = ((name, call) for name, fake in fakes.items() for call in fake.call_args_list)
    return [
        (name, [value for value in call.args if not callable(value)],
         {key: value for key, value in call.kwargs.items() if key not in hooks})
        for name, call in work
    ]  # fmt: skip


def required_words(entry):
    return [SAMPLES[option.key] for option in entry.options if option.required]


def session(monkeypatch, *answers):
    """The menu with these answers typed on a pipe; returns its exit code."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))
    return menu_loop.menu()


# --- The table ---------------------------------------------------------------------------------------------------


def test_every_command_is_there_once():
    there = [entry.command for entry in commands.ENTRIES]
    assert there == ["data get", *(f"{model} {verb}" for model in source.MODELS for verb in VERBS), "doctor"]


def test_models_follow_each_other_whole():
    rows = list(command.expanded(commands.TABLE, ("face", "audio")))
    assert [row.command for row in rows[1 : -1 : len(VERBS)]] == ["face preprocess", "audio preprocess"]
    assert [row.model for row in rows] == ["", *["face"] * len(VERBS), *["audio"] * len(VERBS), ""]


@pytest.mark.parametrize("entry", commands.ENTRIES, ids=name_of)
def test_an_entry_calls_its_function_with_what_it_takes(entry):
    keys = {option.key for option in entry.options} | ({"model"} if entry.model else set())
    signature(entry.run).bind(**dict.fromkeys(keys))


@pytest.mark.parametrize("entry", commands.ENTRIES, ids=name_of)
def test_an_entry_runs_with_its_defaults(entry, played, capsys):
    code = cli_perform.perform([*entry.words, *required_words(entry)])
    assert code == (1 if entry.command == "doctor" else 0)
    assert len(calls(played)) == 1
    assert capsys.readouterr().out


@pytest.mark.parametrize("entry, option", ENTRY_AND_OPTION, ids=name_of)
def test_an_option_makes_a_difference(entry, option, played, capsys):
    default = [*entry.words, *required_words(entry)]
    cli_perform.perform(default)
    usual = capsys.readouterr().out
    words = [] if option.required else option.words(SAMPLES[option.key])
    if option.switch and option.default:
        words = option.words("no")
    assert cli_perform.perform([*default, *words]) == 0
    first, second = calls(played)
    assert option.required or first != second or usual != capsys.readouterr().out


@pytest.mark.parametrize("entry", commands.ENTRIES, ids=name_of)
def test_help_names_everything(entry, capsys):
    assert cli_main.main([*entry.words, "--help"]) == 0
    text = capsys.readouterr().out
    assert all(option.name in text for option in entry.options) and "--debug" in text and "MODEL" not in text


@pytest.mark.parametrize("line", ["--help", "-h", "help", "data -h", *(f"{model} --help" for model in source.MODELS)])
def test_help_lists_the_commands(line, capsys):
    assert cli_main.main(line.split()) == 0
    shown = [text for text in capsys.readouterr().out.splitlines() if text.startswith("  ")]
    wanted = [entry for entry in commands.ENTRIES if entry.words[0] == line.split()[0]] or commands.ENTRIES
    assert [sum(text.startswith(f"  {entry.command} ") for text in shown) for entry in wanted] == [1] * len(wanted)
    others = [entry for entry in commands.ENTRIES if entry not in wanted]
    assert not any(text.startswith(f"  {entry.command} ") for entry in others for text in shown)


def test_every_line_of_the_help_fits_80_columns(capsys):
    cli_main.main(["--help"])
    assert max(map(len, capsys.readouterr().out.splitlines())) < 80


# --- The command line --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, key, value",
    [
        ("face train --epochs 3", "settings", ["epochs=3"]),
        ("face train --set a=1 b=2 --set c=3 --epochs 3", "settings", ["a=1", "b=2", "c=3", "epochs=3"]),
        ("face train", "settings", []),
        ("face train --resume", "resume", True),
        ("face train --output o", "output", Path("o")),
        ("face train --grouping five", "grouping", "five"),
        ("face train", "grouping", None),
        ("face validate", "folds", 5),
        ("face validate --leaky", "leaky", True),
        ("face validate --across --seeds 3", "seeds", 3),
        ("face preprocess", "resume", True),
        ("face preprocess --no-resume", "resume", False),
        ("face preprocess --set image_side=32", "settings", ["image_side=32"]),
        ("face test --corpora 'CK+, RAF-DB'", "corpora", ("CK+", "RAF-DB")),
        ("face test --folder f", "folder", Path("f")),
        ("face predict photo.jpg", "write", True),
        ("face predict photo.jpg --json", "write", False),
    ],
)
def test_words_become_arguments(played, line, key, value):
    assert cli_main.main(shlex.split(line)) == 0
    assert calls(played)[0][2][key] == value


@pytest.mark.parametrize(
    "line, part",
    [
        *((model, ", ".join(f"{model} {verb}" for verb in VERBS)) for model in source.MODELS),
        ("face train --grouping six", "'seven', 'five', 'eight'"),
        ("face validate --folds 0", "'0' is not a whole number above zero"),
        ("smell train", "There is no command 'smell train'; there are: data get, "),
        ("face trian", "'face trian'"),
        ("face predict", "FILE|FOLDER"),
        ("face tune --finalists -1", "'-1' is not a whole number from zero"),
        ("face tune --study a/b", "'a/b' is not a name of letters"),
        ("face train --epochs 0", "'0' is not a whole number above zero"),
        ("face train --epochs", "--epochs"),
        ("face preprocess --workers -1", "'-1' is not"),
        ("face test --split train", "train"),
        ("face train --epoch 3", "--epoch"),
        ("data get FER2013 somewhere", "somewhere"),
        ("doctor --json", "--json"),
    ],
)
def test_wrong_use_is_one_sentence_and_2(played, capsys, line, part):
    assert cli_main.main(line.split()) == 2
    out, err = capsys.readouterr()
    assert part in err and err.count("\n") == 1 and not out and not calls(played)


@pytest.mark.parametrize(
    "error, text",
    [
        (DemeanorError("There is no x; there are: y."), "There is no x; there are: y."),
        (ModuleNotFoundError("No module named 'torch'", name="torch"), "package torch is not installed"),
        (PermissionError(13, "Permission denied", "models/face"), "models/face: Permission denied."),
        (KeyError("odd"), "Unforeseen: KeyError: 'odd' (--debug shows where)."),
    ],
)
def test_a_trouble_is_one_sentence_and_1(played, capsys, error, text):
    played["train"].side_effect = error
    assert cli_main.main(["face", "train"]) == 1
    err = capsys.readouterr().err
    assert text in err and err.count("\n") == 1


@pytest.mark.parametrize("words", [["--debug", "face", "train"], ["face", "train", "--debug"]])
def test_debug_shows_where(played, capsys, words):
    played["train"].side_effect = DemeanorError("No.")
    assert cli_main.main(words) == 1
    err = capsys.readouterr().err
    assert err.startswith("Traceback") and err.endswith("\nNo.\n")


@pytest.mark.parametrize(
    "line, says",
    [
        ("face train --seed 2", "go on with: python run.py face train --seed 2 --resume"),
        ("face train --resume", "go on with: python run.py face train --resume"),
        ("face validate --folds 4", "go on with: python run.py face validate --folds 4 --resume"),
        ("face preprocess --no-resume", "go on with: python run.py face preprocess"),
        ("data get FER2013 --from 'a b'", "go on with: python run.py data get FER2013 --from 'a b'"),
        ("face test", "Stopped."),
    ],
)
def test_a_stop_says_how_to_go_on(played, capsys, line, says):
    for fake in played.values():
        fake.side_effect = KeyboardInterrupt
    assert cli_main.main(shlex.split(line)) == 130
    assert capsys.readouterr().err.endswith(f"{says}\n")


def test_reports_name_the_command_from_the_menu_too(played, monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "argv", ["/somewhere/run.py"])
    played["test"].side_effect = lambda *_, **__: seen.append(api.command_line())
    session(monkeypatch, f"{number_of('face test')} --folder 'a b'", "q")
    assert seen == ["python run.py face test --folder 'a b'"]


# --- The menu ----------------------------------------------------------------------------------------------------


def same_as(text):
    return [shlex.split(line.partition("run.py ")[2]) for line in text.splitlines() if line.startswith("The same as: ")]


def test_every_entry_is_in_one_place_of_the_menu():
    """Two menus of one name, or an entry that no number leads to, would be there without being reachable."""
    assert list(paths()) == [entry.command for entry in commands.ENTRIES]
    first = [choice.name for choice in menu_loop.MENU.choices]
    assert first == ["data get", *source.MODELS, "doctor"]
    assert all(f"{choice.name}  " in render.menu_text(menu_loop.MENU) for choice in menu_loop.MENU.choices)


def test_every_screen_fits_a_terminal_with_more_to_come(monkeypatch):
    """24 lines of 80, the question included, with two more verbs and a fourth model."""
    monkeypatch.setenv("COLUMNS", "80")
    data, *rows = commands.TABLE
    more = [Entry(f"MODEL {verb}", "x" * 59, commands.settings) for verb in ("explain", "interpret")]
    models = source.MODELS | {"combined": "all of these over time"}
    menu = menu_of(command.expanded((data, *more, *rows), models), models, "Demeanor")
    screens = [render.menu_text(shown) for shown in (menu, *menu.choices) if isinstance(shown, Menu)]
    assert len(screens) == 1 + len(models)
    for screen in screens:
        lines = [*screen.splitlines(), "", "the question"]
        assert len(lines) <= 24 and max(map(len, lines)) <= 80
        assert all(name in screen for name in ("preprocess", "explain", "interpret"))


@pytest.mark.parametrize("split", [False, True], ids=["at once", "step by step"])
@pytest.mark.parametrize("entry", commands.ENTRIES, ids=name_of)
def test_an_entry_can_be_done_from_the_menu(entry, split, played, monkeypatch, capsys):
    """With every question answered, the printed command does just the same."""
    answers = [SAMPLES[option.key] for option in entry.options if option.question]
    steps = number_of(entry.command).split() if split else [number_of(entry.command)]
    assert session(monkeypatch, *steps, *answers, *("q" for _ in steps)) == 0
    (words,) = same_as(capsys.readouterr().out)
    assert words[: len(entry.words)] == entry.words
    cli_main.main(words)
    first, second = calls(played)
    assert first == second


@pytest.mark.parametrize("entry", commands.ENTRIES, ids=name_of)
def test_empty_answers_are_the_defaults(entry, played, monkeypatch, capsys):
    asked = [SAMPLES[option.key] if option.required else "" for option in entry.options if option.question]
    session(monkeypatch, number_of(entry.command), *asked, "q")
    assert same_as(capsys.readouterr().out) == [[*entry.words, *required_words(entry)]]


@pytest.mark.parametrize("entry, option", [pair for pair in ENTRY_AND_OPTION if pair[1].question], ids=name_of)
def test_a_question_shows_its_default(entry, option, played, monkeypatch):
    asked = []
    monkeypatch.setattr(menu_loop, "ask", lambda question: asked.append(question) or "q")
    with pytest.raises(menu_loop.Back):
        menu_loop.answered(option, entry)
    assert option.required or f"{option.question} [{option.default_text}]: " in asked[0]


@pytest.mark.parametrize("path", [[number_of("face predict")], ["face predict"], ["face", "predict"], ["2", "predict"]])
def test_options_may_follow_a_number_or_a_name(path, played, monkeypatch, capsys):
    *before, last = path
    session(monkeypatch, *before, f"{last} photo.jpg --json", "q", "q")
    assert calls(played)[0][2]["write"] is False
    assert '"happy"' in capsys.readouterr().out


def test_wrong_answers_are_asked_again(played, monkeypatch, capsys):
    answers = [
        "99",
        "x",
        "1 'open",
        number_of("face train"),
        "",
        "many",
        "0",
        "4",
        "",
        "nine",
        "9",
        "perhaps",
        "no",
        "q",
    ]
    assert session(monkeypatch, *answers) == 0
    err = capsys.readouterr().err
    assert (
        f"'99' is none of the numbers from 1 to {len(source.MODELS) + 2}, nor a name beside them.\n" in err
        and "'x' is none" in err
        and "quotation mark is not closed" in err
    )
    assert "'many' is not a whole number" in err and "'perhaps' is neither yes nor no" in err
    assert calls(played)[0][2]["settings"] == ["epochs=4"] and calls(played)[0][2]["seed"] == 9


def test_files_can_be_chosen_by_number(played, monkeypatch, capsys):
    (config.INPUT_FOLDER / "another.png").touch()
    session(monkeypatch, number_of("face predict"), "", "2", "q")
    out = capsys.readouterr().out
    assert "    1  another.png\n    2  photo.jpg\n" in out
    assert calls(played)[0][1] == ["face", "photo.jpg"]


def test_a_long_list_is_cut_and_says_so(played, monkeypatch, capsys):
    for number in range(30):
        (config.INPUT_FOLDER / f"a{number:02}.png").touch()
    session(monkeypatch, number_of("face predict"), "25", "q")
    out = capsys.readouterr().out
    assert "   20  a19.png\n       and 11 more\n" in out and "a20.png\n" not in out
    assert calls(played)[0][1] == ["face", "a24.png"]


def test_the_only_file_is_the_default(played, monkeypatch, capsys):
    session(monkeypatch, number_of("face predict"), "", "q")
    assert "[photo.jpg]" in capsys.readouterr().out
    assert calls(played)[0][1] == ["face", "photo.jpg"]


@pytest.mark.parametrize("answer, corpora", [("2", ("B",)), ("1,2", ("A", "B")), ("A, 2", ("A", "B")), ("", ())])
def test_corpora_can_be_chosen_by_number(played, monkeypatch, answer, corpora):
    session(monkeypatch, number_of("face train"), answer, "", "", "", "", "q")
    assert calls(played)[0][1][1] == corpora


@pytest.mark.parametrize("before", [(), ("face",)], ids=["first menu", "face"])
def test_q_at_a_question_goes_back(before, played, monkeypatch):
    train, settings = (number_of(f"face {verb}").split()[len(before) :] for verb in ("train", "settings"))
    assert session(monkeypatch, *before, " ".join(train), "", "q", " ".join(settings), "q", "q") == 0
    assert [name for name, *_ in calls(played)] == ["settings"]


def test_after_a_command_one_stays_in_the_models_menu(played, monkeypatch, capsys):
    answers = ["face", "settings", "settings", "0", "audio settings", "settings", "q", "face settings"]
    assert session(monkeypatch, *answers) == 0
    assert calls(played) == [("settings", [model], {}) for model in ("face", "face", "audio")]
    out, err = capsys.readouterr()
    assert "'settings' is none of the numbers from 1 to 6" in err, "what is done at once leaves one in the first menu"
    assert out.count(menu_loop.MENU.about) == 2, "shown at the start and on coming back"


@pytest.mark.parametrize("wrong", ["0 1", "8", "-1", "x", "''", "²", "1" * 5000, "face"])
def test_a_wrong_number_is_one_sentence_at_the_second_level_too(wrong, played, monkeypatch, capsys):
    assert session(monkeypatch, "face", wrong, "q", "q") == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and ("from 1 to 7" in err or len(wrong) == 5000) and not calls(played)


@pytest.mark.parametrize(
    "answers, command",
    [
        (["2 --help"], "face"),
        (["face -h"], "face"),
        (["2", "help"], "face"),
        (["help"], ""),
        (["2 6 --help"], "face predict"),
        (["2", "6 --help"], "face predict"),
        (["1 --help"], "data get"),
    ],
)
def test_help_is_the_same_in_the_menu(answers, command, played, monkeypatch, capsys):
    cli_main.main([*command.split(), "--help"])
    wanted = capsys.readouterr().out
    assert session(monkeypatch, *answers, "q", "q") == 0
    assert wanted in capsys.readouterr().out and not calls(played)


def test_a_trouble_goes_back_to_the_menu(played, monkeypatch, capsys):
    played["predict"].side_effect = DemeanorError("There is no photo.")
    assert session(monkeypatch, f"{number_of('face predict')} photo.jpg", number_of("face settings"), "q") == 0
    assert "There is no photo." in capsys.readouterr().err
    assert [name for name, *_ in calls(played)] == ["predict", "settings"]


def test_nothing_to_choose_from_is_said_before_any_answer(played, monkeypatch, capsys):
    shutil.rmtree(config.DATA_FOLDER)
    assert session(monkeypatch, number_of("face train"), "q") == 0
    assert "make it with: python run.py face preprocess." in capsys.readouterr().err


@pytest.mark.parametrize("answers", [(), ("q",), ("0",), ("", "Q"), ("2",), ("2", "0", "Q"), ("2 2",)])
def test_the_menu_can_be_left(played, monkeypatch, answers):
    assert session(monkeypatch, *answers) == 0
    assert not calls(played)


def test_no_stdin_at_all_is_no_trouble(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    assert menu_loop.menu() == 0
    assert render.menu_text(menu_loop.MENU) in capsys.readouterr().out


class Typed(io.StringIO):
    """Answers on a pipe, or as if on a terminal."""

    terminal = False

    def isatty(self):
        return self.terminal


@pytest.mark.parametrize("before", [(), ("face",)], ids=["first menu", "face"])
@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_a_stop_goes_back_to_the_menu_where_somebody_is_there(terminal, before, played, monkeypatch):
    """Answers on a pipe were written for commands that are done: the next must not run."""
    played["settings"].side_effect = [KeyboardInterrupt, []]
    settings = " ".join(number_of("face settings").split()[len(before) :])
    typed = Typed("".join(f"{answer}\n" for answer in (*before, settings, settings, "q", "q")))
    typed.terminal = terminal
    monkeypatch.setattr(sys, "stdin", typed)
    assert menu_loop.menu() == (0 if terminal else 130)
    assert len(calls(played)) == (2 if terminal else 1)


@pytest.mark.parametrize("before", [(), ("face",), ("face train",)])
def test_ctrl_c_at_a_question_leaves(before, played, monkeypatch):
    answers = iter(before)

    def typed(_):
        try:
            return next(answers)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(menu_loop, "ask", typed)
    assert cli_main.main([]) == 130 and not calls(played)


# --- What is shown -----------------------------------------------------------------------------------------------


def test_a_prediction_is_a_line_a_face():
    two = Prediction(
        "in/a.jpg", "face", ("happy", "sad"), (HAPPY, Reading({"happy": 0.3, "sad": 0.2}, 1, (0, 0, 9, 9)))
    )
    assert list(render.prediction_lines(two)) == [
        "a.jpg #0: happy 93 % (face at 10, 20 to 111, 140; small face: 31 pixels)",
        "a.jpg #1: not sure (happy 30 %) (face at 0, 0 to 9, 9)",
    ]
    none = Prediction("a.jpg", "face", ("happy", "sad"), (), notes=("no face was found",))
    assert list(render.prediction_lines(none)) == ["a.jpg: no face was found"]


def test_an_epoch_is_a_line():
    line = render.epoch_line(Epoch(12, 1.25, 1.5, 0.456, 0.401, 1e-3, 123.4))
    assert line == "epoch  12  train loss 1.250  val loss 1.500  accuracy 45.6 %  UAR 40.1 %  123 s"
    assert len(line) < 80
    blind = render.epoch_line(Epoch(12, 1.25, None, None, None, 1e-3, 123.4))
    assert blind == "epoch  12  train loss 1.250  123 s"


def test_a_validation_names_what_is_leaky_and_how_far_seeds_differ():
    lines = render.validation_text(VALIDATED).splitlines()
    assert "speakers apart" in lines[1] and "65.1 %" in lines[1] and "50.0 % to 75.0 %" in lines[1]
    assert "LEAKY" in lines[2] and "90.0 %" in lines[2] and max(map(len, lines)) < 80
    assert "LEAKY: the same people in training and test." in lines and "66.0 % ± 1.4 %" in " ".join(lines[4:])


def test_metrics_are_shown_with_intervals_and_labels():
    text = render.metrics_text(METRICS)
    assert "accuracy    68.3 %   95 % interval: 61.0 % to 69.0 %" in text
    assert "happy     70.0 %  60.0 %  65.0 %    600" in text


def test_counts_are_shown_by_split_and_emotion():
    lines = render.counts_text({"train": {"sad": 2, "happy": 1234}, "test": {"happy": 5}}).splitlines()
    assert [line.split() for line in lines] == [
        ["happy", "sad", "all"],
        ["train", "1,234", "2", "1,236"],
        ["test", "5", "0", "5"],
    ]


def test_the_doctor_says_what_to_do(played, capsys):
    assert cli_main.main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok     Python: 3.11.2") and lines[1].startswith("to do  torch: not installed. Run: ")
    played["examine"].return_value = [Finding("Python", True, "3.11.2")]
    assert cli_main.main(["doctor"]) == 0


def test_metrics_and_predictions_as_json(played, capsys):
    cli_main.main(["face", "test", "--json"])
    assert json.loads(capsys.readouterr().out) == {"n": 1200}
    cli_main.main(["face", "predict", "photo.jpg", "--json"])
    assert json.loads(capsys.readouterr().out)["readings"][0]["emotion"] == "happy"


@pytest.mark.parametrize("words", ["I can't believe you did this!", "so sad", "3"])
def test_words_may_be_typed_for_the_text_model_alone(played, monkeypatch, capsys, words):
    assert cli_main.main(["text", "predict", words, "--json"]) == 0
    assert calls(played) == [("predict", ["text", words], {"weights": None, "write": False, "without": ()})]
    assert json.loads(capsys.readouterr().out)["model"] == "face"  # the played one, a document and no list
    assert cli_main.main(["audio", "predict", words]) == 1
    assert "There is no" in capsys.readouterr().err and len(calls(played)) == 1


def test_words_may_be_typed_in_the_menu(played, monkeypatch, capsys):
    session(monkeypatch, number_of("text predict"), "Well, I never!", "q")
    assert same_as(capsys.readouterr().out) == [["text", "predict", "Well, I never!"]]
    assert calls(played)[0][1] == ["text", "Well, I never!"]


@pytest.mark.parametrize("name", ["missing.txt", "my missing film.SRT", "some/where", ""])
def test_a_missing_file_is_not_taken_for_words(played, capsys, name):
    assert cli_main.main(["text", "predict", name]) == 1
    err = capsys.readouterr().err
    assert err.startswith("There is no " if name else "Nothing was named") and err.count("\n") == 1
    assert not calls(played)


def test_a_folder_as_json_is_a_list(played, tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    cli_main.main(["face", "predict", "folder", "--json"])
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_progress_without_a_terminal_is_lines_and_short_jobs_have_none(monkeypatch, capsys):
    with Progress("clip") as progress:
        progress(1, 100)
        progress(2, 100)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0)
    with Progress("clip") as progress:
        for done in range(1, 101):
            progress(done, 100)
            if done == 50:
                progress.notify("Half.")
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("10 of 100, ") and line.endswith(" left") for line in lines) and "Half." in lines


def test_an_interrupt_that_a_library_swallowed_stops_at_the_next_step(monkeypatch):
    import signal

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(signal, "getsignal", lambda number: signal.default_int_handler)
    try:
        terminal.remember_interrupts()
        with Progress("clip") as progress:
            progress(1, 3)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                progress(2, 3)
            progress(3, 3)
    finally:
        signal.signal(signal.SIGINT, before)


def test_progress_begins_anew_for_each_epoch():
    with Progress("batch") as progress:
        progress(1, 2), progress(2, 2)
        first = progress.bar
        progress(1, 2)
        assert progress.bar is not first and progress.bar.n == 1


@pytest.mark.parametrize("model", source.MODELS)
def test_every_setting_is_explained_and_can_be_set_as_shown(model):
    default = spec_of(model).default_settings
    there = api.settings(model)
    assert all(setting.meaning for setting in there)
    assert changed(default, [f"{setting.name}={setting.text}" for setting in there]) == api.configured(model)


def test_wrong_use_names_the_help():
    with pytest.raises(WrongUse, match="see python run.py doctor --help"):
        commands.ENTRIES[-1].parsed(["--nonsense"])
