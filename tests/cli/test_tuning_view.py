"""What a person sees of a tuning while it runs: a live table on a terminal, plain lines elsewhere."""

import random
import re
import subprocess
import sys

import pytest
from rich.console import Console

from source.cli import interrupts, tuning_table
from source.cli.tuning_view import TuningView
from source.core import config
from source.tuning import Status
from tests.support.tunings import DEFAULT, settings_of, trial, tuning
from tests.support.typed import Screen


def status(document=None, **more):
    trials = tuple((document or tuning(8))["trials"])
    finished = sum(row["state"] != "running" for row in trials)
    values = {"wanted": 30, "trials": trials, "finished": finished, "seconds": 480.0, "seconds_left": 1260.0}
    return Status(**values | more)


def live(columns=80, rows=24, **environment):
    """A view on a terminal of its own, and that terminal."""
    screen, environment = Screen(), {"TERM": "xterm"} | environment
    console = Console(file=screen, force_terminal=True, width=columns, height=rows, _environ=environment)
    return TuningView("audio", console), screen


def shown(latest, batches=(0, 0), columns=80):
    """The lines of the table."""
    console = Console(file=Screen(), width=columns, color_system=None)
    with console.capture() as capture:
        console.print(tuning_table.tuning_panel("audio", latest, 0.0, batches, columns))
    return [line.rstrip() for line in capture.get().splitlines()]


# --- The live table --------------------------------------------------------------------------------------------------


def test_the_table_has_what_a_person_wants_to_know():
    document = tuning(16, ("complete", "complete", "running", "failed", "pruned"))
    lines = shown(status(document), (12, 40), columns=120)
    best = [row for row in document["trials"] if row["state"] == "complete"]
    assert lines[0].startswith("Tuning audio: 13 of 30 trials, best ") and lines[0].endswith("8 min, about 21 min left")
    assert f"best {100 * best[0]['uar']:.1f} % (trial {best[0]['trial']})" in lines[0]
    assert lines[1].split()[:4] == ["trial", "UAR", "epochs", "architecture"]
    numbers = [int(re.findall(r"\d+", line)[0]) for line in lines[2:-1]]
    assert numbers == [row["trial"] for row in best[:5]] + [2, 7, 12], "the five best, then the running ones"
    assert lines[2].startswith("best") and best[0]["settings"]["architecture"] in lines[2]
    running = next(row for row in document["trials"] if row["trial"] == 7)
    assert f"running      7  {100 * running['uar']:.1f} %  3 of 20" in lines[-3]
    assert lines[-1].startswith("batch 12 of 40 ━")


@pytest.mark.parametrize("columns", [120, 80, 60])
@pytest.mark.parametrize("trials", [0, 1, 60])
def test_each_trial_has_one_line_that_fits(columns, trials):
    lines = shown(status(tuning(trials, ("complete", "running", "pruned", "failed"))), (1, 40), columns)
    assert len(lines) <= 2 + 2 + tuning_table.MOST_BEST + tuning_table.MOST_RUNNING + 1
    assert max(map(len, lines)) <= columns


def test_without_a_running_trial_a_line_says_how_far_the_training_is():
    over = status(seconds_left=0.0)
    assert "batch 1,200 of 4,000" in shown(over, (1_200, 4_000))[-1]
    assert not any("batch" in line for line in shown(over))
    assert not any("left" in line for line in shown(over)), "what comes after the trials is not in it"


def test_many_running_trials_do_not_fill_the_screen():
    lines = shown(status(tuning(30, ("running",))))
    assert sum(line.startswith("running") for line in lines) == tuning_table.MOST_RUNNING
    assert lines[-1] == "and 24 more running"


@pytest.mark.parametrize("document", [tuning(0), tuning(3, ("failed",)), tuning(1, ("running",))])
def test_there_need_not_be_a_best(document):
    row = trial(5, "running", epochs=0, of=None) | {"uar": None}
    lines = shown(status(document | {"trials": [*document["trials"], row]}, seconds_left=None))
    assert lines[0].endswith("of 30 trials, 8 min")
    assert lines[-1].split()[:5] == ["running", "5", "0", "of", "?"]


def test_sentences_stay_and_the_table_is_erased():
    view, screen = live()
    with view:
        view.notify("[bold]Before the first trial.")
        view.status(status())
        view.batch(1, 3)
        view.table.live.refresh()
        drawn = screen.getvalue()
    assert "[bold]Before the first trial." in drawn and "Tuning audio: 8 of 30" in drawn and "batch 1 of 3" in drawn
    erased = screen.getvalue().removeprefix(drawn)
    assert erased.count("\x1b[2K") >= 8 and "\x1b[?25h" in erased, "every line is, and the cursor is back"


