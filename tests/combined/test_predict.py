"""A person's videos in, what is displayed over time out: whatever is missing, broken, long, turned or oddly named.

With a network that has learnt nothing; faces are really found and voices really heard.
"""

import csv
import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from source.combined import predict as predict_file
from source.combined.results import annotated as annotated_file
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.results.predicting import predict
from source.training.checkpoint import Header, Trained
from tests.support.faces import finds_faces
from tests.support.toy import COMBINED
from tests.support.video import moving_face, test_card, write_video
from tests.support.voice import spoken

SIZE, FPS = (160, 120), 8
FILES = {
    "result.json", "timeline.csv", "faces.csv", "people.csv", "sentences.csv", "report.html", "timeline.png",
    "circumplex.png", "frames.csv",
}  # fmt: skip
OF_PICTURES = {"annotated.mp4", "key_frames.png"}
SLOW = {"report.html", "timeline.png", "circumplex.png", *OF_PICTURES}
NAME = "Ünï çö – 视频 #1%"  # unicode, spaces, and what means something in an address


@cache
def combined() -> Trained:
    """A combined model without words, windows of one second; it has learnt nothing."""
    import torch

    spec = spec_of("combined")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = spec.build(COMBINED, len(config.EMOTIONS)).eval()
        for name, parameter in network.named_parameters():
            parameter.data *= 1 if name.startswith("branches") else 3  # else all answers are about the same
    header = Header("combined", asdict(COMBINED), config.EMOTIONS, "seven", 1.3, COMBINED.extract_settings())
    return Trained(spec, COMBINED, network, header)


