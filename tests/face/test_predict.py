"""A person's pictures in, results out: every face, no face, bad files, folders, names.

With a stub for the detector; and with the real one where it is installed.
"""

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.face import SPEC, predict
from source.face.detector import BLENDSHAPES, POINTS, TEMPLATE, Face
from source.face.results import annotated, figures
from source.results import predicting
from source.results.prediction import SCHEMA
from source.training.checkpoint import Header, Trained
from tests.support.faces import finds_faces
from tests.support.toy import CONFIG

LABELS = config.EMOTIONS
ASTRONAUT = config.INPUT_FOLDER / "demo_astronaut.png"
FILES = {"result.json", "faces.csv", "annotated.png", "explanation.png", "feature_maps.png"}


def toy_trained(settings=CONFIG, labels=LABELS):
    torch.manual_seed(0)
    header = Header("face", asdict(settings), tuple(labels), "seven", 1.0, {})
    return Trained(SPEC, settings, SPEC.build(settings, len(labels)).eval(), header)


def toy_face(left=100.0, top=100.0, side=80.0, turned=0.0):
    """A flat face in a square of `side` pixels, its head turned by `turned` degrees."""
    mesh = np.random.default_rng(0).uniform(0.1, 0.9, (POINTS, 3)).astype(np.float32)
    mesh[list(TEMPLATE), :2] = list(TEMPLATE.values())
    mesh[:, 2] = 0
    middle, angle = mesh[:, 0] - 0.5, np.radians(turned)
    mesh[:, 0], mesh[:, 2] = middle * np.cos(angle) + 0.5, middle * np.sin(angle)
    return Face(mesh * side + np.float32([left, top, 0]), np.linspace(0, 1, BLENDSHAPES, dtype=np.float32))


@pytest.fixture
def finds(monkeypatch):
    """Replace detector and figures; calling it decides which faces are found, whatever is shown."""
    shown = []

    class StubDetector:
        def detect(self, pixels):
            shown.append(pixels.copy())
            return list(self.faces)

        def detect_single_pass(self, pixels):
            return []

    def decide(*faces):
        StubDetector.faces = faces
        return shown

    monkeypatch.setattr(predict, "face_detector", StubDetector)
    monkeypatch.setattr(annotated, "annotated", lambda *words: Image.new("RGB", (8, 8)))
    monkeypatch.setattr(figures, "explanation", lambda network, arrays, readings: b"PNG")
    monkeypatch.setattr(figures, "map_grid", lambda network, arrays, index=0: b"PNG")
    return decide


def picture(folder, name="photo.png", size=(320, 240), noise=True):
    draw = np.random.default_rng(1)
    pixels = draw.integers(0, 256, (size[1], size[0], 3), np.uint8) if noise else np.zeros((*size[::-1], 3), np.uint8)
    Image.fromarray(pixels).save(folder / name)
    return folder / name


def rows_of(file):
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_face_is_read_at_once_and_written(tmp_path, finds, monkeypatch):
    shown = finds(toy_face(20), toy_face(200))
    trained, calls = toy_trained(), []
    kept = Trained.probabilities
    monkeypatch.setattr(Trained, "probabilities", lambda self, arrays: calls.append(arrays) or kept(self, arrays))
    done = []
    file = picture(tmp_path)
    (result,) = predicting.predict(file, trained, tmp_path / "out", on_progress=lambda *step: done.append(step))
    assert len(calls) == 1 and len(calls[0]["image"]) == 2 and done == [(1, 1)]
    assert (result.source, result.size, result.notes) == (str(file), (320, 240), ())
    assert [reading.person for reading in result.readings] == [0, 1]
    for reading in result.readings:
        assert list(reading.probabilities) == list(LABELS) and sum(reading.probabilities.values()) == pytest.approx(1)
    assert result.folder == str(tmp_path / "out" / "photo")
    assert {child.name for child in Path(result.folder).iterdir()} == FILES
    np.testing.assert_array_equal(shown[0], np.asarray(Image.open(file)))  # RGB, and nothing drawn on it


