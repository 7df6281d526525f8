"""Warnings about how a sound was read: damage, clipping, a narrow band."""

from dataclasses import dataclass, field

import numpy as np

FULL_SCALE = 0.9999
CLIPPED_SHARE = 0.001  # of the samples at full scale, above which clipping is reported
BEYOND_SCALE = 1.5  # peak above which it is reported; decoders of lossy formats overshoot by less
MISSING_SECONDS = 0.2  # by which less than the file promises is reported; AAC takes up to 0.1 s to start


@dataclass
class SoundNotes:
    """Count what is odd about the decoded samples as they pass."""

    seconds: float = 0.0  # how far it was read
    damage_seconds: float | None = None  # where something could first not be decoded
    rates_hz: set[int] = field(default_factory=set)
    samples: int = 0
    at_full_scale: int = 0
    not_finite: int = 0
    peak: float = 0.0

    def cleaned(self, chunk: np.ndarray, rate_hz: int) -> np.ndarray:
        """Count `chunk`, (channels, samples) float32, and return it with 0 for what is not finite."""
        finite = np.isfinite(chunk)
        if not finite.all():
            self.not_finite += int((~finite).any(0).sum())
            chunk = np.where(finite, chunk, np.float32(0))
        loudest = np.abs(chunk).max(0)
        self.at_full_scale += int((loudest >= FULL_SCALE).sum())
        self.peak = max(self.peak, float(loudest.max(initial=0)))
        self.samples += len(loudest)
        self.rates_hz.add(rate_hz)
        return chunk

    def sentences(self, promised_seconds: float, needed_hz: int, with_damage: bool = True) -> tuple[str, ...]:
        """Return the warnings, the gravest first.

        promised_seconds: how long the file says it is, 0 if it does not know. needed_hz: the rate it is resampled to.
        with_damage: damage among them.
        """
        damaged = with_damage and self.damage_seconds is not None
        missing = with_damage and self.damage_seconds is None and promised_seconds - self.seconds > MISSING_SECONDS
        rate_hz = min(self.rates_hz, default=needed_hz)
        # Where samples go beyond full scale, it is no limit and nothing is clipped.
        clipped = self.at_full_scale / max(self.samples, 1) if self.peak <= BEYOND_SCALE else 0.0
        notes = {
            f"damaged after {self.damage_seconds or 0:.1f} s": damaged,
            f"damaged: {self.seconds:.1f} of {promised_seconds:.1f} s can be read": missing,
            f"recorded at {rate_hz} Hz: what lies above {rate_hz / 2000:g} kHz is missing": rate_hz < needed_hz,
            f"clipped: {clipped:.1%} of the samples are at full scale": clipped > CLIPPED_SHARE,
            f"beyond full scale: reaches {self.peak:.3g} times of it": self.peak > BEYOND_SCALE,
            f"samples that are no numbers, and count as silence: {self.not_finite}": self.not_finite > 0,
        }
        return tuple(sentence for sentence, holds in notes.items() if holds)
