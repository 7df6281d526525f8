"""Packages and networks, loaded without what nothing uses."""

import sys
from importlib import import_module

import pytest
import torch
from torch import nn

from source.core.loading import without_modules, without_random_weights


def test_a_module_is_left_out_of_an_import_and_can_be_imported_later(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "slow_tool.py").write_text("def jit(**_):\n    return lambda function: lambda: 'compiled'\n")
    (tmp_path / "user_of_it.py").write_text(
        "import slow_tool\n\n@slow_tool.jit(fast=True)\ndef plain():\n    return 'plain'"
    )
    with without_modules("slow_tool"):
        user_of_it = import_module("user_of_it")
    assert user_of_it.plain() == "plain" and "slow_tool" not in sys.modules
    slow_tool = import_module("slow_tool")

    with without_modules("slow_tool"):
        assert sys.modules["slow_tool"] is slow_tool
    assert slow_tool.jit()(None)() == "compiled"


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_networks_get_no_random_weights_and_no_number_is_drawn(device):
    state = torch.get_rng_state()
    with torch.device(device), without_random_weights():
        network = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 4), nn.LayerNorm(4))
    assert torch.equal(torch.get_rng_state(), state) and network[1].weight.device.type == device
