"""Training by several processes: `accelerate launch` really starts two, which reach what one reaches."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from source.core import config
from source.training import checkpoint
from tests.support import launched

pytestmark = pytest.mark.slow

LAUNCH = ("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--main_process_port", "0",
          "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no")  # fmt: skip


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The finished launch, its folder, and what each of its processes has seen."""
    if os.name == "nt":
        pytest.skip("torch's launcher has no Windows version that can be relied on")
    folder = launched.laid_out(tmp_path_factory.mktemp("two processes"))
    here = {"PYTHONPATH": str(config.ROOT), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    here |= {"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {}
    script = Path(launched.__file__)
    done = subprocess.run([sys.executable, *LAUNCH, script, folder], cwd=config.ROOT, env=os.environ | here,
                          capture_output=True, text=True, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done, folder, [torch.load(folder / f"{number}.pt", weights_only=True) for number in range(2)]


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = launched.laid_out(tmp_path_factory.mktemp("one process"))
    return {"text": launched.smooth_text(folder), "voice": launched.easy_voice(folder)}


def furthest(some, others):
    assert some.keys() == others.keys()
    return max(float((some[name].float() - others[name].float()).abs().max()) for name in some)


def test_two_processes_come_to_the_weights_of_one(one, two):
    text = two[2][0]["text"]
    assert furthest(text["weights"], one["text"]["weights"]) < 1e-4
    start = launched.TOYS["text"].spec.build(launched.TOYS["text"].settings, 7).state_dict()
    assert furthest(text["weights"], start) > 0.01, "there was something to learn"


def test_losses_and_scores_are_over_all_clips_each_once(one, two):
    for mine, theirs in zip(one["text"]["history"], two[2][0]["text"]["history"], strict=True):
        assert theirs == pytest.approx(mine, abs=1e-4)
        assert theirs["val_accuracy"] == mine["val_accuracy"]


def test_a_step_sees_the_clips_of_one_process_and_draws_of_its_own(one, two):
    whole, parts = one["text"]["batches"], [seen["text"]["batches"] for seen in two[2]]
    assert len(whole) == 6 == len(parts[0]) == len(parts[1])
    assert {(len(first), len(second)) for first, second in zip(*parts, strict=True)} == {(8, 7)}
    for rows, first, second in zip(whole, *parts, strict=True):
        assert sorted(first + second) == sorted(rows)
    draws = [draw for seen in two[2] for draw in seen["text"]["draws"]]
    assert len(set(draws)) == 12


def test_all_processes_return_the_same(two):
    first, second = two[2]
    for name in ("text", "combined"):
        some, others = ((seen[name].get("weights", seen[name])) for seen in (first, second))
        assert furthest(some, others) == 0
    assert first["text"]["history"] == second["text"]["history"] and first["voice"] == second["voice"]


def test_a_stopped_training_of_two_goes_on_to_the_same_result(two):
    assert all(furthest(seen["text"]["resumed"], seen["text"]["weights"]) == 0 for seen in two[2])


def test_what_is_random_or_normalised_in_parts_learns_as_well(one, two):
    assert one["voice"] > 0.8 and abs(two[2][0]["voice"] - one["voice"]) < 0.1


def test_a_loss_that_is_no_number_ends_both(two):
    assert len({seen["trouble"] for seen in two[2]}) == 1
    assert "is not a number; try a lower learning_rate" in two[2][0]["trouble"]


def test_one_process_writes_and_speaks(two):
    done, folder, _ = two
    assert done.stdout.count("epoch   1  train loss") == 1
    for once in ("Kept: epoch", "Weights: ", "Model card: "):
        assert done.stdout.count(once) == 1
    assert done.stderr == "Training the face model on 57 clips of toy, validating on 29.\n"
    names = {file.name for file in (folder / "kept").iterdir()}
    assert {"face_model.safetensors", "model_card.md", "history.csv"} < names and not any("prev" in n for n in names)
    again = "accelerate launch --multi_gpu --num_processes 2 run.py face train --output"
    assert checkpoint.load(folder / "kept" / "face_model.safetensors").header.training["command"].startswith(again)
