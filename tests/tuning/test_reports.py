"""What a person finds of a tuning when it is over: trials.csv, study.json, report.md, the pictures and the terminal."""

import csv
import io
import json
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from source.cli.render import tuning_text
from source.tuning.reports import charts, tables
from source.tuning.reports.charts import slices
from source.tuning.reports.document import verdict_of
from source.tuning.reports.study import PICTURES, report_of_tuning, write_trials, write_tuning
from tests.support.tunings import DEFAULT, RANGES, candidate, confirmed, trial, tuning

STATES = ("complete", "pruned", "failed", "running")
NOTHING_MEASURED = {"none": tuning(0), "failed": tuning(2, ("failed",)), "running": tuning(1, ("running",))}


# --- Files -------------------------------------------------------------------------------------------------------


def read(folder):
    with open(folder / "trials.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("trials", [0, 1, 25])
def test_the_csv_says_what_the_document_says(tmp_path, trials):
    document = tuning(trials, STATES)
    write_trials(tmp_path / "a folder", document)
    rows = read(tmp_path / "a folder")
    assert [int(row["trial"]) for row in rows] == [row["trial"] for row in document["trials"]], "best first"
    for row, said in zip(rows, document["trials"], strict=True):
        for name in tables.TRIALS_COLUMNS:
            kind = type(said[name])
            assert row[name] == "" if said[name] is None else kind(row[name]) == said[name], name
        assert float(row["learning_rate"]) == said["settings"]["learning_rate"], "full precision, to be repeated"
        assert row["use_lexicon"] == str(said["settings"]["use_lexicon"]).lower(), "as --set takes it"
        assert row["epochs"] == str(said["epochs"]) and row["setting_epochs"] == "10", "one is not taken for the other"
        assert row["use_mfcc"] == "true"


def test_the_csv_has_settings_that_not_every_trial_has(tmp_path):
    some = trial(1, settings={"dropout": 0.25, "shape": [8, 16], "nothing": None})
    write_trials(tmp_path, tuning(0, trials=[trial(0), some]))
    with_all, with_some = read(tmp_path)
    assert (with_some["shape"], with_some["nothing"], with_some["learning_rate"]) == ("8,16", "none", "")
    assert with_all["shape"] == "" and list(with_all)[: len(tables.TRIALS_COLUMNS)] == list(tables.TRIALS_COLUMNS)


@pytest.mark.slow
def test_all_files_are_written_and_written_again(tmp_path):
    document = tuning(9, against="milliseconds", confirmation=confirmed())
    folder = tmp_path / "models" / "audio" / "tuning"
    write_tuning(folder, document, "python run.py audio tune")
    made = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert set(made) == {"study.json", "trials.csv", "report.md", *PICTURES}
    assert json.loads(made["study.json"]) == document
    assert all(f"]({name})" in made["report.md"].decode() for name in PICTURES)
    write_tuning(folder, document, "python run.py audio tune")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == made


def test_no_picture_of_an_earlier_study_stays(tmp_path):
    for name in PICTURES:
        (tmp_path / name).write_bytes(b"old")
    write_tuning(tmp_path, tuning(2, ("failed",)), "")
    assert {file.name for file in tmp_path.iterdir()} == {"study.json", "trials.csv", "report.md"}
    assert ".png" not in (tmp_path / "report.md").read_text(encoding="utf-8")


# --- Pictures ----------------------------------------------------------------------------------------------------


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def has(png, colour, least=20):
    """Whether there are that many pixels of a colour, "#rrggbb"."""
    wanted = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return (np.abs(pixels(png) - wanted).max(axis=2) < 8).sum() >= least


@pytest.mark.parametrize("name", NOTHING_MEASURED)
@pytest.mark.parametrize("draw", [charts.history, charts.importances, charts.costs, slices])
def test_without_a_measured_trial_there_is_nothing_to_draw(draw, name):
    assert draw(NOTHING_MEASURED[name]) is None


@pytest.mark.slow
@pytest.mark.parametrize("trials, states", [(1, ("complete",)), (6, ("pruned",)), (12, STATES)])
def test_history_tells_complete_from_pruned(trials, states):
    png = charts.history(tuning(trials, states))
    assert has(png, charts.COMPLETE["color"]) == ("complete" in states)
    assert has(png, charts.PRUNED["color"]) == ("pruned" in states)
    assert has(png, charts.BEST) == ("complete" in states), "a pruned trial is never the best"
    assert charts.COMPLETE["marker"] != charts.PRUNED["marker"]


def test_history_follows_the_best_so_far(monkeypatch):
    """And not the last, nor a pruned one; the trials may come in any order."""
    uars = {0: 0.5, 1: 0.6, 2: 0.55, 4: 0.7}
    rows = [trial(number, uar=uar, settings=None if number == 0 else DEFAULT | {"dropout": number / 10})
            for number, uar in reversed(uars.items())]  # fmt: skip
    axes = drawn(monkeypatch, charts.history, tuning(0, trials=[*rows, trial(3, "pruned", 0.9)], default=DEFAULT))
    (line,) = axes.get_lines()
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([0, 1, 2, 4], [0.5, 0.6, 0.6, 0.7])
    marked = [points for points in axes.collections if points.get_label() == "default"]
    assert [points.get_offsets().tolist() for points in marked] == [[[0, 0.5]]]


def drawn(monkeypatch, draw, document):
    """The first axes of the figure."""
    figures = []
    with monkeypatch.context() as patch:
        patch.setattr(charts, "png_of", figures.append)
        draw(document)
    return figures[0].axes[0]


def test_importances_are_as_long_as_they_are_great(monkeypatch):
    axes = drawn(monkeypatch, charts.importances, tuning(9, importances={"a" * 50: 0.7, "b": 0.3}))
    bars = {bar.get_y(): bar.get_width() for bar in axes.patches}
    assert [bars[y] for y in sorted(bars)] == [0.3, 0.7], "the greatest on top"
    assert charts.importances(tuning(9, importances=None)) is None


@pytest.mark.parametrize("against", [None, "parameters", "milliseconds"])
def test_costs_number_what_no_other_trial_beats(monkeypatch, against):
    document = tuning(20, against=against)
    cost = against or "parameters"
    rows = [row for row in document["trials"] if row["state"] == "complete"]
    beaten = {b["trial"] for a in rows for b in rows
              if a[cost] <= b[cost] and a["uar"] >= b["uar"] and a is not b}  # fmt: skip
    axes = drawn(monkeypatch, charts.costs, document)
    assert {int(text.get_text()) for text in axes.texts} == {row["trial"] for row in rows} - beaten
    assert axes.get_xscale() == "log" and len(axes.get_xticks()) >= 3


def test_costs_that_are_all_the_same_can_be_drawn(monkeypatch):
    rows = [trial(number, uar=0.5 + number / 100, parameters=394_123) for number in range(3)]
    axes = drawn(monkeypatch, charts.costs, tuning(0, trials=rows))
    assert [text.get_text() for text in axes.texts] == ["2"]


def test_slices_have_a_chart_for_each_setting(monkeypatch):
    document = tuning(12, STATES[:3])
    axes = drawn(monkeypatch, slices, document)
    by_name = {chart.get_xlabel(): chart for chart in axes.figure.axes}
    assert set(RANGES) <= set(by_name)
    assert by_name["learning_rate"].get_xscale() == "log" and by_name["dropout"].get_xscale() == "linear"
    assert [text.get_text() for text in by_name["encoder_width"].get_xticklabels()] == ["32", "64", "128"]
    assert sum(len(points.get_offsets()) for points in by_name["dropout"].collections) == 8, "a failed one has no UAR"


def test_slices_keep_the_columns_of_categories_apart(monkeypatch):
    rows = [trial(number, settings={"width": (32, 64)[number % 2]}) for number in range(50)]
    ranges = {"width": {"choices": [32, 64]}, "never_used": {"choices": ["a", "b"]}}
    chart = drawn(monkeypatch, slices, tuning(0, trials=rows, ranges=ranges))
    places = np.concatenate([points.get_offsets() for points in chart.collections])[:, 0]
    assert np.abs(places - places.round()).max() < 0.3 and set(places.round()) == {0, 1}
    assert len(set(places)) == 50, "no two lie on one another"


def test_slices_tell_early_trials_from_late_ones():
    """In colours that are seen on white."""
    shades = charts._darkening()(np.linspace(0, 1, 8))[:, :3]
    light = shades @ (0.2126, 0.7152, 0.0722)
    assert all(a > b for a, b in zip(light, light[1:], strict=False)) and light[0] < 0.75


@pytest.mark.slow
def test_long_names_do_not_make_pictures_of_any_size():
    name, trials = "face.a_very_long_name_of_a_setting_within_settings", 9
    ranges = {name: {"choices": ["an_extremely_long_choice_name" * 2, "another_rather_long_one", "c"]}}
    document = tuning(trials, ("complete",), ranges=ranges)
    for png in (slices(document), charts.importances(document | {"importances": {name: 1.0}})):
        assert max(pixels(png).shape) < 1500


def test_numbers_of_an_axis_are_short():
    assert [charts.short_number(value) for value in (394_000, 2_500_000, 0.0005, 64, 1.5)] == [
        "394k", "2.5M", "0.0005", "64", "1.5"
    ]  # fmt: skip


# --- The report --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trials", [0, 1, 8, 60])
@pytest.mark.parametrize("against", [None, "parameters"])
def test_a_report_of_any_tuning(trials, against):
    document = tuning(trials, STATES, against)
    said = report_of_tuning(document, "python run.py audio tune --trials 8")
    assert "python run.py audio tune --trials 8" in said and "RAVDESS (860 train, 240 val)" in said
    assert (document["train"] in said) == bool(document["best"]), "no command that could not be run"
    assert ("two objectives" in said) == bool(document["front"])
    assert "None" not in said and "nan" not in said and "{" not in said
    assert cells_fit(said) and said.count("\n| architecture |") >= 1


def cells_fit(markdown):
    """Whether all rows of each table have as many cells as its first."""
    tables_ = [part.splitlines() for part in markdown.split("\n\n") if part.startswith("| ")]
    return tables_ and all(len({line.replace("\\|", "").count("|") for line in lines}) == 1 for lines in tables_)


def test_a_report_names_what_was_searched_and_how():
    said = report_of_tuning(tuning(9, clips=500, pruner="hyperband", seed=3), "")
    for words in ("TPE", "seed 3", "Hyperband", "**UAR on the val split**", "test split was not read",
                  "at most 500 clips", "9 trials: 6 complete, 3 pruned", "| 0.0005 to 0.005, logarithmic | 0.0015 |",
                  "`epochs=10`", "`use_mfcc=true`", "0 (default)"):  # fmt: skip
        assert words in said, words
    assert "To repeat" not in said, "where nobody typed a command there is none"


def test_a_report_of_a_confirmed_best():
    said = report_of_tuning(tuning(40, confirmation=confirmed()), "")
    row = "| trial 7 | 61.0 ± 3.4 % | 63.0 ± 1.0 % | +1.2 (-0.4 to +2.9) | 0.031 |"
    assert row in said and said.index(row) < said.index("| default |") < said.index("| trial 3 |")
    for words in ("Nadeau & Bengio 2003", "p is multiplied by 3", "optimistic", "best of 40 trials", "seeds 0, 1, 2",
                  "first of these seeds", "cut into 5 folds", "1,260"):  # fmt: skip
        assert words in said, words
    assert "Not confirmed" not in said and "same person" not in said and "gives other figures" not in said


def test_a_tuning_on_some_clips_does_not_promise_what_train_gives():
    said = report_of_tuning(tuning(9, confirmation=confirmed(), clips=500), "")
    assert "at most 500 clips" in said and "gives other figures" in said


def test_a_report_says_that_speakers_are_not_known():
    said = report_of_tuning(tuning(9, confirmation=confirmed(speakers=False)), "")
    assert "the same person may be in training and in the fold" in said and "Nobody in it" not in said


def test_one_comparison_is_not_called_several():
    found = confirmed(candidates=[candidate(7), candidate(0, default=True)], seeds=[4])
    said = report_of_tuning(tuning(9, confirmation=found), "")
    assert "Bonferroni" not in said and "with seed 4;" in said and "first of these seeds" not in said
    alone = confirmed(candidates=[candidate(0, default=True)])
    assert "no difference to test" in report_of_tuning(tuning(9, confirmation=alone), "")


def test_an_unconfirmed_best_is_said_to_be_one():
    assert "**Not confirmed.**" in report_of_tuning(tuning(9), "")


@pytest.mark.parametrize("complete, few", [(19, True), (20, False)])
def test_importances_of_few_trials_come_with_a_warning(complete, few):
    said = report_of_tuning(tuning(complete, ("complete",)), "")
    assert f"from {complete} complete trials" in said and ("These are few" in said) == few


def test_failed_trials_are_listed_with_their_reason():
    said = report_of_tuning(tuning(30, ("failed",)), "")
    assert "## Failed trials (30)" in said and "* Trial 0: Settings | that cannot be.\n" in said
    assert said.count("cannot be.") == 20 and "And 10 more" in said


# --- The terminal ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trials, more", [(0, {}), (1, {}), (60, {}), (60, {"confirmation": confirmed()})])
def test_the_terminal_has_it_in_80_columns(monkeypatch, trials, more):
    monkeypatch.setenv("COLUMNS", "80")
    document = tuning(trials, ("complete", "pruned"), **more)
    document["verdict"] = verdict_of(document)
    lines = tuning_text(document).splitlines()
    assert max(map(len, lines[1:]), default=0) <= 80, "the verdict is wrapped where there is a terminal"
    assert (lines[-1] == f"  {document['train']}") == bool(trials)
    assert any("onfirmed" in line for line in lines) == (bool(trials) and not more)
    assert sum(line.startswith(("trial ", "default ")) for line in lines) == (4 if more else min(trials, 1))


def test_wide_numbers_fit_too():
    held = {"difference": -0.1234, "ci95": [-0.2345, -0.1012], "p": 0.00001}
    found = confirmed(candidates=[candidate(1234, against=held), candidate(0, default=True)])
    lines = tuning_text(tuning(9, confirmation=found)).splitlines()
    assert max(map(len, lines[1:])) <= 80 and any("< 0.001" in line for line in lines)


def test_the_default_is_the_trial_with_the_default_s_settings():
    document = tuning(8)
    found = [row["trial"] for row in document["trials"] if tables.is_default(document, row)]
    assert found == [0] and not any(tables.is_default(document | {"default": {}}, row) for row in document["trials"])


def test_columns_are_never_the_same_for_two_things():
    columns = tables.trial_columns(tuning(8))
    assert not any(a == b for a, b in combinations(columns, 2))


def test_the_terminal_shows_what_a_pareto_study_is_for():
    document = tuning(12, ("complete",), against="parameters")
    said = tuning_text(document)
    for number in document["front"]:
        row = next(row for row in document["trials"] if row["trial"] == number)
        assert any(line.split()[:1] == [str(number)] and f"{row['parameters']:,}" in line for line in said.splitlines())
    assert document["front"] and "parameters" in said
