"""The loss: which labels compete in it, and how much a clip weighs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from source.core.settings import TrainingSettings
from source.data.dataset import Batch, Dataset
from source.data.labels import ORDINARY, grouping_named
from source.training.losses import loss, targets
from tests.support.toy import face_store

PLAIN = TrainingSettings(label_smoothing=0.0, own_labels=True)


def batch(candidates, labels):
    count = len(labels)
    return Batch({}, torch.tensor(labels), torch.zeros(count, 4), torch.tensor(candidates), torch.ones(count))


def test_labels_of_other_corpora_do_not_compete():
    torch.manual_seed(0)
    logits = torch.randn(2, 4, requires_grad=True)
    clips = batch([[True, False, True, True], [True, True, True, True]], [2, 1])
    values = loss(logits, targets(clips, PLAIN), torch.ones(4), PLAIN, clips.candidates)
    expected = [
        F.cross_entropy(logits[:1, [0, 2, 3]], torch.tensor([1])),
        F.cross_entropy(logits[1:], clips.labels[1:]),
    ]
    torch.testing.assert_close(values, torch.stack(expected))
    values.sum().backward()
    assert logits.grad is not None and logits.grad[0, 1] == 0 and (logits.grad[1] != 0).all()


@pytest.mark.parametrize("name", ["cross_entropy", "focal", "soft_labels"])
def test_smoothing_stays_within_the_candidates(name):
    settings = replace(PLAIN, label_smoothing=0.2, loss=name)
    clips = batch([[True, False, True, False]], [2])
    target = targets(clips, settings)
    torch.testing.assert_close(target, torch.tensor([[0.1, 0.0, 0.9, 0.0]]))
    assert loss(torch.randn(1, 4), target, torch.ones(4), settings, clips.candidates).isfinite().all()


@pytest.fixture
def mixed(tmp_path):
    """Two acted corpora, one of them without surprise and neutral, and ordinary recordings."""
    stores = [face_store(tmp_path / str(number), 28, 0) for number in range(3)]
    few = tuple(clip for clip in stores[1].clips if clip.emotion not in ("surprise", "neutral"))
    rows = [row for row, clip in enumerate(stores[1].clips) if clip in few]
    arrays = {name: array[rows] for name, array in stores[1].arrays.items()}
    stores[1] = replace(stores[1], clips=tuple(replace(clip, corpus="few") for clip in few), arrays=arrays)
    spoken = [replace(clip, corpus="talk", emotion="neutral", original=ORDINARY) for clip in stores[2].clips]
    stores[2] = replace(stores[2], clips=tuple(replace(clip, path=Path(f"talk_{clip.path}")) for clip in spoken))
    return Dataset(stores, "train", grouping_named("seven"))


def test_a_corpus_has_its_own_labels_and_ordinary_speech_all(mixed):
    clips = mixed.__getitems__(range(len(mixed)))
    of_corpus = {clip.corpus: clips.candidates[row].tolist() for row, clip in enumerate(mixed.clips)}
    assert of_corpus == {"toy": [True] * 7, "few": [True] * 5 + [False] * 2, "talk": [True] * 7}


@pytest.mark.parametrize("share", [0.0, 0.15, 1.0])
@pytest.mark.parametrize("power", [0.0, 1.0])
def test_all_ordinary_speech_together_weighs_a_share_of_an_average_corpus(mixed, share, power):
    balanced = mixed.balanced(power).weighted(0.5, share)
    weights = balanced.__getitems__(range(len(balanced))).weights.numpy()
    ordinary = np.array([clip.original == ORDINARY for clip in balanced.clips])
    assert ordinary.any() and weights.mean() == pytest.approx(1)
    assert weights[ordinary].sum() == pytest.approx(share * weights[~ordinary].sum() / 2, abs=1e-5)
    assert balanced.counts().sum() == pytest.approx(len(balanced))


def test_the_labels_of_a_corpus_can_weigh_the_same(mixed):
    uneven = mixed.subset([0, 0, 0, *range(len(mixed))], "train").weighted(1.0, 0.3)
    clips = uneven.__getitems__(range(len(uneven)))
    for corpus in ("toy", "few"):
        inside = np.array([clip.corpus == corpus for clip in uneven.clips])
        sums = np.bincount(clips.labels[inside], clips.weights[inside])
        np.testing.assert_allclose(sums[sums > 0], sums.max(), rtol=1e-4)
