"""The audio network, whatever its backbone, pooling and inputs are: drawn choices on tiny inputs."""

from dataclasses import replace
from itertools import product
from typing import get_args, get_type_hints

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from source.audio import SPEC
from source.audio.backbones import SEQUENCE_ARCHITECTURES
from source.audio.network import POOLINGS
from source.audio.settings import AudioSettings, SequenceArchitecture, suggest
from source.core.errors import DemeanorError
from source.training.losses import loss
from tests.support.toy import AUDIO, audio_arrays

PARTS = {
    "MFCC alone": {"encoder": "none"}, "encoder's features unused": {"use_encoder": False},
    "encoder alone": {"use_mfcc": False}, "both": {},
}  # fmt: skip
drawn = settings(deadline=None, max_examples=6, derandomize=True)
choices = st.sampled_from(list(product(SEQUENCE_ARCHITECTURES, POOLINGS, PARTS)))
mfcc_choices = st.sampled_from(list(product(SEQUENCE_ARCHITECTURES, POOLINGS)))


def inputs(count=4, settings=AUDIO, seed=0):
    return {name: torch.from_numpy(array) for name, array in audio_arrays(count, seed, settings).items()}


def untrained(architecture, pooling, part="MFCC alone", classes=7):
    torch.manual_seed(0)
    return SPEC.build(replace(AUDIO, architecture=architecture, pooling=pooling, **PARTS[part]), classes)


def warmed_up(*choice):
    """A network in evaluation mode whose normalisations have statistics of their own."""
    network = untrained(*choice)
    network(**inputs(16, network.settings))
    return network.eval()


def test_settings_offer_exactly_what_is_registered():
    assert set(get_args(SequenceArchitecture)) == set(SEQUENCE_ARCHITECTURES)
    assert set(get_args(get_type_hints(AudioSettings)["pooling"])) == set(POOLINGS)


@pytest.mark.parametrize("architecture", SEQUENCE_ARCHITECTURES)
@pytest.mark.parametrize("part", PARTS)
def test_every_parameter_gets_a_gradient(architecture, part):
    network = untrained(architecture, "attention", part)
    batch = SPEC.augment(inputs(8, network.settings), network.settings)
    (network(**batch) * torch.randn(8, 7)).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


@given(choices)
@drawn
def test_head_and_features_are_separate(choice):
    network = untrained(*choice).eval()
    voices = inputs(settings=network.settings)
    features = network.forward_features(**voices)
    assert features.shape == (4, network.features)
    assert torch.equal(network.head(features), network(**voices))
    assert untrained(*choice, classes=0)(**voices).shape == (4, network.features)


@pytest.mark.parametrize(
    "changes",
    [{}, *({"architecture": name, "use_mfcc": True, "use_encoder": False} for name in SEQUENCE_ARCHITECTURES)],
    ids=str,
)
def test_shipped_sizes_stay_under_half_a_million_parameters(changes):
    assert sum(p.numel() for p in SPEC.build(replace(AudioSettings(), **changes), 7).parameters()) < 500_000


@given(mfcc_choices, st.sampled_from([1.0, 1.01]), st.integers(1, 7))  # an odd and an even number of frames: 63 and 64
@drawn
def test_the_length_of_the_padding_has_no_influence(choice, window_seconds, more):
    network = warmed_up(*choice)
    voices = inputs(8, replace(AUDIO, window_seconds=window_seconds, encoder="none"))
    longer = {
        "mfcc": torch.nn.functional.pad(voices["mfcc"], (0, 0, 0, more)),
        "voiced": torch.nn.functional.pad(voices["voiced"], (0, more)),
    }
    with torch.inference_mode():
        torch.testing.assert_close(network(**longer), network(**voices), atol=1e-4, rtol=1e-4)


@given(mfcc_choices)
@drawn
def test_values_in_the_padding_have_no_influence_and_values_of_the_voice_have(choice):
    network, voices = warmed_up(*choice), inputs(8, replace(AUDIO, encoder="none"))
    padding = ~voices["voiced"][..., None]
    noisy = voices | {"mfcc": torch.where(padding, torch.tensor(50.0).half(), voices["mfcc"])}
    with torch.inference_mode():
        torch.testing.assert_close(network(**noisy), network(**voices))
        voices["mfcc"][0, voices["voiced"][0].nonzero()[0]] += 5
        assert not torch.allclose(network(**voices)[0], network(**noisy)[0], atol=1e-4)


