"""The training loop: learns, resumes to the same result, keeps the best weights, refuses leaks."""

from dataclasses import replace

import pytest
import torch

from source.face import SPEC
from source.shared import checkpoint, testing
from source.shared.emotions import grouping_named
from source.shared.errors import Trouble
from source.shared.examples import Examples
from source.shared.training import STATE, Average, fit, schedule
from tests.toy import CONFIG, face_arrays, face_store


@pytest.fixture(autouse=True)
def one_thread():
    """Two threads may add in another order; a laptop's tests should not depend on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return face_store(tmp_path_factory.mktemp("store"))


def parts(store, grouping="seven"):
    return [Examples([store], split, grouping_named(grouping)) for split in ("train", "val")]


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("changes", [
    {}, {"loss": "focal"}, {"loss": "soft_labels"}, {"class_weight_power": 1.0}, {"average_decay": 0.0},
    {"gradient_clip": 0.0}, {"bfloat16": False}, {"use_image": False}, {"use_landmarks": False},
    {"use_blendshapes": False}, {"use_landmarks": False, "use_blendshapes": False}, {"label_smoothing": 0.0},
], ids=str)  # fmt: skip
def test_every_option_trains(store, tmp_path, changes):
    result = fit(SPEC, replace(CONFIG, **changes), *parts(store), tmp_path)
    assert len(result.history) == 2 and all(torch.isfinite(w).all() for w in result.best_weights.values())


def test_it_learns_what_can_be_learnt(store, tmp_path):
    pixels_only = {"use_landmarks": False, "use_blendshapes": False, "dropout": 0.0}
    plain = {"contrast": 0.0, "brightness": 0.0, "erase_probability": 0.0, "average_decay": 0.9}
    config = replace(CONFIG, epochs=30, patience=30, **pixels_only, **plain)
    assert fit(SPEC, config, *parts(store), tmp_path).best.val_uar > 0.6  # chance: 0.14


def test_the_grouping_really_switches(store, tmp_path):
    train, val = parts(store, "five")
    result = fit(SPEC, CONFIG, train, val, tmp_path)
    trained = checkpoint.from_fit(SPEC, CONFIG, result, train, val, {})
    assert trained.labels == ("sad/fear", "neutral", "happy", "angry", "surprise/disgust")
    assert testing.test_split(trained, val).n == 28
    assert train.counts().tolist() == [16, 8, 8, 8, 16]


def test_one_seed_gives_one_result_and_another_another(store, tmp_path):
    runs = [fit(SPEC, CONFIG, *parts(store), tmp_path / str(i), seed=seed) for i, seed in enumerate((1, 1, 2))]
    assert same(runs[0].best_weights, runs[1].best_weights)
    assert not same(runs[0].best_weights, runs[2].best_weights)


def test_a_batch_can_be_sent_to_a_device(store):
    batch = parts(store)[0].__getitems__([0, 1]).to("meta")  # what accelerate does with a GPU's name
    assert {value.device.type for value in (*batch.inputs.values(), batch.labels, batch.votes)} == {"meta"}


class Killed(Exception):
    pass


def test_a_killed_training_resumes_to_the_same_result(store, tmp_path):
    config = replace(CONFIG, epochs=4)
    whole = fit(SPEC, config, *parts(store), tmp_path / "whole")

    def kill(done, total):
        kill.batches += 1
        if kill.batches == 7:  # in the middle of the second epoch
            raise Killed

    kill.batches = 0
    with pytest.raises(Killed):
        fit(SPEC, config, *parts(store), tmp_path / "killed", on_batch=kill)
    resumed = fit(SPEC, config, *parts(store), tmp_path / "killed", resume=True)
    assert same(whole.best_weights, resumed.best_weights)
    plain = [[replace(epoch, seconds=0) for epoch in run.history] for run in (whole, resumed)]
    assert plain[0] == plain[1]


def test_resuming_another_training_or_none_is_refused(store, tmp_path):
    with pytest.raises(Trouble, match="no stopped training"):
        fit(SPEC, CONFIG, *parts(store), tmp_path, resume=True)
    fit(SPEC, CONFIG, *parts(store), tmp_path)
    with pytest.raises(Trouble, match="another config"):
        fit(SPEC, replace(CONFIG, dropout=0.1), *parts(store), tmp_path, resume=True)
    assert (tmp_path / STATE).is_file()


def test_early_stopping_counts_from_the_best_epoch(store, tmp_path):
    config = replace(CONFIG, epochs=30, patience=3, learning_rate=1e-9)
    result = fit(SPEC, config, *parts(store), tmp_path)
    assert len(result.history) == result.best.epoch + 3 < 30


def test_the_hook_sees_every_epoch_and_may_stop(store, tmp_path):
    seen = []

    def stop_after_first(epoch, metrics):
        seen.append((epoch, metrics.val_uar))
        raise Killed

    with pytest.raises(Killed):
        fit(SPEC, CONFIG, *parts(store), tmp_path, on_epoch_end=stop_after_first)
    assert len(seen) == 1


def test_a_leak_between_train_and_val_is_refused(store, tmp_path):
    train, _ = parts(store)
    with pytest.raises(Trouble, match="share"):
        fit(SPEC, CONFIG, train, train, tmp_path)


def test_the_learning_rate_warms_up_and_falls_to_zero():
    rates = [schedule(step, 100) for step in range(101)]
    assert rates[0] == 0.1 and max(rates) == 1 and rates[100] == pytest.approx(0, abs=1e-9)
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_the_average_follows_the_weights():
    network = torch.nn.Linear(1, 1)
    average = Average(network, decay=0.5)
    with torch.no_grad():
        network.weight.fill_(3.0)
    for _ in range(60):
        average.update(network)
    assert average.state["weight"].item() == pytest.approx(3.0, abs=1e-3)


def test_a_checkpoint_alone_predicts_the_same(store, tmp_path):
    train, val = parts(store)
    result = fit(SPEC, CONFIG, train, val, tmp_path)
    trained = testing.calibrated(checkpoint.from_fit(SPEC, CONFIG, result, train, val, {"seed": 0}), val)
    loaded = checkpoint.load(checkpoint.save(tmp_path, trained))
    arrays = face_arrays(5)
    assert (loaded.probabilities(arrays) == trained.probabilities(arrays)).all()
    assert loaded.probabilities(arrays).sum(1) == pytest.approx(1)
    assert loaded.config == CONFIG and loaded.header.temperature == trained.header.temperature


def test_training_again_keeps_the_previous_model(store, tmp_path):
    train, val = parts(store)
    trained = checkpoint.from_fit(SPEC, CONFIG, fit(SPEC, CONFIG, train, val, tmp_path), train, val, {})
    first = checkpoint.save(tmp_path, trained).read_bytes()
    checkpoint.save(tmp_path, trained.with_metrics(val={}))
    assert checkpoint.weights_file(tmp_path, "face").with_suffix(".previous").read_bytes() == first


def test_a_foreign_or_missing_checkpoint_is_one_sentence(tmp_path):
    with pytest.raises(Trouble, match="no trained model"):
        checkpoint.load(tmp_path / "none.safetensors")
    with pytest.raises(Trouble, match="no trained model"):
        checkpoint.load(tmp_path)  # a folder
    (tmp_path / "text.safetensors").write_text("not a checkpoint at all")
    with pytest.raises(Trouble, match="not a checkpoint"):
        checkpoint.load(tmp_path / "text.safetensors")
