"""A person's other speech as the baseline: whose clips it is made of, and what the network makes of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from source.audio import SPEC
from source.audio.baseline import CHANNELS, WITH, WITHOUT, Baselines, calibrate, conditions, with_baselines
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.training.checkpoint import Header, Trained
from tests.support.toy import AUDIO, audio_arrays, audio_store

SETTINGS = AUDIO


@pytest.fixture
def dataset(tmp_path):
    """Clips of four people, the last of whom has one only."""
    store = audio_store(tmp_path, 28, 0)
    alone = replace(store.clips[5], speaker="alone")
    store = replace(store, clips=(*store.clips[:5], alone, *store.clips[6:]))
    return Dataset([store], "train", grouping_named("seven"))


def test_a_baseline_is_the_mean_of_other_clips_of_the_speaker_alone(dataset):
    everything = Baselines(dataset, replace(SETTINGS, baseline_seconds=1e6), None)
    inputs = everything({}, dataset.labels, np.arange(len(dataset)))
    features, seconds = dataset.column("encoder").astype(float), dataset.column("speech_seconds")
    speakers = np.array([clip.speaker for clip in dataset.clips])
    for row, speaker in enumerate(speakers):
        others = (speakers == speaker) & (np.arange(len(dataset)) != row)
        assert inputs["baseline_seconds"][row] == pytest.approx(seconds[others].sum(), rel=1e-5)
        if others.any():
            expected = np.average(features[others], axis=0, weights=seconds[others])
            np.testing.assert_allclose(inputs["baseline"][row], expected, atol=1e-3)
    assert (inputs["baseline_seconds"] == 0).sum() == (speakers == "alone").sum() == 1


def test_a_clip_that_is_repeated_is_not_its_own_baseline(dataset):
    twice = dataset.subset(np.repeat(np.arange(len(dataset)), 2), "train")
    rows = np.arange(len(twice))
    whole = replace(SETTINGS, baseline_seconds=1e6)
    once = Baselines(dataset, whole, None)({}, dataset.labels, np.arange(len(dataset)))
    again = Baselines(twice, whole, None)({}, twice.labels, rows)
    torch.testing.assert_close(again["baseline_seconds"][::2], once["baseline_seconds"])
    torch.testing.assert_close(again["baseline"][::2], once["baseline"], atol=1e-3, rtol=1e-3)


def test_training_draws_and_measuring_does_not(dataset):
    rows = np.arange(len(dataset))
    drawn, fixed = (Baselines(dataset, SETTINGS, share) for share in (0.5, None))
    first, second = (drawn({}, dataset.labels, rows)["baseline_seconds"] for _ in range(2))
    assert not torch.equal(first, second) and 0 < (first > 0).sum() < len(rows)
    assert torch.equal(fixed({}, dataset.labels, rows)["baseline"], fixed({}, dataset.labels, rows)["baseline"])
    batch = with_baselines(dataset, SETTINGS).__getitems__([0, 1])
    assert SPEC.build(SETTINGS, 7)(**batch.inputs).shape == (2, 7)


def test_it_is_measured_with_and_without_and_through_channels(dataset, tmp_path):
    assert list(conditions(dataset, SETTINGS)) == [WITHOUT, WITH]
    assert list(conditions(dataset, replace(SETTINGS, use_baseline=False))) == [WITHOUT]
    store = audio_store(tmp_path / "copies", 7, 0, copies=2)
    measured = conditions(Dataset([store], "train", grouping_named("seven")), SETTINGS)
    assert list(measured) == [WITHOUT, WITH, CHANNELS]
    heard = {name: part.__getitems__([0]).inputs["encoder"][0].numpy() for name, part in measured.items()}
    stored = store.arrays["encoder"][next(i for i, clip in enumerate(store.clips) if clip == measured[WITH].clips[0])]
    for name, copy in ((WITHOUT, 0), (WITH, 0), (CHANNELS, 1)):
        np.testing.assert_array_equal(heard[name], stored[copy])


def warmed_up():
    torch.manual_seed(0)
    network = SPEC.build(SETTINGS, 7)
    network(**inputs(32, 20.0))
    return network.eval()


def inputs(count, seconds):
    voices = {name: torch.from_numpy(array).float() for name, array in audio_arrays(count, 0, SETTINGS).items()}
    return voices | {"baseline": voices["encoder"].flip(0), "baseline_seconds": torch.full((count,), seconds)}


def test_what_a_voice_always_has_makes_no_difference_against_a_long_baseline():
    network, voices = warmed_up(), inputs(8, 1e9)
    lifted = voices | {name: voices[name] + 3 for name in ("encoder", "baseline")}
    with torch.inference_mode():
        torch.testing.assert_close(network(**voices), network(**lifted), atol=1e-3, rtol=1e-3)
        without = {"baseline": None, "baseline_seconds": None}
        assert not torch.allclose(network(**voices | without), network(**lifted | without), atol=1e-2)


def test_without_seconds_there_is_no_baseline():
    network, voices = warmed_up(), inputs(8, 30.0)
    some = voices | {"baseline_seconds": torch.tensor([0.0, 30.0] * 4)}
    with torch.inference_mode():
        without = network(**voices | {"baseline": None, "baseline_seconds": None})
        expected = torch.where(torch.tensor([[False], [True]] * 4), network(**voices), without)
        torch.testing.assert_close(network(**some), expected)


def test_less_speech_moves_what_is_expected_of_a_voice_less():
    network, encoder = warmed_up(), inputs(8, 0.0)["encoder"]
    baseline, typical = torch.randn_like(encoder), network.baseline.typical
    for seconds in (0.0, 1.0, 8.0, 1e6):
        expected = encoder.flatten(1) - network.baseline(encoder, baseline, torch.full((8,), seconds))
        share = seconds / (seconds + SETTINGS.baseline_prior_seconds)
        torch.testing.assert_close(expected, share * baseline.flatten(1) + (1 - share) * typical, atol=1e-4, rtol=1e-4)


def test_the_typical_voice_is_the_mean_of_training():
    network, voices = SPEC.build(SETTINGS, 7), inputs(32, 0.0)
    for part in range(4):
        network(**{name: value[8 * part : 8 * part + 8] for name, value in voices.items()})
    torch.testing.assert_close(network.baseline.typical, voices["encoder"].flatten(1).mean(0), atol=1e-5, rtol=1e-4)


def test_each_condition_has_its_temperature():
    network, voices, none = warmed_up(), inputs(8, 30.0), inputs(8, 0.0)
    trained = Trained(SPEC, SETTINGS, network, Header("audio", {}, (), "seven", 1.0, {}))
    with torch.inference_mode():
        before = network(**none), network(**voices), network(**voices | {"baseline_seconds": torch.full((8,), 1e6)})
        calibrate(trained, {WITHOUT: 2.0, WITH: 4.0})
        after = network(**none), network(**voices), network(**voices | {"baseline_seconds": torch.full((8,), 1e6)})
    for logits, calibrated, temperature in zip(before, after, (2, 4, 4), strict=True):
        torch.testing.assert_close(calibrated, logits / temperature)
