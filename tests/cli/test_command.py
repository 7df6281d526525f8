"""The table of commands, their options, and the page made from it."""

from inspect import signature
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

import source
from source import api
from source.cli import command, commands
from source.cli.command import Option, WrongUse
from source.cli.reference import commands_page
from source.core import distributed
from source.core.command_line import command_for
from source.core.settings import list_settings, override_from_text
from source.core.spec import spec_of

VERBS = ("preprocess", "train", "tune", "validate", "test", "predict", "score", "settings")
LIVE = ("face live", "audio live", "combined live")
RESULTS = ("annotate", "compare", "agree", "export")
FLAG, KEPT = Option("flag", "--flag", "", default=False), Option("kept", "--kept", "", default=True)


def test_every_command_is_there_once():
    listed = [entry.command for entry in commands.ENTRIES]
    expected = ["data get", *(f"{model} {verb}" for model in source.MODELS for verb in VERBS), "web", "doctor"]
    assert sorted(listed) == sorted([*expected, *LIVE, *RESULTS])


def test_models_follow_each_other_whole():
    rows = list(command.expanded(commands.TABLE, ("face", "pulse")))
    models = [row.model for row in rows]
    assert models == ["", *["face"] * (len(VERBS) + 1), *["pulse"] * len(VERBS), *[""] * (len(RESULTS) + 2)]
    assert [rows[1].command, rows[len(VERBS) + 2].command] == ["face preprocess", "pulse preprocess"]


@pytest.mark.parametrize("entry", commands.TABLE, ids=lambda entry: entry.command)
def test_an_entry_calls_its_function_with_what_it_takes(entry):
    keys = {option.key for option in entry.options} | ({"model"} if "MODEL" in entry.command else set())
    signature(entry.run).bind(**dict.fromkeys(keys))


def test_a_switch_is_yes_or_no_and_its_default_needs_no_word():
    assert [FLAG.words(answer) for answer in ("y", "YES", "no")] == [["--flag"], ["--flag"], []]
    assert [KEPT.words(answer) for answer in ("yes", "N")] == [[], ["--no-kept"]]
    for answer in ("", "perhaps"):
        with pytest.raises(WrongUse):
            FLAG.words(answer)


@given(st.text("0123,A "), st.lists(st.sampled_from(["CK+", "RAF-DB"]), max_size=3))
def test_only_numbers_of_offers_are_replaced(answer, offers):
    parts = command.numbers_replaced(answer, offers).split(",")
    for part, typed in zip(parts, answer.split(","), strict=True):
        assert part == typed or part == offers[int(typed) - 1]


@given(st.integers())
def test_numbers_are_checked(number):
    for parse, least, most in ((command.whole, 0, inf), (command.positive, 1, inf), (command.seed, 0, 2**32 - 1)):
        if least <= number <= most:
            assert parse(str(number)) == number
        else:
            with pytest.raises(command.argparse.ArgumentTypeError, match="is not a whole number"):
                parse(str(number))


def test_only_commands_for_several_processes_run_in_several(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    entries = {entry.command: entry for entry in commands.ENTRIES}
    assert entries["face train"].parse(["--seed", "1"])["seed"] == 1
    with pytest.raises(WrongUse, match="without it: python run.py face settings$"):
        entries["face settings"].parse([])
    with pytest.raises(WrongUse, match=r"see python run.py face settings --help"):
        entries["face settings"].parse(["--nonsense"])


def test_commands_are_named_as_they_are_started(monkeypatch):
    assert command_for("face", "predict", "a b.jpg") == "python run.py face predict 'a b.jpg'"
    monkeypatch.setattr(distributed, "PROGRAM", ["demeanor"])
    assert command_for("doctor") == "demeanor doctor"
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert command_for("doctor").startswith("accelerate launch --multi_gpu --num_processes 2 ")


def test_the_page_names_every_command_and_option():
    page = commands_page()
    for entry in commands.TABLE:
        assert f"## {entry.command}\n" in page
        assert all(f"`{option.name.replace('|', chr(92) + '|')}" in page for option in entry.options)


@pytest.mark.parametrize("model", source.MODELS)
def test_every_setting_is_explained_and_can_be_set_as_shown(model):
    default = spec_of(model).default_settings
    settings = api.settings(model)
    assert all(setting.meaning for setting in settings)
    as_shown = override_from_text(default, [f"{setting.name}={setting.text}" for setting in settings])
    assert list_settings(as_shown) == settings