def test_the_documents(tmp_path, finds):
    finds(toy_face(20), toy_face(200))
    (result,) = predicting.predict(picture(tmp_path), toy_trained(), tmp_path / "out")
    document = json.loads((Path(result.folder) / "result.json").read_text(encoding="utf-8"))
    assert document["schema"] == SCHEMA and document["folder"] == result.folder and len(document["readings"]) == 2
    assert document == json.loads(result.to_json())
    rows = rows_of(Path(result.folder) / "faces.csv")
    assert list(rows[0]) == [
        "file", "person", "left", "top", "right", "bottom", "emotion", "likeliest", "confidence", *LABELS, "notes"
    ]  # fmt: skip
    for row, reading in zip(rows, result.readings, strict=True):
        assert row["emotion"] == (reading.emotion or "not sure") and row["likeliest"] == reading.likeliest
        assert float(row["left"]) == pytest.approx(reading.box[0], abs=0.06)
        assert [float(row[label]) for label in LABELS] == pytest.approx(list(reading.probabilities.values()), abs=1e-4)


def test_a_batch_of_faces_answers_as_each_alone(tmp_path, finds):
    faces, trained = [toy_face(20), toy_face(200, turned=30)], toy_trained()
    pixels = np.asarray(Image.open(picture(tmp_path)))
    finds(*faces)
    together, _ = predict.read_faces(pixels, trained)
    for face, reading in zip(faces, together, strict=True):
        finds(face)
        (alone,), _ = predict.read_faces(pixels, trained)
        assert list(alone.probabilities.values()) == pytest.approx(list(reading.probabilities.values()), abs=1e-5)


def test_no_face_no_label(tmp_path, finds):
    finds()
    (result,) = predicting.predict(picture(tmp_path), toy_trained(), tmp_path / "out")
    assert result.readings == () and result.notes == ("no face was found",)
    assert {child.name for child in Path(result.folder).iterdir()} == {"result.json", "faces.csv", "annotated.png"}
    assert rows_of(Path(result.folder) / "faces.csv") == []


@pytest.mark.parametrize("size, noise, read", [
    ((48, 48), True, True), ((128, 160), True, True), ((48, 48), False, False), ((129, 129), True, False),
    ((400, 90), True, False),
])  # fmt: skip
def test_a_tight_crop_without_a_found_face_is_read_whole(tmp_path, finds, size, noise, read):
    finds()
    file = picture(tmp_path, size=size, noise=noise)
    (result,) = predicting.predict(file, toy_trained(), tmp_path / "out")
    assert len(result.readings) == read
    if read:
        assert result.readings[0].box == (0, 0, *size) and "read as a tight crop" in result.readings[0].notes[0]
        assert (Path(result.folder) / "explanation.png").is_file()
        arrays = predict.read_faces(np.asarray(Image.open(file)), toy_trained())[1]
        assert arrays["face_found"].tolist() == [0] and not arrays["landmarks"].any()


@pytest.mark.parametrize("face, words", [
    (toy_face(side=30), "small face: 24 pixels"), (toy_face(turned=50), "turned far aside: about 50 degrees"),
    (toy_face(turned=-50), "turned far aside: about 50 degrees"), (toy_face(left=-40), "partly outside of the picture"),
    (toy_face(), None), (toy_face(turned=20), None),
])  # fmt: skip
def test_notes_tell_what_makes_a_reading_less_sure(face, words):
    notes = list(predict.face_notes(face, 320, 240))
    assert [note for note in notes if words and words in note] if words else notes == []


def test_the_turn_does_not_depend_on_roll():
    face, angle = toy_face(turned=45), np.radians(30)
    roll = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    rolled = replace(face, mesh=np.column_stack([face.mesh[:, :2] @ roll.T, face.mesh[:, 2]]))
    assert predict.turned_degrees(rolled) == pytest.approx(45, abs=0.1)


