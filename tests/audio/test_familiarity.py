"""How far features lie from all of training."""

import numpy as np
import pytest
import torch

from source.audio import SPEC
from source.audio.familiarity import LIMIT_QUANTILE, Familiarity, fit_familiarity
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.training.checkpoint import Header, Trained
from tests.support.toy import AUDIO, audio_arrays, audio_store


def voices(count, seed=0):
    """Points (count, 1, 200) near a plane of twenty directions."""
    torch.manual_seed(0)
    directions = torch.randn(20, 200)
    torch.manual_seed(seed)
    return (torch.randn(count, 20) @ directions + 0.1 * torch.randn(count, 200))[:, None]


def test_a_share_of_training_lies_beyond_the_limit_and_what_leaves_its_directions_does():
    familiarity = Familiarity(200)
    assert (familiarity(voices(5)) < 1e-6).all()  # before it has learnt
    familiarity.fit(voices(2000))
    beyond = (familiarity(voices(2000)) > 1).float().mean().item()
    assert beyond == pytest.approx(1 - LIMIT_QUANTILE, abs=0.002)
    assert (familiarity(voices(500, seed=1)) > 1.5).float().mean() < 0.02
    assert (familiarity(10 * torch.randn(100, 1, 200)) > 1.5).all()


def test_it_is_fitted_to_all_training_clips_and_their_copies_and_kept_with_the_weights(tmp_path):
    store = audio_store(tmp_path, 28, 0, copies=2)
    train = Dataset([store], "train", grouping_named("seven"))
    network = SPEC.build(AUDIO, 7).eval()
    trained = fit_familiarity(Trained(SPEC, AUDIO, network, Header("audio", {}, (), "seven", 1.0, {})), train, train)
    inputs = {name: torch.from_numpy(np.array(array)) for name, array in audio_arrays(4).items()}
    distance = trained.network.distance(**inputs)
    assert distance.shape == (4,) and (distance > 0).all()
    again = SPEC.build(AUDIO, 7).eval()
    again.load_state_dict(network.state_dict())
    assert torch.equal(again.distance(**inputs), distance)
    every = np.concatenate([train.column("encoder", copy) for copy in range(3)]).reshape(-1, 1536)
    np.testing.assert_allclose(network.familiarity.mean, every.astype(float).mean(0), atol=1e-3)
