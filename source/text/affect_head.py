"""The linear head that reads sentiment, valence and arousal from the features of the text network."""

import torch
from torch import Tensor, nn

from ..data.clips import DIMENSIONS


class ScalesHead(nn.Module):
    """Features (B, F) -> (B, len(DIMENSIONS)); not a number where a scale was not fitted. Nothing in it is trained."""

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("weight", torch.zeros(len(DIMENSIONS), features))
        self.register_buffer("bias", torch.zeros(len(DIMENSIONS)))
        self.register_buffer("fitted", torch.zeros(len(DIMENSIONS), dtype=torch.bool))

    def forward(self, features: Tensor) -> Tensor:
        values = (features.float() @ self.weight.float().T + self.bias.float()).clamp(-1, 1)
        return values.masked_fill(~self.fitted, torch.nan)
