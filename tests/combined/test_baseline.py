"""People read beside their other clips: who is known when, and by whom a voice is taught that must not know them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from source.combined import SPEC, baseline, pretrained_branches
from source.combined.settings import MODALITIES
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.data.splits import person_of
from source.training import loop
from source.training.checkpoint import Trained
from tests.combined.test_features import face_model
from tests.support.toy import AUDIO, COMBINED, audio_store, combined_store

FACE_KNOWN = replace(COMBINED, init_from=("face",), frozen=("face",))


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    return tmp_path


def clips(folder, split=None):
    return Dataset([combined_store(folder / "clips")], split, grouping_named("seven"))


def beside_all(dataset):
    """The inputs of the clips as measured beside the person's other clips."""
    return baseline.conditions(dataset, FACE_KNOWN)[baseline.WITH].__getitems__(range(len(dataset))).inputs


def test_a_face_s_baseline_is_the_mean_over_all_frames_of_the_person_s_other_clips(house):
    trained, dataset = face_model().eval(), clips(house, "train")
    inputs, mask = beside_all(dataset), torch.from_numpy(dataset.column("face_mask")) > 0
    images, shapes, meshes = (torch.from_numpy(dataset.column(name)) for name in ("image", "blendshapes", "landmarks"))
    people = [person_of(clip) for clip in dataset.clips]
    for row in (1, 2, 17):
        others = torch.tensor([who == people[row] for who in people])
        others[row] = False
        chosen = mask & others[:, None]
        with torch.no_grad():
            found = torch.ones(int(chosen.sum()))
            features = trained.forward_features(images[chosen], meshes[chosen], shapes[chosen], found)
            answers = trained.head(features).log_softmax(1)
        expected = torch.cat([features.mean(0), answers.mean(0), shapes[chosen].float().mean(0)])
        torch.testing.assert_close(inputs["face_baseline"][row], expected, atol=1e-3, rtol=1e-3)
        assert inputs["face_baseline_seconds"][row] == pytest.approx(len(found) / COMBINED.frames_per_second)


def test_who_has_no_face_has_no_baseline_and_each_clip_by_itself_has_none(house):
    face_model()
    dataset = clips(house, "train")
    without = dataset.column("face_mask").any(1) == 0
    assert without.any() and not beside_all(dataset)["face_baseline_seconds"][without].any()
    alone = baseline.conditions(dataset, FACE_KNOWN)[baseline.WITHOUT].__getitems__([0, 1]).inputs
    assert "face_baseline" not in alone
    nothing_known = baseline.conditions(dataset, COMBINED)  # the face is learnt anew, and so is what it would be beside
    assert [*nothing_known] == [baseline.WITHOUT]


def test_in_training_some_have_a_baseline_drawn_anew_each_time(house):
    face_model()
    dataset = baseline.for_training(clips(house, "train"), FACE_KNOWN)
    drawn = torch.stack([dataset.__getitems__(range(56)).inputs["face_baseline_seconds"] for _ in range(4)])
    assert 0.2 < (drawn > 0).float().mean() < 0.8 and not torch.equal(drawn[0], drawn[1])


def test_calibration_takes_the_temperature_of_people_beside_the_rest_of_their_recording():
    trained = Trained(SPEC, COMBINED, None, _header())
    both = baseline.calibrate(trained, {baseline.WITHOUT: 2.0, baseline.WITH: 1.5})
    assert both.header.temperature == 1.5
    assert baseline.calibrate(trained, {baseline.WITHOUT: 2.0}).header.temperature == 2.0
    frozen = replace(trained, settings=replace(COMBINED, frozen=MODALITIES, init_from=MODALITIES))
    assert baseline.calibrate(frozen, {baseline.WITHOUT: 2.0}).header.temperature == 1.0  # as each branch says


def _header():
    from source.training.checkpoint import Header

    return Header("combined", {}, config.EMOTIONS, "seven", 1.0, {})


def test_a_voice_for_strangers_is_taught_by_nobody_but_those_in_training(house, monkeypatch):
    own = replace(AUDIO, encoder="none")
    monkeypatch.setattr(config, "CORPORA", config.CORPORA | {"audio": ["toy", "elsewhere"]})
    spec, taught = spec_of("audio"), []
    monkeypatch.setattr(pretrained_branches, "spec_of", lambda name: replace(spec, default_settings=own))
    for corpus in ("toy", "elsewhere"):
        audio_store(spec.store_folder / corpus, test=14, settings=own)

    def fit(spec, settings, train, *rest, **how):
        taught.append(train)
        return loop.Fit(best_weights=spec.build(settings, 7).state_dict())

    monkeypatch.setattr(loop, "fit", fit)
    settings = replace(COMBINED, audio=own, init_from=("audio",), frozen=("audio",)).for_trial()
    dataset = clips(house)
    dataset = dataset.subset(np.flatnonzero([clip.speaker in ("train0", "val1") for clip in dataset.clips]), "train")
    network = SPEC.build(settings, 7)
    SPEC.initialise(network, settings, config.EMOTIONS, dataset, 0)
    assert {person_of(clip)[1] for clip in taught[0].clips} == {"train0", "val1"}
    begun = network.branches["audio"].state_dict()
    assert begun.keys() == spec.build(own, 7).state_dict().keys()


def test_a_voice_that_cannot_be_taught_is_one_sentence(house):
    settings = replace(COMBINED, init_from=(), frozen=("audio",))
    with pytest.raises(DemeanorError, match="nothing is; do that .*audio preprocess.*or take audio out of frozen"):
        SPEC.initialise(SPEC.build(settings, 7), settings, config.EMOTIONS, clips(house, "train"), 0)


def test_faces_are_as_certain_as_a_branch_that_never_saw_them_is_right(house):
    """The branch is untrained: its answers to a face by itself say nothing, so that they count next to nothing."""
    face_model()
    dataset = clips(house)
    dataset = dataset.subset(np.tile(np.arange(len(dataset)), 2), "train")
    network = SPEC.build(replace(FACE_KNOWN, fusion="late"), 7)
    SPEC.initialise(network, network.settings, config.EMOTIONS, dataset, 0)
    fitted = SPEC.fit_after_training(Trained(SPEC, network.settings, network.eval(), _header()), dataset, dataset)
    assert fitted.network.face.certainty[0] < 0.5
    few = dataset.subset(range(10), "train")
    network.face.certainty.fill_(1.0)
    assert (SPEC.fit_after_training(fitted, few, few).network.face.certainty == 1).all()
