"""Leave one corpus out: nobody of it in training, a calibration that did not see it, and ordinary speech beside it."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import recall_score

import source.face
from source import api
from source.api.data import open_dataset
from source.cli.render import validation_text
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data.clips import Clip
from source.data.corpora import corpus_named
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.data.store import Manifest, StoreWriter, fingerprint
from source.evaluation import baselines, resampling
from source.evaluation.cross_validation import held_out, strangers
from source.evaluation.cross_validation.left_out import Roles, leave_out, roles_of, without_test
from source.evaluation.cross_validation.strangers import LeftOut, surest_accuracy
from source.evaluation.metrics import fit_temperature, measure
from source.evaluation.reports import charts
from source.training.loop import Epoch, Fit
from source.training.scores import softmax
from tests.support.toy import SIDE, face_arrays

TOY = ("widths=4,8", "depths=1,1", "shape_width=8", f"image_side={SIDE}", "batch_size=16", "epochs=1")
SEVEN = grouping_named("seven")


def acted(corpus, speakers, each=7, emotions=config.EMOTIONS):
    return [
        Clip(Path(f"{corpus}_{name}_{i}.png"), corpus, i, emotions[i % len(emotions)], speaker=f"{corpus} {name}")
        for name in speakers
        for i in range(each)
    ]


def ordinary(speakers, each=2, corpus="ordinary"):
    """Clips of which two each were cut from one recording."""
    return [
        Clip(Path(f"{name}_{i}.png"), corpus, i, "neutral", speaker=str(name), original="ordinary",
             source=f"{name}_{i // 2}.mp3")
        for name in speakers
        for i in range(each)
    ]  # fmt: skip


def store_of(corpus, clips):
    """A preprocessed corpus of these clips in the data folder."""
    folder = config.DATA_FOLDER / "preprocessed_face_data" / corpus
    writer = StoreWriter(folder, Manifest("face", {"image_side": SIDE}, fingerprint(clips)))
    writer.append(clips, face_arrays(len(clips), seed=len(clips)), {})
    writer.finish()


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Three corpora, one of them with fewer emotions, and ordinary speech of 16 people."""
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    store_of("one", acted("one", "abcd"))
    store_of("two", acted("two", "xyz", emotions=("angry", "sad", "neutral")))
    store_of("three", acted("three", ["alone"]))
    store_of("ordinary", ordinary(range(16)))
    for name in ("confusion_matrix", "reliability_diagram"):
        monkeypatch.setattr(charts, name, lambda *_: b"")
    monkeypatch.setattr(baselines, "TREES", 5)
    return tmp_path


@pytest.fixture
def runs(monkeypatch):
    """Trainings that end at once, with weights that their seed and their clips decide; their clips."""
    trained_on = []

    def fit(spec, settings, train, val, folder, *, seed, on_batch):
        trained_on.append(train.clips)
        torch.manual_seed(seed + len(train))
        network = spec.build(settings, len(train.grouping.labels))
        return Fit([Epoch(1, 1.0, 1.0, 0.5, 0.5, 0.1, 1.0)], network.state_dict())

    monkeypatch.setattr(held_out, "fit", fit)
    return trained_on


@pytest.fixture
def told(monkeypatch):
    """The face model under two conditions; under the second one it is told the answer by a blendshape."""

    def tell(inputs, labels, rows):
        return inputs | {"blendshapes": 1000.0 * torch.nn.functional.one_hot(torch.as_tensor(labels), 52).half()}

    spec = replace(spec_of("face"), conditions=lambda part, _: {"by itself": part, "told": part.with_transform(tell)})
    monkeypatch.setattr(source.face, "SPEC", spec)


def opened(corpora, split=None):
    return open_dataset(spec_of("face"), api.configured("face", TOY), corpora, split, SEVEN)


# --- Scores from sums --------------------------------------------------------------------------------------------


def made_up(count=400, seed=0, classes=5):
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, classes - 1, count)  # the last label never occurs
    return softmax(draw.normal(size=(count, classes)) + 1.5 * np.eye(classes)[truth]), truth


