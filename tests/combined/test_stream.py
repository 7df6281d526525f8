"""A recording fed bit by bit: the same however it is cut, in flat memory, with words that come late."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source.combined.inference import words
from source.combined.inference.face_baseline import face_baselines
from source.combined.inference.face_stream import BaselineSoFar
from source.combined.stream import CombinedStream
from source.core import config
from source.core.errors import DemeanorError
from source.face.tracker import TrackedFace
from source.face.tracks import FaceTracks
from source.media.sound import speech_activity
from source.text.utterances import Word
from tests.combined.test_inference import MESH, RATE_HZ, Face, combined
from tests.support.voice import LoudIsSpeech

LABELS = len(config.EMOTIONS)
FEATURES = 512  # more than a face or a voice has


class PeopleByBrightness:
    """Stands for the tracker: whose grey values are in a frame, is there."""

    most_faces, has_too_many = 10, False

    def update(self, pixels, seconds):
        blendshapes = np.zeros(52, np.float32)
        return [TrackedFace(int(person), Face(MESH, blendshapes)) for person in np.unique(pixels) if person]

    def close(self):
        pass


def frame(*people):
    return np.resize(np.array([0, *people], np.uint8), (6, 6, 3))


def logits_of(rows):
    """Logits (n, labels) that tell rows (n, values) apart."""
    rows = np.asarray(rows, np.float32).reshape(len(rows), -1)
    sums = np.abs(rows).sum(1)
    return np.cos(sums[:, None] * np.arange(1, LABELS + 1)).astype(np.float32)


class Network(torch.nn.Module):
    """Stands for the combined one: the answer is the sum of what each modality says."""

    def __init__(self, *modalities):
        super().__init__()
        self.lengths = dict.fromkeys(modalities, FEATURES)

    branches = {"audio": None}  # noqa: RUF012

    def answer_of(self, name):
        return slice(0, LABELS)

    def encode_face(self, image):
        return self._features(image)

    def encode_audio(self, voice):
        return self._features(voice)

    def encode_text(self, token_ids):
        return self._features(token_ids)

    def _features(self, rows):
        features = torch.zeros(len(rows), FEATURES)
        features[:, :LABELS] = torch.from_numpy(logits_of(rows)).log_softmax(1)
        return features

    def fuse(
        self, face=None, face_mask=None, audio=None, audio_mask=None, text=None, text_mask=None, face_baseline=None,
        face_baseline_seconds=None,
    ):  # fmt: skip
        total = 0
        if face is not None:
            total = face[..., :LABELS].mean(1)
        if face_baseline is not None:
            total = total - face_baseline[:, :LABELS] / 2
        for values, mask in ((audio, audio_mask), (text, text_mask)):
            if values is not None:
                total = total + values[:, :LABELS] * (1 if mask is None else mask[:, None])
        return total


@pytest.fixture
def trained(monkeypatch):
    """A model that costs nothing, with face and voice."""
    faces = "source.face.recorder"
    monkeypatch.setattr(f"{faces}.FaceTracker", PeopleByBrightness)
    monkeypatch.setattr(f"{faces}.featurize", lambda pixels, face, _: {"image": pixels[:4, :4, 0].astype(np.float32)})
    monkeypatch.setattr("source.audio.spoken_windows.WindowFeatures", EveryThousandth)
    monkeypatch.setattr(words, "featurize", lambda text, before, _: {"token_ids": np.array([float(len(text))])})
    monkeypatch.setattr(speech_activity, "VoiceActivity", LoudIsSpeech)
    return replace(combined(), network=Network("face", "audio"))


class EveryThousandth:
    """Stands for a voice's features."""

    def __init__(self, settings):
        self.covered = 0

    def add(self, samples):
        self.covered += len(samples)

    def finish(self):
        pass

    def arrays(self, start, samples):
        return {"voice": samples[::1000].copy()}

    def forget(self, before):
        pass


