"""The audio model: features of Whisper's encoder, a network over the MFCC pooled over time, or both."""

import math

import torch
from torch import Tensor, nn

from .backbones import SEQUENCE_ARCHITECTURES
from .familiarity import Familiarity
from .settings import AudioSettings
from .whisper_features import SHAPES


class AudioModel(nn.Module):
    """Voice -> logits: `forward_features`, then `head`. With num_classes=0 the head is the identity, for fusion.

    With `use_baseline`, a second branch and head read the voice against the same person's other speech, where there is
    any.

    >>> network = AudioModel(AudioSettings(widths=(8,), depths=(1,)), num_classes=7)
    """

    def __init__(self, settings: AudioSettings, num_classes: int):
        super().__init__()
        self.settings = settings
        self.mfcc_branch = MfccBranch(settings) if settings.use_mfcc else None
        self.encoder_branch = EncoderBranch(settings) if settings.reads_encoder else None
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.features, num_classes) if num_classes else nn.Identity()
        is_small = settings.use_encoder and settings.encoder == "small"
        self.familiarity = Familiarity(math.prod(SHAPES["small"])) if is_small and num_classes else None
        self.relative = RelativeReading(settings, num_classes) if settings.reads_baseline and num_classes else None

    @property
    def features(self) -> int:
        """Length of the vector that `forward_features` returns."""
        mfcc = 2 * self.settings.widths[-1] if self.mfcc_branch else 0
        return mfcc + (self.settings.encoder_width if self.encoder_branch else 0)

    def forward(
        self,
        mfcc: Tensor | None = None,
        voiced: Tensor | None = None,
        encoder: Tensor | None = None,
        baseline: Tensor | None = None,
        baseline_seconds: Tensor | None = None,
        speech_seconds: Tensor | None = None,
    ) -> Tensor:
        """Return the logits (B, num_classes); `forward_features` says what the first inputs are.

        baseline (B, layers, 2 * width): mean of `encoder` over other speech of the same person; baseline_seconds (B,):
        how much speech that is, 0 where there is none. speech_seconds (B,), of the voice itself, is not read here: it
        weighs the clips that a baseline is made of.
        """
        logits = self.head(self.dropout(self.forward_features(mfcc, voiced, encoder)))
        if self.relative is None or self.encoder_branch is None or encoder is None:
            return logits
        logits = logits / self.relative.temperatures[0]
        if baseline is None or baseline_seconds is None:
            return logits
        known = torch.nonzero(baseline_seconds > 0)[:, 0]
        if len(known) <= self.training:  # batch normalisation can learn nothing of a single clip
            return logits
        relative = self.relative(encoder[known], baseline[known], baseline_seconds[known], self.encoder_branch.mean)
        return logits.index_copy(0, known, relative.to(logits.dtype))  # each reading learns, and answers, by itself

    def distance(self, **inputs: Tensor) -> Tensor:
        """Return how far voices lie from all of training, (B,): above 1 it is none that is known; 0: not measured."""
        if self.familiarity is None:
            return torch.zeros(len(next(iter(inputs.values()))))
        return self.familiarity(inputs["encoder"])

    def forward_features(
        self, mfcc: Tensor | None = None, voiced: Tensor | None = None, encoder: Tensor | None = None, **_: Tensor
    ) -> Tensor:
        """Return the branches' features, concatenated: (B, features). What else `forward` takes has no influence.

        mfcc (B, frames, 3 * coefficients) and voiced (B, frames) bool, false in the padding, are read by the MFCC
        branch; encoder (B, layers, 2 * width), mean and standard deviation of each encoder layer, by the encoder
        branch.
        """
        parts = []
        if self.mfcc_branch is not None:
            parts.append(self.mfcc_branch(mfcc, voiced))
        if self.encoder_branch is not None:
            parts.append(self.encoder_branch(encoder))
        return torch.cat([part.float() for part in parts], 1)


