"""The audio model: a CNN over MFCC, pooled over time, joined with what Whisper's encoder makes of the same stretch."""

import torch
from torch import Tensor, nn

from .backbones import build_sequence
from .settings import AudioSettings
from .whisper_features import LAYERS, WIDTH


class AudioModel(nn.Module):
    """`forward_features`, then `head`. With num_classes 0 the head is an identity, for use in a larger model.

    >>> network = AudioModel(AudioSettings(widths=(8,), depths=(1,)), num_classes=7)
    """

    def __init__(self, settings: AudioSettings, num_classes: int):
        super().__init__()
        self.settings = settings
        self.mfcc_branch = MfccBranch(settings) if settings.use_mfcc else None
        self.encoder_branch = EncoderBranch(settings) if settings.reads_encoder else None
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.features, num_classes) if num_classes else nn.Identity()

    @property
    def features(self) -> int:
        """Length of what `forward_features` gives."""
        mfcc = 2 * self.settings.widths[-1] if self.mfcc_branch else 0
        return mfcc + (self.settings.encoder_width if self.encoder_branch else 0)

    def forward(self, mfcc: Tensor | None = None, voiced: Tensor | None = None, **encoded: Tensor) -> Tensor:
        """Logits (B, num_classes). See `forward_features` for the inputs."""
        return self.head(self.dropout(self.forward_features(mfcc, voiced, **encoded)))

    def forward_features(self, mfcc: Tensor | None = None, voiced: Tensor | None = None, **encoded: Tensor) -> Tensor:
        """What the branches hear, joined: (B, features).

        mfcc (B, frames, 3 * coefficients) and voiced (B, frames), 1 where the clip is and 0 where the window is padded,
        neither needed without the MFCC branch; encoded, where config.encoder asks for it: encoder (B, layers, 2 * 384),
        the statistics over time.
        """
        parts = []
        if self.mfcc_branch is not None:
            parts.append(self.mfcc_branch(mfcc, voiced))
        if self.encoder_branch is not None:
            parts.append(self.encoder_branch(**encoded))
        return torch.cat([part.float() for part in parts], 1)


class MfccBranch(nn.Module):
    """(B, frames, values) and their mask -> (B, 2 * widths[-1]): a network over time, then its mean and deviation."""

    def __init__(self, settings: AudioSettings):
        super().__init__()
        self.normal = Standardised(3 * settings.coefficients)
        self.network = build_sequence(
            settings.architecture, 3 * settings.coefficients, settings.widths, settings.depths
        )
        self.pool = POOLINGS[settings.pooling](settings.widths[-1])

    def forward(self, mfcc: Tensor, voiced: Tensor) -> Tensor:
        frames = self.normal(mfcc.float(), voiced > 0)
        return self.pool(*self.network(frames.transpose(1, 2), voiced))


class EncoderBranch(nn.Module):
    """Statistics of the encoder's layers (B, layers, 2 * 384) -> (B, encoder_width)."""

    def __init__(self, settings: AudioSettings):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(LAYERS * 2 * WIDTH, affine=False),  # the scale of each value, kept with the weights
            nn.Dropout(settings.encoder_dropout),
            nn.Linear(LAYERS * 2 * WIDTH, settings.encoder_width, bias=False),
            nn.BatchNorm1d(settings.encoder_width),
            nn.ReLU(),
        )

    def forward(self, encoder: Tensor) -> Tensor:
        return self.layers(encoder.float().flatten(1))


class Standardised(nn.Module):
    """Each value to mean 0 and deviation 1 over the frames that there are, as seen in training; the others are zero."""

    def __init__(self, values: int):
        super().__init__()
        self.scale = nn.BatchNorm1d(values, affine=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, T, values), mask (B, T) bool."""
        normal = torch.zeros_like(x)
        normal[mask] = self.scale(x[mask])
        return normal


class StatisticsPooling(nn.Module):
    """Mean and standard deviation over the frames that there are (Snyder et al. 2018): (B, C, T) -> (B, 2 C)."""

    def __init__(self, width: int):
        super().__init__()

    def weights(self, x: Tensor, mask: Tensor) -> Tensor:
        """The share that each frame has, (B, 1 or C, T)."""
        return mask[:, None] / mask.sum(1).clamp(min=1)[:, None, None]

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        share = self.weights(x, mask)
        mean = (share * x).sum(2)
        variance = (share * (x - mean[..., None]) ** 2).sum(2)
        return torch.cat([mean, (variance + 1e-5).sqrt()], 1)


class AttentiveStatisticsPooling(StatisticsPooling):
    """The same, but the network says how much each frame counts (Okabe et al. 2018, arXiv:1803.10963)."""

    def __init__(self, width: int):
        super().__init__(width)
        self.score = nn.Sequential(nn.Conv1d(width, width // 2, 1), nn.Tanh(), nn.Conv1d(width // 2, width, 1))

    def weights(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.score(x).float().masked_fill(mask[:, None] == 0, -1e4).softmax(2)


POOLINGS = {"statistics": StatisticsPooling, "attention": AttentiveStatisticsPooling}
