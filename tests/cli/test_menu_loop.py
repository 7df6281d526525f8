"""The menu: what it shows, asks and does, and how it is left."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import source
from source.cli import command, commands, menu_loop, render
from source.cli.command import Entry, WrongUse
from source.cli.main import main
from source.cli.menu import Menu, menu_of
from source.core import config
from source.core.errors import DemeanorError
from tests.support.typed import SAMPLES, Screen, number_of, paths, same_as

ONE_MODEL = [entry for entry in commands.ENTRIES if entry.model in ("", "audio")]
NAMES = [entry.command for entry in ONE_MODEL]


def test_every_entry_is_in_one_place_of_the_menu():
    """Two menus of one name, or an entry that no number leads to, would be there without being reachable."""
    assert list(paths()) == [entry.command for entry in commands.ENTRIES]
    first = [choice.name for choice in menu_loop.MENU.choices]
    behind = [entry.command for entry in commands.TABLE if "MODEL" not in entry.command][1:]
    assert first == ["data get", *source.MODELS, *behind]
    assert all(f"{choice.name}  " in render.menu_text(menu_loop.MENU) for choice in menu_loop.MENU.choices)


def test_every_screen_fits_a_terminal_with_more_to_come(monkeypatch):
    """24 lines of 80, the question included, with two more verbs."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout", Screen())
    data, *rows = commands.TABLE
    extra = [Entry(f"MODEL {verb}", "x" * 59, commands.settings) for verb in ("explain", "interpret")]
    menu = menu_of(command.expanded((data, *extra, *rows), source.MODELS), source.MODELS, "Demeanor")
    screens = [render.menu_text(shown) for shown in (menu, *menu.choices) if isinstance(shown, Menu)]
    assert len(screens) == 1 + len(source.MODELS)
    for screen in screens:
        lines = [*screen.splitlines(), "", "the question"]
        assert len(lines) <= 24 and max(map(len, lines)) <= 80
        assert all(name in screen for name in ("preprocess", "explain", "interpret"))


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["1", "2", "9", "face", "predict", "data", "get", "x", "--help", "²", "-1", ""])))
def test_a_path_leads_to_an_entry_or_a_menu_or_is_wrong_use(words):
    try:
        choice, rest = menu_loop.MENU.lookup(words)
    except WrongUse as error:
        assert "is not on the menu" in str(error)
    else:
        assert isinstance(choice, Menu | Entry) and list(words[len(words) - len(rest) :]) == rest


@pytest.mark.parametrize("entry", ONE_MODEL, ids=NAMES)
def test_an_entry_can_be_done_from_the_menu(entry, played, session, capsys):
    """With every question answered, the printed command does just the same; empty answers are the defaults."""
    answers = [SAMPLES[option.key] for option in entry.options if option.question]
    assert session(*number_of(entry.command).split(), *answers, "q", "q") == 0
    (words,) = same_as(capsys.readouterr().out)
    assert words[: len(entry.words)] == entry.words
    main(words)
    first, second = played.calls
    assert first == second
    required = [SAMPLES[option.key] for option in entry.options if option.required]
    empty = [SAMPLES[option.key] if option.required else "" for option in entry.options if option.question]
    capsys.readouterr()
    session(number_of(entry.command), *empty, "q")
    assert same_as(capsys.readouterr().out) == [[*entry.words, *required]]


def test_a_question_shows_its_default(played, monkeypatch):
    asked = []
    monkeypatch.setattr(menu_loop, "ask", lambda question: asked.append(question) or "q")
    for entry in ONE_MODEL:
        for option in entry.options:
            if option.question:
                with pytest.raises(menu_loop.Back):
                    menu_loop.ask_for(option, entry)
                assert option.required or f"{option.question} [{option.default_text}]: " in f"{asked[-1]} "


@pytest.mark.parametrize("path", [[number_of("face predict")], ["face predict"], ["face", "predict"], ["2", "predict"]])
def test_options_may_follow_a_number_or_a_name(path, played, session, capsys):
    *before, last = path
    session(*before, f"{last} photo.jpg --json", "q", "q")
    assert played.calls[0][2]["write"] is False
    assert '"happy"' in capsys.readouterr().out


def test_wrong_answers_are_asked_again(played, session, capsys):
    seen = ["99", "x", "1 'open", number_of("face train"), "", "many", "0", "4", 'loss="a b', "",
            "nine", "9", "perhaps", "no", "q"]  # fmt: skip
    assert session(*seen) == 0
    err = capsys.readouterr().err
    for part in ("'99' is not", f"from 1 to {len(menu_loop.MENU.choices)}", "'x' is not", "is not closed",
                 "'many' is not", "'perhaps' is neither"):  # fmt: skip
        assert part in err
    assert played.calls[0][2]["settings"] == ["epochs=4"] and played.calls[0][2]["seed"] == 9


@pytest.mark.parametrize("wrong", ["0 1", "10", "-1", "x", "''", "²", "1" * 5000, "face"])
def test_a_wrong_number_is_one_sentence_at_the_second_level_too(wrong, played, session, capsys):
    assert session("face", wrong, "q", "q") == 0
    assert capsys.readouterr().err.count("\n") == 1 and not played.calls


