"""The voice network over every registered architecture, pooling and use of the encoder; what pads a clip has no say."""

from dataclasses import replace
from itertools import product
from typing import get_args, get_type_hints

import pytest
import torch

from source.audio import SPEC
from source.audio.backbones import SEQUENCE_ARCHITECTURES, build_sequence
from source.audio.network import POOLINGS
from source.audio.settings import AudioSettings, SequenceArchitecture, suggest
from source.core.errors import DemeanorError
from source.training.losses import loss
from tests.support.toy import AUDIO, audio_arrays

PARTS = {
    "MFCC alone": {"encoder": "none"}, "encoder's features unused": {"use_encoder": False},
    "encoder alone": {"use_mfcc": False}, "both": {},
}  # fmt: skip
PADDED = list(product(SEQUENCE_ARCHITECTURES, POOLINGS))
EVERY = list(product(SEQUENCE_ARCHITECTURES, POOLINGS, PARTS))


def inputs(count=4, settings=AUDIO, seed=0):
    arrays = audio_arrays(count, seed, settings)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def built(architecture, pooling, part="MFCC alone", classes=7):
    torch.manual_seed(0)
    settings = replace(AUDIO, architecture=architecture, pooling=pooling, **PARTS[part])
    return SPEC.build(settings, classes)


def experienced(*how):
    """A network whose normalisations have seen batches, so that nothing is at its initial value, in evaluation mode."""
    network = built(*how)
    for seed in range(3):
        network(**inputs(16, network.settings, seed))
    return network.eval()


def test_settings_offer_exactly_what_is_registered():
    assert set(get_args(SequenceArchitecture)) == set(SEQUENCE_ARCHITECTURES)
    assert set(get_args(get_type_hints(AudioSettings)["pooling"])) == set(POOLINGS)


@pytest.mark.parametrize(("architecture", "pooling", "part"), EVERY)
def test_every_parameter_gets_a_gradient(architecture, pooling, part):
    network = built(architecture, pooling, part)
    batch = SPEC.augment(inputs(16, network.settings), network.settings)
    (network(**batch) * torch.randn(16, 7)).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())
    assert all(p.grad.abs().max() > 0 for p in network.head.parameters())


@pytest.mark.parametrize(("architecture", "pooling", "part"), EVERY)
def test_head_and_features_come_apart(architecture, pooling, part):
    network = built(architecture, pooling, part).eval()
    heard = inputs(settings=network.settings)
    features = network.forward_features(**heard)
    assert features.shape == (4, network.features) and network(**heard).shape == (4, 7)
    assert torch.equal(network.head(features), network(**heard))
    assert built(architecture, pooling, part, classes=0)(**heard).shape == (4, network.features)


def test_the_shipped_settings_stay_under_half_a_million_parameters():
    assert sum(p.numel() for p in SPEC.build(AudioSettings(), 7).parameters()) < 500_000


@pytest.mark.parametrize("architecture", SEQUENCE_ARCHITECTURES)
def test_so_does_every_architecture_at_the_shipped_sizes(architecture):
    settings = replace(AudioSettings(), architecture=architecture, use_mfcc=True, use_encoder=False)
    assert sum(p.numel() for p in SPEC.build(settings, 7).parameters()) < 500_000


# --- Padding -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [1, 2, 7])
@pytest.mark.parametrize("window_seconds", [1.0, 1.01])  # an odd and an even number of frames: 63 and 64
@pytest.mark.parametrize(("architecture", "pooling"), PADDED)
def test_how_far_a_clip_is_padded_has_no_say(architecture, pooling, window_seconds, more):
    settings = replace(AUDIO, window_seconds=window_seconds, encoder="none")
    network, heard = experienced(architecture, pooling), inputs(32, settings)
    longer = {"mfcc": (0, 0, 0, more), "voiced": (0, more)}
    longer = {name: torch.nn.functional.pad(heard[name], pad) for name, pad in longer.items()}
    with torch.inference_mode():
        torch.testing.assert_close(network(**longer), network(**heard), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("architecture", "pooling"), PADDED)
def test_what_lies_in_the_padding_has_no_say(architecture, pooling):
    network, heard = experienced(architecture, pooling), inputs(32, replace(AUDIO, encoder="none"))
    hidden = ~heard["voiced"]
    noisy = heard | {"mfcc": torch.where(hidden[..., None], torch.tensor(50.0).half(), heard["mfcc"])}
    with torch.inference_mode():
        torch.testing.assert_close(network(**noisy), network(**heard))
        heard["mfcc"][0, heard["voiced"][0].nonzero()[0]] += 5  # whereas one frame of the voice has
        assert not torch.allclose(network(**heard)[0], network(**noisy)[0], atol=1e-4)


