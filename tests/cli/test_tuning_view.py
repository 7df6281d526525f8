"""What a person sees of a tuning while it runs: a live table on a terminal, plain lines elsewhere."""

import io
import random
import re
import subprocess
import sys

import pytest
from rich.console import Console

from source.cli import tuning_table, tuning_view
from source.cli.terminal import Progress
from source.cli.tuning_view import TuningView
from source.core import config
from source.tuning import Status
from tests.support.tunings import DEFAULT, settings_of, trial, tuning

SIZES = [(120, 40), (80, 24), (40, 24), (25, 6), (8, 3)]
CODE = re.compile(r"\x1b\[(\d*)([A-Za-z])|\x1b\[[0-9;?]*[a-zA-Z]|(.)", re.DOTALL)


def status(document=None, **more):
    trials = tuple((document or tuning(8))["trials"])
    finished = sum(row["state"] != "running" for row in trials)
    values = {"wanted": 30, "trials": trials, "finished": finished, "seconds": 480.0, "seconds_left": 1260.0}
    return Status(**values | more)


class Screen:
    """What a terminal shows that is given text and the few codes that are used; resized, it breaks lines anew."""

    def __init__(self, columns):
        self.columns, self.row = columns, 0
        self.rows = [["", False]]  # text, and whether it goes on in the next row

    def feed(self, text):
        for number, letter, character in CODE.findall(text):
            if letter == "A":
                self.row = max(0, self.row - int(number))
            elif letter == "K":
                self.rows[self.row] = ["", False]
            elif character == "\n":
                self._next_row()
            elif character and character != "\r":
                if len(self.rows[self.row][0]) == self.columns:
                    self.rows[self.row][1] = True
                    self._next_row()
                self.rows[self.row][0] += character

    def _next_row(self):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append(["", False])

    def resize(self, columns):
        lines, whole = [], ""
        for text, goes_on in self.rows[: self.row + 1]:  # below it nothing is shown
            whole += text
            if not goes_on:
                lines, whole = [*lines, whole], ""
        self.columns, self.rows = columns, []
        for line in lines:
            self.rows += [
                [line[at : at + columns], at + columns < len(line)] for at in range(0, len(line) or 1, columns)
            ]
        self.row = len(self.rows) - 1

    def shown(self):
        return [text.rstrip() for text, _ in self.rows if text.strip()]


class Terminal(io.StringIO):
    """A stream in front of a `Screen`."""

    def __init__(self, columns=80, encoding="utf-8"):
        super().__init__()
        self.screen, self.encoded = Screen(columns), encoding

    @property
    def encoding(self):
        return self.encoded

    def isatty(self):
        return True

    def write(self, text):
        text.encode(self.encoded)
        self.screen.feed(text)
        return super().write(text)


def live(columns=80, rows=24, encoding="utf-8", **environment):
    """A view on a terminal of its own that redraws at every call."""
    terminal = Terminal(columns, encoding)
    how = {"width": columns, "height": rows, "legacy_windows": False, "_environ": {"TERM": "xterm"} | environment}
    return TuningView("audio", Console(file=terminal, force_terminal=True, **how)), terminal


@pytest.fixture
def always(monkeypatch):
    """Every call redraws."""
    monkeypatch.setattr(tuning_view, "SECONDS_BETWEEN_DRAWINGS", 0)


# --- The live table ----------------------------------------------------------------------------------------------


