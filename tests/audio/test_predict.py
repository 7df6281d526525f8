"""A person's recordings in, timelines out: any length, silence, bad files, folders.

With an invented network and voice detector; and with the real detector where silence and noise are not to be speech.
"""

import csv
import json
import struct
import subprocess
import tracemalloc
import wave
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from source.audio import SPEC, features, inference, predict, windows
from source.audio.features import featurize
from source.audio.results import figures
from source.audio.settings import AudioSettings
from source.cli import render
from source.core import config
from source.core.errors import DemeanorError
from source.media.sound import speech_activity
from source.results import predicting
from source.results.prediction import SCHEMA
from source.training import checkpoint
from source.training.checkpoint import Header, Trained
from tests.support.voice import LoudIsSpeech

RATE = 16_000
LABELS = config.EMOTIONS
CONFIG = AudioSettings(encoder="tiny.en")  # of which a window is read by itself
FILES = {"result.json", "timeline.csv", "timeline.png"}


class Pitch(torch.nn.Module):
    """Stands for the network: a high tone is happy, a low one sad."""

    def forward(self, pitch_hz):
        logits = torch.zeros(len(pitch_hz), len(LABELS))
        logits[:, LABELS.index("happy")] = (pitch_hz > 500) * 4.0
        logits[:, LABELS.index("sad")] = (pitch_hz <= 500) * 4.0
        return logits


def pitch_of(samples, settings):
    """Stands for `describe`: the strongest frequency."""
    spectrum = np.abs(np.fft.rfft(samples))
    return {"pitch_hz": np.float32(spectrum.argmax() * settings.sample_rate_hz / len(samples))}


def toy_trained(settings=CONFIG):
    return Trained(SPEC, settings, Pitch(), Header("audio", asdict(settings), LABELS, "seven", 1.0, {}))


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    """Replace network inputs, voice detector and figure; calling it puts the real detector back."""
    real = speech_activity.VoiceActivity
    monkeypatch.setattr(figures, "timeline", lambda prediction, overview: b"PNG")
    monkeypatch.setattr(features, "featurize", pitch_of)
    monkeypatch.setattr(speech_activity, "VoiceActivity", LoudIsSpeech)
    return lambda: monkeypatch.setattr(speech_activity, "VoiceActivity", real)


def tone(seconds, hertz=1000, rate=RATE, level=0.5):
    return (level * np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * hertz / rate)).astype(np.float32)


def silence(seconds, rate=RATE):
    return np.zeros(round(seconds * rate), np.float32)


def recording(folder, *parts, name="clip.wav", rate=RATE, channels=1):
    samples = np.concatenate(parts)
    with wave.open(str(folder / name), "wb") as stream:
        stream.setnchannels(channels)
        stream.setsampwidth(2)
        stream.setframerate(rate)
        stream.writeframes((samples * 32767).astype("<i2").tobytes())
    return folder / name


def read(file, folder_out=None, **how):
    (result,) = predicting.predict(file, toy_trained(), folder_out, write=folder_out is not None, **how)
    return result


def rows_of(file):
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def spans_of(result):
    return [(reading.start_seconds, reading.end_seconds) for reading in result.readings]


# --- The timeline ------------------------------------------------------------------------------------------------


def test_windows_cover_the_whole_recording(tmp_path):
    """A known mistake of such tools: the first 1.9 s of 5.9 s, and the last window of a file."""
    result = read(recording(tmp_path, tone(5.9)))
    assert spans_of(result) == [(0, 4), (1, 5), (pytest.approx(1.9), pytest.approx(5.9))]
    assert result.seconds == pytest.approx(5.9)
    assert [reading.speech_seconds for reading in result.readings] == pytest.approx([4, 4, 4])


@pytest.mark.parametrize("seconds", [0.5, 1, 3.99, 4])
def test_a_short_recording_is_one_window(tmp_path, seconds):
    result = read(recording(tmp_path, tone(seconds)), tmp_path / "out")
    assert spans_of(result) == [(0, pytest.approx(seconds))] and result.readings[0].emotion == "happy"
    assert ("little speech" in "".join(result.readings[0].notes)) == (seconds < 1)
    assert (Path(result.folder) / "timeline.png").is_file()


