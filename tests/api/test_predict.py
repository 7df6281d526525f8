"""Predictions of what a program holds in memory: the same as of a file."""

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from source import api
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.media.image import Picture
from source.media.sound import Sound, stream_sound
from source.results import predicting
from source.results.prediction import Prediction, Reading
from tests.support.toy import wav
from tests.support.voice import spoken


@pytest.fixture
def asked(monkeypatch):
    """What each model's own `predict` was asked for; nothing is read and no weights are loaded."""
    seen = []

    def predict(source, *_, **__):
        seen.append(source)
        return [Prediction(str(source), "face", (), ())]

    module = sys.modules["source.api.predict"]
    monkeypatch.setattr(module, "load", lambda model, weights: None)
    monkeypatch.setattr("source.results.predicting.predict", predict)
    return seen


def test_arrays_waveforms_and_texts_stand_for_files(asked):
    pixels, waveform = np.zeros((4, 5, 3), np.uint8), np.array([0, -(2**15)], np.int16)
    api.predict("face", [pixels, pixels])
    api.predict("audio", waveform, sample_rate_hz=8000)
    api.predict("text", ("I am happy!", "So sad."))
    picture, _, sound, *texts = asked
    assert isinstance(picture, Picture) and picture.size == (5, 4) and texts == ["I am happy!", "So sad."]
    assert isinstance(sound, Sound) and sound.sample_rate_hz == 8000 and sound.waveform.tolist() == [0, -1]


@pytest.mark.parametrize(
    "model, source, rate_hz, why",
    [
        ("face", [config.ROOT, np.zeros((4, 4, 3), np.uint8)], None, "a list holds one kind"),
        ("text", [config.ROOT, "So sad."], None, "a list holds one kind"),
        ("face", [], None, "Give files, arrays or texts"),
        ("face", np.zeros((4, 4), np.uint8), None, r"\(H, W, 3\) of uint8, not \(4, 4\) of uint8"),
        ("face", np.zeros((4, 4, 3)), None, "of uint8, not .* of float64"),
        ("face", np.zeros((4, 4, 3), np.uint8), 8000, "no sample rate"),
        ("audio", np.zeros(9, np.float32), None, "give sample_rate_hz"),
        ("audio", np.zeros((2, 9), np.float32), 8000, r"\(samples,\) of float or int16"),
        ("audio", np.zeros(9, np.int32), 8000, "not .* of int32"),
        ("audio", np.zeros(0, np.float32), 8000, r"not \(0,\)"),
        ("audio", np.zeros(9, np.float32), "x", "give sample_rate_hz"),
        ("audio", np.zeros(9, np.float32), np.nan, "give sample_rate_hz"),
        ("audio", np.zeros(9, np.float32), 10**7, "give sample_rate_hz"),
        ("audio", np.array([0, np.nan]), 8000, r"lie in \[-1, 1\]"),
        ("audio", np.array([0, -np.inf]), 8000, r"lie in \[-1, 1\]"),
        ("audio", np.array([0.0, -300.0]), 8000, r"lie in \[-1, 1\]"),
        ("combined", np.zeros(9), None, "takes files or lists of files, not ndarray"),
        ("text", None, None, "takes files, words or lists of words, not NoneType"),
        ("text", b"x", None, "takes files, words or lists of words, not bytes"),
        ("text", set(), None, "takes files, words or lists of words, not set"),
    ],
)
def test_what_is_no_source_is_refused_in_a_sentence(asked, model, source, rate_hz, why):
    with pytest.raises(DemeanorError, match=why):
        api.predict(model, source, sample_rate_hz=rate_hz)
    assert not asked


def test_weights_are_named_by_a_path():
    with pytest.raises(DemeanorError, match="3 names no file of weights"):
        api.predict("text", "So sad.", weights=3)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_a_waveform_is_heard_as_its_file_is(tmp_path, rate_hz):
    samples = np.round(spoken(1.3) * 32767).astype(np.int16)
    file = wav(tmp_path / "a.wav", samples / 32767, rate_hz)
    streams = [stream_sound(source, 16_000, 0.5) for source in (file, Sound((samples / 2**15).astype("f4"), rate_hz))]
    of_file, in_memory = (list(stream) for stream in streams)
    assert [len(block) for block in of_file] == [len(block) for block in in_memory]
    np.testing.assert_allclose(np.concatenate(in_memory), np.concatenate(of_file), atol=1e-6)
    assert streams[0].notes == streams[1].notes


