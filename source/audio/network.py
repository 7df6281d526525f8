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

    With `use_baseline` the encoder branch reads what is different from the same person's other speech, as far as that
    is known, and else from a typical voice.

    >>> network = AudioModel(AudioSettings(widths=(8,), depths=(1,)), num_classes=7)
    """

    def __init__(self, settings: AudioSettings, num_classes: int):
        super().__init__()
        self.settings = settings
        self.mfcc_branch = MfccBranch(settings) if settings.use_mfcc else None
        self.encoder_branch = EncoderBranch(settings) if settings.reads_encoder else None
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.features, num_classes) if num_classes else nn.Identity()
        self.baseline = Baseline(settings) if settings.reads_baseline else None
        is_small = settings.use_encoder and settings.encoder == "small"
        self.familiarity = Familiarity(math.prod(SHAPES["small"])) if is_small and num_classes else None

    @property
    def features(self) -> int:
        """Length of the vector that `forward_features` returns."""
        mfcc = 2 * self.settings.widths[-1] if self.mfcc_branch else 0
        return mfcc + (self.settings.encoder_width if self.encoder_branch else 0)

    def forward(self, **inputs: Tensor) -> Tensor:
        """Return the logits (B, num_classes); `forward_features` says what the inputs are."""
        logits = self.head(self.dropout(self.forward_features(**inputs)))
        if self.baseline is None:
            return logits
        return logits / self.baseline.temperature(inputs["encoder"], inputs.get("baseline_seconds"))

    def forward_features(
        self,
        mfcc: Tensor | None = None,
        voiced: Tensor | None = None,
        encoder: Tensor | None = None,
        baseline: Tensor | None = None,
        baseline_seconds: Tensor | None = None,
        speech_seconds: Tensor | None = None,
    ) -> Tensor:
        """Return the branches' features, concatenated: (B, features).

        mfcc (B, frames, 3 * coefficients) and voiced (B, frames) bool, false in the padding, are read by the MFCC
        branch; encoder (B, layers, 2 * width), mean and standard deviation of each encoder layer, by the encoder
        branch. baseline, like encoder: its mean over other speech of the same person; baseline_seconds (B,): how much
        speech that is, 0 where there is none. speech_seconds (B,), of the voice itself, has no influence: it weighs the
        clips that a baseline is made of.
        """
        parts = []
        if self.mfcc_branch is not None:
            parts.append(self.mfcc_branch(mfcc, voiced))
        if self.encoder_branch is not None and encoder is not None:
            if self.baseline is not None:
                encoder = self.baseline(encoder, baseline, baseline_seconds)
            parts.append(self.encoder_branch(encoder))
        return torch.cat([part.float() for part in parts], 1)

    def distance(self, **inputs: Tensor) -> Tensor:
        """Return how far voices lie from all of training, (B,): above 1 it is none that is known; 0: not measured."""
        if self.familiarity is None:
            return torch.zeros(len(next(iter(inputs.values()))))
        return self.familiarity(inputs["encoder"])


class Baseline(nn.Module):
    """What is to be expected of a person's voice, so that what people differ in is not taken for emotion.

    It is the mean of their other speech, and the less there is of it the more the mean of all people.
    """

    typical: Tensor
    temperatures: Tensor
    batches: Tensor

    def __init__(self, settings: AudioSettings):
        super().__init__()
        self.prior_seconds, self.most_seconds = settings.baseline_prior_seconds, settings.baseline_seconds
        self.register_buffer("typical", torch.zeros(math.prod(SHAPES[settings.encoder])))
        self.register_buffer("temperatures", torch.ones(2))  # of logits without a baseline, and with `most_seconds`
        self.register_buffer("batches", torch.zeros(()))

    def forward(self, encoder: Tensor, baseline: Tensor | None, seconds: Tensor | None) -> Tensor:
        """Return (B, layers * 2 * width): encoder (B, layers, 2 * width) minus what was to be expected of it."""
        values = encoder.float().flatten(1)
        if self.training:  # the mean of all voices so far
            self.batches += 1
            self.typical.lerp_(values.detach().mean(0), 1 / self.batches)
        if baseline is None or seconds is None:
            return values - self.typical
        trust = self.trust(seconds)[:, None]
        return values - torch.lerp(self.typical.expand(len(values), -1), baseline.float().flatten(1), trust)

    def trust(self, seconds: Tensor) -> Tensor:
        """Return how far so many seconds (B,) of other speech are trusted, from 0 to 1."""
        return seconds / (seconds + self.prior_seconds)

    def temperature(self, encoder: Tensor, seconds: Tensor | None) -> Tensor:
        """Return what logits with a baseline of so many seconds (B,) are divided by, (B, 1); seconds None: of none."""
        known = encoder.new_zeros(len(encoder), dtype=torch.float32) if seconds is None else seconds
        most = self.trust(torch.tensor(self.most_seconds))
        without, whole = self.temperatures
        return torch.lerp(without, whole, (self.trust(known) / most).clamp(max=1))[:, None]


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
