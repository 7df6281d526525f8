"""Mixup of a training batch: inputs and targets by the same shares."""

import pytest
import torch

from source.training.augmentation import mixup
from tests.support.toy import audio_arrays


def audio_inputs(count=16):
    return {name: torch.from_numpy(array) for name, array in audio_arrays(count).items()}


def targets(count=16, classes=7):
    return torch.nn.functional.one_hot(torch.arange(count) % classes, classes).float() * 0.9 + 0.1 / classes


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_mixed_targets_are_shares_and_inputs_are_mixed_by_the_same(alpha):
    torch.manual_seed(0)
    inputs, truth = audio_inputs(), targets()
    values = torch.eye(16)  # row i: how much of each clip is in what clip i became
    mixed, target = mixup(inputs | {"values": values}, truth, alpha)
    parts = mixed["values"]
    torch.testing.assert_close(target.sum(1), torch.ones(16))
    torch.testing.assert_close(target, parts @ truth)
    assert ((parts > 0).sum(1) <= 2).all() and (parts.diagonal() < 0.999).any()
    torch.testing.assert_close(
        mixed["mfcc"], torch.einsum("ij,jtv->itv", parts, inputs["mfcc"].float()), atol=2e-3, rtol=2e-3
    )
    for clip in range(16):
        assert torch.equal(mixed["voiced"][clip], inputs["voiced"][parts[clip] > 0].any(0))
    assert {name: value.shape for name, value in mixed.items() if name != "values"} == {
        name: value.shape for name, value in inputs.items()
    }


def test_without_mixup_nothing_changes():
    inputs, truth = audio_inputs(), targets()
    mixed, target = mixup(inputs, truth, 0.0)
    assert target is truth and all(mixed[name] is value for name, value in inputs.items())