def test_a_dataframe_has_a_row_for_each_reading(monkeypatch):
    happy = Reading({"happy": 0.9, "sad": 0.1}, 0, start_seconds=1.0, end_seconds=2.0, notes=("a", "b"))
    made = Prediction("a.wav", "audio", ("happy", "sad"), (happy, Reading({}, 0, speech_seconds=0.0)))
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=list))
    first, second = made.to_dataframe()
    assert list(first) == list(second) and first["happy"] == 0.9 and first["emotion"] == "happy"
    assert first["notes"] == "a; b" and second["happy"] is None and second["confidence"] == 0
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(DemeanorError, match="pip install pandas"):
        made.to_dataframe()


def test_a_part_is_read_only_by_models_that_choose_among_parts(monkeypatch, tmp_path):
    (tmp_path / "a.wav").touch()
    part, taken = api.Selection(1.0, 2.0, audio_track=2), []

    def read(source, trained, notify, on_progress, selection):
        taken.append(selection)
        return predicting.Result(Prediction(str(source), "audio", (), ()))

    spec = replace(spec_of("audio"), read=read)
    monkeypatch.setattr(sys.modules["source.api.predict"], "load", lambda model, weights: SimpleNamespace(spec=spec))
    api.predict("audio", tmp_path / "a.wav", selection=part, write=False)
    assert taken == [part]
    for refused in (replace(part, frames_per_second=2.0), replace(part, start_seconds=0.5, frames_per_second=1.0)):
        with pytest.raises(DemeanorError, match="audio model has no choice of frames per second; .*: combined"):
            api.predict("audio", tmp_path / "a.wav", selection=refused, write=False)
    assert taken == [part]


@pytest.fixture
def many(monkeypatch, tmp_path):
    """A folder of files to read, from which one starts; which of them the model was given, in order."""
    given = []

    def read(source, trained, notify, on_progress, selection):
        given.append(source)
        return predicting.Result(Prediction(str(source), "audio", ("happy",), (Reading({"happy": 1.0}),)))

    spec = replace(spec_of("audio"), read=read)
    trained = SimpleNamespace(spec=spec, labels=("happy",))
    monkeypatch.setattr("source.training.checkpoint.load", lambda file: trained)
    monkeypatch.setattr(config, "INPUT_FOLDER", tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    for name in ("inputs/a10.wav", "inputs/a9.wav", "inputs/b.txt", "c/d.wav", "c/e/f.wav", "c/a9.wav", "g.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return given


@pytest.mark.parametrize(
    "asked, files, folder",
    [
        ("*.wav", ["inputs/a9.wav", "inputs/a10.wav"], "recordings"),
        ("c/**/*.wav", ["c/a9.wav", "c/d.wav", "c/e/f.wav"], "recordings"),
        ("./*", ["g.wav"], "recordings"),
        ("c", ["c/a9.wav", "c/d.wav"], "c"),
        (["g.wav", "c", "a9.wav", "c/d.wav"], ["g.wav", "c/a9.wav", "c/d.wav", "inputs/a9.wav"], "recordings"),
        (["a10.wav", "*.wav"], ["inputs/a10.wav", "inputs/a9.wav"], "recordings"),
    ],
)
def test_many_files_are_read_once_each_into_one_folder(many, tmp_path, asked, files, folder):
    predictions = api.predict("audio", asked, output="out", workers=0)
    assert [str((tmp_path / file).relative_to(tmp_path)) for file in many] == files
    folders = {Path(prediction.folder) for prediction in predictions}
    assert len(folders) == len(files) and {path.parent for path in folders} == {Path("out") / folder}
    assert json.loads(Path("out", folder, "result.json").read_text())[0]["source"] == predictions[0].source


def test_a_run_that_was_stopped_goes_on_through_the_api(many, tmp_path):
    def stop(done, total):
        if done == 1:
            raise KeyboardInterrupt

    options = {"output": tmp_path / "out", "workers": 0}
    with pytest.raises(KeyboardInterrupt):
        api.predict("audio", "*.wav", on_progress=stop, **options)
    assert len(api.predict("audio", "*.wav", resume=True, **options)) == 2 and len(many) == 2
    with pytest.raises(KeyboardInterrupt):
        api.predict("audio", "*.wav", on_progress=stop, **options)
    api.predict("audio", "*.wav", resume=True, selection=api.Selection(1.0), **options)
    assert len(many) == 5, "what was read otherwise is read again"


@pytest.mark.parametrize("asked", ["*.mp3", "nowhere/*", ["a9.wav", "x*.wav"]])
def test_a_pattern_that_stands_for_nothing_is_one_sentence(many, asked):
    with pytest.raises(DemeanorError, match="There is no .*"):
        api.predict("audio", asked, workers=0)
    assert not many


def test_a_cluster_needs_a_folder_for_results(many, monkeypatch):
    monkeypatch.setattr("source.data.dask_client.connected", lambda address, notify: nullcontext(SimpleNamespace()))
    with pytest.raises(DemeanorError, match="let it write files"):
        api.predict("audio", "c", cluster="tcp://a:1", write=False)
