"""What a person should know of how their sound was read."""

from dataclasses import dataclass, field

import numpy as np

FULL_SCALE = 0.9999
CLIPPED_SHARE = 0.001  # of the samples at full scale, above which a person is told
BEYOND_SCALE = 1.5  # peak above which a person is told; decoders of lossy formats overshoot by less
MISSING_SECONDS = 0.2  # by which less than the file promises is told; AAC takes up to 0.1 s to get going


@dataclass
class SoundNotes:
    """Counts what is odd about the decoded samples while they pass."""

    seconds: float = 0.0
    """How far it was read."""
    damage_seconds: float | None = None
    """Where something could first not be decoded."""
    rates_hz: set[int] = field(default_factory=set)
    samples: int = 0
    at_full_scale: int = 0
    no_numbers: int = 0
    peak: float = 0.0

    def cleaned(self, piece: np.ndarray, rate_hz: int) -> np.ndarray:
        """`piece` (channels, samples) float32, counted, with 0 for what is no number."""
        numbers = np.isfinite(piece)
        if not numbers.all():
            self.no_numbers += int((~numbers).any(0).sum())
            piece = np.where(numbers, piece, np.float32(0))
        loudest = np.abs(piece).max(0)
        self.at_full_scale += int((loudest >= FULL_SCALE).sum())
        self.peak = max(self.peak, float(loudest.max(initial=0)))
        self.samples += len(loudest)
        self.rates_hz.add(rate_hz)
        return piece

    def damaged(self) -> None:
        """What comes next cannot be decoded."""
        self.damage_seconds = self.seconds if self.damage_seconds is None else self.damage_seconds

    def sentences(self, promised_seconds: float, needed_hz: int) -> tuple[str, ...]:
        """In the order of their weight; `promised_seconds` is how long the file says it is, 0 if it does not know."""
        missing = self.damage_seconds is None and promised_seconds - self.seconds > MISSING_SECONDS
        return tuple(
            sentence
            for holds, sentence in (
                (self.damage_seconds is not None, f"damaged after {self.damage_seconds or 0:.1f} s"),
                (missing, f"damaged: {self.seconds:.1f} of {promised_seconds:.1f} s can be read"),
                (min(self.rates_hz, default=needed_hz) < needed_hz, self._narrow()),
                (self._clipped > CLIPPED_SHARE, f"clipped: {self._clipped:.1%} of the samples are at full scale"),
                (self.peak > BEYOND_SCALE, f"beyond full scale: reaches {self.peak:.3g} times of it"),
                (self.no_numbers, f"{self.no_numbers} samples are no numbers and count as silence"),
            )
            if holds
        )

    @property
    def _clipped(self) -> float:
        """Share of the samples; none where full scale is no limit."""
        return self.at_full_scale / max(self.samples, 1) if self.peak <= BEYOND_SCALE else 0.0

    def _narrow(self):
        rate = min(self.rates_hz, default=0)
        return f"recorded at {rate} Hz: what lies above {rate / 2000:g} kHz is missing"
