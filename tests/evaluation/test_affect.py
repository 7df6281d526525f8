"""Sentiment, valence and arousal: fitted on what is known of them, measured as the field measures them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from source.core.errors import DemeanorError
from source.data.clips import Clip, read_clips, write_clips
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.evaluation import affect
from source.text import SPEC
from source.training.checkpoint import Header, Trained
from tests.support.toy import TEXT, text_store


def dataset(store, split="train", with_affect=False):
    return Dataset([store], split, grouping_named("seven"), with_affect)


@pytest.fixture
def trained():
    header = Header("text", {}, grouping_named("seven").labels, "seven", 1.0, {})
    return Trained(SPEC, TEXT, SPEC.build(TEXT, 7).eval(), header)


def test_what_was_not_fitted_is_not_told(trained):
    assert torch.isnan(trained.network.affect(torch.ones(2, trained.network.features))).all()


def test_a_scale_is_learnt_from_the_clips_that_say_it(tmp_path, trained):
    store = text_store(tmp_path)
    values = np.sign(np.asarray(store.arrays["lexicon"][:, 3]))
    clips = tuple(replace(clip, sentiment=float(v)) for clip, v in zip(store.clips, values, strict=True))
    store = replace(store, clips=clips)
    affect.fit_affect(trained, dataset(store))
    found = affect.measure_affect(trained, dataset(store, "val"))
    assert list(found) == ["sentiment, " + store.folder.name]  # nobody said valence or arousal
    result = found["sentiment, " + store.folder.name]
    assert result["pearson"] > 0.6 and result["n"] == 28
    assert "pearson of VADER" in result
    answers = affect.affect_of(trained, affect.features_of(trained, dataset(store, "val")))
    assert np.isfinite(answers[:, 0]).all() and np.abs(answers[:, 0]).max() <= 1
    assert np.isnan(answers[:, 1:]).all()


def test_clips_without_an_emotion_serve_the_affect_head_alone(tmp_path):
    store = text_store(tmp_path)
    clips = tuple(replace(clip, emotion="" if i % 2 else clip.emotion) for i, clip in enumerate(store.clips))
    store = replace(store, clips=clips)
    assert len(dataset(store)) == 28 and len(dataset(store, with_affect=True)) == 56
    assert set(dataset(store, with_affect=True).labels.tolist()) == {-1, *range(7)}


def test_agreement_is_that_of_the_references():
    from scipy.stats import pearsonr

    draw = np.random.default_rng(0)
    truth = draw.uniform(-1, 1, 200)
    answers = 0.5 * truth + 0.2 + draw.normal(size=200) / 5
    found = affect.agreement(answers, truth)
    assert found["pearson"] == pytest.approx(pearsonr(answers, truth).statistic)
    both = np.cov(answers, truth, bias=True)
    lin = 2 * both[0, 1] / (both[0, 0] + both[1, 1] + (answers.mean() - truth.mean()) ** 2)
    assert found["ccc"] == pytest.approx(lin)
    assert found["mae"] == pytest.approx(np.abs(answers - truth).mean())
    assert affect.agreement(np.zeros(5), np.zeros(5)) == {"n": 5, "pearson": 0.0, "ccc": 0.0, "mae": 0.0}


def test_clips_csv_keeps_the_affect_dimensions(tmp_path):
    clips = [
        Clip(tmp_path / "a.txt", "mine", 0, "happy", sentiment=1.0, valence=-0.25, arousal=0.0),
        Clip(tmp_path / "b.txt", "mine", 1, "", valence=0.125),
        Clip(tmp_path / "c.txt", "mine", 2, "sad"),
    ]
    write_clips(tmp_path / "clips.csv", clips, relative_to=tmp_path)
    assert read_clips(tmp_path / "clips.csv", relative_to=tmp_path) == clips
    assert clips[1].training_name == "mine_1_none.txt"


@pytest.mark.parametrize("fields", [{"emotion": ""}, {"emotion": "happy", "valence": 1.5}], ids=str)
def test_a_clip_that_says_nothing_or_too_much_is_refused(tmp_path, fields):
    with pytest.raises(DemeanorError):
        Clip(**({"path": tmp_path / "a.txt", "corpus": "mine", "number": 0} | fields))