class RelativeReading(nn.Module):
    """A voice read against the same person's other speech, so that what people differ in is not taken for emotion."""

    temperatures: Tensor

    def __init__(self, settings: AudioSettings, num_classes: int):
        super().__init__()
        self.prior_seconds = settings.baseline_prior_seconds
        self.branch = EncoderBranch(settings)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(settings.encoder_width, num_classes)
        self.register_buffer("temperatures", torch.ones(2))  # of the logits without a baseline, and of these

    def forward(self, encoder: Tensor, baseline: Tensor, seconds: Tensor, typical: Tensor) -> Tensor:
        """Return logits (B, num_classes) of encoder and baseline (B, layers, 2 * width), of so many seconds (B,) > 0.

        typical (layers * 2 * width,): the mean over people, to which a baseline of few seconds is shrunk.
        """
        trust = (seconds / (seconds + self.prior_seconds))[:, None]
        expected = torch.lerp(typical.expand(len(trust), -1), baseline.float().flatten(1), trust)
        return self.head(self.dropout(self.branch(encoder.float().flatten(1) - expected))) / self.temperatures[1]


class MfccBranch(nn.Module):
    """MFCC (B, frames, values) -> (B, 2 * widths[-1]): a network over time, pooled to mean and standard deviation."""

    def __init__(self, settings: AudioSettings):
        super().__init__()
        values = 3 * settings.coefficients
        self.normal = MaskedBatchNorm(values)
        self.network = SEQUENCE_ARCHITECTURES[settings.architecture](values, settings.widths, settings.depths)
        self.pool = POOLINGS[settings.pooling](settings.widths[-1])

    def forward(self, mfcc: Tensor, voiced: Tensor) -> Tensor:
        """Map mfcc (B, frames, values) and voiced (B, frames) to (B, 2 * widths[-1])."""
        frames = self.normal(mfcc.float(), voiced > 0)
        return self.pool(*self.network(frames.transpose(1, 2), voiced))


class EncoderBranch(nn.Module):
    """Statistics of the encoder's layers -> (B, encoder_width)."""

    def __init__(self, settings: AudioSettings):
        super().__init__()
        values = math.prod(SHAPES[settings.encoder])
        self.layers = nn.Sequential(
            nn.BatchNorm1d(values, affine=False),  # the scale of each value, kept with the weights
            nn.Dropout(settings.encoder_dropout),
            nn.Linear(values, settings.encoder_width, bias=False),
            nn.BatchNorm1d(settings.encoder_width),
            nn.ReLU(),
        )

    @property
    def mean(self) -> Tensor:
        """Mean of its inputs in training, (values,)."""
        return self.get_buffer("layers.0.running_mean")

    def forward(self, encoder: Tensor) -> Tensor:
        """Map (B, layers, 2 * width), or the same flat, to (B, encoder_width)."""
        return self.layers(encoder.float().flatten(1))


class MaskedBatchNorm(nn.Module):
    """Batch normalisation, without scale and shift, over the frames that are not padding; the padding becomes zero."""

    def __init__(self, values: int):
        super().__init__()
        self.scale = nn.BatchNorm1d(values, affine=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Normalise x (B, T, values) where mask (B, T) bool is true."""
        normal = torch.zeros_like(x)
        normal[mask] = self.scale(x[mask])
        return normal


class StatisticsPooling(nn.Module):
    """Mean and standard deviation over the frames that are not padding (Snyder et al. 2018)."""

    def __init__(self, width: int):
        super().__init__()

    def weights(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the weight of each frame, (B, 1 or C, T), of sum 1."""
        return mask[:, None] / mask.sum(1).clamp(min=1)[:, None, None]

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map x (B, C, T) and mask (B, T) to (B, 2 * C)."""
        weights = self.weights(x, mask)
        mean = (weights * x).sum(2)
        variance = (weights * (x - mean[..., None]) ** 2).sum(2)
        return torch.cat([mean, (variance + 1e-5).sqrt()], 1)


class AttentiveStatisticsPooling(StatisticsPooling):
    """The same, but with learnt weights (Okabe et al. 2018, arXiv:1803.10963)."""

    def __init__(self, width: int):
        super().__init__(width)
        self.score = nn.Sequential(nn.Conv1d(width, width // 2, 1), nn.Tanh(), nn.Conv1d(width // 2, width, 1))

    def weights(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the weight of each frame and channel, (B, C, T), of sum 1 over the frames."""
        return self.score(x).float().masked_fill(mask[:, None] == 0, -1e4).softmax(2)


POOLINGS = {"statistics": StatisticsPooling, "attention": AttentiveStatisticsPooling}
