"""The microphone's samples at the model's rate, and how loud they are."""

import math

import numpy as np

SILENT_DB = -60.0  # of full scale: level 0
LEVEL_SECONDS = 0.2  # between two levels


class Microphone:
    """Resamples int16 mono sound, which comes bit by bit, without a seam."""

    def __init__(self, rate_hz: int, wanted_hz: int) -> None:
        import soxr

        self.rate_hz, self._wanted_hz = rate_hz, wanted_hz
        self._resampler = None if rate_hz == wanted_hz else soxr.ResampleStream(rate_hz, wanted_hz, 1, dtype="float32")
        self._held_seconds = 0.0  # taken and not given yet

    def __call__(self, pcm: bytes, seconds: float) -> tuple[np.ndarray, float]:
        """Return samples (n,) float32 in [-1, 1] and when they begin; pcm begins at `seconds`."""
        block = np.frombuffer(pcm, "<i2", len(pcm) // 2).astype(np.float32) / 32768
        if self._resampler is None:
            return block, seconds
        start = seconds - self._held_seconds
        resampled = self._resampler.resample_chunk(block)
        self._held_seconds += len(block) / self.rate_hz - len(resampled) / self._wanted_hz
        return resampled, start


class Loudness:
    """Says five times a second how loud it is, from 0 to 1, by the decibels."""

    def __init__(self, rate_hz: int) -> None:
        self._wanted, self._energy, self._samples = round(LEVEL_SECONDS * rate_hz), 0.0, 0
        self.level = 0.0

    def __call__(self, block: np.ndarray) -> bool:
        """Take samples (n,); return whether `level` is new."""
        self._energy += float(block @ block)
        self._samples += len(block)
        if self._samples < self._wanted:
            return False
        decibels = 10 * math.log10(max(self._energy / self._samples, 1e-12))
        self.level = round(min(max(1 - decibels / SILENT_DB, 0.0), 1.0), 3)
        self._energy, self._samples = 0.0, 0
        return True