def test_a_folder_goes_on_after_a_bad_file(tmp_path, finds):
    finds(toy_face())
    folder = tmp_path / "holiday"
    (folder / "sub").mkdir(parents=True)
    picture(folder, "a.png")
    picture(folder, "a.bmp")
    picture(folder, "z.jpg")
    (folder / "bad.png").write_text("I am a text")
    (folder / "notes.txt").write_text("mine")
    (folder / ".hidden.png").write_text("not mine")
    said, done = [], []
    results = predicting.predict(
        folder, toy_trained(), tmp_path / "out", notify=said.append, on_progress=lambda *step: done.append(step)
    )
    assert [Path(result.source).name for result in results] == ["a.bmp", "a.png", "bad.png", "z.jpg"]
    assert [len(result.readings) for result in results] == [1, 1, 0, 1] and done == [(i, 4) for i in range(5)]
    assert results[2].size is None and "a text file" in results[2].notes[0]
    assert "1 of the 4 pictures" in said[-1] and "sub-folders" in said[0]
    made = tmp_path / "out" / "holiday"
    assert {child.name for child in made.iterdir()} == {"a", "a_2", "z", "summary.csv", "result.json"}
    assert [Path(row["file"]).name for row in rows_of(made / "summary.csv")] == ["a.bmp", "a.png", "bad.png", "z.jpg"]
    assert len(json.loads((made / "result.json").read_text(encoding="utf-8"))) == 4


@pytest.mark.parametrize("name", ["result.json.png", "summary.csv.png"])
def test_a_picture_named_like_a_result_is_not_in_its_way(tmp_path, finds, name):
    finds(toy_face())
    (tmp_path / "odd").mkdir()
    picture(tmp_path / "odd", name)
    (result,) = predicting.predict(tmp_path / "odd", toy_trained(), tmp_path / "out")
    assert Path(result.folder).name == f"{Path(name).stem}_2"
    assert (tmp_path / "out" / "odd" / "summary.csv").read_text().count(name) == 1


def test_a_stopped_folder_keeps_what_it_has(tmp_path, finds):
    finds(toy_face())
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        picture(folder, name)

    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predicting.predict(folder, toy_trained(), tmp_path / "out", on_progress=stop)
    assert len(rows_of(tmp_path / "out" / "many" / "summary.csv")) == 2


@pytest.mark.parametrize("names, words", [([], "no pictures"), (["bad.png"], "None of the 1 pictures")])
def test_a_folder_without_a_readable_picture_is_a_trouble(tmp_path, finds, names, words):
    finds(toy_face())
    folder = tmp_path / "empty"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("text")
    with pytest.raises(DemeanorError, match=words):
        predicting.predict(folder, toy_trained(), tmp_path / "out")


def test_a_second_picture_of_the_same_name_gets_its_own_folder(tmp_path, finds):
    finds(toy_face())
    file = picture(tmp_path)
    folders = [predicting.predict(file, toy_trained(), tmp_path / "out")[0].folder for _ in range(2)]
    assert [Path(folder).name for folder in folders] == ["photo", "photo_2"]


def test_result_files_can_be_left_out(tmp_path, finds):
    finds(toy_face())
    without = ("annotated.png", "faces.csv")
    folders = [
        Path(predicting.predict(picture(tmp_path), toy_trained(), tmp_path / "out", without=names)[0].folder)
        for names in ((), without)
    ]
    whole, rest = ({file.name for file in folder.iterdir()} for folder in folders)
    assert whole - rest == set(without) and "result.json" in rest
    assert whole - {"result.json"} == set(spec_of("face").layout.can_be_left_out), "the layout names what is written"


def test_what_is_left_out_is_not_drawn_and_without_a_cnn_there_are_no_maps(tmp_path, finds, monkeypatch):
    finds(toy_face())
    for place in ("annotated.annotated", "figures.explanation", "figures.map_grid"):
        monkeypatch.setattr(f"source.face.results.{place}", None)
    drawings = ("annotated.png", "explanation.png", "feature_maps.png")
    [made] = predicting.predict(picture(tmp_path), toy_trained(), tmp_path / "out", without=drawings)
    assert {file.name for file in Path(made.folder).iterdir()} == {"result.json", "faces.csv"}
    flat = toy_trained(replace(CONFIG, use_image=False))
    assert "feature_maps.png" not in predict.read(picture(tmp_path), flat).files(())


