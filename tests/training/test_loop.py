"""The training loop: learns, resumes to the same result, keeps the best weights, refuses leaks."""

from dataclasses import replace
from itertools import count

import pytest
import torch

from source.core.errors import DemeanorError
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.evaluation import testing
from source.training import checkpoint
from source.training.loop import EMA, STATE, fit, schedule
from source.training.losses import class_weights
from tests.support.stub import stub_model
from tests.support.toy import TOYS


@pytest.fixture(autouse=True)
def one_thread():
    """Two threads may add in another order; a laptop's tests should not depend on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def toy():
    """A model with a tiny network: the loop is one for all."""
    with stub_model() as stub:
        yield stub


@pytest.fixture(scope="module")
def store(toy, tmp_path_factory):
    return toy.store(tmp_path_factory.mktemp("store"))


def parts(store, grouping="seven"):
    return [Dataset([store], split, grouping_named(grouping)) for split in ("train", "val")]


class Killed(Exception):
    pass


def kill(epoch, metrics):
    raise Killed


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("changes", [
    {}, {"loss": "focal"}, {"loss": "soft_labels"}, {"class_weight_power": 1.0}, {"ema_decay": 0.0},
    {"gradient_clip": 0.0}, {"bfloat16": False}, {"label_smoothing": 0.0}, {"corpus_balance": 1.0}, {"mixup": 0.3},
], ids=str)  # fmt: skip
def test_every_option_trains(toy, store, tmp_path, changes):
    result = fit(toy.spec, replace(toy.settings, **changes), *parts(store), tmp_path)
    assert len(result.history) == 2 and all(torch.isfinite(w).all() for w in result.best_weights.values())


def test_smaller_corpora_are_repeated(toy, tmp_path):
    stores = [toy.store(tmp_path / name, train) for name, train in (("large", 56), ("small", 14))]
    small = tuple(replace(clip, corpus="small") for clip in stores[1].clips)
    dataset = Dataset([stores[0], replace(stores[1], clips=small)], "train", grouping_named("seven"))
    for power, expected in ((0.0, 14), (0.5, 28), (1.0, 56)):
        corpora = [clip.corpus for clip in dataset.balanced(power).clips]
        assert (corpora.count("toy"), corpora.count("small")) == (56, expected)


@pytest.mark.parametrize(("clips", "batches"), [(0, 4), (20, 1), (30, 2), (999, 4)])
def test_an_epoch_may_be_shorter_than_the_clips(toy, store, tmp_path, clips, batches):
    settings = replace(toy.settings, batch_size=14, clips_per_epoch=clips, epochs=2)
    seen = []
    fit(toy.spec, settings, *parts(store), tmp_path, on_batch=lambda done, total: seen.append((done, total)))
    assert seen == [(done, batches) for _ in range(2) for done in range(1, batches + 1)]


def test_the_last_epoch_is_kept_where_none_is_chosen(toy, store, tmp_path):
    settings = replace(toy.settings, epochs=6, patience=1, keep="last")
    result = fit(toy.spec, settings, *parts(store), tmp_path / "val")
    assert len(result.history) == result.best.epoch == 6
    without_val = fit(toy.spec, settings, parts(store)[0], None, tmp_path / "none")
    assert same(result.best_weights, without_val.best_weights)


def test_it_learns_what_can_be_learnt(toy, store, tmp_path):
    settings = replace(toy.settings, epochs=30, patience=30, ema_decay=0.9, **toy.plain)
    assert fit(toy.spec, settings, *parts(store), tmp_path).best.val_uar > 0.6  # chance: 0.14


@pytest.mark.slow
@pytest.mark.parametrize("real", TOYS.values(), ids=TOYS)
def test_every_model_trains_with_every_option_and_learns(real, tmp_path):
    small = parts(real.store(tmp_path / "small", 21, 14))
    for number, changes in enumerate(real.options):
        settings = replace(real.settings, epochs=1, **changes)
        result = fit(real.spec, settings, *small, tmp_path / str(number))
        assert all(torch.isfinite(weight).all() for weight in result.best_weights.values()), changes
    settings = replace(real.settings, epochs=15, patience=15, ema_decay=0.9, **real.plain)
    assert fit(real.spec, settings, *parts(real.store(tmp_path / "store")), tmp_path).best.val_uar > 0.4  # chance: 0.14


@pytest.mark.slow
@pytest.mark.parametrize("real", TOYS.values(), ids=TOYS)
def test_every_model_resumes_to_the_same_result_and_its_checkpoint_alone_predicts_it(real, tmp_path):
    settings, (train, val) = replace(real.settings, epochs=2), parts(real.store(tmp_path / "store", 28, 14))
    whole = fit(real.spec, settings, train, val, tmp_path / "whole")
    with pytest.raises(Killed):
        fit(real.spec, settings, train, val, tmp_path / "killed", on_epoch_end=kill)
    resumed = fit(real.spec, settings, train, val, tmp_path / "killed", resume=True)
    assert same(whole.best_weights, resumed.best_weights)
    trained = checkpoint.from_fit(real.spec, settings, whole, train, val, {})
    loaded = checkpoint.load(checkpoint.save(tmp_path, trained))
    assert (loaded.probabilities(real.arrays(5)) == trained.probabilities(real.arrays(5))).all()


def test_the_grouping_really_switches(toy, store, tmp_path):
    train, val = parts(store, "five")
    result = fit(toy.spec, toy.settings, train, val, tmp_path)
    trained = checkpoint.from_fit(toy.spec, toy.settings, result, train, val, {})
    assert trained.labels == ("sad/fear", "neutral", "happy", "angry", "surprise/disgust")
    assert testing.test_split(trained, val).n == 28
    assert train.counts().tolist() == [16, 8, 8, 8, 16]


def test_one_seed_gives_one_result_and_another_another(toy, store, tmp_path):
    runs = [
        fit(toy.spec, toy.settings, *parts(store), tmp_path / str(i), seed=seed) for i, seed in enumerate((1, 1, 2))
    ]
    assert same(runs[0].best_weights, runs[1].best_weights)
    assert not same(runs[0].best_weights, runs[2].best_weights)


def test_a_batch_can_be_sent_to_a_device(store):
    batch = parts(store)[0].__getitems__([0, 1]).to("meta")  # what accelerate does with a GPU's name
    assert {value.device.type for value in (*batch.inputs.values(), batch.labels, batch.votes)} == {"meta"}


def test_a_killed_training_resumes_to_the_same_result(toy, store, tmp_path):
    settings = replace(toy.settings, epochs=4)
    whole = fit(toy.spec, settings, *parts(store), tmp_path / "whole")

    batches = count(1)

    def kill_in_the_second_epoch(done, total):
        if next(batches) == 7:
            raise Killed

    with pytest.raises(Killed):
        fit(toy.spec, settings, *parts(store), tmp_path / "killed", on_batch=kill_in_the_second_epoch)
    resumed = fit(toy.spec, settings, *parts(store), tmp_path / "killed", resume=True)
    assert same(whole.best_weights, resumed.best_weights)
    plain = [[replace(epoch, seconds=0) for epoch in run.history] for run in (whole, resumed)]
    assert plain[0] == plain[1]


def test_resuming_another_training_or_none_is_refused(toy, store, tmp_path):
    with pytest.raises(DemeanorError, match="no stopped training"):
        fit(toy.spec, toy.settings, *parts(store), tmp_path, resume=True)
    fit(toy.spec, toy.settings, *parts(store), tmp_path)
    with pytest.raises(DemeanorError, match="differs in its settings"):
        fit(toy.spec, replace(toy.settings, width=16), *parts(store), tmp_path, resume=True)
    assert (tmp_path / STATE).is_file()


def test_without_val_nothing_is_chosen_and_the_last_weights_are_kept(toy, store, tmp_path):
    train, _ = parts(store)
    settings = replace(toy.settings, epochs=4, patience=1)
    last = []

    def keep(epoch, metrics):
        state = torch.load(tmp_path / "whole" / STATE, weights_only=True)
        last.append(state["ema"])

    whole = fit(toy.spec, settings, train, None, tmp_path / "whole", on_epoch_end=keep)
    assert len(whole.history) == 4 == whole.best.epoch and not same(last[-2], last[-1])
    assert same(whole.best_weights, last[-1])
    assert {(epoch.val_loss, epoch.val_accuracy, epoch.val_uar) for epoch in whole.history} == {(None, None, None)}


def test_validating_changes_no_weight(toy, store, tmp_path):
    train, val = parts(store)
    for name, part in (("blind", None), ("validated", val)):
        fit(toy.spec, toy.settings, train, part, tmp_path / name)
    blind, validated = (torch.load(tmp_path / name / STATE, weights_only=True) for name in ("blind", "validated"))
    assert same(blind["ema"], validated["ema"])


def test_without_val_a_killed_training_resumes_to_the_same_result(toy, store, tmp_path):
    train, val = parts(store)
    whole = fit(toy.spec, toy.settings, train, None, tmp_path / "whole")
    with pytest.raises(Killed):
        fit(toy.spec, toy.settings, train, None, tmp_path / "killed", on_epoch_end=kill)
    with pytest.raises(DemeanorError, match="differs in its clips"):
        fit(toy.spec, toy.settings, train, val, tmp_path / "killed", resume=True)
    resumed = fit(toy.spec, toy.settings, train, None, tmp_path / "killed", resume=True)
    assert same(whole.best_weights, resumed.best_weights)
    assert [replace(epoch, seconds=0) for epoch in whole.history] == [
        replace(epoch, seconds=0) for epoch in resumed.history
    ]


def test_resuming_in_another_grouping_is_refused(toy, store, tmp_path):
    fit(toy.spec, toy.settings, *parts(store), tmp_path)
    with pytest.raises(DemeanorError, match="differs in its grouping"):
        fit(toy.spec, toy.settings, *parts(store, "five"), tmp_path, resume=True)


def test_a_label_that_no_training_clip_bears_is_never_likely(toy, store, tmp_path):
    train, _ = parts(store, "eight")
    assert train.counts().tolist() == [8] * 7 + [0]
    result = fit(toy.spec, replace(toy.settings, epochs=8), train, None, tmp_path)
    trained = checkpoint.from_fit(toy.spec, toy.settings, result, train, train, {})
    shares = torch.from_numpy(testing.logits_of(trained, train)).softmax(1)
    assert trained.labels[-1] == "calm" and shares[:, -1].mean() < shares[:, :-1].mean(0).min()


@pytest.mark.parametrize("power", [0.0, 0.3, 1.0])
def test_class_weights_are_of_mean_one_over_the_clips_and_nothing_where_there_is_none(power):
    counts = torch.tensor([10, 30, 0])
    weights = class_weights(counts, power)
    assert weights[2] == 0 and (weights * counts).sum() / counts.sum() == pytest.approx(1)
    assert weights[0] / weights[1] == pytest.approx(3**power)


def test_a_choice_of_clips_is_read_in_its_own_order(store):
    whole = Dataset([store, store], None, grouping_named("five"))
    assert len(whole) == 2 * len(store) and whole.labels.tolist()[: len(store)] == whole.labels.tolist()[len(store) :]
    chosen = [len(store) + 3, 5, 0]
    part = whole.subset(chosen, "three")
    batch, rows, name = part.__getitems__([0, 1, 2]), [3, 5, 0], next(iter(store.arrays))
    assert part.split == "three" and [clip.number for clip in part.clips] == [store.clips[row].number for row in rows]
    assert (batch.inputs[name].numpy() == store.arrays[name][rows]).all()
    assert batch.labels.tolist() == whole.labels[chosen].tolist() and len(whole) == 2 * len(store)
    assert (batch.votes == whole.__getitems__(chosen).votes).all()


def test_early_stopping_counts_from_the_best_epoch(toy, store, tmp_path):
    settings = replace(toy.settings, epochs=30, patience=3, learning_rate=1e-9)
    result = fit(toy.spec, settings, *parts(store), tmp_path)
    assert len(result.history) == result.best.epoch + 3 < 30


def test_the_hook_sees_every_epoch_and_may_stop(toy, store, tmp_path):
    seen = []

    def stop_after_first(epoch, metrics):
        seen.append((epoch, metrics.val_uar))
        raise Killed

    with pytest.raises(Killed):
        fit(toy.spec, toy.settings, *parts(store), tmp_path, on_epoch_end=stop_after_first)
    assert len(seen) == 1


def test_a_leak_between_train_and_val_is_refused(toy, store, tmp_path):
    train, _ = parts(store)
    with pytest.raises(DemeanorError, match="share"):
        fit(toy.spec, toy.settings, train, train, tmp_path)


def test_the_learning_rate_warms_up_and_falls_to_zero():
    rates = [schedule(step, 100) for step in range(101)]
    assert rates[0] == 0.1 and max(rates) == 1 and rates[100] == pytest.approx(0, abs=1e-9)
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_the_ema_follows_the_weights():
    network = torch.nn.Linear(1, 1)
    ema = EMA(network, decay=0.5)
    with torch.no_grad():
        network.weight.fill_(3.0)
    for _ in range(60):
        ema.update(network)
    assert ema.state["weight"].item() == pytest.approx(3.0, abs=1e-3)


def test_a_checkpoint_alone_predicts_the_same(toy, store, tmp_path):
    train, val = parts(store)
    result = fit(toy.spec, toy.settings, train, val, tmp_path)
    trained = testing.calibrate(checkpoint.from_fit(toy.spec, toy.settings, result, train, val, {"seed": 0}), val)
    loaded = checkpoint.load(checkpoint.save(tmp_path, trained))
    arrays = toy.arrays(5)
    assert (loaded.probabilities(arrays) == trained.probabilities(arrays)).all()
    assert loaded.probabilities(arrays).sum(1) == pytest.approx(1)
    assert loaded.settings == toy.settings and loaded.header.temperature == trained.header.temperature


def test_training_again_keeps_the_previous_model(toy, store, tmp_path):
    train, val = parts(store)
    trained = checkpoint.from_fit(
        toy.spec, toy.settings, fit(toy.spec, toy.settings, train, val, tmp_path), train, val, {}
    )
    first = checkpoint.save(tmp_path, trained).read_bytes()
    checkpoint.save(tmp_path, trained.with_metrics(val={}))
    weights = checkpoint.weights_file(tmp_path, toy.model)
    second = weights.read_bytes()
    checkpoint.save(tmp_path, trained)
    assert weights.with_suffix(".previous").read_bytes() == first  # what was shipped stays, however often one trains
    assert weights.with_suffix(".previous2").read_bytes() == second


def test_a_foreign_or_missing_checkpoint_is_one_sentence(tmp_path):
    with pytest.raises(DemeanorError, match="no trained model"):
        checkpoint.load(tmp_path / "none.safetensors")
    with pytest.raises(DemeanorError, match="no trained model"):
        checkpoint.load(tmp_path)  # a folder
    (tmp_path / "text.safetensors").write_text("not a checkpoint at all")
    with pytest.raises(DemeanorError, match="not a checkpoint"):
        checkpoint.load(tmp_path / "text.safetensors")