@pytest.fixture
def with_words(trained, monkeypatch):
    """The same with words: each block of speech is one, of the seconds that it lasts."""
    monkeypatch.setattr("source.combined.stream.speech_model", lambda name: None)
    monkeypatch.setattr("source.combined.stream.Recogniser", SaysItsLength)
    return reading(trained, "face", "audio", "text")


def reading(trained, *modalities):
    """The same model for these modalities."""
    settings = replace(trained.settings, modalities=modalities)
    return replace(trained, settings=settings, network=Network(*modalities))


class SaysItsLength:
    """Stands for Whisper."""

    language, language_probability, english_only, english_reading = "en", None, True, 1.0

    def __init__(self, model):
        self.heard = []

    def __call__(self, samples, speech_after):
        seconds = len(samples) / RATE_HZ
        return ((Word(f" It lasts {seconds:.1f} seconds.", 0.2, seconds - 0.2, 0.9),),)


def sound(seconds, seed=0):
    """Speech and pauses, (samples,)."""
    rng = np.random.default_rng(seed)
    loud = np.repeat(rng.random(round(seconds)) < 0.7, RATE_HZ)
    return (0.3 * loud * rng.standard_normal(len(loud))).clip(-1, 1).astype(np.float32)


def events(seconds):
    """Frames at 10 a second with people who come and go, and the sound of each half second."""
    whole = sound(seconds)
    for at in range(round(seconds * 10)):
        people = [1] * (at % 40 < 30) + [2] * (at % 60 > 25)
        yield at / 10, frame(*people)
        if at % 5 == 0:
            yield at / 10, whole[round(at / 10 * RATE_HZ) : round((at / 10 + 0.5) * RATE_HZ)]


def fed(stream, parts):
    for seconds, part in parts:
        (stream.samples if part.ndim == 1 else stream.frame)(part, seconds)
    return stream.finish()


def recut(parts, cuts):
    """The same with the sound cut at `cuts`, shares of each block, and all sound of two seconds after its frames."""
    held = []
    for seconds, part in parts:
        if part.ndim > 1:
            yield seconds, part
            continue
        edges = sorted({0, len(part), *(round(cut * len(part)) for cut in cuts)})
        held += [(seconds + start / RATE_HZ, part[start:end]) for start, end in zip(edges, edges[1:], strict=False)]
        if seconds % 2 == 1.5:
            yield from held
            held = []
    yield from held


