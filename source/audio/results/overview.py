"""Waveform envelope and spectrogram of a recording of any length, in bounded memory, for its figure."""

import numpy as np

from ..mfcc import melspectrogram
from ..settings import AudioSettings

MOST_COLUMNS = 4096  # even; more than a figure has pixels
PARTS = 8  # of a column for the envelope, which changes faster than the spectrum


class Overview:
    """Waveform envelope and spectrogram, gathered block by block.

    A column begins as one frame of the spectrogram; whenever there are MOST_COLUMNS, neighbours are merged.
    """

    def __init__(self, settings: AudioSettings):
        self.settings = settings
        self.samples = 0
        self.column_samples = settings.hop_samples
        self._held = np.zeros(0, np.float32)
        self._columns: list[np.ndarray] = []  # each: PARTS smallest samples, PARTS largest, the spectrum

    def add(self, samples: np.ndarray) -> None:
        """Take the next samples (n,) float32, any number of them."""
        self.samples += len(samples)
        self._held = np.concatenate((self._held, samples))
        while ready := min(len(self._held) // self.column_samples, MOST_COLUMNS - len(self._columns)):
            taken, self._held = np.split(self._held, [ready * self.column_samples])
            self._columns += list(self._summarise(taken, ready))
            if len(self._columns) == MOST_COLUMNS:
                self._merge_pairs()

    def finish(self) -> None:
        """Make a column of the rest, which is too short for one of the usual length."""
        if len(self._held):
            padded = np.pad(self._held, (0, -len(self._held) % self.settings.hop_samples))
            self._columns.append(self._summarise(padded, 1)[0])
            self._held = self._held[:0]

    @property
    def lowest(self) -> np.ndarray:
        """Smallest sample of each part of a column: (columns * PARTS,)."""
        return np.array(self._columns)[:, :PARTS].ravel()

    @property
    def highest(self) -> np.ndarray:
        """Largest sample of each part of a column: (columns * PARTS,)."""
        return np.array(self._columns)[:, PARTS : 2 * PARTS].ravel()

    @property
    def spectrum(self) -> np.ndarray:
        """Mel spectrogram in dB: (columns, mel bands)."""
        return np.array(self._columns)[:, 2 * PARTS :]

    @property
    def edges_seconds(self) -> np.ndarray:
        """Start of each column, and the end of the last one: (columns + 1,)."""
        starts = np.arange(len(self._columns)) * self.column_samples
        return np.append(starts, self.samples) / self.settings.sample_rate_hz

    def _summarise(self, samples: np.ndarray, columns: int) -> np.ndarray:
        """Return so many columns for `samples`: (columns, 2 * PARTS + mel bands)."""
        starts = np.linspace(0, len(samples), columns * PARTS, endpoint=False).astype(int)
        envelope = (reduce.reduceat(samples, starts).reshape(columns, PARTS) for reduce in (np.minimum, np.maximum))
        frames = melspectrogram(samples, self.settings)[: len(samples) // self.settings.hop_samples]
        spectrum = frames.reshape(columns, -1, frames.shape[1]).mean(1)
        return np.column_stack((*envelope, spectrum)).astype(np.float32)

    def _merge_pairs(self) -> None:
        columns = np.array(self._columns)
        lowest, highest = (columns[:, at : at + PARTS].reshape(-1, PARTS, 2) for at in (0, PARTS))
        spectrum = columns[:, 2 * PARTS :].reshape(len(columns) // 2, 2, -1).mean(1)
        self._columns = list(np.column_stack((lowest.min(2), highest.max(2), spectrum)))
        self.column_samples *= 2
