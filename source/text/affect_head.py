"""The linear head that reads sentiment, valence and arousal from the features of the text network."""

import torch
from torch import Tensor, nn

from ..data.clips import SCALES


class ScalesHead(nn.Module):
    """Features (B, F) -> (B, len(SCALES)); not a number where a scale was not fitted. Nothing in it is trained."""

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("weight", torch.zeros(len(SCALES), features))
        self.register_buffer("bias", torch.zeros(len(SCALES)))
        self.register_buffer("fitted", torch.zeros(len(SCALES), dtype=torch.bool))

    def forward(self, features: Tensor) -> Tensor:
        values = (features.float() @ self.weight.float().T + self.bias.float()).clamp(-1, 1)
        return values.masked_fill(~self.fitted, torch.nan)
