"""Weights in four bits (Q4_0, as llama.cpp writes them): 32 at a time share a scale."""

import torch
from torch import Tensor, nn

BLOCK_WEIGHTS, BLOCK_BYTES = 32, 18  # a float16 scale, then 16 bytes, whose low halves are the first 16 weights


def dequantised(blocks: Tensor) -> Tensor:
    """Return the weights of blocks (..., N, BLOCK_BYTES) uint8: (..., 32 N) float32."""
    scale = blocks[..., :2].contiguous().view(torch.float16).float()
    halves = torch.cat([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], -1)
    return ((halves.float() - 8) * scale).flatten(-2)


class Embedding(nn.Module):
    """Rows of a table that stays in four bits, counted from 1; 0 stands for none and gives any."""

    blocks: Tensor

    def __init__(self, blocks: Tensor) -> None:
        super().__init__()
        self.register_buffer("blocks", blocks, persistent=False)

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the rows (..., width) float32 of numbers (...)."""
        return dequantised(self.blocks[(numbers - 1).clamp(min=0)])