def test_stopped_while_drawing_or_writing_leaves_no_folder(tmp_path, finds, monkeypatch):
    finds(toy_face())

    def stop(*_, **__):
        raise KeyboardInterrupt

    for place in ("source.face.results.figures.explanation", "source.results.writing.csv_text"):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(place, stop)
            predicting.predict(picture(tmp_path), toy_trained(), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_without_writing_nothing_is_written(tmp_path, finds, monkeypatch):
    finds(toy_face())
    monkeypatch.setattr(config, "OUTPUT_FOLDER", tmp_path / "out")
    file = picture(tmp_path)
    assert predicting.predict(file, toy_trained(), write=False)[0].folder == ""
    assert [child.name for child in tmp_path.iterdir()] == ["photo.png"]
    assert Path(predicting.predict(file, toy_trained())[0].folder).parent == tmp_path / "out"


def test_a_file_that_is_no_picture_leaves_no_folder(tmp_path, finds):
    finds(toy_face())
    (tmp_path / "a.png").write_text("text")
    with pytest.raises(DemeanorError, match="text file"):
        predicting.predict(tmp_path / "a.png", toy_trained(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_five_grouped_labels(tmp_path, finds):
    finds(toy_face())
    labels = tuple(config.GROUPINGS["five"])
    (result,) = predicting.predict(picture(tmp_path), toy_trained(labels=labels), tmp_path / "out")
    assert tuple(result.readings[0].probabilities) == labels
    assert set(labels) < set(rows_of(Path(result.folder) / "faces.csv")[0])


def test_of_a_crowd_the_largest_six_are_explained(tmp_path, finds, monkeypatch):
    finds(*(toy_face(left=10 * i, side=40 + 5 * i) for i in range(20)))
    seen = []
    monkeypatch.setattr(annotated, "annotated", lambda *words: Image.new("RGB", (8, 8)))
    monkeypatch.setattr(figures, "explanation", lambda network, arrays, readings: seen.append(readings) or b"")
    (result,) = predicting.predict(picture(tmp_path, size=(640, 480)), toy_trained(), tmp_path / "out")
    assert len(result.readings) == 20 and [reading.person for reading in seen[0]] == [14, 15, 16, 17, 18, 19]


def test_as_many_faces_as_are_set_are_read_and_a_note_says_that_there_may_be_more(tmp_path, finds, monkeypatch):
    finds(*(toy_face(left=10 * i, side=40) for i in range(3)))
    for most, notes in ((4, 0), (3, 1)):
        monkeypatch.setattr(config, "MOST_FACES", most)
        [made] = predicting.predict(picture(tmp_path), toy_trained(), write=False)
        assert len(made.readings) == 3 and len(made.notes) == notes


@finds_faces
def test_the_demo_picture(tmp_path):
    (result,) = predicting.predict(ASTRONAUT, toy_trained(), tmp_path)
    assert len(result.readings) == 1 and result.readings[0].notes == ()
    left, top, right, bottom = result.readings[0].box
    assert 165 < left < right < 285 and 55 < top < bottom < 190  # of 512 x 512 pixels
    assert {child.name for child in Path(result.folder).iterdir()} == FILES


@finds_faces
def test_several_faces_from_left_to_right_and_upright(tmp_path):
    face = Image.open(ASTRONAUT).convert("RGB").crop((130, 20, 330, 220)).resize((300, 300))
    wide = Image.new("RGB", (900, 300))
    for x in (600, 0, 300):
        wide.paste(face, (x, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    wide.rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    (result,) = predicting.predict(tmp_path / "turned.jpg", toy_trained(), tmp_path / "out")
    lefts = [reading.box[0] for reading in result.readings]
    assert result.size == (900, 300) and len(lefts) == 3 and lefts == sorted(lefts)


@finds_faces
def test_prediction_gives_the_network_what_preprocessing_does():
    pixels = np.asarray(Image.open(ASTRONAUT).convert("RGB"))
    _, arrays = predict.read_faces(pixels, toy_trained())
    for name, array in SPEC.extract(ASTRONAUT, CONFIG).items():
        np.testing.assert_array_equal(arrays[name][0], array)


@finds_faces
def test_a_sky_is_nobody(tmp_path):
    Image.new("RGB", (800, 500), (120, 170, 230)).save(tmp_path / "sky.png")
    (result,) = predicting.predict(tmp_path / "sky.png", toy_trained(), write=False)
    assert result.readings == () and result.notes == ("no face was found",)
