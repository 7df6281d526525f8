"""Reports, cards and charts say what the run's data says, and files are whole or not there."""

import csv
import json
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
from PIL import Image

import source
from source.core import config
from source.core.figure import PALETTE, ink_on, label_colours
from source.core.files import new_folder, write_whole
from source.core.markdown import format_value, table
from source.core.spec import spec_of
from source.evaluation.metrics import measure
from source.evaluation.reports import charts, model_card, writing
from source.evaluation.reports.testing import report_of_test
from source.training.checkpoint import Trained
from source.training.loop import Epoch
from tests.face.test_predict import toy_trained
from tests.support.toy import TOYS

LABELS = config.EMOTIONS
PNG = b"\x89PNG"
HISTORY = [Epoch(i, 2 - i / 5, 1.9 - i / 9, 0.3 + i / 50, 0.2 + i / 40, 1e-3 / (i + 1), 12.5) for i in range(8)]


@pytest.fixture
def no_drawing(monkeypatch):
    """Leave the charts out: they take half a second each, and have a test of their own."""
    for name in ("confusion_matrix", "learning_curves", "reliability_diagram"):
        monkeypatch.setattr(charts, name, lambda *_: PNG)


def metrics_of(count=300, labels=LABELS, **options):
    draw = np.random.default_rng(0)
    truth = draw.integers(0, len(labels), count)
    logits = draw.normal(size=(count, len(labels))) + 2 * np.eye(len(labels))[truth]
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    defaults = {"split": "test", "not_sure_below": 0.4, "uncalibrated": shares**2 / (shares**2).sum(1, keepdims=True)}
    return measure(shares, truth, labels, **(defaults | options))


def trained_with(**training):
    trained = toy_trained()
    facts = {"seed": 3, "date": "2026-01-02", "seconds": 77.0, "command": "python run.py face train --seed 3"}
    data = {"train": {"FER2013": {"happy": 5, "sad": 4}, "mine": {"happy": 1}}}
    header = replace(
        trained.header, training=facts | training, data=data, metrics={"val": metrics_of(split="val").to_dict()}
    )
    return replace(trained, header=header)


def size_of(file):
    with Image.open(file) as image:
        image.load()
        return image.size


