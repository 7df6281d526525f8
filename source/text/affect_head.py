"""The linear head that reads sentiment, valence and arousal from the features of the text network."""

import torch
from torch import Tensor, nn

from ..data.clips import AFFECT_DIMENSIONS


class AffectHead(nn.Module):
    """Map features (B, F) to values (B, len(AFFECT_DIMENSIONS)) from -1 to 1; NaN for a dimension that was not fitted.

    It is fitted in closed form after training (`source.evaluation.affect`), so its weights are buffers.
    """

    weight: Tensor
    bias: Tensor
    fitted: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(len(AFFECT_DIMENSIONS), features))
        self.register_buffer("bias", torch.zeros(len(AFFECT_DIMENSIONS)))
        self.register_buffer("fitted", torch.zeros(len(AFFECT_DIMENSIONS), dtype=torch.bool))

    def forward(self, features: Tensor) -> Tensor:
        """Return the values (B, len(AFFECT_DIMENSIONS)) float32."""
        values = (features.float() @ self.weight.float().T + self.bias.float()).clamp(-1, 1)
        return values.masked_fill(~self.fitted, torch.nan)