@pytest.mark.parametrize("seed", range(5))
def test_scores_of_sums_are_those_of_a_test(seed):
    probabilities, truth = made_up(seed=seed)
    sums = resampling.clip_sums(probabilities, truth, 0.4).sum(0)
    expected = measure(probabilities, truth, "abcde", not_sure_below=0.4)
    found = resampling.scores_of_sums(sums, 5)
    for name in resampling.SCORES:
        assert found[name] == pytest.approx(getattr(expected, name)), name
    recall = recall_score(truth, probabilities.argmax(1), average="macro", labels=np.unique(truth))
    assert found["uar"] == pytest.approx(recall)
    assert resampling.confusion_of_sums(sums, 5) == expected.confusion
    bins = zip(resampling.reliability_of_sums(sums, 5), expected.reliability, strict=True)
    assert all(found == pytest.approx(wanted) for found, wanted in bins)


def test_an_interval_is_over_people_and_as_wide_as_a_bootstrap_by_hand():
    probabilities, truth = made_up(300)
    people = [f"p{i % 10}" for i in range(300)]
    truth[::10] = 0  # one person is unlike the others
    sums = resampling.clip_sums(probabilities, truth, 0.4)
    drawn = resampling.scores_of_sums(resampling.drawn_sums(sums, people), 5)["accuracy"]
    draw, right = np.random.default_rng(7), (probabilities.argmax(1) == truth).reshape(30, 10)
    by_hand = [right[:, draw.integers(0, 10, 10)].mean() for _ in range(3000)]
    assert resampling.interval(drawn) == pytest.approx(np.percentile(by_hand, (2.5, 97.5)).tolist(), abs=0.015)
    of_clips = resampling.scores_of_sums(resampling.drawn_sums(sums, None), 5)["accuracy"]
    assert np.ptp(resampling.interval(of_clips)) < np.ptp(resampling.interval(drawn))


def test_nothing_answered_is_no_accuracy():
    probabilities, truth = made_up(20)
    sums = resampling.clip_sums(probabilities, truth, 1.1)
    drawn = resampling.scores_of_sums(resampling.drawn_sums(sums, None), 5)["selective_accuracy"]
    assert np.isnan(resampling.scores_of_sums(sums.sum(0), 5)["selective_accuracy"])
    assert resampling.interval(drawn) is None


def test_the_surest_answers_are_those_of_highest_confidence():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.55, 0.45], [0.7, 0.3]])
    assert surest_accuracy(probabilities, np.array([0, 0, 0, 1, 0]), 0.6) == pytest.approx(2 / 3)


# --- What is left out --------------------------------------------------------------------------------------------


def test_what_is_left_out_and_what_is_always_trained_on(house, monkeypatch):
    store_of("happy", acted("happy", "ab", emotions=("happy",)))
    dataset = opened(["one", "two", "three", "happy", "ordinary"])
    roles = roles_of(dataset)
    assert list(roles.left_out) == ["one", "two", "three"]
    kept, asked = ([dataset.clips[row] for row in rows] for rows in (roles.always, roles.ordinary))
    assert {clip.corpus for clip in kept} == {"happy", "ordinary"} and asked
    people = [{clip.speaker for clip in clips if clip.corpus == "ordinary"} for clips in (kept, asked)]
    assert not people[0] & people[1] and len(people[0] | people[1]) == 16
    every = np.concatenate([roles.acted, roles.always, roles.ordinary])
    assert sorted(every) == list(range(len(dataset)))
    monkeypatch.setattr(corpus_named("two"), "MAY_BE_LEFT_OUT", False, raising=False)  # of all without a file
    assert not roles_of(dataset).left_out


def test_the_test_split_is_kept_out_of_what_is_chosen(house):
    dataset = without_test(opened(["one", "ordinary"]).stores, SEVEN)
    test = opened(["one", "ordinary"], "test")
    assert len(test) and not {clip.path for clip in dataset.clips} & {clip.path for clip in test.clips}
    assert len(dataset) + len(test) == 28 + 32
    some, paths = without_test(dataset.stores, SEVEN, 5), {clip.path for clip in dataset.clips}
    assert [clip.corpus for clip in some.clips] == ["one"] * 5 + ["ordinary"] * 5
    assert {clip.path for clip in some.clips} < paths


def test_nobody_of_a_corpus_left_out_is_in_training(house, runs):
    dataset = opened(["one", "two", "three", "ordinary"])
    roles = roles_of(dataset)
    trials = held_out.Trials(spec_of("face"), api.configured("face", TOY), dataset, None, api.silent, api.silent)
    for (corpus, answers), clips in zip(leave_out(trials, roles, 3), runs, strict=False):
        used, asked = {clip.path for clip in clips}, {dataset.clips[row].path for row in roles.ordinary}
        assert {clip.corpus for clip in clips} == {"one", "two", "three", "ordinary"} - {corpus}
        assert not used & asked and len(answers.first) == len(roles.left_out[corpus]) + len(roles.ordinary)
        assert len(used) == len(clips) == len(roles.acted) - len(roles.left_out[corpus]) + len(roles.always)
    assert len(runs) == 3 and not config.MODELS_FOLDER.exists()