def test_a_training_leaves_history_curves_and_card(tmp_path, no_drawing):
    writing.write_training(tmp_path / "face", trained_with(), HISTORY, metrics_of(split="val"))
    made = {file.name for file in (tmp_path / "face").iterdir()}
    assert made == {"history.csv", "learning_curves.png", "confusion_matrix_val.png", "model_card.md"}
    with (tmp_path / "face" / "history.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 8 and float(rows[3]["val_uar"]) == HISTORY[3].val_uar and rows[0]["epoch"] == "0"


def test_a_test_leaves_metrics_pictures_and_report(tmp_path, no_drawing):
    metrics = metrics_of()
    writing.write_test(tmp_path / "test_test", trained_with(), metrics, {"a.png": "a.png is empty."}, "python run.py x")
    folder = tmp_path / "test_test"
    assert {file.name for file in folder.iterdir()} == {
        "metrics.json", "confusion_matrix.png", "reliability.png", "report.md"
    }  # fmt: skip
    document = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert document["confusion"] == metrics.confusion and document["unreadable"] == {"a.png": "a.png is empty."}
    text = (folder / "report.md").read_text(encoding="utf-8")
    scores = (metrics.accuracy, metrics.uar, metrics.macro_f1, metrics.weighted_f1, metrics.ece, metrics.ece_before)
    for value in (*scores, *metrics.ci95["accuracy"], *metrics.ci95["uar"], *metrics.ci95["macro_f1"]):
        assert f"{value:.1%}".replace("%", " %") in text
    for words in ("python run.py x", "300 clips of test", "is empty", f"{metrics.coverage:.1%}"[:-1], "40.0 %"):
        assert words in text
    for label in LABELS:
        assert f"| {label} |" in text
    assert not (tmp_path / "model_card.md").exists()  # there is no model beside this test


@pytest.mark.parametrize("disjoint, words", [(True, "None of the people"), (False, "too good"), (None, "unknown")])
def test_the_report_says_whether_people_were_new(disjoint, words):
    document = metrics_of(speakers_disjoint=disjoint).to_dict()
    assert words in report_of_test(document, toy_trained().header, "", 0.4)


def test_a_report_of_several_corpora_and_of_a_label_that_never_occurs():
    corpora = ["one", "two"] * 20
    document = metrics_of(40, labels=("a", "b"), groups={"corpus": corpora}).to_dict()
    text = report_of_test(document, toy_trained().header, "", 0.4)
    assert "## Each corpus" in text and "| one | 20 |" in text and "## Each sex" not in text
    lone = measure(np.eye(3)[[0, 0]], np.array([0, 0]), ("a", "b", "c"), not_sure_below=0.4, split="x").to_dict()
    assert "| c | 0.0 % | 0.0 % | 0.0 % | 0 |" in report_of_test(lone, toy_trained().header, "", 0.4)


def test_speakers_are_listed_worst_first_with_their_spread_and_the_unknown_are_counted():
    speakers = [f"s{i % 50}" for i in range(400)]
    document = metrics_of(400, groups={"sex": ["female", "male", "", ""] * 100, "speaker": speakers}).to_dict()
    text = report_of_test(document, toy_trained().header, "", 0.4)
    uars = {name: part["uar"] for name, part in document["within"]["speaker"].items()}
    listed = [
        line.split(" | ")[0][2:] for line in text.splitlines() if line.startswith("| s") and "speaker" not in line
    ]
    listed = [name for name in listed if name in uars]
    assert len(listed) == 40 and [uars[name] for name in listed] == sorted(uars.values())[:40]
    for value in (min(uars.values()), float(np.median([*uars.values()])), max(uars.values())):
        assert f"{value:.1%}".replace("%", " %") in text.partition("UAR of the 50 speakers")[2].partition("\n")[0]
    assert "Not in the table: 200 clips whose sex is unknown." in text and "whose speaker" not in text


def test_the_card_breaks_down_by_sex_and_corpus_but_names_no_speaker(tmp_path):
    parts = {
        "corpus": ["one", "two"] * 150,
        "sex": ["female"] * 150 + ["male"] * 150,
        "speaker": ["ann", "bob", "cy"] * 100,
    }
    trained = trained_with().with_metrics(val=metrics_of(split="val", groups=parts).to_dict())
    writing.write_card(tmp_path, trained)
    card = (tmp_path / "model_card.md").read_text(encoding="utf-8")
    assert "| female | 150 |" in card and "| two | 150 |" in card and "UAR of the 3 speakers" in card
    assert "ann" not in card.split("## How good it is")[1].split("## Limits")[0]


def test_a_report_in_which_nothing_was_answered():
    document = metrics_of(not_sure_below=1.1).to_dict()
    assert "0.0 % of the clips get an answer." in report_of_test(document, toy_trained().header, "", 0.4)


COMPARISON = "<!-- of the training of 2026-01-02, seed 3 -->\n| pixels only | 60.1 % |\n"


def test_the_card_says_all_it_must(tmp_path, no_drawing):
    trained = trained_with()
    (tmp_path / "comparison.md").write_text(COMPARISON)
    writing.write_training(tmp_path, trained, HISTORY, metrics_of(split="val"))
    writing.write_test(tmp_path / "test_test", trained, metrics_of(), {}, "")
    card = (tmp_path / "model_card.md").read_text(encoding="utf-8")
    for words in (
        "2024/1689, Article 5(1)(f)", "*display*", "not measured", "FER2013: pictures collected from the web",
        "python run.py face train --seed 3", "### test", "### val", "| pixels only | 60.1 % |", "`vgg`", "2026-01-02",
        "test_test/confusion_matrix.png", "learning_curves.png", f"{trained.parameters:,}", "| seed | 3 |",
        "| train | FER2013 | 5 | 4 | 9 |",
    ):  # fmt: skip
        assert words in card, words
    assert "source/" not in card and str(tmp_path) not in card


def test_the_card_leaves_out_tests_and_comparisons_of_an_earlier_model(tmp_path, no_drawing):
    (tmp_path / "comparison.md").write_text(COMPARISON)
    writing.write_training(tmp_path, trained_with(), HISTORY, metrics_of())
    writing.write_test(tmp_path / "test_test", trained_with(), metrics_of(), {}, "")
    assert "### test" in (tmp_path / "model_card.md").read_text(encoding="utf-8")
    writing.write_training(tmp_path, trained_with(seed=4), HISTORY, metrics_of())
    card = (tmp_path / "model_card.md").read_text(encoding="utf-8")
    assert "### test" not in card and "pixels only" not in card


@pytest.mark.parametrize("model", source.MODELS)
def test_a_card_names_the_limits_of_its_model_and_of_no_other(tmp_path, model):
    toy = TOYS[model]
    header = replace(toy_trained().header, model=model, settings=asdict(toy.settings))
    writing.write_card(tmp_path, Trained(toy.spec, toy.settings, toy.spec.build(toy.settings, 7), header))
    limits = (tmp_path / "model_card.md").read_text(encoding="utf-8").split("## Limits")[1]
    assert all(sentence in limits for sentence in model_card.LIMITS)
    for other in map(spec_of, source.MODELS):
        assert other.limits and all((sentence in limits) == (other.name == model) for sentence in other.limits)


def test_a_card_of_a_model_that_knows_little(tmp_path):
    writing.write_card(tmp_path, toy_trained())
    assert "## Limits" in (tmp_path / "model_card.md").read_text(encoding="utf-8")


def test_tables():
    assert table([]) == ""
    assert table([{"a": 1.23456, "b": "x|y\nz"}, {"a": (1, 2.0)}]).splitlines() == [
        "| a | b |", "|---|---|", "| 1.235 | x\\|y z |", "| 1, 2 |  |"
    ]  # fmt: skip
    assert format_value(("a", 3)) == "a, 3"


@pytest.mark.slow
def test_charts_are_pictures_and_the_same_each_time(tmp_path):
    metrics, rows = metrics_of(60), [vars(epoch) for epoch in HISTORY]
    for draw in (
        lambda: charts.confusion_matrix(metrics.confusion, LABELS, "title"),
        lambda: charts.reliability_diagram({"at home": metrics.reliability, "strangers": metrics.reliability[:1]}),
        lambda: charts.learning_curves(rows, 1),
    ):
        first, second = draw(), draw()
        assert first == second and first.startswith(PNG)
        assert min(size_of(write_whole(tmp_path / "chart.png", first))) > 300


def test_a_chart_of_a_single_epoch_or_of_two_labels(tmp_path):
    charts.learning_curves([vars(HISTORY[0])], HISTORY[0].epoch)
    charts.confusion_matrix([[1, 2], [0, 4]], ("yes", "no"), "title")


@pytest.mark.slow
def test_charts_touch_no_global_state_of_matplotlib():
    code = (
        "import sys; from source.evaluation.reports import charts, writing; assert 'matplotlib' not in sys.modules;"
        "charts.confusion_matrix([[1, 2], [3, 4]], ('a', 'b'), ''); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=config.ROOT, env={"PATH": "", "MPLBACKEND": "TkAgg"})


def test_labels_keep_their_colours_and_are_readable():
    assert len(set(label_colours(LABELS).values())) == len(LABELS) <= len(PALETTE)
    assert len(label_colours([f"label {i}" for i in range(20)])) == 20
    for colour in PALETTE:
        assert _contrast(colour, ink_on(colour)) > 4  # WCAG asks 4.5 of small letters, 3 of large ones


def _contrast(colour, ink):
    def luminance(hex_colour):
        channels = np.array([int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ (0.2126, 0.7152, 0.0722)

    light, dark = sorted((luminance(colour), luminance({"black": "#000000", "white": "#ffffff"}[ink])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_files_are_whole_or_not_there(tmp_path, monkeypatch):
    write_whole(tmp_path / "a.txt", "old")
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            write_whole(tmp_path / "a.txt", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"] and (tmp_path / "a.txt").read_text() == "old"
    write_whole(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_a_file_name_that_is_no_text_still_gives_json(tmp_path):
    write_whole(tmp_path / "a.json", json.dumps({"source": "caf\udce9.png"}, ensure_ascii=False))
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"source": "caf\udce9.png"}


def test_new_folders_are_new(tmp_path):
    names = [new_folder(tmp_path / "out", name).name for name in ("a", "a", "b.c", "a")]
    assert names == ["a", "a_2", "b.c", "a_3"]
