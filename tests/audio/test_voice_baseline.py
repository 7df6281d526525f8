"""A voice read against the person's other speech: of the recording, however it arrives, and of an earlier one.

With an invented network and voice detector; the expected baselines are computed from the whole sound at once.
"""

import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source import api
from source.audio import SPEC, inference
from source.audio.features import WindowFeatures
from source.audio.predict import read, with_voice_baseline
from source.audio.settings import AudioSettings
from source.audio.stream import AudioStream
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.media.sound import Sound, speech_activity
from source.results import predicting, readers
from source.results.batch import predict_files
from source.training import checkpoint
from source.training.checkpoint import Header, Trained
from tests.support.toy import wav
from tests.support.voice import LoudIsSpeech, spoken

RATE_HZ = 16_000
LABELS = config.EMOTIONS
MOST_SECONDS = AudioSettings().baseline_seconds


class AgainstBaseline(torch.nn.Module):
    """Stands for the network: keeps what it is given; the answer depends on all of it."""

    def __init__(self):
        super().__init__()
        self.given = []

    def forward(self, encoder, baseline, baseline_seconds):
        self.given += zip(encoder.numpy(), baseline.numpy(), baseline_seconds.numpy(), strict=True)
        sums = encoder.float().sum((1, 2)) - 2 * baseline.sum((1, 2)) + baseline_seconds / 10
        return torch.cos(sums[:, None] * torch.arange(1, len(LABELS) + 1))


def vector_of(features, start, samples):
    """Stands for the features: level and steepness."""
    return {"encoder": np.array([[np.abs(samples).mean(), np.abs(np.diff(samples)).mean() * 10]], np.float16)}


def crowd_is_loud(features):
    """Stands for the mixtures' readings."""
    return [("several voices at once",) if level > 0.4 else () for level in features[:, 0, 0]]


def toy(settings=None):
    settings = settings or AudioSettings()
    return Trained(SPEC, settings, AgainstBaseline(), Header("audio", asdict(settings), LABELS, "seven", 1.0, {}))


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    monkeypatch.setattr(WindowFeatures, "arrays", vector_of)
    monkeypatch.setattr(inference, "mixture_notes", crowd_is_loud)
    monkeypatch.setattr(speech_activity, "VoiceActivity", LoudIsSpeech)


def talk(*parts, seed=0):
    """Noise of these (seconds, level); under 0.1 it is silence."""
    draw = np.random.default_rng(seed)
    return np.concatenate(
        [level * draw.uniform(-1, 1, round(seconds * RATE_HZ)).astype(np.float32) for seconds, level in parts]
    )


def read_whole(samples, trained):
    return read(Sound(samples, RATE_HZ), trained).prediction


def expected_baselines(samples, windows):
    """The mean and seconds of what does not overlap each window (start, end in seconds), from all sound at once."""
    chunks = LoudIsSpeech()(np.pad(samples, (0, -len(samples) % 512)))
    speech = np.repeat(chunks, 512)[: len(samples)] > 0
    spans = [(round(start * RATE_HZ), round(end * RATE_HZ)) for start, end in windows]
    spoken = [(a, b) for a, b in spans if speech[a:b].sum() >= min(0.25 * RATE_HZ, (b - a) / 2)]
    for a, b in spoken:
        others = [(c, d) for c, d in spoken if d <= a or c >= b]
        heard = np.zeros(len(samples), bool)
        for c, d in others:
            heard[c:d] |= speech[c:d]
        weights = [speech[c:d].sum() for c, d in others]
        vectors = [vector_of(None, c, samples[c:d])["encoder"].astype(np.float64) for c, d in others]
        mean = np.average(vectors, axis=0, weights=weights) if others else np.zeros((1, 2))
        yield mean, heard.sum() / RATE_HZ


PARTS = st.lists(st.tuples(st.floats(0.1, 7), st.sampled_from([0.0, 0.2, 0.5, 0.9])), min_size=1, max_size=6)