@given(st.sampled_from(list(SEQUENCE_ARCHITECTURES)), st.integers(1, 31))
@drawn
def test_features_are_zero_where_the_mask_is(architecture, length):
    network = SEQUENCE_ARCHITECTURES[architecture](5, (4, 8), (1, 1)).eval()
    mask = (torch.arange(length) < (length + 1) // 2)[None]
    with torch.inference_mode():
        features, left = network(torch.randn(1, 5, length), mask)
    assert features.shape == (1, 8, left.shape[1]) and left.any() and not features[:, :, left[0] == 0].any()


@given(choices)
@drawn
def test_a_batch_answers_as_its_clips_do_alone_even_without_a_voiced_frame(choice):
    network = warmed_up(*choice)
    voices = inputs(settings=network.settings)
    voices["voiced"][0] = False
    with torch.inference_mode():
        together = network(**voices)
        alone = [network(**{name: value[i : i + 1] for name, value in voices.items()}) for i in range(4)]
    assert torch.isfinite(together).all()
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-4, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["MFCC alone", "encoder alone"])
@pytest.mark.parametrize("architecture", SEQUENCE_ARCHITECTURES)
def test_eight_clips_can_be_learnt_by_heart(architecture, part):
    torch.manual_seed(0)
    settings = replace(AUDIO, architecture=architecture, dropout=0.0, encoder_dropout=0.0, **PARTS[part])
    network, voices, truth = SPEC.build(settings, 7), inputs(8, settings), torch.arange(8) % 7
    optimizer = torch.optim.AdamW(network.parameters(), 0.02)
    target = torch.nn.functional.one_hot(truth, 7).float()
    for _ in range(60):
        optimizer.zero_grad()
        loss(network(**voices), target, torch.ones(7), settings).mean().backward()
        optimizer.step()
    assert (network(**voices).argmax(1) == truth).all()


def test_the_encoders_features_have_influence_and_can_be_left_out():
    voices = inputs()
    other = voices | {"encoder": voices["encoder"].flip(0)}
    network, without = (warmed_up("residual", "attention", part) for part in ("both", "encoder's features unused"))
    with torch.inference_mode():
        assert not torch.allclose(network(**voices), network(**other))
        assert torch.equal(without(**voices), without(**other))


@pytest.mark.parametrize("changes, words", [
    ({"use_mfcc": False, "encoder": "none"}, "needs an input"),
    ({"use_mfcc": False, "use_encoder": False}, "needs an input"),
    ({"widths": (4,)}, "must agree"),
    ({"widths": (), "depths": ()}, "must agree"),
    ({"widths": (4, 7), "depths": (1, 1)}, "widths"),
    ({"window_seconds": 31.0}, "at most 30 seconds"),
    ({"sample_rate_hz": 8000}, "16,000 Hz"),
    ({"coefficients": 65}, "at most mel_bands"),
    ({"architecture": "vgg"}, "residual, tdnn"),
    ({"dropout": 1.5}, "from 0 to 1"),
    ({"speed_perturbation": 1.0}, "speed_perturbation"),
], ids=str)  # fmt: skip
def test_contradictory_settings_are_refused(changes, words):
    with pytest.raises(DemeanorError, match=words):
        replace(AudioSettings(), **changes)


def test_without_the_encoder_windows_and_rates_are_free():
    settings = replace(AudioSettings(), encoder="none", use_mfcc=True, window_seconds=40.0, sample_rate_hz=8000)
    assert (settings.window_samples, settings.frames) == (320_000, 1251)


def test_suggestions_are_settings():
    import optuna

    assert replace(AudioSettings(), **suggest(optuna.create_study().ask())).window_seconds == 4


def test_prediction_makes_no_copies():
    shipped = AudioSettings()
    assert shipped.augmented_copies and shipped.for_prediction() == replace(shipped, augmented_copies=0)