# --- What is made of the answers ---------------------------------------------------------------------------------


def left_out_by_hand(sure=(1.0, 1.0, 6.0), sizes=(200, 1000, 300), seed=0):
    """Answers of which the third corpus's are far too sure."""
    draw = np.random.default_rng(seed)
    clips = [clip for k, size in enumerate(sizes) for clip in acted(f"c{k}", range(size // 20), 20)]
    clips += ordinary(range(30), 4)
    dataset = opened_by_hand(clips)
    edges = np.cumsum([0, *sizes])
    rows = [np.arange(start, end) for start, end in zip(edges[:-1], edges[1:], strict=True)]
    roles = Roles(
        dataset, dict(zip(("c0", "c1", "c2"), rows, strict=True)), np.array([], int), np.arange(edges[-1], len(clips))
    )
    logits = draw.normal(size=(len(clips), 7)) + 1.5 * np.eye(7)[dataset.labels]
    for part, times in zip(rows, sure, strict=True):
        logits[part] *= times
    return LeftOut(roles, logits, 3 * draw.normal(size=(3, 120, 7)))


def opened_by_hand(clips):
    class Stored:
        manifest, folder = None, Path("by_hand")

        def __init__(self, clips):
            self.clips = tuple(clips)

    return Dataset([Stored(clips)], None, SEVEN)


def test_a_corpus_is_calibrated_by_the_others_each_of_the_same_weight():
    answers = left_out_by_hand()
    assert answers.temperatures["c2"] == pytest.approx(1 / 1.5, rel=0.1)  # of a shift by 1.5 standard deviations
    assert min(answers.temperatures["c0"], answers.temperatures["c1"]) > 1
    found = strangers.figures(answers)
    assert found["corpora"]["c2"]["ece"] > 0.1  # it did not help to choose its own temperature
    small, large = answers.logits[:200], answers.logits[200:1200]
    repeated = np.concatenate([np.repeat(small, 5, 0), large])
    truth = np.concatenate([np.repeat(answers.roles.dataset.labels[:200], 5), answers.roles.dataset.labels[200:1200]])
    assert answers.temperatures["c2"] == pytest.approx(fit_temperature(repeated, truth), rel=1e-3)


def test_a_mean_counts_every_corpus_once_and_its_interval_lies_around_it():
    answers = left_out_by_hand()
    found = strangers.figures(answers)
    for name in (*resampling.SCORES, "surest_accuracy"):
        assert found[name] == pytest.approx(np.mean([part[name] for part in found["corpora"].values()]))
    for part in (found, *found["corpora"].values()):
        low, high = part["ci95"]["uar"]
        assert low < part["uar"] < high
    assert np.ptp(found["ci95"]["uar"]) < np.ptp(found["corpora"]["c0"]["ci95"]["uar"])
    expected = measure(
        answers.probabilities("c1"), answers.roles.dataset.labels[200:1200], SEVEN.labels, not_sure_below=0.4
    )
    assert found["corpora"]["c1"]["uar"] == pytest.approx(expected.uar)
    assert found["corpora"]["c1"]["confusion"] == expected.confusion
    assert sum(bin_["share"] for bin_ in found["reliability"]) == pytest.approx(1)


def test_ordinary_speech_counts_confident_answers_other_than_neutral():
    answers = left_out_by_hand()
    found = strangers.figures(answers)["ordinary"]
    shares = softmax(answers.ordinary_logits / np.array([*answers.temperatures.values()])[:, None, None])
    neutral = config.EMOTIONS.index("neutral")
    false = (shares.max(2) >= config.NOT_SURE_BELOW) & (shares.argmax(2) != neutral)
    whole = shares.reshape(3, 60, 2, 7).mean(2)  # two clips each were cut from one recording
    wholes = (whole.max(2) >= config.NOT_SURE_BELOW) & (whole.argmax(2) != neutral)
    assert (found["clips"], found["recordings"], found["speakers"]) == (120, 60, 30)
    assert found["false_clips"] == pytest.approx(false.mean()) == pytest.approx(sum(found["false_labels"].values()))
    assert found["false_recordings"] == pytest.approx(wholes.mean())
    low, high = found["ci95"]["false_recordings"]
    assert low < found["false_recordings"] < high and "neutral" not in found["false_labels"]


# --- The whole ---------------------------------------------------------------------------------------------------


@pytest.fixture
def validated(house, runs, told):
    corpora = ["one", "two", "three", "ordinary"]
    return api.validate("face", corpora, settings=TOY, folds=0, seeds=2, across=True, notify=lambda _: None)


def test_strangers_alone_can_be_computed_again_from_their_answers(validated, runs):
    assert len(runs) == 2 * 3
    names = {file.name for file in validated.folder.iterdir()}
    assert names == {"validation.json", "report.md", "strangers.csv", "reliability.png"}
    document = json.loads((validated.folder / "validation.json").read_text(encoding="utf-8"))
    assert document["metrics"] is None and not document["rows"]
    with (validated.folder / "strangers.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for condition, measured in document["strangers"]["conditions"].items():
        for seed in (0, 1):
            uars = []
            for corpus in ("one", "two", "three"):
                part = [
                    row for row in rows
                    if (row["corpus"], row["seed"], row["condition"]) == (corpus, str(seed), condition)
                ]  # fmt: skip
                assert {row["left_out"] for row in part} == {corpus}
                said = [max(SEVEN.labels, key=lambda label, row=row: float(row[label])) for row in part]
                truth = [row["truth"] for row in part]
                uars.append(np.mean([np.mean([s == t for s, t in zip(said, truth, strict=True) if t == label])
                                     for label in set(truth)]))  # fmt: skip
            assert measured["over_seeds"]["uar"]["each"][seed] == pytest.approx(np.mean(uars))
    ordinary_rows = [row for row in rows if row["corpus"] == "ordinary"]
    assert len(ordinary_rows) == 2 * 2 * 3 * document["strangers"]["conditions"]["told"]["ordinary"]["clips"]


def test_strangers_stand_in_report_and_terminal_under_each_condition(validated):
    document = validated.to_dict()
    report = (validated.folder / "report.md").read_text(encoding="utf-8")
    terminal = validation_text(document)
    for name, measured in document["strangers"]["conditions"].items():
        for text in (report, terminal):
            assert name in text and f"{measured['uar']:.1%}".replace("%", " %") in text
            assert f"{measured['ordinary']['false_recordings']:.1%}".replace("%", " %") in text
    assert "At home" not in report and "reliability.png" in report and "nobody in it" in report
    assert max(map(len, [line for line in terminal.splitlines() if line.startswith(("corpus", "one", "mean"))])) < 80


def test_at_home_ordinary_speech_is_trained_on_and_not_asked_about(house, runs, told):
    made = api.validate("face", ["one", "two", "ordinary"], settings=TOY, folds=2, across=True)
    document = made.to_dict()
    assert [(row["method"], row["condition"]) for row in document["rows"]] == [
        ("face", "by itself"), ("face", "told"), ("SVM", ""), ("random forest", "")
    ]  # fmt: skip
    assert document["metrics"]["n"] == 28 + 21 and len(runs) == 2 + 2
    at_home = runs[2:]
    assert all(any(clip.corpus == "ordinary" for clip in clips) for clips in at_home)
    assert not {clip.path for clip in at_home[0] if clip.corpus != "ordinary"} & {
        clip.path for clip in at_home[1] if clip.corpus != "ordinary"
    }
    text = (made.folder / "report.md").read_text(encoding="utf-8")
    assert text.index("## Strangers") < text.index("## At home") and "face, told" in text


def test_a_stopped_validation_keeps_the_corpora_that_are_done(house, runs):
    def stop(sentence):
        if sentence.startswith("two left out"):
            raise KeyboardInterrupt

    how = {"settings": TOY, "folds": 0, "across": True, "output": house / "out"}
    with pytest.raises(KeyboardInterrupt):
        api.validate("face", ["one", "two", "three"], notify=stop, **how)
    done = len(runs)
    made = api.validate("face", ["one", "two", "three"], resume=True, **how)
    assert done == 2 and len(runs) == 3 and not (house / "out" / "finished_folds").exists()
    again = api.validate("face", ["one", "two", "three"], **how)
    assert len(runs) == 6 and again.to_dict()["strangers"] == made.to_dict()["strangers"]


def test_too_few_corpora_are_refused_before_any_training(house, runs):
    with pytest.raises(DemeanorError, match="2 corpora or more .* there are: one"):
        api.validate("face", ["one", "ordinary"], settings=TOY, folds=0, across=True)
    assert not runs
