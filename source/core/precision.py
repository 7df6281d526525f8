"""bfloat16 where the device computes in it: half the memory traffic, at three significant digits."""

import torch


def has_bfloat16() -> bool:
    """Return whether the device computes in bfloat16 instead of emulating it."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    return cpu_has_bfloat16()


def cpu_has_bfloat16() -> bool:
    """Return whether the processor computes in bfloat16, for what runs there beside any other device."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def in_bfloat16(device: str = "cpu", wanted: bool = True) -> torch.autocast:
    """Return a context in which networks compute in bfloat16 if that is `wanted` and the device does."""
    return torch.autocast(device, torch.bfloat16, enabled=wanted and has_bfloat16())