def close_to(one, other):
    """Whether two documents say the same, to the last digits of a batch of another size."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close_to(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(close_to, one, other))
    return one == pytest.approx(other, abs=1e-4) if isinstance(one, float) else one == other


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 1), max_size=4), st.integers(0, 6))
def test_however_a_recording_is_cut_the_prediction_is_the_same(with_words, cuts, polls):
    with CombinedStream(with_words) as whole, CombinedStream(with_words) as pieces:
        expected = fed(whole, events(20))
        parts = list(recut(events(20), cuts))
        for at in range(polls):  # whoever looks on meanwhile changes nothing
            share = len(parts) // (polls + 1)
            for seconds, part in parts[at * share : (at + 1) * share]:
                (pieces.samples if part.ndim == 1 else pieces.frame)(part, seconds)
            pieces.poll()
        made = fed(pieces, parts[polls * (len(parts) // (polls + 1)) :])
    assert close_to(made.to_dict(), expected.to_dict())
    assert expected.sentences and expected.people and {"face", "audio", "text"} <= set(expected.overall.modalities)


def test_polled_readings_end_as_what_finish_returns_and_people_keep_their_numbers(with_words):
    polled, numbers = {}, []
    with CombinedStream(with_words) as stream:
        for at, (seconds, part) in enumerate(events(30)):
            (stream.samples if part.ndim == 1 else stream.frame)(part, seconds)
            if at % 7 == 0:
                new = stream.poll()
                polled |= {reading.start_seconds: reading for reading in new}
                seen = zip(stream.face_tracks.seconds, stream.face_tracks.person, strict=True)
                numbers.append([(seconds, person) for seconds, person in seen if person >= 0])
        last = stream.finish()
    assert len(polled) >= len(last.readings) - 3, "all but the last windows were shown while it ran"
    for before, after in zip(numbers, numbers[1:], strict=False):
        assert set(before) <= set(after), "a number that was given stays"


def test_a_gap_of_the_microphone_is_silence_and_what_comes_after_keeps_its_time(trained):
    loud = np.full(3 * RATE_HZ, 0.3, np.float32)
    with CombinedStream(trained) as stream:
        stream.samples(loud, 0.0)
        stream.samples(loud, 9.0)
        made = stream.finish()
    assert made.seconds == pytest.approx(12.0)
    assert made.pauses == (pytest.approx((3.0, 9.0), abs=0.05),)


def test_a_camera_without_a_microphone_is_read_while_it_runs(trained):
    with CombinedStream(trained) as stream:
        for at in range(100):
            stream.frame(frame(1), at / 10)
        shown = stream.poll()
        made = stream.finish()
    assert len(shown) == 8 and all(set(reading.modalities) == {"face"} for reading in shown)
    assert made.seconds == pytest.approx(10.0) and made.pauses == () and "no speech was found" not in made.notes


def test_words_that_come_late_change_the_windows_that_they_belong_to(with_words):
    with CombinedStream(with_words, live=True) as stream:
        stream.samples(np.full(3 * RATE_HZ, 0.3, np.float32), 0.0)
        before = {reading.start_seconds: reading for reading in stream.poll()}
        stream.samples(np.zeros(2 * RATE_HZ, np.float32), 3.0)
        made = stream.finish()
    assert not any(reading.text for reading in before.values())
    late = [reading for reading in made.readings if reading.text]
    assert late and late[0].text.startswith("It lasts") and "text" in late[0].modalities


def test_without_whisper_there_is_a_note_no_words_and_all_else(with_words, monkeypatch):
    def missing(name):
        raise DemeanorError("there are no weights; put them there.")

    said = []
    monkeypatch.setattr("source.combined.stream.speech_model", missing)
    with CombinedStream(with_words, said.append) as stream:
        made = fed(stream, events(10))
    assert said == ["Nothing is transcribed: there are no weights; put them there."]
    assert "not transcribed: there are no weights; put them there." in made.notes
    assert made.sentences == () and "audio" in made.overall.modalities


def test_whisper_hears_a_recording_once_not_every_window(with_words, monkeypatch):
    """A known mistake of such tools: it is run for every window, and its encoder always costs 30 s."""
    heard = []

    class Counting(SaysItsLength):
        def __call__(self, samples, speech_after):
            heard.append(len(samples) / RATE_HZ)
            return ()

    monkeypatch.setattr("source.combined.stream.Recogniser", Counting)
    with CombinedStream(with_words) as stream:
        for start in range(0, 60, 4):
            stream.samples(np.full(4 * RATE_HZ, 0.3, np.float32), float(start))
        made = stream.finish()
    assert len(made.readings) == 60 and len(heard) <= 4, "an encoding for each half minute, and one where it was cut"
    assert 60 <= sum(heard) < 66 and made.notes == ("no words were recognised",)


@pytest.mark.slow
def test_memory_is_flat_over_hours(trained):
    """What is kept of each minute, and what is under way meanwhile: sound and pictures are not."""
    loud, picture = np.full(4 * RATE_HZ, 0.3, np.float32), frame(1)

    def held(minutes):
        tracemalloc.start()
        with CombinedStream(trained) as stream:
            for start in range(0, minutes * 60, 4):
                for at in range(20):
                    stream.frame(picture, start + at / 5)
                stream.samples(loud, float(start))
                stream.poll()
            kept, peak = tracemalloc.get_traced_memory()
            windows = len(stream.finish().readings)
        tracemalloc.stop()
        assert windows == minutes * 60
        return kept, peak

    held(1)  # what is imported and kept on first use
    (short, short_peak), (long, long_peak) = held(2), held(8)
    assert (long - short) / 6 * 60 < 60e6, "bytes kept of an hour, of which the sound alone would be 230 MB"
    assert (long_peak - short_peak) / 6 * 60 < 120e6


def test_of_what_the_model_is_not_given_no_note_says_that_it_is_missing(trained):
    for name in ("face", "audio"):
        with CombinedStream(reading(trained, name)) as stream:
            made = fed(stream, events(6))
            assert bool(len(stream.face_tracks)) == (name == "face")
        assert set(made.overall.modalities) == {name} and made.sentences == () and made.notes == ()


def test_looking_at_every_frame_records_only_those_that_are_due(trained):
    with CombinedStream(trained) as file, CombinedStream(trained, live=True) as stream:
        expected = fed(file, events(12))
        seen = []
        for seconds, part in events(12):
            if part.ndim == 1:
                stream.samples(part, seconds)
            else:
                seen.append(stream.look(part, seconds))
                assert stream.look(part, seconds) == [], "the same frame again"
        made = stream.finish()
    assert close_to(made.to_dict(), expected.to_dict())
    assert len(seen) == 120 and [len(faces) for faces in seen[:30]] == [1] * 26 + [2] * 4
    assert seen[0][0].person == -1 and seen[10][0].person == 0, "a face that was found once may be none"
    assert all(reading.box and sum(reading.probabilities.values()) == pytest.approx(1) for reading in seen[40])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_the_baseline_so_far_is_that_of_the_windows(trained, seed):
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 60)
    tracks = FaceTracks(
        np.sort(rng.uniform(0, 20, count)), rng.integers(0, 3, count).astype(np.int32), np.zeros((count, 4)),
        np.zeros((count, 3)), np.zeros((count, 2)), rng.uniform(0.1, 1, count).astype(np.float32),
        rng.normal(size=(count, FEATURES)).astype(np.float16), np.zeros((count, LABELS)), np.zeros(0),
    )  # fmt: skip
    baseline = BaselineSoFar(trained)
    for until in np.sort(rng.uniform(0, 25, 4)):
        baseline.advance(tracks, until)
        for person in range(3):
            mean, weight = baseline.of(person)
            expected, seconds = face_baselines(tracks, [(person, until, until)], 1.0, later=False)
            assert mean == pytest.approx(expected[0], abs=1e-3) and weight == pytest.approx(seconds[0], abs=1e-3)


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), [[1]], np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_frame_is_refused_in_a_sentence(trained, wrong):
    with CombinedStream(trained) as stream, pytest.raises(DemeanorError, match="A frame is an array"):
        stream.frame(wrong, 0.0)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), None, "now"])
def test_what_has_no_time_is_refused_in_a_sentence(trained, seconds):
    with CombinedStream(trained) as stream:
        with pytest.raises(DemeanorError, match="its time"):
            stream.frame(frame(1), seconds)
        with pytest.raises(DemeanorError, match="its time"):
            stream.samples(np.zeros(10, np.float32), seconds)


@pytest.mark.parametrize("wrong", [np.zeros((4, 2), np.float32), np.zeros(4, np.int16), [0.0], np.full(4, np.nan)])
def test_what_is_no_sound_is_refused_in_a_sentence(trained, wrong):
    with CombinedStream(trained) as stream, pytest.raises(DemeanorError, match="Sound"):
        stream.samples(wrong, 0.0)


@pytest.mark.parametrize("modalities", [("audio",), ("face",), ("face", "audio"), ("audio", "text"), ("face", "text")])
def test_a_network_that_knows_more_than_is_to_be_read(with_words, modalities):
    """As where its weights are missing, or the words are not wanted."""
    fewer = replace(with_words, settings=replace(with_words.settings, modalities=modalities))
    with CombinedStream(fewer, live=True) as stream:
        made = fed(stream, events(8))
    assert set(made.overall.modalities) == set(modalities)