@given(PARTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_window_is_read_against_all_speech_that_does_not_overlap_it(parts):
    samples, trained = talk(*parts), toy()
    prediction = read_whole(samples, trained)
    windows = [(reading.start_seconds, reading.end_seconds) for reading in prediction.readings]
    expected = list(expected_baselines(samples, windows))
    given_at_the_end = trained.network.given[-len(expected) :] if expected else []
    for (_, baseline, seconds), (mean, all_seconds) in zip(given_at_the_end, expected, strict=True):
        np.testing.assert_allclose(baseline, mean, rtol=1e-5, atol=1e-7)
        assert seconds == pytest.approx(min(all_seconds, MOST_SECONDS / 2), abs=1e-4)


@given(PARTS, st.lists(st.tuples(st.integers(1, 90_000), st.booleans()), max_size=20))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_it_is_cut_and_asked_for_the_prediction_is_that_of_the_file(parts, steps):
    samples, trained = talk(*parts), toy()
    whole, polled, at = read_whole(samples, trained), [], 0
    with AudioStream(trained, source=whole.source) as stream:
        for size, ask in (*steps, (len(samples), True)):
            stream.samples(samples[at : at + size], at / RATE_HZ)
            at = min(at + size, len(samples))
            polled += stream.poll() if ask else []
        streamed = stream.finish()
    assert streamed == whole
    assert [reading.start_seconds for reading in polled] == sorted({reading.start_seconds for reading in polled})


def test_while_it_is_heard_a_window_is_read_against_what_came_before():
    trained = toy()
    with AudioStream(trained) as stream:
        stream.samples(talk((12, 0.5)), 0.0)
        first = stream.poll()
        seconds = [seconds for *_, seconds in trained.network.given]
        assert seconds[:8] == pytest.approx([0, 0, 0, 0, 4, 5, 6, 7], abs=0.05)
        last = stream.finish()
    assert first[0] != last.readings[0] and last.readings[0].start_seconds == 0, "there is more to compare it with now"


def test_a_short_clip_has_no_baseline_and_says_so():
    trained = toy()
    prediction = read_whole(talk((4, 0.5)), trained)
    ((_, baseline, seconds),) = trained.network.given[-1:]
    assert not baseline.any() and seconds == 0
    assert len(prediction.notes) == 1 and "too short" in prediction.notes[0]
    assert "20 s of this recording's own speech" in read_whole(talk((25, 0.5)), toy()).notes[0]
    assert read_whole(talk((5, 0.0)), toy()).notes == ("no speech was found",)


def test_an_earlier_recording_counts_by_its_speech_up_to_what_training_had(tmp_path):
    file = wav(tmp_path / "me.wav", talk((9, 0.9), (40, 0.0), (9, 0.9), seed=1), RATE_HZ)
    trained, short = with_voice_baseline(file, toy()), talk((4, 0.3))
    earlier = trained.person
    assert earlier.seconds == pytest.approx(18, abs=0.1), "each second once, though windows overlap"
    prediction = read_whole(short, trained)
    _, baseline, seconds = trained.network.given[-1]
    np.testing.assert_allclose(baseline, earlier.mean, rtol=1e-5)
    assert seconds == pytest.approx(earlier.seconds) and "18 s of speech in me.wav" in prediction.notes[0]

    samples = talk((12, 0.3))
    for hours in (0.0, 1.0):  # beside twelve seconds, a long recording weighs no more than MOST_SECONDS
        person = replace(earlier, seconds=earlier.seconds + 3600 * hours)
        trained = replace(toy(), person=person)
        read_whole(samples, trained)
        (own, own_seconds), *_ = expected_baselines(samples, [(start, start + 4) for start in range(9)])
        weights = own_seconds, min(person.seconds, MOST_SECONDS)
        _, baseline, seconds = trained.network.given[-9]
        np.testing.assert_allclose(baseline, np.average([own, earlier.mean], axis=0, weights=weights), rtol=1e-5)
        assert seconds == pytest.approx(min(sum(weights), MOST_SECONDS), abs=1e-4)


def test_a_recording_may_be_its_own_baseline(tmp_path):
    file = wav(tmp_path / "me.wav", talk((20, 0.5)), RATE_HZ)
    prediction = read(file, with_voice_baseline(file, toy())).prediction
    assert "20 s of speech in me.wav and 15 s of this recording's own" in prediction.notes[0]
    assert all(reading.probabilities for reading in prediction.readings)


def test_a_folder_is_read_with_the_baseline_that_was_heard_once(tmp_path):
    me = with_voice_baseline(wav(tmp_path / "me.wav", talk((15, 0.9), seed=1), RATE_HZ), toy())
    files = [wav(tmp_path / f"{name}.wav", talk((4, level)), RATE_HZ) for name, level in (("a", 0.3), ("b", 0.6))]
    alone = [predicting.predict(file, me, write=False)[0] for file in files]
    together = predict_files(files, readers.here(toy(), readers.Options(person=me.person)))
    assert together == alone and "me.wav" in together[0].notes[0]
    weights = checkpoint.save(tmp_path, Trained(SPEC, SMALL, SPEC.build(SMALL, 7), header(SMALL)))
    tasks = [readers.Task.of(weights, readers.Options(person=person)) for person in (None, me.person, me.person)]
    assert tasks[0].made_with != tasks[1].made_with == tasks[2].made_with, "what was read without it is read again"


SMALL = AudioSettings(encoder="none", use_mfcc=True, coefficients=8, mel_bands=20, widths=(8, 8), depths=(1, 1))


def header(settings):
    return Header("audio", asdict(settings), LABELS, "seven", 1.0, settings.extract_settings())


def test_a_baseline_that_cannot_serve_is_one_sentence(tmp_path, monkeypatch):
    said = []
    with_voice_baseline(wav(tmp_path / "brief.wav", talk((3, 0.5)), RATE_HZ), toy(), said.append)
    assert len(said) == 1 and "brief.wav holds 3 s of speech" in said[0]
    silent = wav(tmp_path / "silent.wav", talk((9, 0.0)), RATE_HZ)
    with pytest.raises(DemeanorError, match=r"Nobody speaks .*silent.wav"):
        with_voice_baseline(silent, toy())
    (tmp_path / "diary.wav").write_text("dear diary")
    with pytest.raises(DemeanorError, match="a text file"):
        with_voice_baseline(tmp_path / "diary.wav", toy())
    with pytest.raises(DemeanorError, match="without a baseline"):
        with_voice_baseline(silent, toy(SMALL))


@pytest.mark.parametrize(
    "model, recording, why",
    [
        ("audio", "nobody.wav", "There is no nobody.wav"),
        ("audio", "", "Nothing was named"),
        ("audio", str(config.ROOT), "is a folder"),
        ("face", "me.wav", "The face model has no voice baseline; these have: audio"),
    ],
)
def test_a_baseline_that_is_not_there_is_one_sentence(monkeypatch, tmp_path, model, recording, why):
    trained = replace(toy(), spec=replace(spec_of(model), read=None, stream=lambda *_, **__: None))
    for verb in ("predict", "stream"):
        monkeypatch.setattr(sys.modules[f"source.api.{verb}"], "load", lambda model, weights: trained)
    files = [wav(tmp_path / f"{number}.wav", talk((1, 0.5)), RATE_HZ) for number in range(2)]
    for source in (files[0], files):
        with pytest.raises(DemeanorError, match=why):
            api.predict(model, source, voice_baseline=recording, write=False)
    with pytest.raises(DemeanorError, match=why):
        api.live(model, str(files[0]), lambda now: None, voice_baseline=recording)


@pytest.mark.parametrize("loud_seconds, mostly", [(20, True), (4, False)])
def test_several_voices_are_said_of_their_windows_and_of_the_whole_where_most_are(loud_seconds, mostly):
    prediction = read_whole(talk((loud_seconds, 0.9), (12, 0.3)), toy())
    for reading in prediction.readings:
        if reading.end_seconds <= loud_seconds or reading.start_seconds >= loud_seconds:
            assert reading.notes == (("several voices at once",) if reading.end_seconds <= loud_seconds else ())
    assert prediction.overall.notes == (("several voices at once",) if mostly else ())


@pytest.mark.slow
def test_with_the_real_encoder_a_stream_says_what_the_file_does(monkeypatch):
    monkeypatch.undo()
    trained, samples = toy(), spoken(9.7)
    whole = read_whole(samples, trained)
    assert len(whole.readings) == 7 and all(reading.probabilities for reading in whole.readings)
    with AudioStream(trained, source=whole.source) as stream:
        for at in range(0, len(samples), 7777):
            stream.samples(samples[at : at + 7777], at / RATE_HZ)
            stream.poll()
        assert stream.finish() == whole
