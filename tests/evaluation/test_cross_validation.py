"""Cross-validation: no speaker on two sides, every clip answered once, and a leak that is named and seen."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn import metrics as reference

from source import api
from source.api.data import open_dataset
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data.clips import Clip
from source.data.labels import grouping_named
from source.data.splits import person_of
from source.data.store import Manifest, StoreWriter, fingerprint
from source.evaluation import baselines as baseline
from source.evaluation.baselines import BASELINES, held_out_answers
from source.evaluation.cross_validation import held_out
from source.evaluation.cross_validation.folds import corpus_folds, random_folds, speaker_folds
from source.evaluation.cross_validation.held_out import cross_fitted
from source.evaluation.metrics import calibration_error
from source.evaluation.reports import charts
from source.training.loop import Epoch, Fit
from source.training.scores import softmax
from tests.support.toy import SIDE, face_arrays, face_clips

TOY = ("widths=4,8", "depths=1,1", "shape_width=8", f"image_side={SIDE}", "batch_size=16", "epochs=1")


def clips_of(corpus, speakers, each=7):
    return [
        Clip(Path(f"{corpus}_{name}_{i}.wav"), corpus, i, config.EMOTIONS[i % 7], speaker=str(name))
        for i in range(each)
        for name in speakers
    ]


def store_of(corpus, clips, arrays=None):
    """A preprocessed corpus of these clips in the data folder."""
    folder = config.DATA_FOLDER / "preprocessed_face_data" / corpus
    writer = StoreWriter(folder, Manifest("face", {"image_side": SIDE}, fingerprint(clips)))
    writer.append(clips, arrays or shaded(clips), {})
    writer.finish()


def shaded(clips):
    """Faces whose brightness tells the emotion, and whose first blendshapes do."""
    arrays, shown = face_arrays(len(clips), seed=len(clips)), [config.EMOTIONS.index(clip.emotion) for clip in clips]
    arrays["image"] = (np.array(shown)[:, None, None] * 36 + arrays["image"] / 16).astype(np.uint8)
    arrays["blendshapes"][:, :7] = 3 * np.eye(7)[shown]
    arrays["landmarks"] = arrays["landmarks"] / 50
    return arrays


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    return tmp_path


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Few trees, and no charts."""
    monkeypatch.setattr(baseline, "TREES", 5)
    monkeypatch.setattr(charts, "confusion_matrix", lambda *_: b"")


@pytest.fixture
def untrained(monkeypatch):
    """Trainings that end at once, with weights that their seed and their clips decide."""

    def fit(spec, settings, train, val, folder, *, seed, on_batch):
        torch.manual_seed(seed + len(train))
        on_batch(1, 1)
        return Fit(
            [Epoch(1, 1.0, 1.0, 0.5, 0.5, 0.1, 1.0)], spec.build(settings, len(train.grouping.labels)).state_dict()
        )

    monkeypatch.setattr(held_out, "fit", fit)


def people(clips, rows):
    return {person_of(clips[row]) for row in rows}


# --- Folds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_folds_of_speakers_hold_every_clip_once_and_share_nobody(folds):
    clips = [*clips_of("one", range(1, 12)), *clips_of("two", "abcde", 3), *clips_of("three", ["x", "y"], 2)]
    made = speaker_folds(clips, folds)
    assert sorted(np.concatenate(made)) == list(range(len(clips))) and len(made) == folds
    for fold in made:
        rest = np.setdiff1d(np.arange(len(clips)), fold)
        assert len(fold) and not people(clips, fold) & people(clips, rest)


@pytest.mark.parametrize("names", [[f"{i:02}" for i in range(1, 21)], [f"actor {i}" for i in range(1, 21)]])
def test_the_published_protocol_is_blocks_of_four_actors(names):
    clips = clips_of("RAVDESS", names[::-1])
    blocks = [{clips[row].speaker for row in fold} for fold in speaker_folds(clips, 5)]
    assert blocks == [set(names[start : start + 4]) for start in range(0, 20, 4)]


def test_folds_that_cannot_be_made_are_refused():
    with pytest.raises(DemeanorError, match="from 2 to 3, the speakers"):
        speaker_folds(clips_of("one", "abc"), 4)
    with pytest.raises(DemeanorError, match="from 2 to 3"):
        speaker_folds(clips_of("one", "abc"), 1)
    with pytest.raises(DemeanorError, match="2 clips of mine have none; fill in the column speaker"):
        speaker_folds([*clips_of("one", "abc"), *face_clips(2, corpus="mine")], 2)


