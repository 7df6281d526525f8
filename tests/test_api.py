"""The door: a model is tested in its own grouping, and no result lands on another."""

import json

import pytest

import config
from source import api
from source.face import preprocess
from source.shared.errors import Trouble
from tests.corpora import picture
from tests.toy import SIDE, face_store

TOY = ("widths=4,8", "depths=1,1", "shape_width=8", f"image_side={SIDE}", "batch_size=16", "epochs=2")


class FindsNobody:
    def find(self, picture):
        return []


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Folders of its own, with a preprocessed corpus in which brightness tells the emotion."""
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    monkeypatch.setattr(preprocess, "finder", FindsNobody)
    face_store(config.DATA_FOLDER / "preprocessed_face_data" / "toy")
    return tmp_path


@pytest.mark.parametrize(("learned", "today"), [("seven", "five"), ("five", "seven")])
def test_a_model_is_tested_in_its_own_grouping(house, monkeypatch, learned, today):
    monkeypatch.setattr(config, "GROUPING", learned)
    trained = api.train("face", settings=TOY)
    monkeypatch.setattr(config, "GROUPING", today)
    tested = api.test("face", "val")
    assert tested.metrics.labels == tuple(config.GROUPINGS[learned])
    assert tested.metrics.confusion == trained.val.confusion


def test_a_split_that_is_not_there_says_which_are(house):
    api.train("face", settings=TOY)
    with pytest.raises(Trouble, match="toy holds no labelled clip in the split test; there are clips in: train, val"):
        api.test("face", "test")


def test_no_test_is_written_over_another(house, monkeypatch):
    api.train("face", settings=TOY)
    for place in ("one/val/happy", "two/val/sad"):
        picture(house / place / "a.png")
    monkeypatch.chdir(house / "two" / "val")
    where = [house / "one" / "val", ".", house / "two" / "val"]
    folders = [api.test("face", "val").folder, *(api.test("face", folder=folder).folder for folder in where)]
    assert [folder.name for folder in folders] == ["test_val", "test_folder_val", *["test_folder_val_2"] * 2]
    tested = [json.loads((folder / "metrics.json").read_text())["split"] for folder in folders[:3]]
    assert tested == ["val", str(house / "one" / "val"), str(house / "two" / "val")]


def test_files_without_a_label_are_told_of(house):
    api.train("face", settings=TOY)
    for place in ("happy", "hapy"):
        picture(house / "mine" / place / "a.png")
    said = []
    assert api.test("face", folder=house / "mine", say=said.append).metrics.n == 1
    assert any(sentence.startswith("1 files left out") and "hapy" in sentence for sentence in said)
    with pytest.raises(Trouble, match="There is no folder"):
        api.test("face", folder=house / "nowhere")


def test_a_corpus_named_twice_counts_once(house):
    said = []
    api.train("face", ["toy", "toy"], settings=TOY, say=said.append)
    assert said == ["Training the face model on 56 clips of toy, watching 28."]


def test_a_corpus_that_changed_is_told_of(house):
    folder = config.DATA_FOLDER / "training_faces" / "mine"
    files = [picture(folder / f"mine_{i}_{config.EMOTIONS[i % 2]}.png", i) for i in range(16)]
    api.preprocess("face", ["mine"], settings=TOY, workers=1)
    for changed in (False, True):
        if changed:
            picture(files[0], seed=99)
        said = []
        api.train("face", ["mine"], settings=TOY, say=said.append)
        assert any(sentence.startswith("mine has changed since") for sentence in said) == changed


def test_a_name_is_of_input_files_but_a_path_from_here_is_not(house, monkeypatch):
    monkeypatch.setattr(config, "INPUT_FOLDER", house / "in")
    inside, here = picture(house / "in" / "a.png"), picture(house / "here" / "a.png")
    monkeypatch.chdir(here.parent)
    named = [api.input_named(name).resolve() for name in ("a.png", "./a.png", ".", "../here/a.png", str(here))]
    assert named == [inside, here, here.parent, here, here]


def test_the_home_folder_can_be_meant(house, monkeypatch):
    monkeypatch.setenv("HOME", str(house))
    monkeypatch.setenv("USERPROFILE", str(house))
    made = api.train("face", settings=TOY, output="~/mine")
    assert made.weights.parent == house / "mine"
    assert api.test("face", "val", weights="~/mine/face_model.safetensors").folder == house / "mine" / "test_val"
