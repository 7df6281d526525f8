"""bfloat16 where the device computes in it: half the memory traffic, to three digits."""

from typing import Any

import torch


def has_bfloat16() -> bool:
    """Whether the device computes in bfloat16 rather than imitating it."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def in_bfloat16(device: str = "cpu", wanted: bool = True) -> Any:
    """A context in which networks compute in bfloat16, if that is wanted and the device does."""
    return torch.autocast(device, torch.bfloat16, enabled=wanted and has_bfloat16())
