"""What training does to voices: altered copies, hidden stretches, mixed pairs; never to val or test."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from source.audio import SPEC
from source.audio.perturbation import altered, altered_copies, with_noise, with_pitch, with_speed
from source.core import config
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.data.loaders import training_loader, val_loader
from source.evaluation import testing
from source.evaluation.baselines import vectors
from source.training import checkpoint
from source.training.augmentation import mixup
from source.training.loop import fit
from tests.support.toy import AUDIO, audio_arrays, audio_store
from tests.support.voice import spoken

RATE = 16_000
COPIES = 2


def tone(hertz=500.0, seconds=1.0):
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def peak_hz(waveform):
    spectrum = np.abs(np.fft.rfft(waveform * np.hanning(len(waveform)), 8 * len(waveform)))
    return spectrum.argmax() * RATE / (8 * len(waveform))


# --- Altered copies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [0.88, 1.0, 1.12, 1.5])
def test_speed_changes_length_and_pitch_by_the_ratio(speed):
    faster = with_speed(tone(), speed, RATE)
    assert len(faster) == pytest.approx(RATE / speed, abs=2)
    assert peak_hz(faster) == pytest.approx(500 * speed, rel=0.003)


@pytest.mark.parametrize("semitones", [-4, -1.5, -0.3, 0, 0.7, 1.5, 4])
def test_pitch_moves_by_the_semitones_and_the_length_stays(semitones):
    for hertz in (220.0, 500.0, 1500.0):
        shifted = with_pitch(tone(hertz), semitones, RATE)
        assert len(shifted) == pytest.approx(RATE, rel=0.01)
        assert peak_hz(shifted) == pytest.approx(hertz * 2 ** (semitones / 12), rel=0.01)


@pytest.mark.parametrize("wanted_db", [-5, 0, 10, 35])
def test_noise_is_as_faint_as_it_is_to_be(wanted_db):
    voice, draw = spoken(1.0), np.random.default_rng(0)
    for _ in range(5):
        noise = with_noise(voice, wanted_db, draw) - voice
        measured = 10 * np.log10(np.mean(voice.astype(float) ** 2) / np.mean(noise.astype(float) ** 2))
        assert measured == pytest.approx(wanted_db, abs=0.5)


@pytest.mark.parametrize("samples", [1, 2, 100, 511, 512, 5000])
def test_silence_and_scraps_stay_finite(samples):
    settings = replace(AUDIO, augmented_copies=6, pitch_shift_semitones=3.0)
    for waveform in (np.zeros(samples, np.float32), spoken(1.0)[:samples]):
        for copy in altered_copies(waveform, Path("a.wav"), settings):
            assert copy.dtype == np.float32 and len(copy) and np.isfinite(copy).all()
            assert waveform.any() or not copy.any()


@pytest.mark.parametrize("setting", ["speed_perturbation", "pitch_shift_semitones", "gain_perturbation_db"])
def test_every_setting_changes_the_copy_and_zero_leaves_it(setting):
    off = {"speed_perturbation": 0.0, "pitch_shift_semitones": 0.0, "gain_perturbation_db": 0.0, "noise_snr_db": 150.0}
    voice, wanted = spoken(0.5), getattr(replace(AUDIO), setting)
    still, moved = (
        altered(voice, replace(AUDIO, **(off | {setting: value})), np.random.default_rng(1)) for value in (0.0, wanted)
    )
    np.testing.assert_allclose(still, voice, atol=1e-4)
    assert len(moved) != len(voice) or np.abs(moved - voice).max() > 0.01


def test_a_setting_is_the_most_that_is_drawn_either_way():
    settings = replace(AUDIO, speed_perturbation=0.2, pitch_shift_semitones=0.0)
    lengths = [len(altered(spoken(0.5), settings, np.random.default_rng(seed))) / 8000 for seed in range(60)]
    assert 1 / 1.2 - 0.01 < min(lengths) < 0.9 and 1.12 < max(lengths) < 1 / 0.8 + 0.01


# --- SpecAugment -------------------------------------------------------------------------------------------------


def voices(count=16, settings=AUDIO):
    return {name: torch.from_numpy(array) for name, array in audio_arrays(count, settings=settings).items()}


def test_stretches_are_hidden_and_shapes_stay():
    torch.manual_seed(0)
    before, after = voices(64), SPEC.augment(voices(64), AUDIO)
    assert {name: value.shape for name, value in after.items()} == {name: v.shape for name, v in before.items()}
    assert after["voiced"].dtype == torch.bool and not (after["voiced"] & ~before["voiced"]).any()
    hidden = before["voiced"].sum(1) - after["voiced"].sum(1)
    assert (hidden >= 0).all() and hidden.sum() > 64 and after["voiced"].any(1).all()
    assert not after["mfcc"][~after["voiced"]].any()
    assert torch.equal(after["encoder"], before["encoder"])


@pytest.mark.parametrize("masks", [2, 8])
def test_a_clip_is_never_hidden_whole(masks):
    torch.manual_seed(0)
    inputs = voices(200)
    inputs["voiced"][:] = False
    inputs["voiced"][:, 30] = True  # one frame
    settings = replace(AUDIO, time_masks=masks, time_mask_share=1.0)
    assert (SPEC.augment(inputs, settings)["voiced"].sum(1) == 1).all()


def test_hidden_coefficients_are_at_their_clips_mean_with_their_differences():
    torch.manual_seed(0)
    settings = replace(AUDIO, time_masks=0, coefficient_masks=1, coefficient_mask_share=0.6)
    before, after = voices(40), SPEC.augment(voices(40), settings)
    assert torch.equal(before["voiced"], after["voiced"])
    changed = torch.zeros(40, AUDIO.coefficients, dtype=torch.bool)
    for clip in range(40):
        old, new = (values["mfcc"][clip][before["voiced"][clip]].float() for values in (before, after))
        moved = (old != new).any(0)
        thirds = moved.view(3, -1)
        assert torch.equal(thirds[0], thirds[1]) and torch.equal(thirds[0], thirds[2])
        torch.testing.assert_close(new[:, moved], old.mean(0)[moved].expand(len(old), -1), atol=1e-4, rtol=1e-4)
        changed[clip] = thirds[0]
    assert changed.any(1).sum() > 20 and changed.sum(1).max() <= 0.6 * AUDIO.coefficients + 1


def test_nothing_is_hidden_where_no_masks_are_asked_for():
    before = voices()
    after = SPEC.augment(voices(), replace(AUDIO, time_masks=0, coefficient_masks=0))
    assert all(torch.equal(after[name].float(), before[name].float()) for name in before)


def test_each_clip_is_drawn_for_by_itself():
    torch.manual_seed(0)
    same = {name: value[:1].expand(32, *value.shape[1:]) for name, value in voices().items()}
    after = SPEC.augment(same, replace(AUDIO, time_mask_share=0.5))
    assert len(torch.unique(after["mfcc"].flatten(1), dim=0)) > 24
    assert torch.equal(same["mfcc"], voices()["mfcc"][:1].expand(32, -1, -1))  # the batch itself is untouched


def test_views_are_the_stretch_as_it_is():
    (view,) = SPEC.test_time_augment(voices(), AUDIO)
    assert all(torch.equal(view[name], value) for name, value in voices().items())


# --- Mixup -------------------------------------------------------------------------------------------------------


def targets(count=16, classes=7):
    return torch.nn.functional.one_hot(torch.arange(count) % classes, classes).float() * 0.9 + 0.1 / classes


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_mixed_targets_are_shares_and_inputs_are_mixed_by_the_same(alpha):
    torch.manual_seed(0)
    inputs, truth = voices(), targets()
    values = torch.eye(16)  # row i: how much of each clip is in what clip i became
    mixed, target = mixup(inputs | {"values": values}, truth, alpha)
    parts = mixed["values"]
    torch.testing.assert_close(target.sum(1), torch.ones(16))
    torch.testing.assert_close(target, parts @ truth)
    assert ((parts > 0).sum(1) <= 2).all() and (parts.diagonal() < 0.999).any()
    torch.testing.assert_close(
        mixed["mfcc"], torch.einsum("ij,jtv->itv", parts, inputs["mfcc"].float()), atol=2e-3, rtol=2e-3
    )
    for clip in range(16):
        assert torch.equal(mixed["voiced"][clip], inputs["voiced"][parts[clip] > 0].any(0))
    assert {name: value.shape for name, value in mixed.items() if name != "values"} == {
        name: value.shape for name, value in inputs.items()
    }


def test_without_mixup_nothing_changes():
    inputs, truth = voices(), targets()
    mixed, target = mixup(inputs, truth, 0.0)
    assert target is truth and all(mixed[name] is value for name, value in inputs.items())


# --- Copies stay in their clip's row ------------------------------------------------------------------


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
    assert training_loader(train, 8, torch.Generator()).dataset._draws and not train._draws
    assert not val_loader(val).dataset._draws
    assert train.with_copies().subset([0, 1], "some")._draws and not train.subset([0, 1], "some")._draws


def test_a_subset_of_the_drawing_examples_keeps_to_its_clips(store):
    train = part(store, "train")
    assert [clip.path for clip in train.with_copies().clips] == [clip.path for clip in train.clips]
    people = [{clip.speaker for clip in part(store, split).clips} for split in ("train", "val", "test")]
    assert not people[0] & people[1] and not people[0] & people[2] and not people[1] & people[2]


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


def test_a_killed_training_draws_the_same_copies_when_it_goes_on(store, tmp_path):
    settings = replace(AUDIO, augmented_copies=COPIES, encoder="none", epochs=3, mixup=0.3)
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
    np.testing.assert_allclose(made, SPEC.baseline_features(clips, AUDIO), atol=1e-4)