def test_emotions_over_time_and_silence_is_none(tmp_path):
    result = read(recording(tmp_path, tone(8, 1000), silence(10), tone(8, 200)))
    assert len(result.readings) == 23
    for reading in result.readings:
        loud = max(0, 8 - reading.start_seconds) + max(0, reading.end_seconds - 18)
        assert reading.speech_seconds == pytest.approx(min(loud, 4), abs=0.04)
        expected = None if loud < 0.25 else "happy" if reading.start_seconds < 10 else "sad"
        assert reading.emotion == expected and bool(reading.probabilities) == (expected is not None)
        assert reading.summary == "no speech" or expected
        assert not reading.probabilities or sum(reading.probabilities.values()) == pytest.approx(1)


def test_the_whole_weighs_windows_by_their_speech(tmp_path):
    result = read(recording(tmp_path, tone(7, 1000), silence(6), tone(1, 200)))
    spoken = [reading for reading in result.readings if reading.probabilities]
    weights = [reading.speech_seconds for reading in spoken]
    happy = np.average([reading.probabilities["happy"] for reading in spoken], weights=weights)
    assert result.overall.probabilities["happy"] == pytest.approx(happy, abs=1e-6)
    assert result.overall.speech_seconds == pytest.approx(8, abs=0.1) and result.overall.emotion == "happy"
    assert (result.overall.start_seconds, result.overall.end_seconds) == (0, pytest.approx(14))


def test_windows_go_through_the_network_in_batches_and_answer_as_each_alone(tmp_path, monkeypatch):
    file = recording(tmp_path, tone(20, 1000), tone(20, 200))
    sizes, kept = [], Trained.probabilities
    monkeypatch.setattr(
        Trained, "probabilities", lambda self, arrays: sizes.append(len(arrays["pitch_hz"])) or kept(self, arrays)
    )
    together = read(file)
    assert sizes == [16, 16, 5]
    monkeypatch.setattr(windows, "BATCH_WINDOWS", 1)
    assert read(file).readings == together.readings


@pytest.mark.parametrize("block", [0.1, 1.7, 100])
def test_the_answer_does_not_depend_on_how_the_file_arrives(tmp_path, monkeypatch, block):
    file = recording(tmp_path, tone(5.3, 1000), silence(3), tone(4, 200))
    usual = read(file)
    monkeypatch.setattr(predict, "BLOCK_SECONDS", block)
    assert read(file) == usual


def test_progress_is_in_seconds(tmp_path):
    done = []
    read(recording(tmp_path, tone(30)), on_progress=lambda *step: done.append(step))
    assert done == [(8, 30), (16, 30), (24, 30), (30, 30)]


@pytest.mark.slow
def test_memory_does_not_grow_with_length(tmp_path):
    def peak(minutes):
        file = tmp_path / f"{minutes}.wav"
        with wave.open(str(file), "wb") as stream:
            stream.setparams((1, 2, 8000, 0, "NONE", ""))
            for _ in range(minutes):
                stream.writeframes((tone(60, rate=8000) * 32767).astype("<i2").tobytes())
        tracemalloc.start()
        assert read(file).seconds == pytest.approx(minutes * 60, abs=0.01)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    peak(1)  # what is imported and kept on first use
    whole = 5 * 60 * RATE * 4  # bytes that the sound of the longer one would take beyond the shorter one's
    assert peak(7) - peak(2) < whole / 10


def test_hop_of_zero_is_a_trouble(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "HOP_SECONDS", 0)
    with pytest.raises(DemeanorError, match="HOP_SECONDS"):
        read(recording(tmp_path, tone(5)))