def test_the_table_has_what_a_person_wants_to_know(always):
    view, terminal = live(120, 40)
    document = tuning(16, ("complete", "complete", "running", "failed", "pruned"))
    view.status(status(document))
    view.batch(12, 40)
    shown = terminal.screen.shown()
    best = [row for row in document["trials"] if row["state"] == "complete"]
    assert shown[0].startswith("Tuning audio: 13 of 30 trials, best ") and shown[0].endswith("8 min, about 21 min left")
    assert f"best {100 * best[0]['val_uar']:.1f} % (trial {best[0]['trial']})" in shown[0]
    assert shown[1].split()[:4] == ["trial", "UAR", "epochs", "architecture"]
    numbers = [int(re.findall(r"\d+", line)[0]) for line in shown[2:-1]]
    assert numbers == [row["trial"] for row in best[:5]] + [2, 7, 12], "the five best, then the running ones"
    assert shown[2].startswith("best") and best[0]["settings"]["architecture"] in shown[2]
    running = next(row for row in document["trials"] if row["trial"] == 7)
    assert f"running      7  {100 * running['val_uar']:.1f} %  3 of 20" in shown[-3]
    assert shown[-1].startswith("batch 12 of 40 ━")


@pytest.mark.parametrize("columns, rows", SIZES)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
@pytest.mark.parametrize("trials", [0, 1, 60])
def test_it_fits_any_terminal_and_leaves_it_clean(always, columns, rows, encoding, trials):
    view, terminal = live(columns, rows, encoding)
    with view:
        for done in (1, 2):
            view.status(status(tuning(trials, ("complete", "running", "pruned", "failed"))))
            view.batch(done, 40)
            shown = terminal.screen.shown()
            assert len(shown) < rows and max(map(len, shown)) < columns
    assert terminal.screen.shown() == []


def test_sentences_stay_above_the_table(always):
    view, terminal = live(60)
    with view:
        view.notify("Before the first trial.")
        view.status(status())
        for number in range(3):
            view.notify(f"[bold]Confirming {number}, with a path/of/a/file.")
            view.batch(number, 3)
        assert terminal.screen.shown()[4].startswith("Tuning audio")
    said = ["Before the first trial.", *(f"[bold]Confirming {number}, with a path/of/a/file." for number in range(3))]
    assert terminal.screen.shown() == said


def test_a_resized_terminal_is_not_torn(always, monkeypatch):
    view, terminal = live(120, 40)
    panel = view.shown.panel
    with view:
        for columns in (120, 50, 33, 90):
            view.notify(f"{columns} columns.")
            monkeypatch.setattr(panel, "_measure", lambda size=(columns, 40): setattr(panel.console, "size", size))
            terminal.screen.resize(columns)
            view.status(status(tuning(20, ("complete", "running"))))
            assert sum(line.startswith("Tuning audio") for line in terminal.screen.shown()) == 1
            assert sum(line.startswith("best   ") for line in terminal.screen.shown()) == 1
    assert terminal.screen.shown() == [f"{columns} columns." for columns in (120, 50, 33, 90)]


def test_without_a_running_trial_a_line_says_how_far_the_training_is(always):
    view, terminal = live(40)
    view.status(status(seconds_left=0.0))
    assert not any("batch" in line for line in terminal.screen.shown())
    view.batch(1_200, 4_000)
    assert "batch 1,200 of 4,000" in terminal.screen.shown()[-1]
    assert not any("left" in line for line in terminal.screen.shown()), "what comes after the trials is not in it"
    view.batch(0, 0)
    assert not any("batch" in line for line in terminal.screen.shown())


def test_many_running_trials_do_not_fill_the_screen(always):
    view, terminal = live()
    view.status(status(tuning(30, ("running",))))
    assert sum(line.startswith("running") for line in terminal.screen.shown()) == tuning_table.MOST_RUNNING
    assert terminal.screen.shown()[-1] == "and 24 more running"


def test_it_is_drawn_four_times_a_second_at_most():
    view, terminal = live()
    view.status(status())
    first = terminal.getvalue()
    for done in range(1000):
        view.batch(done, 1000)
        view.status(status())
    assert terminal.getvalue().count("Tuning audio") < first.count("Tuning audio") + 12  # the calls take time, too
    view.notify("Always.")
    assert "Always." in terminal.screen.shown() and "batch 999 of 1,000" in terminal.screen.shown()[-1][:20]


