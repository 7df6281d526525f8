"""Recordings become the audio model's inputs: one way for preprocessing and prediction, whatever the recording."""

from collections import Counter
from dataclasses import replace
from itertools import product
from typing import get_args, get_type_hints

import numpy as np
import pytest
import torch

from source.audio import SPEC, features, whisper_features
from source.audio.features import baseline_features, condition, extract, featurize
from source.audio.mfcc import mfcc
from source.audio.settings import AudioSettings
from source.audio.whisper_features import SHAPES
from source.cli import render
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import DataWarning
from source.data import preprocessing
from source.data.clips import write_clips
from source.media.sound import read_sound
from source.media.sound import whisper as whisper_module
from source.media.sound.whisper import speech_model
from tests.support.toy import AUDIO, audio_arrays, audio_clips, wav
from tests.support.voice import spoken

RATE = 16_000
PLAIN = replace(AUDIO, encoder="none")
WHISPER = config.MODELS_FOLDER / "pretrained" / "tiny.en.pt"
needs_whisper = pytest.mark.skipif(
    not WHISPER.is_file(), reason=f"{WHISPER.name} is not installed; python setup.py gets it"
)
ODD = {
    "10 ms": spoken(0.5)[3000:3160],
    "one sample": np.full(1, 0.5, np.float32),
    "silence": np.zeros(RATE // 2, np.float32),
    "fainter than 16 bits": np.zeros(2 * RATE, np.float32),
    "quiet": spoken(0.8) * 0.003,
    "full scale": np.sign(spoken(0.7)).astype(np.float32),
    "offset": spoken(0.7) * 0.2 + 0.5,
    "longer than the window": spoken(3.3),
    "just the window": spoken(1.0),
}


def stub_layers(waveform):
    """Stand for the encoder, without weights."""
    return torch.from_numpy(np.outer(np.arange(4), np.ones(5 * 384)).reshape(4, 5, 384) * float(np.abs(waveform).sum()))


def stub_frames(waveform):
    """The same for the other: frames that tell what was heard in them."""
    filled = np.pad(waveform, (0, -len(waveform) % 320)).reshape(-1, 320)
    return torch.from_numpy(np.repeat(filled.sum(1, dtype=np.float64)[:, None] + len(filled), 768, axis=1)).float()


@pytest.fixture
def toy_encoder(monkeypatch):
    monkeypatch.setattr(whisper_features, "layers", stub_layers)
    monkeypatch.setattr(whisper_features, "frames", stub_frames)


# --- What it gives -----------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::source.core.spec.DataWarning")
@pytest.mark.parametrize("denoise", [False, True])
@pytest.mark.parametrize("name", ODD)
def test_any_recording_gives_finite_arrays_of_one_shape(tmp_path, name, denoise):
    settings = replace(PLAIN, denoise=denoise, augmented_copies=2)
    made = extract(wav(tmp_path / "a.wav", ODD[name]), settings)
    assert {key: (value.shape, value.dtype) for key, value in made.items()} == {
        "mfcc": ((3, 63, 24), np.float16), "voiced": ((3, 63), np.bool_),
    }  # fmt: skip
    assert np.isfinite(made["mfcc"]).all() and made["voiced"].any(1).all()
    assert not made["mfcc"][~made["voiced"]].any()


@pytest.mark.parametrize("choice", get_args(get_type_hints(AudioSettings)["encoder"]))
def test_every_use_of_the_encoder_gives_what_the_network_takes(tmp_path, toy_encoder, choice):
    settings = replace(AUDIO, encoder=choice)
    made = extract(wav(tmp_path / "a.wav", spoken(0.7)), settings)
    toys = audio_arrays(1, settings=settings)
    assert {key: (value.shape, value.dtype) for key, value in made.items()} == {
        key: (value.shape[1:], value.dtype) for key, value in toys.items()
    }
    assert ("encoder" in made) == (choice != "none")
    answer = SPEC.build(settings, 7).eval()(**{key: torch.from_numpy(value)[None] for key, value in made.items()})
    assert torch.isfinite(answer).all()


def test_prediction_and_preprocessing_give_the_same_features(tmp_path, toy_encoder):
    """A known mistake of such tools: the same features by two ways."""
    file = wav(tmp_path / "a.wav", spoken(0.8))
    heard = read_sound(file, RATE).waveform
    for encoder, copies in product(SHAPES, (0, 2)):
        settings = replace(AUDIO, encoder=encoder, augmented_copies=copies)
        stored, predicted = extract(file, settings), featurize(heard, settings.for_prediction())
        assert stored.keys() == predicted.keys()
        for name, array in predicted.items():
            np.testing.assert_array_equal(stored[name][0] if copies else stored[name], array)


def test_the_mfcc_are_of_the_voice_alone_in_the_middle():
    samples = spoken(0.5)
    made = featurize(samples, replace(PLAIN, trim_silence=False, normalise_level=False))
    there = np.flatnonzero(made["voiced"])
    assert len(there) == 1 + len(samples) // 256 == there[-1] - there[0] + 1
    assert abs(there[0] - (62 - there[-1])) <= 1
    np.testing.assert_array_equal(made["mfcc"][there], mfcc(samples, PLAIN).astype(np.float16))


def test_recordings_at_any_rate_are_heard_at_one(tmp_path):
    """A known mistake: 22,050 Hz read as 16,000 Hz. A tone, for a voice's level varies with the filter."""
    tones = {rate: np.sin(2 * np.pi * 440 * np.arange(rate // 2) / rate) / 2 for rate in (16_000, 22_050, 48_000)}
    made = {rate: extract(wav(tmp_path / f"{rate}.wav", tone, rate), PLAIN) for rate, tone in tones.items()}
    for other in (22_050, 48_000):
        assert (made[other]["voiced"] == made[RATE]["voiced"]).all()
        inner = np.flatnonzero(made[RATE]["voiced"])[8:-8]
        apart = np.abs(made[other]["mfcc"][inner, :8].astype(float) - made[RATE]["mfcc"][inner, :8]).mean()
        assert apart < 0.05 * np.abs(made[RATE]["mfcc"][inner, :8]).mean()


# --- Each setting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gain", [0.05, 0.5, 1.9])
def test_the_microphones_gain_has_no_influence_unless_the_level_is_kept(gain):
    samples = spoken(0.8)
    for settings, same in ((PLAIN, True), (replace(PLAIN, normalise_level=False), False)):
        one, other = (featurize(wave, settings)["mfcc"].astype(float) for wave in (samples, samples * np.float32(gain)))
        assert (np.abs(one - other).max() < 0.5) == same


def test_silence_around_is_trimmed_where_it_is_asked_for():
    samples = np.pad(spoken(0.4), (4800, 3200))  # 0.3 s before and 0.2 s after
    on, off = (featurize(samples, replace(PLAIN, trim_silence=trim))["voiced"].sum() for trim in (True, False))
    assert off == 1 + len(samples) // 256 and on <= off - 0.2 * RATE / 256


def test_noise_is_reduced_where_it_is_asked_for():
    hiss = 0.02 * np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32)
    samples = np.concatenate([hiss[:RATE], spoken(1.0) + hiss[RATE:]])
    pause = [np.square(condition(samples, replace(PLAIN, trim_silence=False, denoise=on)).samples[:RATE]).mean()
             for on in (False, True)]  # fmt: skip
    assert pause[1] < pause[0] / 10
    one, other = (featurize(samples, replace(PLAIN, window_seconds=2.0, denoise=on))["mfcc"] for on in (False, True))
    assert not np.array_equal(one, other)


def test_tiny_hears_the_voice_alone(monkeypatch):
    heard = []
    monkeypatch.setattr(
        whisper_features, "layers", lambda waveform: heard.append(len(waveform)) or stub_layers(waveform)
    )
    settings = replace(AUDIO, encoder="tiny.en", trim_silence=False)
    featurize(np.pad(spoken(0.4), 1600), settings)
    featurize(spoken(2.0), settings)
    assert heard == [6400 + 3200, RATE]  # not the padding of the window, and no more than a window


# --- Too long ----------------------------------------------------------------------------------------------------


def test_what_has_no_room_is_told(tmp_path, recwarn):
    extract(wav(tmp_path / "a.wav", spoken(0.9)), PLAIN)
    extract(wav(tmp_path / "b.wav", np.pad(spoken(0.7), 8000)), PLAIN)  # with its silence longer than the window
    assert not [warning for warning in recwarn if warning.category is DataWarning]
    noise = 0.4 * np.sign(np.random.default_rng(0).normal(size=4 * RATE))  # of the same energy at every moment
    noise[: 2 * RATE] *= 0.1
    noise[3 * RATE :] *= 0.1
    file = wav(tmp_path / "c.wav", noise)
    with pytest.warns(DataWarning, match="longer than 1 seconds .*: the loudest part was read"):
        made = extract(file, PLAIN)
    loudest = read_sound(file, RATE).waveform[2 * RATE : 3 * RATE]
    np.testing.assert_array_equal(made["mfcc"], featurize(loudest, PLAIN)["mfcc"])


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Twelve clips of 0.5 s, of which two are 2 s long and one is no sound."""
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path)
    folder = SPEC.training_folder / "toy"
    clips = [replace(clip, path=folder / f"toy_{i}_{clip.emotion}.wav") for i, clip in enumerate(audio_clips(12, 3))]
    for number, clip in enumerate(clips):
        wav(clip.path, spoken(2.0 if number in (3, 8) else 0.5, seed=number))
    clips[5].path.write_bytes(b"no sound")
    write_clips(folder / "clips.csv", clips, relative_to=folder)
    return clips


def test_the_count_of_what_had_no_room_is_reported(corpus):
    made = preprocessing.preprocess(SPEC, PLAIN, "toy")
    assert (made.clips, made.unreadable) == (11, 1) and list(made.warnings.values()) == [2]
    line = render.preprocessed_line(made)
    assert "\ntoy: 2 clips are longer than 1 seconds" in line and line.endswith("was read.")
    again = preprocessing.preprocess(SPEC, PLAIN, "toy")
    assert again.warnings == {} and "longer" not in render.preprocessed_line(again)


@pytest.mark.slow
def test_workers_count_remarks_as_one_process_does(corpus, monkeypatch):
    monkeypatch.setattr(preprocessing, "CLIPS_PER_JOB", 6)
    alone = preprocessing.preprocess(SPEC, PLAIN, "toy", resume=False)
    with preprocessing.Workers(1, preprocessing.one_thread_each) as pool:
        together = preprocessing.preprocess(SPEC, PLAIN, "toy", executor=pool, workers=1, resume=False)
    assert alone.warnings == together.warnings and sum(alone.warnings.values()) == 2


def test_a_chunk_counts_its_remarks_and_no_other_warnings(corpus, monkeypatch):
    def warns(path, settings):
        features.warnings.warn("of no interest", UserWarning, stacklevel=2)
        return extract(path, settings)

    monkeypatch.setattr(preprocessing, "spec_of", lambda name: replace(SPEC, extract=warns))
    chunk = preprocessing.extract_clips("audio", PLAIN, [clip.path for clip in corpus])
    assert sum(chunk.warnings.values()) == 2 and isinstance(chunk.warnings, Counter)
    assert list(chunk.unreadable) == [str(corpus[5].path)] and len(chunk.rows["mfcc"]) == 11


# --- Copies ------------------------------------------------------------------------------------------------------


def test_copies_come_after_the_clip_differ_and_are_the_same_again(tmp_path):
    settings = replace(PLAIN, augmented_copies=3)
    file = wav(tmp_path / "a.wav", spoken(0.7))
    made, again = extract(file, settings), extract(file, settings)
    for name, array in made.items():
        assert len(array) == 4
        np.testing.assert_array_equal(array, again[name])
        np.testing.assert_array_equal(array[0], extract(file, replace(settings, augmented_copies=0))[name])
    assert len({version.tobytes() for version in made["mfcc"]}) == 4
    few = extract(file, replace(settings, augmented_copies=1))
    np.testing.assert_array_equal(few["mfcc"], made["mfcc"][:2])  # more copies leave the first ones as they were


def test_copies_depend_on_the_files_name_and_not_on_its_folder(tmp_path):
    settings = replace(PLAIN, augmented_copies=1)
    names = ("a.wav", "b.wav", "elsewhere/a.wav")
    one, other, moved = (extract(wav(tmp_path / name, spoken(0.7)), settings)["mfcc"] for name in names)
    np.testing.assert_array_equal(one[0], other[0])
    assert not np.array_equal(one[1], other[1])
    np.testing.assert_array_equal(one, moved)


# --- The encoder -------------------------------------------------------------------------------------------------


@needs_whisper
@pytest.mark.slow
def test_its_last_layer_is_whispers_own_answer():
    """On 30 seconds, the only length that Whisper's own code takes."""
    from whisper.audio import log_mel_spectrogram

    network, samples = speech_model().encoder, spoken(30.0)
    with torch.inference_mode():
        expected = network(log_mel_spectrogram(torch.from_numpy(samples))[None])[0]
        answers = whisper_features.layers(samples)
        torch.testing.assert_close(network.ln_post(answers[-1]), expected, atol=1e-3, rtol=1e-3)
    assert answers.shape == (whisper_features.LAYERS, 1500, whisper_features.WIDTH)


@needs_whisper
@pytest.mark.slow
@pytest.mark.parametrize(("samples", "frames"), [(0, 1), (1, 1), (320, 1), (321, 2), (16_000, 50)])
def test_it_hears_any_length_a_frame_each_20_ms(samples, frames):
    answers = whisper_features.layers(spoken(1.0)[:samples])
    made = whisper_features.statistics(answers)
    assert answers.shape == (4, frames, 384) and made.shape == (4, 768) and np.isfinite(made).all()
    np.testing.assert_allclose(made[:, :384], answers.numpy().mean(1), rtol=2e-3, atol=1e-3)
    np.testing.assert_allclose(made[:, 384:], answers.numpy().std(1), rtol=2e-3, atol=1e-3)


def test_more_than_it_can_hear_is_an_error():
    with pytest.raises(ValueError, match="30 seconds, not 31"):
        whisper_features.layers(np.zeros(31 * RATE, np.float32))


def test_missing_weights_are_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "MODELS_FOLDER", tmp_path)
    whisper_module._loaded.cache_clear()
    with pytest.raises(DemeanorError, match=r"tiny.en.pt is missing, and .* needs it"):
        whisper_features.layers(spoken(0.5))
    whisper_module._loaded.cache_clear()


# --- The baselines' input ----------------------------------------------------------------------------------------


def test_the_summary_is_over_the_voiced_frames_alone():
    arrays = audio_arrays(5)
    made = baseline_features(arrays, replace(AUDIO, encoder="none"))
    assert made.shape == (5, 6 * AUDIO.coefficients)
    for row, values, voiced in zip(made, arrays["mfcc"].astype(np.float32), arrays["voiced"], strict=True):
        expected = np.concatenate([values[voiced].mean(0), values[voiced].std(0)])
        np.testing.assert_allclose(row, expected, atol=1e-4)
    arrays["voiced"][:] = False
    assert np.isfinite(baseline_features(arrays, replace(AUDIO, encoder="none"))).all()
