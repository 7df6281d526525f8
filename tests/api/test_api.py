"""The API: a model is tested in its own grouping, and no result overwrites another."""

import json

import pytest
import torch

from source import api
from source.audio import whisper_features
from source.core import config
from source.core.errors import DemeanorError
from source.core.settings import BEST_SETTINGS
from source.evaluation.reports import charts
from source.face import features
from tests.support.corpora import picture
from tests.support.stub import stub_model
from tests.support.toy import TOYS


class FindsNobody:
    """Stands for the face detector."""

    def detect(self, picture):
        return []

    detect_single_pass = detect


def silent_layers(waveform):
    return torch.zeros(whisper_features.LAYERS, 3, whisper_features.WIDTH)


def silent_frames(waveform):
    return torch.zeros(-(-len(waveform) // whisper_features.FRAME_SAMPLES), 768)


@pytest.fixture(scope="module")
def toy():
    """A model with a tiny network: what the API does is the same for all."""
    with stub_model() as stub:
        yield stub


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Folders of its own."""
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    return tmp_path


@pytest.fixture
def house(toy, folders, monkeypatch):
    """The same with a preprocessed corpus that can be learnt, and without drawing."""
    for chart in ("confusion_matrix", "learning_curves", "reliability_diagram"):
        monkeypatch.setattr(charts, chart, lambda *_: b"")
    toy.store(toy.spec.store_folder / "toy")
    return folders


@pytest.mark.slow
@pytest.mark.parametrize("real", TOYS.values(), ids=TOYS)
def test_every_model_is_trained_and_tested(real, tmp_path, monkeypatch):
    """With the pretrained files of the networks, but without finding faces and listening."""
    pretrained = config.MODELS_FOLDER / "pretrained"
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    config.MODELS_FOLDER.mkdir()
    (config.MODELS_FOLDER / "pretrained").symlink_to(pretrained)
    monkeypatch.setattr(features, "face_detector", FindsNobody)
    monkeypatch.setattr(whisper_features, "layers", silent_layers)
    monkeypatch.setattr(whisper_features, "frames", silent_frames)
    monkeypatch.setattr(charts, "png_of", lambda *_: b"")
    real.store(real.spec.store_folder / "toy", 28, 14)
    trained = api.train(real.model, settings=[*real.words, "epochs=1"], grouping="five")
    tested = api.test(real.model, "val").metrics
    assert tested.labels == tuple(config.GROUPINGS["five"]) and tested.confusion == trained.val.confusion
    real.file(tmp_path / "mine" / "happy" / f"a{real.suffix}")
    assert api.test(real.model, folder=tmp_path / "mine").metrics.n == 1


@pytest.mark.parametrize(("learned", "today"), [("seven", "five"), ("five", "seven")])
def test_a_model_is_tested_in_its_own_grouping(toy, house, monkeypatch, learned, today):
    monkeypatch.setattr(config, "GROUPING", learned)
    trained = api.train(toy.model, settings=toy.words)
    monkeypatch.setattr(config, "GROUPING", today)
    tested = api.test(toy.model, "val")
    assert tested.metrics.labels == tuple(config.GROUPINGS[learned])
    assert tested.metrics.confusion == trained.val.confusion


def test_a_training_may_have_a_grouping_of_its_own(toy, house):
    assert api.train(toy.model, settings=toy.words, grouping="five").val.labels == tuple(config.GROUPINGS["five"])
    assert api.test(toy.model, "val").metrics.labels == tuple(config.GROUPINGS["five"])
    with pytest.raises(DemeanorError, match="no emotion grouping 'six'; config.py has: seven, five"):
        api.train(toy.model, settings=toy.words, grouping="six")


def test_a_split_that_is_not_there_says_which_are(toy, house):
    api.train(toy.model, settings=toy.words)
    with pytest.raises(
        DemeanorError, match="toy holds no labelled clip in the split test; there are clips in: train, val"
    ):
        api.test(toy.model, "test")


def test_no_test_is_written_over_another(toy, house, monkeypatch):
    api.train(toy.model, settings=toy.words)
    for place in ("one/val/happy", "two/val/sad"):
        toy.file(house / place / f"a{toy.suffix}")
    monkeypatch.chdir(house / "two" / "val")
    where = [house / "one" / "val", ".", house / "two" / "val"]
    folders = [api.test(toy.model, "val").folder, *(api.test(toy.model, folder=folder).folder for folder in where)]
    assert [folder.name for folder in folders] == ["test_val", "test_folder_val", *["test_folder_val_2"] * 2]
    tested = [json.loads((folder / "metrics.json").read_text())["split"] for folder in folders[:3]]
    assert tested == ["val", str(house / "one" / "val"), str(house / "two" / "val")]


def test_files_without_a_label_are_told_of(toy, house):
    api.train(toy.model, settings=toy.words)
    for place in ("happy", "hapy"):
        toy.file(house / "mine" / place / f"a{toy.suffix}")
    sentences = []
    assert api.test(toy.model, folder=house / "mine", notify=sentences.append).metrics.n == 1
    assert any("hapy" in sentence for sentence in sentences)
    with pytest.raises(
        DemeanorError, match=f"name them <dataset>_<number>_<emotion>{toy.spec.suffixes[0]} or put them in"
    ):
        api.test(toy.model, folder=house / "mine" / "hapy")
    with pytest.raises(DemeanorError, match="There is no folder"):
        api.test(toy.model, folder=house / "nowhere")


def test_a_corpus_named_twice_counts_once(toy, house):
    sentences = []
    api.train(toy.model, ["toy", "toy"], settings=toy.words, notify=sentences.append)
    assert sentences == [f"Training the {toy.model} model on 56 clips of toy, validating on 28."]


def test_one_name_needs_no_list(toy, house):
    assert api.configured(toy.model, "epochs=7").epochs == 7
    sentences = []
    api.train(toy.model, "toy", settings=toy.words, notify=sentences.append)
    assert sentences == [f"Training the {toy.model} model on 56 clips of toy, validating on 28."]


def test_a_corpus_that_changed_is_told_of(toy, house):
    folder = toy.spec.training_folder / "mine"
    files = [toy.file(folder / f"mine_{i}_{config.EMOTIONS[i % 2]}{toy.suffix}", i) for i in range(16)]
    api.preprocess(toy.model, ["mine"], settings=toy.words, workers=1)
    for changed in (False, True):
        if changed:
            toy.file(files[0], seed=99)
        sentences = []
        api.train(toy.model, ["mine"], settings=toy.words, notify=sentences.append)
        assert any(sentence.startswith("mine has changed since") for sentence in sentences) == changed


def test_a_name_is_of_input_files_but_a_path_from_here_is_not(folders, monkeypatch):
    monkeypatch.setattr(config, "INPUT_FOLDER", folders / "in")
    inside, here = picture(folders / "in" / "a.png"), picture(folders / "here" / "a.png")
    monkeypatch.chdir(here.parent)
    named = [api.input_named(name).resolve() for name in ("a.png", "./a.png", ".", "../here/a.png", str(here))]
    assert named == [inside, here, here.parent, here, here]


def test_the_home_folder_can_be_meant(toy, house, monkeypatch):
    monkeypatch.setenv("HOME", str(house))
    monkeypatch.setenv("USERPROFILE", str(house))
    made = api.train(toy.model, settings=toy.words, output="~/mine")
    assert made.weights.parent == house / "mine"
    assert (
        api.test(toy.model, "val", weights=f"~/mine/{toy.model}_model.safetensors").folder
        == house / "mine" / "test_val"
    )


def test_a_test_on_another_corpus_is_apart_and_claims_nothing_of_its_people(toy, house):
    trained = api.train(toy.model, settings=toy.words)
    own = api.test(toy.model, "val")
    clips = toy.store(toy.spec.store_folder / "other").folder / "clips.csv"
    clips.write_text(clips.read_text(encoding="utf-8").replace(",toy,", ",other,"), encoding="utf-8")
    other = api.test(toy.model, "val", corpora=["other"])
    assert other.folder.name == "test_val_other" and own.folder.name == "test_val"
    assert other.metrics.split == "val of other" and other.metrics.speakers_disjoint is None
    card = (trained.folder / "model_card.md").read_text(encoding="utf-8")
    assert "clips of val of other" not in card and "clips of val." in card


def test_only_what_the_model_reads_is_offered(toy, house, monkeypatch):
    monkeypatch.setattr(config, "INPUT_FOLDER", house)
    for name in (f"mine{toy.spec.suffixes[0]}", "notes.docx"):
        (house / name).touch()
    (house / "takes").mkdir()
    assert {f"mine{toy.spec.suffixes[0]}", "takes"} <= set(api.inputs(toy.model)) and "notes.docx" in api.inputs()
    assert "notes.docx" not in api.inputs(toy.model)


def test_a_result_file_that_there_is_not_cannot_be_left_out(toy):
    for without in (("annotated.mp5",), "annotated.mp5"):
        with pytest.raises(DemeanorError, match="annotated.mp5 is no result file that can be left out; there are: "):
            api.predict(toy.model, "x", without=without)


def test_train_gives_what_tuning_said(toy, house, monkeypatch):
    """Without a word on settings: they are in best_hyperparameters.json, and those that were held fast too."""
    monkeypatch.setattr("source.tuning.write_tuning", lambda *_: None)
    fixed = [text for text in toy.words if not text.startswith(("learning_rate=", "width="))]
    made = api.tune(toy.model, trials=2, settings=fixed, pruner="none", finalists=0)
    assert made.best == toy.spec.folder / BEST_SETTINGS and len(made.document["trials"]) == 2
    assert api.train(toy.model).val.uar == made.document["trials"][0]["val_uar"]


def test_tuning_is_around_the_default_whatever_was_found_before(toy, house, monkeypatch):
    """Else a second call would begin another study, or compare with what the first one found."""
    monkeypatch.setattr("source.tuning.write_tuning", lambda *_: None)
    fixed = [text for text in toy.words if not text.startswith("width=")]
    for trials in (1, 2):
        made = api.tune(toy.model, trials=trials, settings=fixed, finalists=0)
        (toy.spec.folder / BEST_SETTINGS).write_text('{"width": 99}')
    assert len(made.document["trials"]) == 2 and made.document["default"] == {"width": 8}


def test_a_report_names_no_password(monkeypatch):
    monkeypatch.setattr("sys.argv", ["run.py", "face", "tune", "--storage", "mysql://me:secret@host/study"])
    assert api.command_line() == "python run.py face tune --storage mysql://me:***@host/study"