@pytest.mark.parametrize("environment, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_those_who_want_them(environment, coloured):
    view, screen = live(**environment)
    with view:
        view.status(status())
        view.table.live.refresh()
    assert bool(re.search(r"\x1b\[3\d", screen.getvalue())) == coloured


# --- Which settings are shown ----------------------------------------------------------------------------------------


def test_the_settings_with_the_largest_effect_come_first():
    draw, rows = random.Random(0), []
    for number in range(60):
        settings = settings_of(draw)
        uar = 0.4 + 0.2 * settings["use_lexicon"] + 0.4 * settings["dropout"] + 0.01 * draw.random()
        rows.append(trial(number, uar=uar, settings=settings))
    assert tuning_table.by_effect(rows)[:2] == ["use_lexicon", "dropout"]
    assert tuning_table.by_effect(rows[:9]) == list(DEFAULT), "of few trials nobody can tell"
    same = [trial(number, uar=0.5) for number in range(20)]
    assert tuning_table.by_effect(same) == list(DEFAULT), "nothing was varied"


def test_a_setting_that_does_not_fit_gives_way_to_a_shorter_one():
    row = {"": "best", "trial": "1", "UAR": "60.0 %", "epochs": "12", "long": "x" * 50, "short": "1"}
    names, cells = tuning_table.fitting([row], ["long", "short", "missing"], columns=45)
    assert names == ["", "trial", "UAR", "epochs", "short", "missing"] and cells[-2:] == ["1", ""]


# --- Plain lines -----------------------------------------------------------------------------------------------------


def test_a_line_for_each_newly_finished_trial(capsys):
    before = trial(0, uar=0.64)
    rows = [before, trial(7, uar=0.631), trial(8, "pruned", uar=0.401), trial(9, "failed", why="Too\nlarge. "),
            trial(10, "running"), trial(11, "failed", why=""),
            trial(12, "pruned", epochs=1) | {"uar": None}]  # fmt: skip
    with TuningView("audio") as view:
        view.status(status(tuning(0, trials=[before])))
        view.notify("A sentence.")
        for _ in range(2):
            view.status(status(tuning(0, trials=rows)))
            view.batch(3, 4)
        view.status(status(tuning(0, trials=[*rows, trial(13, "pruned", uar=0.4)]), seconds_left=None))
    out, err = capsys.readouterr()
    rest = "6 of 30 finished; best 64.0 % (trial 0); about 21 min left"
    assert out == "" and err.splitlines() == [
        "A sentence.",
        f"trial 7: UAR 63.1 %, 12 epochs, 41 s; {rest}",
        f"trial 8: pruned after 3 epochs at UAR 40.1 %, 41 s; {rest}",
        f"trial 9: failed: Too large; {rest}",
        f"trial 11: failed: unknown cause; {rest}",
        f"trial 12: pruned after 1 epoch, 41 s; {rest}",
        "trial 13: pruned after 3 epochs at UAR 40.0 %, 41 s; 7 of 30 finished; best 64.0 % (trial 0)",
    ]


@pytest.mark.parametrize("term, lines", [("xterm", False), ("dumb", True), ("unknown", True)])
def test_a_terminal_that_cannot_redraw_gets_lines(monkeypatch, term, lines):
    monkeypatch.setattr(sys, "stderr", Screen())
    monkeypatch.setenv("TERM", term)
    screen = sys.stderr
    with TuningView("audio") as view:
        view.status(status(tuning(0)))
        view.status(status(tuning(0, trials=[trial(0)])))
    assert ("\x1b" not in screen.getvalue()) == lines and ("trial 0: UAR" in screen.getvalue()) == lines


# --- Both ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [lambda view: view.status(status()), lambda view: view.batch(0, 0),
                                  lambda view: view.notify("A sentence.")])  # fmt: skip
@pytest.mark.parametrize("make", [lambda: live()[0], lambda: TuningView("audio")])
def test_a_swallowed_ctrl_c_is_raised_once_more(make, call):
    with make() as view:
        call(view)
        with pytest.raises(KeyboardInterrupt):
            interrupts._interrupt()
        with pytest.raises(KeyboardInterrupt):
            call(view)
        call(view)


@pytest.mark.slow
def test_rich_is_loaded_for_a_terminal_only():
    view = "from source.cli.tuning_view import TuningView; TuningView('audio')"
    code = f"import sys; {view}; assert 'rich' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=config.ROOT, stderr=subprocess.DEVNULL)
