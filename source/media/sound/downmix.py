"""Several channels to one, so that a dead channel or one in opposite phase does not make the voice fainter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SILENT = 1e-4  # RMS: -80 dBFS; less is no sound
DEAD_SHARE = 1e-3  # of the loudest channel's RMS: -60 dB; what a dead input picks up from its neighbour
CANCELLED_SHARE = 0.1  # of the energy that unrelated channels, equally loud, leave in a mix; stereo: correlation < -0.9
# How much of each speaker position an ear in the middle hears (ITU-R BS.775-3, table 2); the voice is in the centre.
POSITIONS = {"FL": 2**-0.5, "FR": 2**-0.5, "FC": 1.0, "LFE": 0.0, "LFE2": 0.0}
ELSEWHERE = 0.5


@dataclass
class MonoMix:
    """Weighs the channels once, by the first piece that has sound, and keeps to it: a level that jumps is worse.

    The weights of the channels that have sound add up to 1. A channel silent then is not left out for good but has its
    weight too, for when it comes to life: of a telephone call each side may have a channel of its own.
    """

    positions: Sequence[str]
    """Speaker position of each channel, as FFmpeg names them; "FL", "FR", ..."""

    def __post_init__(self):
        self._weights: np.ndarray | None = None
        self._opposite: int | None = None
        self._energy = np.zeros(len(self.positions))
        self._samples = 0

    def __call__(self, piece: np.ndarray) -> np.ndarray:
        """`piece` (channels, samples) float32 -> (samples,) float32."""
        energy = np.einsum("cs,cs->c", piece, piece, dtype=np.float64)
        self._energy += energy
        self._samples += piece.shape[1]
        if len(piece) == 1:
            return piece[0]
        if self._weights is None and (energy > piece.shape[1] * SILENT**2).any():
            self._weights = self._decided(piece, energy)
        weights = self._weights if self._weights is not None else np.full(len(piece), 1 / len(piece))
        return weights.astype(np.float32) @ piece

    def _decided(self, piece, energy):
        weights = np.array([POSITIONS.get(position, ELSEWHERE) for position in self.positions])
        alive = _alive(energy)
        if not (weights * alive).any():  # nothing but the bass speaker has sound
            weights = np.ones(len(piece))
        weights /= (weights * alive).sum()
        equal = np.divide(weights, np.sqrt(energy), where=alive, out=np.zeros(len(piece)))
        mixed = equal @ piece
        if mixed @ mixed >= CANCELLED_SHARE * (weights[alive] ** 2).sum():
            return weights
        self._opposite = int(np.argmax(energy))
        return np.eye(len(piece))[self._opposite]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the mix so far."""
        if self._opposite is not None:
            return (f"channels in opposite phase: only channel {self._opposite + 1}, the louder one, is used",)
        if len(self.positions) != 2 or not (self._energy > self._samples * SILENT**2).any():
            return ()
        return tuple(f"channel {at + 1} of 2 is silent" for at in np.flatnonzero(~_alive(self._energy)))


def _alive(energy):
    return energy > energy.max() * DEAD_SHARE**2