def test_random_folds_are_even_in_emotions_and_leak():
    clips = clips_of("one", range(12), 14)
    made = random_folds(clips, 4, seed=0)
    assert sorted(np.concatenate(made)) == list(range(len(clips)))
    for fold in made:
        assert np.ptp(np.unique([clips[row].emotion for row in fold], return_counts=True)[1]) <= 1
        assert people(clips, fold) & people(clips, np.setdiff1d(np.arange(len(clips)), fold))
    assert not all(map(np.array_equal, made, random_folds(clips, 4, seed=1)))
    assert all(map(np.array_equal, made, random_folds(clips, 4, seed=0)))


def test_corpora_are_told_apart():
    clips = [*clips_of("b", "xy", 2), *clips_of("a", "x", 1)]
    assert {name: rows.tolist() for name, rows in corpus_folds(clips).items()} == {"b": [0, 1, 2, 3], "a": [4]}


def test_a_fold_does_not_choose_its_own_temperature():
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 3, 3000)
    logits = draw.normal(size=(3000, 3)) + np.eye(3)[truth]  # the right temperature is 1
    logits[:1000] *= 5  # the first fold is far too sure
    folds = np.split(np.arange(3000), 3)
    temperatures = cross_fitted(logits, truth, folds)
    assert temperatures[0] == pytest.approx(1, rel=0.25) and min(temperatures[1:]) > 1.5
    assert calibration_error(softmax(logits[:1000] / temperatures[0]), truth[:1000]) > 0.1


# --- What a leak is worth ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_who_speaks_is_worth_nothing_by_honest_folds_and_all_by_leaky_ones():
    """Each speaker shows one emotion only, and the vectors tell nothing but who speaks."""
    draw = np.random.default_rng(0)
    names, moods = [f"{i:02}" for i in range(30)], draw.integers(0, 3, 30)
    clips = [
        Clip(Path(f"{name}_{i}.wav"), "c", i, config.EMOTIONS[moods[int(name)]], speaker=name)
        for name in names
        for i in range(8)
    ]
    truth = np.array([moods[int(clip.speaker)] for clip in clips])
    voices = draw.normal(size=(30, 10)).repeat(8, 0) + 0.1 * draw.normal(size=(240, 10))
    for classifier in BASELINES:
        honest, leaky = (
            (held_out_answers(classifier, voices, truth, folds) == truth).mean()
            for folds in (speaker_folds(clips, 5), random_folds(clips, 5, 0))
        )
        assert leaky > 0.95 and honest < 0.6