# --- Choosing by number ----------------------------------------------------------------------------------------------


def test_files_can_be_chosen_by_number(played, session, capsys):
    for number in range(30):
        (config.INPUT_FOLDER / f"a{number:02}.png").touch()
    session(number_of("face predict"), "", "25", "q")
    out = capsys.readouterr().out
    assert "    1  a00.png\n" in out and "   20  a19.png\n       and 11 more\n" in out and "a20.png\n" not in out
    assert played.calls[0][1] == ["face", "a24.png"]


def test_the_only_file_is_the_default(played, session, capsys):
    session(number_of("face predict"), "", "q")
    assert "[photo.jpg]" in capsys.readouterr().out
    assert played.calls[0][1] == ["face", "photo.jpg"]


@pytest.mark.parametrize("answer, corpora", [("2", ("B",)), ("1,2", ("A", "B")), ("A, 2", ("A", "B")), ("", ())])
def test_corpora_can_be_chosen_by_number(played, session, answer, corpora):
    session(number_of("face train"), answer, "", "", "", "", "q")
    assert played.calls[0][1][1] == corpora


def test_words_may_be_typed_in_the_menu(played, session, capsys):
    session(number_of("text predict"), "Well, I never!", "q")
    assert same_as(capsys.readouterr().out) == [["text", "predict", "Well, I never!"]]
    assert played.calls[0][1] == ["text", "Well, I never!"]


# --- Coming back and leaving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), ("face",)], ids=["first menu", "face"])
def test_q_at_a_question_goes_back(before, played, session):
    train, list_settings = (number_of(f"face {verb}").split()[len(before) :] for verb in ("train", "settings"))
    assert session(*before, " ".join(train), "", "q", " ".join(list_settings), "q", "q") == 0
    assert [name for name, *_ in played.calls] == ["settings"]


def test_after_a_command_one_stays_in_the_models_menu(played, session, capsys):
    answers = ["face", "settings", "settings", "0", "audio settings", "settings", "q", "face settings"]
    assert session(*answers) == 0
    assert played.calls == [("settings", [model], {}) for model in ("face", "face", "audio")]
    out, err = capsys.readouterr()
    assert "'settings' is not on the menu" in err, "what is done at once leaves one in the first menu"
    assert out.count(menu_loop.MENU.about) == 2, "shown at the start and on coming back"


@pytest.mark.parametrize(
    "answers, command",
    [(["2 --help"], "face"), (["2", "help"], "face"), (["help"], ""), (["2", "6 --help"], "face predict")],
)
def test_help_is_the_same_in_the_menu(answers, command, played, session, capsys):
    main([*command.split(), "--help"])
    wanted = capsys.readouterr().out
    assert session(*answers, "q", "q") == 0
    assert wanted in capsys.readouterr().out and not played.calls


def test_an_error_goes_back_to_the_menu(played, session, capsys):
    played["predict"].side_effect = DemeanorError("There is no photo.")
    assert session(f"{number_of('face predict')} photo.jpg", number_of("face settings"), "q") == 0
    assert "There is no photo." in capsys.readouterr().err
    assert [name for name, *_ in played.calls] == ["predict", "settings"]


def test_nothing_to_choose_from_is_said_before_any_answer(played, session, capsys):
    shutil.rmtree(config.DATA_FOLDER)
    assert session(number_of("face train"), "q") == 0
    assert "python run.py face preprocess" in capsys.readouterr().err


@pytest.mark.parametrize("answers", [(), ("q",), ("0",), ("", "Q"), ("2",), ("2", "0", "Q"), ("2 2",)])
def test_the_menu_can_be_left(played, session, answers):
    assert session(*answers) == 0
    assert not played.calls


def test_no_stdin_at_all_is_no_error(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    assert menu_loop.menu() == 0
    assert render.menu_text(menu_loop.MENU) in capsys.readouterr().out


def test_several_processes_have_no_menu(monkeypatch, capsys):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert menu_loop.menu() == 2 and "python run.py" in capsys.readouterr().err


@pytest.mark.parametrize("before", [(), ("face",)], ids=["first menu", "face"])
@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_a_stop_goes_back_to_the_menu_where_somebody_is_there(terminal, before, played, session):
    """Answers on a pipe were written for commands that are done: the next must not run."""
    played["settings"].side_effect = [KeyboardInterrupt, []]
    list_settings = " ".join(number_of("face settings").split()[len(before) :])
    code = session(*before, list_settings, list_settings, "q", "q", terminal=terminal)
    assert code == (0 if terminal else 130)
    assert len(played.calls) == (2 if terminal else 1)


@pytest.mark.parametrize("before", [(), ("face",), ("face train",)])
def test_ctrl_c_at_a_question_leaves(before, played, monkeypatch):
    answers = iter(before)

    def typed(_):
        try:
            return next(answers)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(menu_loop, "ask", typed)
    assert main([]) == 130 and not played.calls
