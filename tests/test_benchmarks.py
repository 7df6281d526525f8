"""The benchmarks' registry and table, and what they are run on; nothing is measured here."""

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import BENCHMARKS, results, voice_prediction, voice_preprocessing
from benchmarks.bare_features import torchaudio_features
from benchmarks.measuring import QUICK, WHOLE, Row, interleaved
from benchmarks.synthetic_voices import PAUSE_SECONDS, VOICE_SECONDS, voice, write_clips, write_recording
from source.core import config, pretrained

ROWS = [
    Row("pictures", "a second", (180.0, 170.0, 175.0), "another", (90.0, 85.0, 100.0), "median >= 170"),
    Row("a frame", "ms", (12.0, 14.0), "another", (10.0, 10.0), "ratio <= 1.15"),
    Row("start-up", "s", (0.1234,)),
    Row("first result (for want of a trained model)", "s", (), target="median <= 60"),
]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_the_function_of_its_file(name):
    assert callable(BENCHMARKS[name])
    assert BENCHMARKS[name].__module__ == f"benchmarks.{name}" and sys.modules[f"benchmarks.{name}"].__doc__


def test_the_table_says_figure_alternative_ratio_and_verdict():
    header, rule, *lines = results.table(ROWS).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["pictures", "175 a second (170 to 180)", "another", "90.0 a second (85.0 to 100)", "2.00",
                        "median >= 170", "yes"]  # fmt: skip
    assert cells[1][-3:] == ["1.30", "ratio <= 1.15", "no"]
    assert cells[2] == ["start-up", "0.123 s (0.123 to 0.123)", "", "", "", "", ""]
    assert cells[3][1] == "not measured" and cells[3][-1] == ""
    assert len({len(line) for line in (header, rule, *lines)}) == 1


def test_results_of_one_benchmark_replace_only_its_own(tmp_path):
    for name, rows in (("face_training", ROWS[:1]), ("face_memory", ROWS), ("face_training", ROWS[1:2])):
        results.keep(name, results.machine(), rows, tmp_path)
    document = json.loads((tmp_path / "results.json").read_text())
    assert [len(document[name]["rows"]) for name in ("face_training", "face_memory")] == [1, 4]
    assert document["face_training"]["rows"][0]["ratio"] == pytest.approx(1.3)
    text = (tmp_path / "results.md").read_text()
    for part in (*map(results.table, (ROWS, ROWS[1:2])), sys.modules["benchmarks.face_memory"].__doc__.strip()):
        assert part in text
    assert f"date {document['face_memory']['machine']['date']}" in text


def test_jobs_take_turns_and_the_first_round_does_not_count():
    turns = []
    jobs = {name: lambda name=name: turns.append(name) or len(turns) for name in "AB"}
    assert interleaved(jobs, 2) == {"A": (3, 5), "B": (4, 6)} and "".join(turns) == "ABABAB"
    assert WHOLE.of(100) == 100 and QUICK.of(10) == 1 and QUICK.of(10, least=2) == 2


@pytest.mark.slow
def test_what_starts_the_measured_processes_stays_small():
    heavy = {"torch", "librosa", "mediapipe", "cv2", "matplotlib"}
    code = f"import benchmarks, sys; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_the_synthetic_recording_is_voice_and_a_pause(tmp_path, rate_hz):
    from source.media.sound import read_sound
    from source.media.sound.silero_vad import CHUNK_SAMPLES, VoiceActivity

    seconds = VOICE_SECONDS + PAUSE_SECONDS + 3
    waveform = read_sound(write_recording(tmp_path / "a.wav", seconds, rate_hz), 16_000).waveform
    assert len(waveform) == pytest.approx(seconds * 16_000, abs=1)
    spoken = VoiceActivity()(waveform) >= 0.5
    at = np.arange(len(spoken)) * CHUNK_SAMPLES / 16_000 % (VOICE_SECONDS + PAUSE_SECONDS)
    assert spoken[at < VOICE_SECONDS].mean() > 0.8 and spoken[at > VOICE_SECONDS + 1].mean() < 0.05


def test_synthetic_clips_are_as_long_as_asked_and_all_different(tmp_path):
    write_clips(tmp_path / "clips", 3, 2)
    sounds = {file.read_bytes() for file in (tmp_path / "clips").glob("synthetic_?_happy.wav")}
    assert len(sounds) == 3 and {len(sound) for sound in sounds} == {44 + 2 * 2 * 16_000}


def test_the_bare_features_are_ours():
    from source.audio import SPEC
    from source.audio.mfcc import mfcc

    waveform = voice(1.3)
    ours = mfcc(waveform, SPEC.default_settings)
    np.testing.assert_allclose(torchaudio_features(SPEC.default_settings)(waveform), ours, atol=1e-3)


@pytest.mark.parametrize("benchmark", [voice_prediction, voice_preprocessing])
def test_without_the_encoders_weights_its_rows_are_empty_and_say_why(benchmark, monkeypatch, tmp_path):
    monkeypatch.setattr(pretrained, "BROUGHT_ALONG", tmp_path)
    (row,) = benchmark.measured("small", QUICK)
    assert row.ours == () and "for want of Whisper's weights" in row.what and "with the encoder" in row.what