# --- The whole ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_validation_can_be_computed_again_from_its_predictions(house):
    store_of("one", clips_of("one", "abcdef"))
    said = []
    made = api.validate("face", settings=TOY, folds=3, seeds=2, leaky=True, notify=said.append)
    assert made.folder == config.MODELS_FOLDER / "face" / "validation_one_seven"
    assert {file.name for file in made.folder.iterdir()} == {
        "validation.json", "report.md", "confusion_matrix.png", "predictions.csv"
    }  # fmt: skip
    document = json.loads((made.folder / "validation.json").read_text(encoding="utf-8"))
    with (made.folder / "predictions.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 2 * 42 and not Path(rows[0]["path"]).is_absolute()
    for seed, uar in zip(("0", "1"), document["over_seeds"]["uar"], strict=True):
        of_seed = [row for row in rows if row["seed"] == seed]
        answers = [max(document["labels"], key=lambda label, row=row: float(row[label])) for row in of_seed]
        assert reference.balanced_accuracy_score([row["truth"] for row in of_seed], answers) == pytest.approx(uar)
        assert sum(float(of_seed[0][label]) for label in document["labels"]) == pytest.approx(1, abs=1e-4)
    assert document["metrics"]["uar"] == document["over_seeds"]["uar"][0]
    fold_of = {row["speaker"]: row["fold"] for row in rows}
    assert fold_of == {"a": "1", "b": "1", "c": "2", "d": "2", "e": "3", "f": "3"}
    assert [(row["method"], row["speakers_apart"]) for row in document["rows"]] == [
        (method, apart) for apart in (True, False) for method in ("face", "face", "SVM", "random forest")
    ]  # the face as it is, and spoiled
    assert document["metrics"]["speakers_disjoint"] and "speaker" in document["metrics"]["within"]
    assert len([sentence for sentence in said if sentence.startswith("Fold")]) == 3 * 3


def test_the_report_says_what_was_done(house, untrained):
    store_of("one", clips_of("one", "abcdef"))
    made = api.validate("face", settings=TOY, folds=3, leaky=True)
    text = (made.folder / "report.md").read_text(encoding="utf-8")
    for row in made.to_dict()["rows"]:
        assert f"{row['uar']:.1%}".replace("%", " %") in text
    table = text.partition("## At home")[2].partition("## The face")[0].splitlines()
    leaky = [line for line in table if "LEAKY: the same people" in line]
    assert len(leaky) == 4 and sum("speakers apart" in line for line in table) == 4  # the face as it is, and spoiled
    for words in ("## Each fold", "## Each speaker", "no clip is answered", "C = 3", "confusion_matrix.png"):
        assert words in text
    assert "Strangers" not in text and "seeds:" not in text


def test_every_labelled_clip_takes_part_whatever_its_split_and_extra_labels_do_no_harm(house, untrained):
    clips = [replace(clip, split="test" if clip.speaker == "a" else "train") for clip in clips_of("one", "abcd")]
    clips[0] = replace(clips[0], emotion="neutral", original="calm")
    store_of("one", clips)
    assert api.validate("face", settings=TOY, folds=2, grouping="five").outcomes[0].metrics.n == 28
    eight = api.validate("face", settings=TOY, folds=2, grouping="eight").outcomes[0].metrics
    assert eight.n == 28 and eight.per_class["calm"]["support"] == 1  # and in one fold nobody bears it


def test_a_leak_is_refused_where_speakers_are_said_to_be_apart(house):
    clips = clips_of("one", "abcd")
    store_of("one", clips)
    dataset = open_dataset(spec_of("face"), api.configured("face", TOY), ["one"], None, grouping_named("seven"))
    trials = held_out.Trials(spec_of("face"), api.configured("face", TOY), dataset, house, api.silent, api.silent)
    with pytest.raises(DemeanorError, match="share 4 people"):
        trials.held_out_answers(random_folds(dataset.clips, 2, 0), 0)


def test_what_cannot_be_validated_is_said_before_any_training(house):
    store_of("one", clips_of("one", "abc"))
    store_of("nobody", face_clips(14, corpus="nobody"))
    said = []
    for corpora, how, words in (
        (["one"], {"folds": 4}, "4 folds over speakers cannot be made"),
        (["one", "nobody"], {"folds": 2}, "14 clips of nobody have none"),
        (["one"], {"folds": 2, "across": True}, "2 corpora or more"),
        (["one"], {"folds": 0}, "only --across"),
    ):
        with pytest.raises(DemeanorError, match=words):
            api.validate("face", corpora, settings=TOY, notify=said.append, **how)
    assert (
        len(said) == 4
        and all(sentence.startswith("Validating") for sentence in said)
        and not config.MODELS_FOLDER.exists()
    )


@pytest.mark.slow
def test_a_stopped_validation_goes_on_with_the_next_fold_to_the_same_result(house, monkeypatch):
    store_of("one", clips_of("one", "abcd"))
    how = {"settings": TOY, "folds": 2, "seed": 5}
    whole = api.validate("face", output=house / "whole", **how)

    def stop(sentence):
        if sentence.startswith("Fold 1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.validate("face", output=house / "a b", notify=stop, **how)
    steps = []
    resumed = api.validate("face", output=house / "a b", resume=True, on_batch=lambda *at: steps.append(at), **how)
    assert len(steps) == 1  # the batch of the second fold
    assert np.array_equal(whole.answers[5], resumed.answers[5])
    assert not (house / "a b" / "finished_folds").exists()


def test_resuming_with_other_settings_takes_no_old_answers(house, untrained):
    store_of("one", clips_of("one", "abcd"))

    def stop(sentence):
        if sentence.startswith("Fold 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.validate("face", settings=TOY, folds=2, notify=stop, output=house / "out")
    steps = []
    hooks = {"on_batch": lambda *at: steps.append(at), "resume": True, "output": house / "out"}
    api.validate("face", settings=[*TOY, "dropout=0.1"], folds=2, **hooks)
    assert len(steps) == 2