def face_at(seconds):
    return moving_face(seconds, SIZE)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Write a video once, under its name."""
    folder = tmp_path_factory.mktemp("films")

    @cache
    def film(name, seconds=1.0, voice=True, face=face_at, length_of_sound=None, **options):
        sound = spoken(length_of_sound or seconds) if voice else None
        options = {"size": SIZE, "fps": FPS, **options}
        return write_video(folder / name, seconds=seconds, picture=face or None, sound=sound, **options)

    return film


@pytest.fixture(scope="module")
def both(films):
    return films(f"{NAME}.mkv", 1.5)


@pytest.fixture(scope="module")
def unwritten(both):
    """The prediction of a face and a voice where nothing is written."""
    return read(both)


@pytest.fixture(scope="module")
def written(both, tmp_path_factory):
    """The same, written, with the seconds that were reported meanwhile."""
    steps = []
    folder = tmp_path_factory.mktemp("written")
    return read(both, folder, on_progress=lambda *step: steps.append(step)), steps, folder


def read(file, folder_out=None, trained=None, **options):
    (made,) = predict(file, trained or combined(), folder_out, write=folder_out is not None, **options)
    for reading in (made.overall, *made.readings, *made.faces, *made.people):
        assert not reading.probabilities or sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert all(0 <= share <= 1 for share in reading.probabilities.values())
    assert made.readings[-1].end_seconds == pytest.approx(made.seconds, abs=1e-3), "to the end of the file"
    return made


def spans_of(made):
    return [(reading.start_seconds, reading.end_seconds) for reading in made.readings]


def modalities_of(made):
    return [list(reading.modalities) for reading in made.readings]


def rows_of(file):
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


# --- What is there and what is not -------------------------------------------------------------------------------


@finds_faces
def test_a_face_and_a_voice(unwritten):
    assert spans_of(unwritten) == [(0, 1), (pytest.approx(0.5), pytest.approx(1.5))] and unwritten.size == SIZE
    assert modalities_of(unwritten) == [["face", "audio"]] * 2 and unwritten.notes == ()
    assert [set(reading.attribution) for reading in unwritten.readings] == [{"face", "audio"}] * 2
    assert [person.person for person in unwritten.people] == [0] and [face.person for face in unwritten.faces] == [0, 0]
    left, top, right, bottom = unwritten.faces[0].box
    assert 0 < left < 80 < right < 160 and 0 < top < 60 < bottom < 120
    assert unwritten.summary.endswith("in 1.5 s") and unwritten.folder == ""


@finds_faces
def test_all_files_are_written_and_say_the_same(unwritten, written):
    made, steps, parent = written
    folder = Path(made.folder)
    assert {file.name for file in folder.iterdir()} == FILES | OF_PICTURES and list(parent.iterdir()) == [folder] == [
        parent / NAME
    ]
    assert replace(made, folder="") == unwritten, "drawing on the frames does not change the answers"
    document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert [one["probabilities"] for one in document["readings"]] == [one.probabilities for one in unwritten.readings]
    assert len(rows_of(folder / "faces.csv")) == 2 and len(rows_of(folder / "people.csv")) == 1
    assert [row["person"] for row in rows_of(folder / "frames.csv")] == ["0"] * 6, "four a second"
    assert "annotated.mp4" in (folder / "report.html").read_text(encoding="utf-8")
    assert steps[0][1] == 2 and steps[-1] == (2, 2) and min(done for done, _ in steps[1:]) == 0, "read, then written"


@finds_faces
def test_no_hook_and_no_gradient_stays_on_the_network(written):
    """A known mistake of such tools: hooks for Grad-CAM are never removed, and a webcam slows to a halt."""
    for module in combined().network.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks and not module._backward_hooks
        assert not module.training
    assert all(parameter.grad is None for parameter in combined().network.parameters())


@finds_faces
def test_no_sound_no_face_and_neither(films):
    silent = read(films("silent.mp4", voice=False))
    assert modalities_of(silent) == [["face"]] and silent.notes == ("no sound",) and silent.pauses == ()
    assert silent.readings[0].probabilities == pytest.approx(silent.readings[0].modalities["face"])
    nobody = read(films("nobody.mkv", 2.0, face=False))
    assert modalities_of(nobody) == [["audio"]] * 2 and nobody.notes == ("no face was found in 8 frames",)
    assert nobody.people == nobody.faces == () and nobody.size == SIZE
    neither = read(films("neither.mp4", face=False, voice=False))
    assert neither.readings[0].probabilities == {} == neither.overall.probabilities
    assert neither.notes == ("no sound", "no face was found in 4 frames") and "nothing to read" in neither.summary


@finds_faces
def test_nobody_in_the_picture_and_nobody_speaks_is_written_all_the_same(films, tmp_path):
    made = read(films("neither.mp4", face=False, voice=False), tmp_path)
    assert {file.name for file in Path(made.folder).iterdir()} == FILES | {"annotated.mp4"}


@pytest.mark.slow
def test_sound_alone(films, tmp_path):
    made = read(films("sound.mkv", 1.0, size=None), tmp_path)
    assert modalities_of(made) == [["audio"]] and made.size is None and made.notes == ("no picture",)
    assert {file.name for file in Path(made.folder).iterdir()} == FILES


@finds_faces
def test_a_picture_longer_than_its_sound_is_read_to_its_end(films):
    made = read(films("long.mkv", 2.5, length_of_sound=1.0))
    assert made.seconds == pytest.approx(2.5, abs=0.01) and spans_of(made)[-1] == (
        pytest.approx(1.5),
        pytest.approx(2.5),
    )
    assert modalities_of(made) == [["face", "audio"], ["face"], ["face"]]


@finds_faces
def test_the_last_segment_of_a_file_is_in_the_last_window(films):
    """A known mistake of such tools: of 5.9 s the first 1.9 are lost, or the last ones."""
    settings = replace(COMBINED, window_seconds=4.0, audio=replace(COMBINED.audio, window_seconds=4.0))
    file = films("5.9.mkv", 5.875, size=(64, 48))
    (made,) = predict(file, replace(combined(), settings=settings), write=False)
    assert spans_of(made) == [(0, 4), (1, 5), (pytest.approx(1.875), pytest.approx(5.875))]
    assert [reading.speech_seconds > 1 for reading in made.readings] == [True] * 3


@finds_faces
def test_a_moment(films):
    made = read(films("moment.mkv", 0.3, fps=10))
    assert spans_of(made) == [(0, pytest.approx(0.3, abs=0.01))] and "face" in made.readings[0].modalities
    assert len(made.faces) == 1 and made.faces[0].end_seconds == pytest.approx(0.3, abs=0.01)


@finds_faces
def test_a_face_that_leaves_and_comes_back_is_the_same_person(films, tmp_path):
    def picture(seconds):
        return test_card(seconds, SIZE) if 1 <= seconds < 2 else moving_face(0, SIZE)

    file = write_video(tmp_path / "a.mkv", seconds=3, size=SIZE, fps=FPS, picture=picture, sound=spoken(3))
    made = read(file)
    assert modalities_of(made) == [["face", "audio"], ["audio"], ["face", "audio"]]
    assert [(face.person, face.start_seconds) for face in made.faces] == [(0, 0.0), (0, 2.0)]
    assert len(made.people) == 1


@finds_faces
def test_ten_people(tmp_path):
    one = moving_face(0, (120, 120))
    crowd = np.tile(one, (2, 5, 1))
    file = write_video(tmp_path / "ten.mkv", seconds=0.75, size=(600, 240), fps=4, picture=lambda _: crowd)
    made = read(file)
    assert [person.person for person in made.people] == list(range(10)) and len(made.faces) == 10
    assert len({tuple(face.box) for face in made.faces}) == 10 and made.readings[0].person in range(10)


# --- What pictures are like --------------------------------------------------------------------------------------


@finds_faces
@pytest.mark.parametrize("rotation", [90, 270])
def test_a_phone_held_upright(films, rotation):
    def upright(seconds):
        return moving_face(seconds, (120, 160))

    made = read(films(f"{rotation}.mp4", 0.5, voice=False, rotation=rotation, size=(120, 160), face=upright))
    assert made.size == (120, 160) and modalities_of(made) == [["face"]]
    left, top, right, bottom = made.faces[0].box
    assert right - left < 120 and 0 < top < bottom < 160 and bottom - top > right - left, "it is higher than wide"


@finds_faces
def test_a_variable_frame_rate(films):
    times = (0.0, 0.04, 0.08, 0.5, 0.9, 1.3, 1.9)
    made = read(films("variable.mp4", 2.0, frame_times=times))
    assert [face.start_seconds for face in made.faces] == [0.0, 1.0] and made.seconds > 1.9
    assert modalities_of(made)[:2] == [["face", "audio"]] * 2


@finds_faces
def test_4k(tmp_path):
    large = np.repeat(np.repeat(moving_face(0, (480, 270)), 8, 0), 8, 1)
    file = write_video(
        tmp_path / "4k.mp4", seconds=0.5, size=(3840, 2160), fps=4, picture=lambda _: large, encoder="mpeg4"
    )
    made = read(file)
    left, top, right, bottom = made.people[0].box
    assert made.size == (3840, 2160) and bottom - top > 600 and right < 3840, "in the original's pixels"


# --- Files -------------------------------------------------------------------------------------------------------


@finds_faces
def test_the_file_is_opened_once_for_the_sound_and_once_for_the_picture(both, monkeypatch):
    import av

    opened, really = [], av.open
    monkeypatch.setattr(av, "open", lambda file, *more, **rest: opened.append(file) or really(file, *more, **rest))
    read(both)
    assert len(opened) == 2


@finds_faces
def test_training_and_prediction_compute_the_same(films, monkeypatch):
    """A known mistake of such tools: features by two ways, and nothing complains."""
    monkeypatch.setattr("source.audio.inference.LITTLE_SPEECH_SECONDS", 0.1)  # what is short is less sure in prediction
    trained, file = combined(), films("window.mkv", 1.0)
    arrays = trained.spec.extract(file, trained.settings)
    assert arrays["face_mask"].tolist() == [1] * 4 and arrays["audio_mask"] == 1
    (expected,) = trained.probabilities({name: np.asarray(array)[None] for name, array in arrays.items()})
    (reading,) = read(file).readings
    assert list(reading.probabilities.values()) == pytest.approx(expected.tolist(), abs=2e-3)
    arrays["face_mask"][2:] = 0
    (other,) = trained.probabilities({name: np.asarray(array)[None] for name, array in arrays.items()})
    assert list(reading.probabilities.values()) != pytest.approx(other.tolist(), abs=2e-3), "the test can fail"


@pytest.mark.parametrize("name, share, words", [
    ("cut.mp4", 0.5, "unknown format or damaged"), ("empty.mp4", 0.0, "is empty"), ("photo.mp4", None, "a picture"),
])  # fmt: skip
def test_what_is_no_video_is_one_sentence_and_no_folder(both, films, tmp_path, name, share, words):
    from PIL import Image

    if share is None:
        Image.new("RGB", (8, 8)).save(tmp_path / name, "PNG")
    else:
        content = films("silent.mp4", voice=False).read_bytes()
        (tmp_path / name).write_bytes(content[: round(len(content) * share)])
    with pytest.raises(DemeanorError, match=words) as raised:
        predict(tmp_path / name, combined(), tmp_path / "out")
    assert str(raised.value).count("\n") == 0 and name in str(raised.value) and not (tmp_path / "out").exists()


@finds_faces
def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(films, tmp_path):
    content = films("long.mkv", 2.5, length_of_sound=1.0).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(content[: len(content) * 2 // 3])
    made = read(tmp_path / "cut.mkv")
    assert 1 < made.seconds < 2 and modalities_of(made)[0] == ["face", "audio"]
    assert len(made.notes) == 1 and "breaks off" in made.notes[0]


@finds_faces
def test_a_folder_with_a_bad_file_odd_names_and_results_for_each(films, tmp_path):
    inputs, said, steps = tmp_path / "zwei Videos ü", [], []
    inputs.mkdir()
    (inputs / "1 schlecht.mp4").write_bytes(b"\0" * 100)
    (inputs / f"{NAME}.mkv").write_bytes(films("moment.mkv", 0.3, fps=10).read_bytes())
    (inputs / f"{NAME}.mp4").write_bytes(films("neither.mp4", face=False, voice=False).read_bytes())
    hooks = {"notify": said.append, "on_progress": lambda *step: steps.append(step)}
    made = predict(inputs, combined(), tmp_path / "out", without=SLOW, **hooks)
    assert [bool(one.readings) for one in made] == [False, True, True] and "could not be read" in made[0].notes[0]
    folder = tmp_path / "out" / inputs.name
    names = {file.name for file in folder.iterdir()}
    assert names == {"result.json", "summary.csv", NAME, f"{NAME}_2"}
    assert {file.name for file in Path(made[1].folder).iterdir()} == FILES - SLOW
    assert len(rows_of(folder / "summary.csv")) == 3 and len(said) == 2 and steps[-1] == (3, 3)


@finds_faces
def test_a_second_video_of_the_same_name_has_its_own_results(films, tmp_path):
    """A known mistake of such tools: it gets the first one's frames from a cache."""
    for name, film in (("a", films("silent.mp4", voice=False)), ("b", films("neither.mp4", face=False, voice=False))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "clip.mp4").write_bytes(film.read_bytes())
    first, second = (read(tmp_path / name / "clip.mp4", tmp_path / "out", without=SLOW) for name in "ab")
    assert [Path(one.folder).name for one in (first, second)] == ["clip", "clip_2"]
    assert len(first.faces) == 1 and second.faces == ()
    assert [len(rows_of(Path(one.folder) / "faces.csv")) for one in (first, second)] == [1, 0]