# --- What people hand in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["digital silence", "noise", "hum"])
def test_silence_and_noise_are_no_emotion(tmp_path, toys, kind):
    toys()
    draw = np.random.default_rng(0)
    samples = {"digital silence": silence(9), "noise": draw.normal(size=9 * RATE) * 0.1, "hum": tone(9, 50)}[kind]
    result = read(recording(tmp_path, samples), tmp_path / "out")
    assert result.overall.probabilities == {} and result.overall.emotion is None
    assert result.notes[-1] == "no speech was found" and result.summary == "no speech in 9.0 s"
    assert all(reading.summary == "no speech" for reading in result.readings) and len(result.readings) == 6
    assert {row["emotion"] for row in rows_of(Path(result.folder) / "timeline.csv")} == {"no speech"}
    assert {child.name for child in Path(result.folder).iterdir()} == FILES
    assert list(render.prediction_lines(result)) == ["clip.wav: no speech was found"]


def test_telephone_and_studio_rates_answer_alike(tmp_path):
    for rate in (8000, 44_100, 96_000):
        result = read(recording(tmp_path, tone(5, 1000, rate), silence(3, rate), tone(5, 200, rate), rate=rate))
        assert result.seconds == pytest.approx(13, abs=0.01)
        assert (result.readings[0].emotion, result.readings[-1].emotion) == ("happy", "sad")
        assert any("8000 Hz" in note for note in result.notes) == (rate == 8000)


def test_a_dead_channel_does_not_halve_the_voice(tmp_path):
    stereo = np.stack([tone(6), silence(6)], axis=1).ravel()
    result = read(recording(tmp_path, stereo, channels=2))
    assert result.overall.emotion == "happy" and any("silent" in note for note in result.notes)


def test_a_clipped_recording_carries_a_note(tmp_path):
    result = read(recording(tmp_path, np.clip(tone(5, level=4), -1, 1)))
    assert result.overall.emotion == "happy" and any("clipped" in note for note in result.notes)


def test_settings_with_another_rate(tmp_path):
    trained = toy_trained(replace(CONFIG, sample_rate_hz=8000, encoder="none", use_mfcc=True))
    (result,) = predicting.predict(recording(tmp_path, tone(5), silence(5)), trained, write=False)
    assert result.overall.speech_seconds == pytest.approx(5, abs=0.1) and result.overall.emotion == "happy"


def ffmpeg(*words):
    tool = pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()
    subprocess.run([tool, "-loglevel", "error", "-y", *map(str, words)], check=True)


def test_the_sound_of_a_video(tmp_path):
    sound = recording(tmp_path, tone(5))
    picture = ("-f", "lavfi", "-i", "color=black:size=64x64:rate=5:duration=5")
    ffmpeg("-i", sound, *picture, "-shortest", tmp_path / "film.mp4")
    assert read(tmp_path / "film.mp4").overall.emotion == "happy"
    ffmpeg(*picture, tmp_path / "mute.mp4")
    with pytest.raises(DemeanorError, match="no sound"):
        read(tmp_path / "mute.mp4", tmp_path / "out")


@pytest.mark.parametrize("name, content, words", [
    ("empty.wav", b"", "is empty"), ("text.wav", b"dear diary", "a text file"), ("photo.png", None, "a picture"),
    ("noise.mp3", struct.pack("<200I", *range(200)), "unknown format or damaged|nothing in it can be read"),
])  # fmt: skip
def test_what_is_no_recording_is_one_sentence_and_no_folder(tmp_path, name, content, words):
    if content is None:
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DemeanorError, match=words) as raised:
        read(tmp_path / name, tmp_path / "out")
    assert name in str(raised.value) and "\n" not in str(raised.value) and not (tmp_path / "out").exists()


# --- What comes out ----------------------------------------------------------------------------------------------


def test_the_documents(tmp_path):
    result = read(recording(tmp_path, tone(5), silence(6)), tmp_path / "out")
    assert result.folder == str(tmp_path / "out" / "clip")
    assert {child.name for child in Path(result.folder).iterdir()} == FILES
    document = json.loads((Path(result.folder) / "result.json").read_text(encoding="utf-8"))
    assert document == json.loads(result.to_json()) and document["schema"] == SCHEMA
    assert document["seconds"] == 11 and document["size"] is None
    assert document["overall"]["emotion"] == "happy" and document["overall"]["speech_seconds"] == pytest.approx(
        5, abs=0.1
    )
    rows = rows_of(Path(result.folder) / "timeline.csv")
    assert list(rows[0]) == [
        "start_seconds", "end_seconds", "speech_seconds", "emotion", "likeliest", "confidence", *LABELS, "notes"
    ]  # fmt: skip
    assert len(rows) == len(result.readings) == len(document["readings"]) == 8
    for row, reading in zip(rows, result.readings, strict=True):
        assert float(row["start_seconds"]) == reading.start_seconds
        assert row["emotion"] == (reading.emotion or "no speech") and row["likeliest"] == (reading.likeliest or "")
        assert [row[label] for label in LABELS] == [f"{share:.4f}" for share in reading.probabilities.values()] or (
            not reading.probabilities and row["happy"] == ""
        )