@pytest.mark.parametrize("environment, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_those_who_want_them(always, environment, coloured):
    view, terminal = live(**environment)
    view.status(status())
    assert bool(re.search(r"\x1b\[3\d", terminal.getvalue())) == coloured


@pytest.mark.parametrize("shown", [tuning(0), tuning(3, ("failed",)), tuning(1, ("running",))])
def test_there_need_not_be_a_best(always, shown):
    view, terminal = live()
    row = trial(5, "running", uar=0.5, val_uar=None, epochs=0, of=None)
    view.status(status(shown | {"trials": [*shown["trials"], row]}, seconds_left=None))
    assert terminal.screen.shown()[0].endswith("of 30 trials, 8 min")
    assert terminal.screen.shown()[-1].split()[:5] == ["running", "5", "0", "of", "?"]


# --- Which settings are shown ------------------------------------------------------------------------------------


def test_the_settings_that_tell_most_come_first():
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


# --- Plain lines -------------------------------------------------------------------------------------------------


def test_a_line_for_each_newly_finished_trial(capsys):
    before = trial(0, uar=0.64)
    rows = [before, trial(7, uar=0.631), trial(8, "pruned", uar=0.401), trial(9, "failed", why="Too\nlarge. "),
            trial(10, "running"), trial(11, "failed", why=""), trial(12, "pruned", val_uar=None, epochs=1)]  # fmt: skip
    with TuningView("audio") as view:
        view.status(status(tuning(0, trials=[before])))
        view.notify("A sentence.")
        for _ in range(2):
            view.status(status(tuning(0, trials=rows)))
            view.batch(3, 4)
    out, shown = capsys.readouterr()
    rest = "6 of 30 finished; best 64.0 % (trial 0); about 21 min left"
    assert out == "" and shown.splitlines() == [
        "A sentence.",
        f"trial 7: UAR 63.1 %, 12 epochs, 41 s; {rest}",
        f"trial 8: given up after 3 epochs at UAR 40.1 %, 41 s; {rest}",
        f"trial 9: failed: Too large; {rest}",
        f"trial 11: failed: nobody knows why; {rest}",
        f"trial 12: given up after 1 epoch, 41 s; {rest}",
    ]


def test_what_is_not_known_is_not_said(capsys):
    view = TuningView("audio")
    view.status(status(tuning(0), seconds_left=None))
    view.status(status(tuning(0, trials=[trial(0, "pruned", uar=0.4)]), seconds_left=None))
    assert capsys.readouterr().err == "trial 0: given up after 3 epochs at UAR 40.0 %, 41 s; 1 of 30 finished\n"


@pytest.mark.parametrize("term, lines", [("xterm", False), ("dumb", True), ("unknown", True)])
def test_a_terminal_that_cannot_redraw_gets_lines(monkeypatch, term, lines):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", term)
    view = TuningView("audio")
    view.status(status(tuning(0)))
    view.status(status(tuning(0, trials=[trial(0)])))
    assert ("\x1b" not in sys.stderr.getvalue()) == lines and ("trial 0: UAR" in sys.stderr.getvalue()) == lines


def test_without_stderr_nothing_is_shown(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    with TuningView("audio") as view:
        view.notify("A sentence.")
        view.status(status(tuning(0)))
        view.status(status())
    assert capsys.readouterr().out == ""


# --- Both --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [lambda view: view.status(status()), lambda view: view.batch(0, 0),
                                  lambda view: view.notify("A sentence.")])  # fmt: skip
@pytest.mark.parametrize("make", [lambda: live()[0], lambda: TuningView("audio")])
def test_a_swallowed_ctrl_c_is_raised_once_more(make, call):
    Progress.interrupted = True
    with make() as view:
        call(view)  # what was pressed before is over
        Progress.interrupted = True
        with pytest.raises(KeyboardInterrupt):
            call(view)
        call(view)


def test_rich_is_loaded_for_a_terminal_only():
    view = "from source.cli.tuning_view import TuningView; TuningView('audio')"
    code = f"import sys; {view}; assert 'rich' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=config.ROOT, stderr=subprocess.DEVNULL)
