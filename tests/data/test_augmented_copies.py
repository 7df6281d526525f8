"""Augmented copies stay in their clip's row of the store; only training draws them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from source.audio import SPEC
from source.core import config
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.data.loaders import training_loader, val_loader
from source.evaluation import testing
from source.evaluation.baselines import vectors
from source.training import checkpoint
from source.training.loop import fit
from tests.support.toy import AUDIO, audio_store

COPIES = 2


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return audio_store(
        tmp_path_factory.mktemp("store"), test=14, copies=COPIES, settings=replace(AUDIO, encoder="none")
    )


def part(store, split):
    return Dataset([store], split, grouping_named("seven"))


def rows_of(store, dataset):
    return [store.clips.index(clip) for clip in dataset.clips]


@pytest.mark.parametrize("split", ["train", "val", "test", None])
def test_without_drawing_every_clip_is_itself(store, split):
    dataset = part(store, split)
    batch = dataset.__getitems__(range(len(dataset)))
    assert len(dataset) == len({clip.path for clip in dataset.clips})
    for name, array in store.arrays.items():
        assert array.shape[1] == 1 + COPIES
        np.testing.assert_array_equal(batch.inputs[name].numpy(), array[rows_of(store, dataset), 0])


def test_drawing_gives_every_version_of_the_clip_and_of_no_other(store):
    torch.manual_seed(0)
    dataset = part(store, "train").with_copies()
    rows, seen = rows_of(store, dataset), set()
    for _ in range(8):
        batch = dataset.__getitems__(range(len(dataset)))
        assert batch.labels.tolist() == part(store, "train").labels.tolist()
        for at, row in enumerate(rows):
            same = [
                {v for v in range(1 + COPIES) if (batch.inputs[name][at].numpy() == array[row, v]).all()}
                for name, array in store.arrays.items()
            ]
            (version,) = set.intersection(*same)  # every array of a clip is of the same version, and the clip's own
            seen.add(version)
    assert seen == set(range(1 + COPIES))


def test_only_training_draws(store):
    train, val = part(store, "train"), part(store, "val")
    assert training_loader(train, 8, torch.Generator()).dataset._copy is None and train._copy == 0
    assert val_loader(val).dataset._copy == 0
    drawing, plain = train.with_copies().subset([0, 1], "some"), train.subset([0, 1], "some")
    assert drawing._copy is None and plain._copy == 0


def test_a_dataset_that_draws_keeps_its_clips_and_splits_their_speakers(store):
    train = part(store, "train")
    assert [clip.path for clip in train.with_copies().clips] == [clip.path for clip in train.clips]
    people = [{clip.speaker for clip in part(store, split).clips} for split in ("train", "val", "test")]
    assert not people[0] & people[1] and not people[0] & people[2] and not people[1] & people[2]


@pytest.mark.slow
def test_a_trained_model_is_measured_on_the_clips_themselves(store, tmp_path):
    settings = replace(AUDIO, augmented_copies=COPIES, encoder="none", epochs=1)
    train, val = part(store, "train"), part(store, "val")
    trained = checkpoint.from_fit(SPEC, settings, fit(SPEC, settings, train, val, tmp_path), train, val, {})
    rows = rows_of(store, val)
    expected = trained.logits({name: array[rows, 0] for name, array in store.arrays.items()})
    np.testing.assert_allclose(testing.logits_of(trained, val), expected, atol=1e-5)
    result = testing.test_split(trained, val, train)
    assert result.n == 28 and result.speakers_disjoint is True
    assert {"female", "male"} == set(result.within["sex"]) and set(config.EMOTIONS) == set(result.labels)


@pytest.mark.slow
def test_a_killed_training_draws_the_same_copies_when_it_goes_on(store, tmp_path):
    settings = replace(AUDIO, augmented_copies=COPIES, encoder="none", epochs=2, mixup=0.3)
    parts = part(store, "train"), part(store, "val")
    whole = fit(SPEC, settings, *parts, tmp_path / "whole")

    def kill(epoch, metrics):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(SPEC, settings, *parts, tmp_path / "killed", on_epoch_end=kill)
    resumed = fit(SPEC, settings, *parts, tmp_path / "killed", resume=True)
    assert [epoch.train_loss for epoch in resumed.history] == [epoch.train_loss for epoch in whole.history]


def test_the_baselines_are_given_the_clips_themselves(store):
    rows = rows_of(store, part(store, "val"))
    made = vectors(SPEC, replace(AUDIO, encoder="none"), part(store, "val"), size=9)
    clips = {name: array[rows, 0] for name, array in store.arrays.items()}
    np.testing.assert_allclose(made, SPEC.baseline_features(clips, replace(AUDIO, encoder="none")), atol=1e-4)
