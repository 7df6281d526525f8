"""Mix several channels to one, without a dead channel or opposite phase making the voice fainter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SILENT = 1e-4  # RMS: -80 dBFS; less is no sound
DEAD_SHARE = 1e-3  # of the loudest channel's RMS: -60 dB; crosstalk on a dead input
CANCELLED_SHARE = 0.1  # of the energy that uncorrelated channels leave in a mix; stereo: correlation < -0.9
# Gain of each speaker position (ITU-R BS.775-3, table 2); the voice is in the centre.
POSITIONS = {"FL": 2**-0.5, "FR": 2**-0.5, "FC": 1.0, "LFE": 0.0, "LFE2": 0.0}
ELSEWHERE = 0.5


@dataclass
class Downmix:
    """Weight the channels once, by the first chunk that has sound: a level that jumps would be worse.

    The weights of the channels that have sound add up to 1. A channel silent then has a weight too, for when
    sound begins there: of a telephone call each side may have its own channel.
    """

    positions: Sequence[str]
    """Speaker position of each channel, as FFmpeg names them: "FL", "FR", ..."""

    def __post_init__(self) -> None:
        self._weights: np.ndarray | None = None
        self._opposite: int | None = None
        self._energy = np.zeros(len(self.positions))
        self._samples = 0

    def __call__(self, chunk: np.ndarray) -> np.ndarray:
        """Mix (channels, samples) float32 to (samples,) float32."""
        energy = np.einsum("cs,cs->c", chunk, chunk, dtype=np.float64)
        self._energy += energy
        self._samples += chunk.shape[1]
        if len(chunk) == 1:
            return chunk[0]
        if self._weights is None and (energy > chunk.shape[1] * SILENT**2).any():
            self._weights = self._decide(chunk, energy)
        weights = self._weights if self._weights is not None else np.full(len(chunk), 1 / len(chunk))
        return weights.astype(np.float32) @ chunk

    @property
    def is_decided(self) -> bool:
        """Whether the channels have their weights."""
        return self._weights is not None

    def _decide(self, chunk: np.ndarray, energy: np.ndarray) -> np.ndarray:
        weights = np.array([POSITIONS.get(position, ELSEWHERE) for position in self.positions])
        alive = _alive(energy)
        if not (weights * alive).any():  # nothing but the bass speaker has sound
            weights = np.ones(len(chunk))
        weights /= (weights * alive).sum()
        equal = np.divide(weights, np.sqrt(energy), where=alive, out=np.zeros(len(chunk)))
        mixed = equal @ chunk
        if mixed @ mixed >= CANCELLED_SHARE * (weights[alive] ** 2).sum():
            return weights
        self._opposite = int(np.argmax(energy))
        return np.eye(len(chunk))[self._opposite]

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings about the channels so far, for people."""
        if self._opposite is not None:
            return (f"channels in opposite phase: only channel {self._opposite + 1}, the louder one, is used",)
        if len(self.positions) != 2 or not (self._energy > self._samples * SILENT**2).any():
            return ()
        return tuple(f"channel {at + 1} of 2 is silent" for at in np.flatnonzero(~_alive(self._energy)))


def _alive(energy: np.ndarray) -> np.ndarray:
    return energy > energy.max() * DEAD_SHARE**2