@finds_faces
def test_without_writing_nothing_is_written(both, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "OUTPUT_FOLDER", tmp_path / "out")
    predict(both, combined(), write=False)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def stopped():
    with pytest.raises(KeyboardInterrupt):
        yield


def stop(*_, **__):
    raise KeyboardInterrupt


@finds_faces
def test_ctrl_c_leaves_nothing_half_written(both, tmp_path, monkeypatch):
    with stopped():
        predict(both, combined(), tmp_path / "reading", on_progress=stop)
    assert not (tmp_path / "reading").exists()
    monkeypatch.setattr(annotated_file.PictureTrack, "end", stop)  # every frame is in the file by then
    with stopped():
        predict(both, combined(), tmp_path / "writing")
    assert list((tmp_path / "writing").iterdir()) == []


@finds_faces
def test_ctrl_c_in_a_folder_keeps_the_videos_that_are_done(films, tmp_path, monkeypatch):
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name in "ab":
        (inputs / f"{name}.mp4").write_bytes(films("neither.mp4", face=False, voice=False).read_bytes())
    turns, really = Counter(), predict_file.Decoder

    def once(*given, **options):
        turns["opened"] += 1
        return really(*given, **options) if turns["opened"] == 1 else stop()

    monkeypatch.setattr(predict_file, "Decoder", once)
    with stopped():
        predict(inputs, combined(), tmp_path / "out", without=SLOW)
    assert {file.name for file in (tmp_path / "out" / "in").iterdir()} == {"a", ".unfinished.jsonl", "summary.csv"}
