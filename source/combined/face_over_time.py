"""A face over the frames of a window, beside the same person's face in other frames."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .settings import CombinedSettings
from .temporal import SEQUENCES


class Standardised(nn.Module):
    """Scales each value to mean 0 and deviation 1, as seen in training; masked rows are zero.

    By the running mean and variance in training too: only a few rows of a batch may be present.
    """

    MOMENTUM = 0.05
    mean: Tensor
    variance: Tensor
    begun: Tensor

    def __init__(self, values: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("variance", torch.ones(values))
        self.register_buffer("begun", torch.zeros((), dtype=torch.bool))

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """Return rows (..., values) standardised, zero where mask (...) bool is False."""
        if self.training and mask.any():
            with torch.no_grad():
                seen, share = rows[mask].float(), self.MOMENTUM if bool(self.begun) else 1.0
                self.variance.lerp_((seen - torch.lerp(self.mean, seen.mean(0), share)).square().mean(0), share)
                self.mean.lerp_(seen.mean(0), share)
                self.begun.fill_(True)
        return self.scaled(rows) * mask[..., None]

    def scaled(self, rows: Tensor) -> Tensor:
        """Return rows (..., values) standardised as far as training has come."""
        return ((rows.float() - self.mean) / (self.variance + 1e-5).sqrt()).clamp(-10, 10)


class FaceOverTime(nn.Module):
    """Frames of one person's face -> features of their sequence, and the branch's own answer over all of them.

    People's faces at rest differ more than emotions do: a mouth that always hangs is not sad. So the frames, and the
    branch's log-probabilities in them, are read minus their mean over the person's other frames, as far as there are
    many of these, and else minus what is typical.
    """

    typical: Tensor
    certainty: Tensor

    def __init__(self, length: int, settings: CombinedSettings, own: slice) -> None:
        """own: where the branch's own log-probabilities lie among the `length` values of a frame."""
        super().__init__()
        self.settings, self.own = settings, own
        self.scale = Standardised(length)
        self.sequence: Any = SEQUENCES[settings.sequence](length, settings.sequence_units, settings.sequence_layers)
        self.register_buffer("typical", torch.zeros(own.stop - own.start))  # log-probabilities of an unknown person
        self.register_buffer("certainty", torch.ones(2))  # of the branch's answers, without a baseline and with one

    @property
    def features(self) -> int:
        """Length of the features."""
        return self.sequence.features

    def forward(
        self, frames: Tensor, weights: Tensor, baseline: Tensor | None = None, seconds: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return features (B, `features`) and log-probabilities (B, classes), zeros where no frame is there.

        frames (B, T, values) and how well each shows the face, weights (B, T), from 0 for not at all to 1: those that
        show it badly count less beside others, and less where there are no others. baseline (B, values): the mean of
        other frames of the person, and of how many seconds (B,), 0 for none.
        """
        mask, scaled = weights > 0, self.scale(frames, weights > 0)
        share = (weights / weights.sum(1, keepdim=True).clamp(min=1e-6))[..., None]
        own, seen_well = (frames[..., self.own] * share).sum(1), (weights * share[..., 0]).sum(1)
        known = frames.new_zeros(len(frames)) if baseline is None or seconds is None else self.known(seconds)
        if baseline is not None:
            trust = self.settings.face_baseline_trust * known[:, None]
            own = own - trust * (baseline[:, self.own] - self.typical)
            scaled = (scaled - (trust * self.scale.scaled(baseline))[:, None]) * mask[..., None]
        seen_well = seen_well * torch.lerp(self.certainty[0], self.certainty[1], known)
        kept = frames.new_ones(len(frames), 1, frames.shape[2])  # of a clip the same in all its frames
        scaled = scaled * F.dropout(kept, self.settings.branch_dropout, self.training)
        return self.sequence(scaled, mask), own * seen_well[:, None]

    def known(self, seconds: Tensor) -> Tensor:
        """Return how well so many seconds of other frames (B,) show what a person's face is like, from 0 to 1."""
        return seconds / (seconds + self.settings.face_baseline_prior_seconds)