@pytest.mark.parametrize("architecture", SEQUENCE_ARCHITECTURES)
@pytest.mark.parametrize("length", [1, 2, 7, 8, 31])
def test_features_are_zero_where_the_mask_is(architecture, length):
    network = build_sequence(architecture, 5, (4, 8), (1, 1)).eval()
    mask = (torch.arange(length) < (length + 1) // 2)[None]
    with torch.inference_mode():
        features, left = network(torch.randn(1, 5, length), mask)
    assert features.shape == (1, 8, left.shape[1]) and left.any() and not features[:, :, left[0] == 0].any()


@pytest.mark.parametrize(("architecture", "pooling", "part"), EVERY)
def test_a_clip_without_a_voiced_frame_gets_an_answer(architecture, pooling, part):
    network = experienced(architecture, pooling, part)
    silent = inputs(settings=network.settings)
    silent["voiced"][0] = False
    with torch.inference_mode():
        assert torch.isfinite(network(**silent)).all()
        alone = {name: value[:1] for name, value in silent.items()}
        assert torch.isfinite(network(**alone)).all()


# --- Batches and learning ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("architecture", "pooling", "part"), EVERY)
def test_a_batch_answers_as_its_clips_do_alone(architecture, pooling, part):
    network = experienced(architecture, pooling, part)
    voices = inputs(settings=network.settings)
    with torch.inference_mode():
        alone = [network(**{name: value[i : i + 1] for name, value in voices.items()}) for i in range(4)]
        torch.testing.assert_close(network(**voices), torch.cat(alone), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("architecture", SEQUENCE_ARCHITECTURES)
def test_sixteen_clips_can_be_learnt_by_heart(architecture, part):
    torch.manual_seed(0)
    settings = replace(AUDIO, architecture=architecture, dropout=0.0, encoder_dropout=0.0, **PARTS[part])
    network, voices, truth = SPEC.build(settings, 7), inputs(16, settings), torch.arange(16) % 7
    optimizer = torch.optim.AdamW(network.parameters(), 0.02)
    target = torch.nn.functional.one_hot(truth, 7).float()
    for _ in range(150):
        optimizer.zero_grad()
        loss(network(**voices), target, torch.ones(7), settings).backward()
        optimizer.step()
    assert (network(**voices).argmax(1) == truth).all()


def test_the_encoders_features_count_and_can_be_left_out():
    network, deaf = (
        experienced("residual", "attention", "both"),
        experienced("residual", "attention", "encoder's features unused"),
    )
    voices = inputs()
    other = voices | {"encoder": voices["encoder"].flip(0)}
    with torch.inference_mode():
        assert not torch.allclose(network(**voices), network(**other))
        assert torch.equal(deaf(**voices), deaf(**other))


# --- Settings ----------------------------------------------------------------------------------------------------


def test_an_unknown_architecture_names_the_known():
    with pytest.raises(DemeanorError, match="residual, tdnn"):
        build_sequence("transformer", 3, (4,), (1,))


@pytest.mark.parametrize("changes, words", [
    ({"use_mfcc": False, "encoder": "none"}, "needs an input"),
    ({"use_mfcc": False, "use_encoder": False}, "needs an input"),
    ({"widths": (4,)}, "must agree"),
    ({"widths": (), "depths": ()}, "must agree"),
    ({"widths": (4, 7), "depths": (1, 1)}, "divisible by 2"),
    ({"widths": (4, 2), "depths": (1, 1)}, "from 4"),
    ({"widths": (4, 8), "depths": (1, 0)}, "depths cannot be 0"),
    ({"window_seconds": 31.0}, "at most 30 seconds"),
    ({"sample_rate_hz": 8000}, "16,000 Hz"),
    ({"coefficients": 65}, "at most mel_bands"),
    ({"coefficients": 0}, "above 0"),
    ({"architecture": "vgg"}, "residual, tdnn"),
    ({"dropout": 1.5}, "from 0 to 1"),
    ({"window_seconds": 0.0}, "above 0"),
    ({"hop_samples": 0}, "above 0"),
    ({"augmented_copies": -1}, "augmented_copies"),
    ({"speed_perturbation": 1.0}, "speed_perturbation"),
], ids=str)  # fmt: skip
def test_contradictions_are_refused_early(changes, words):
    with pytest.raises(DemeanorError, match=words):
        replace(AudioSettings(), **changes)


def test_other_windows_and_rates_are_heard_without_the_encoder():
    settings = replace(AudioSettings(), encoder="none", use_mfcc=True, window_seconds=40.0, sample_rate_hz=8000)
    assert (settings.window_samples, settings.frames) == (320_000, 1251)


def test_suggestions_are_settings():
    import optuna

    trial = optuna.create_study().ask()
    assert replace(AudioSettings(), **suggest(trial)).window_seconds == 4


def test_prediction_needs_no_copies():
    assert (
        AudioSettings().augmented_copies
        and replace(AudioSettings(), augmented_copies=0) == AudioSettings().for_prediction()
    )