def test_a_second_recording_of_the_same_name_gets_its_own_folder(tmp_path):
    """A known mistake of such tools: a second video of the same name got the first one's frames."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir(), second.mkdir()
    results = [
        read(recording(folder, tone(4, hertz)), tmp_path / "out") for folder, hertz in ((first, 1000), (second, 200))
    ]
    assert [Path(result.folder).name for result in results] == ["clip", "clip_2"]
    assert [result.overall.emotion for result in results] == ["happy", "sad"]


def test_stopped_while_reading_or_writing_leaves_no_folder(tmp_path, monkeypatch):
    file = recording(tmp_path, tone(30))

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(file, tmp_path / "out", on_progress=stop)
    monkeypatch.setattr("source.results.writing.csv_text", stop)  # result.json is written by then
    with pytest.raises(KeyboardInterrupt):
        read(file, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_a_folder_goes_on_after_a_bad_file(tmp_path):
    folder = tmp_path / "my calls"
    (folder / "sub").mkdir(parents=True)
    recording(folder, tone(5), name="a.wav")
    recording(folder, tone(5, 200), silence(2), name="b.WAV")
    recording(folder, silence(5), name="c.wav")
    (folder / "bad.wav").write_text("I am a text")
    (folder / "notes.txt").write_text("mine")
    said, done = [], []
    results = predicting.predict(
        folder, toy_trained(), tmp_path / "out", notify=said.append, on_progress=lambda *step: done.append(step)
    )
    assert [Path(result.source).name for result in results] == ["a.wav", "b.WAV", "bad.wav", "c.wav"]
    assert done == [(number, 4) for number in range(5)] and "1 of the 4 recordings" in said[-1]
    made = tmp_path / "out" / "my calls"
    assert {child.name for child in made.iterdir()} == {"a", "b", "c", "summary.csv", "result.json"}
    rows = rows_of(made / "summary.csv")
    assert [row["emotion"] for row in rows] == ["happy", "sad", "", "no speech"]
    assert [row["seconds"] for row in rows] == ["5.00", "7.00", "", "5.00"]
    assert "a text file" in rows[2]["notes"] and "no speech was found" in rows[3]["notes"]
    assert float(rows[1]["speech_seconds"]) == pytest.approx(5, abs=0.1)
    assert len(json.loads((made / "result.json").read_text(encoding="utf-8"))) == 4
    lines = [line for result in results for line in render.prediction_lines(result, brief=True)]
    assert len(lines) == 4 and lines[1].startswith("b.WAV: sad ")


def test_a_folder_without_recordings_is_a_trouble(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"")
    with pytest.raises(DemeanorError, match=r"no recordings in .* \(recordings end in .wav, "):
        predicting.predict(tmp_path, toy_trained(), tmp_path / "out")
    (tmp_path / "calls").mkdir()
    with pytest.raises(DemeanorError, match=r"it has sub-folders \(calls, "):
        predicting.predict(tmp_path, toy_trained(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- With the real network ---------------------------------------------------------------------------------------

SMALL = AudioSettings(encoder="none", use_mfcc=True, coefficients=8, mel_bands=20, widths=(8, 8), depths=(1, 1))


def real_trained():
    torch.manual_seed(0)
    header = Header("audio", asdict(SMALL), LABELS, "seven", 1.0, SMALL.extract_settings())
    return Trained(SPEC, SMALL, SPEC.build(SMALL, len(LABELS)).eval(), header)


def test_prediction_gives_the_network_what_preprocessing_does(tmp_path, monkeypatch):
    """A known mistake of such tools: other features, or another rate, in prediction than in training."""
    given, kept = [], Trained.probabilities
    monkeypatch.setattr(features, "featurize", featurize)
    monkeypatch.setattr(Trained, "probabilities", lambda self, arrays: given.append(arrays) or kept(self, arrays))
    file = recording(tmp_path, silence(0.3, 44_100), tone(2, rate=44_100), rate=44_100)
    predicting.predict(file, real_trained(), write=False)
    extracted = SPEC.extract(file, SMALL.for_prediction())
    assert given[0].keys() == extracted.keys()
    for name, array in extracted.items():
        np.testing.assert_array_equal(given[0][name][0], array)


@pytest.mark.slow
def test_the_command_itself(project):
    checkpoint.save(project.folder / "models" / "audio", real_trained())
    recording(project.folder / "input_files", tone(3), silence(3), name="my clip.wav")
    done = project.run("audio", "predict", "my clip.wav")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "my clip.wav: no speech was found\nResults: output_files/my clip\n"  # a tone is no voice
    assert {child.name for child in (project.folder / "output_files" / "my clip").iterdir()} == FILES


def test_a_pause_is_a_second_without_speech(tmp_path):
    result = read(recording(tmp_path, tone(2), silence(0.9), tone(2), silence(2), tone(2)))
    ((start, end),) = result.pauses
    assert (start, end) == (pytest.approx(4.9, abs=0.05), pytest.approx(6.9, abs=0.05))
    assert result.to_dict()["pauses"] == result.pauses
    answers = list(render.prediction_lines(result))[1:]
    assert answers == [
        "     0:00 to    0:05  happy 90 %", "     0:05 to    0:07  no speech", "     0:07 to    0:09  happy 90 %"
    ]  # fmt: skip


def test_less_than_a_second_of_speech_makes_the_answer_less_sure():
    sure = np.array([0.9, 0.1])
    for seconds, expected in (5.0, sure), (1.0, sure), (0.5, (0.7, 0.3)), (0.0, (0.5, 0.5)):
        np.testing.assert_allclose(inference.soften(sure, seconds, False), expected)


def test_where_results_cannot_go_nothing_is_read_first(tmp_path):
    (tmp_path / "taken").write_text("a file")
    steps = []
    for folder in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(DemeanorError, match="taken is a file"):
            predicting.predict(
                recording(tmp_path, tone(3)), toy_trained(), folder, on_progress=lambda *step: steps.append(step)
            )
    assert not steps


class KnowsNoHighVoice(Pitch):
    """The same with a distance from its training data: over 1 beyond 2 kHz."""

    def distance(self, pitch_hz):
        return pitch_hz / 2000


@pytest.mark.parametrize("not_sure_below", [0.40, 0.145, 0.99])
@pytest.mark.parametrize("strange_seconds, most", [(20, True), (6, False)])
def test_what_lies_far_from_all_training_is_not_sure_and_says_so(
    tmp_path, monkeypatch, strange_seconds, most, not_sure_below
):
    monkeypatch.setattr(config, "NOT_SURE_BELOW", not_sure_below)
    file = recording(tmp_path, tone(strange_seconds, 3000), tone(16, 1000))
    plain, result = read(file), predict.read(file, replace(toy_trained(), network=KnowsNoHighVoice())).prediction
    for before, reading in zip(plain.readings, result.readings, strict=True):
        if reading.end_seconds <= strange_seconds:
            assert reading.emotion is None and any("unlike any voice" in note for note in reading.notes)
            assert reading.likeliest == before.likeliest and sum(reading.probabilities.values()) == pytest.approx(1)
        elif reading.start_seconds >= strange_seconds:
            assert reading == before
    assert any("unlike any voice" in note for note in result.overall.notes) == most
    assert not most or result.overall.emotion is None


def test_who_wants_an_answer_to_everything_gets_it(monkeypatch):
    monkeypatch.setattr(config, "NOT_SURE_BELOW", 0.0)
    np.testing.assert_array_equal(inference.soften(np.array([0.9, 0.1]), 5.0, True), (0.9, 0.1))
