"""What is done to a stretch of voice before its features: noise, silence, level and length."""

from typing import NamedTuple

import numpy as np

CELL_SECONDS = 0.02  # over which a level is taken: two periods of the deepest voice
CELL_SAMPLES = 320  # the same at 16 kHz, where no rate is given
KEPT_SECONDS = 0.1  # of silence on either side: weak consonants are fainter than any threshold
VOICE_DB = 40.0  # what is this much fainter than the loudest is not voice

MOST_GAIN_DB = 40.0  # so that a room's hiss does not come up to a voice's level

# Spectral subtraction (Berouti, Schwartz and Makhoul 1979). The noise is what each frequency does not fall below for
# long, as in Martin's minimum statistics (2001), here over the whole stretch.
FFT_SECONDS = 0.032
NOISE_QUANTILE = 0.1  # over time; a voice is silent, or elsewhere in frequency, for longer
SUBTRACTED = 2.0  # times the noise's mean power: its peaks would stay as chirping ("musical noise")
LEAST_SHARE = 0.1  # of an amplitude that is kept: -20 dB
SHORTEST_SECONDS = 0.5  # in less, noise cannot be told from voice


class Fitted(NamedTuple):
    """A waveform of the wanted length."""

    waveform: np.ndarray
    """(samples,) float32, zeros around the voice."""
    start: int
    """First sample of the voice in it."""
    end: int
    """The sample after its last."""
    left_out: int
    """Samples of the voice that had no room; 0 if it is whole."""

    @property
    def mask(self) -> np.ndarray:
        """(samples,) bool: where the voice lies."""
        at = np.arange(len(self.waveform))
        return (at >= self.start) & (at < self.end)


def trim_bounds(waveform: np.ndarray, sample_rate_hz: int, below_db: float = VOICE_DB) -> tuple[int, int]:
    """First sample, and the sample after the last, without the silence around `waveform` (samples,).

    Silence is what is `below_db` under the loudest 20 ms; 0.1 s of it stays. A waveform of zeros is kept whole.
    """
    cell = round(CELL_SECONDS * sample_rate_hz)
    loud = np.flatnonzero(_voiced(_levels(waveform, cell), below_db))
    if not len(loud):
        return 0, len(waveform)
    kept = round(KEPT_SECONDS * sample_rate_hz)
    return max(int(loud[0]) * cell - kept, 0), min(int(loud[-1] + 1) * cell + kept, len(waveform))


def levelled(waveform: np.ndarray, target_dbfs: float = -26.0) -> np.ndarray:
    """`waveform` (samples,) float32 brought to an RMS of `target_dbfs` over its voice; a peak may exceed 1.

    Voice is what is less than 40 dB under the loudest 20 ms (at 16 kHz), so silence around it has no say. Amplified by
    40 dB at most: silence stays silence.
    """
    levels = _levels(waveform, CELL_SAMPLES)
    voiced = levels[_voiced(levels, VOICE_DB)]
    if not len(voiced):
        return waveform
    gain = 10 ** (target_dbfs / 20) / np.sqrt(np.mean(voiced**2))
    return waveform * np.float32(min(gain, 10 ** (MOST_GAIN_DB / 20)))


def _levels(waveform, cell):
    """RMS of each `cell` samples, the last one shorter: (cells,) float64."""
    starts = np.arange(0, len(waveform), cell)
    if not len(starts):
        return np.zeros(0)
    energy = np.add.reduceat(np.square(waveform, dtype=np.float64), starts)
    return np.sqrt(energy / np.diff(starts, append=len(waveform)))


def _voiced(levels, below_db):
    loudest = levels.max(initial=0.0)
    return (levels > 0) & (levels >= loudest * 10 ** (-below_db / 20))


def denoised(waveform: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """`waveform` (samples,) float32 with its steady noise reduced, by 20 dB at most; same length.

    What is shorter than half a second comes back as it is. So would a voice without any pause or change, as noise.
    """
    from scipy.ndimage import uniform_filter
    from scipy.signal import istft, stft

    if len(waveform) < SHORTEST_SECONDS * sample_rate_hz:
        return waveform
    size = round(FFT_SECONDS * sample_rate_hz)
    how = {"fs": sample_rate_hz, "nperseg": size, "noverlap": size * 3 // 4}
    _, _, spectrum = stft(waveform, **how)
    power = np.abs(spectrum) ** 2
    share = 1 - SUBTRACTED * _noise_power(power) / np.maximum(uniform_filter(power, (1, 5), mode="nearest"), 1e-20)
    _, cleaned = istft(spectrum * np.sqrt(np.maximum(share, LEAST_SHARE**2)), **how)
    return cleaned[: len(waveform)].astype(np.float32)


def _noise_power(power):
    """Mean power of the steady noise in `power` (frequencies, frames): (frequencies, 1).

    A noise's power at one frequency is distributed exponentially, so its mean follows from any quantile. Frames of
    zeros, put around a recording, say nothing of its noise.
    """
    sounding = power[:, power.any(0)]
    if not sounding.size:
        return np.zeros((len(power), 1))
    return np.quantile(sounding, NOISE_QUANTILE, axis=1, keepdims=True) / -np.log(1 - NOISE_QUANTILE)


def fitted(waveform: np.ndarray, samples: int, rng: np.random.Generator | None = None) -> Fitted:
    """`waveform` (any,) float32 at exactly `samples`: a shorter one in the middle of zeros.

    Of a longer one the stretch with the most energy is taken, and `left_out` tells. With `rng` the place is drawn
    instead, in both cases: to vary it in training.
    """
    spare = samples - len(waveform)
    if spare < 0:
        start = int(rng.integers(-spare + 1)) if rng else loudest_start(waveform, samples)
        return Fitted(waveform[start : start + samples], 0, samples, -spare)
    start = int(rng.integers(spare + 1)) if rng else spare // 2
    return Fitted(np.pad(waveform, (start, spare - start)), start, start + len(waveform), 0)


def loudest_start(waveform: np.ndarray, samples: int) -> int:
    """First sample of that stretch of `samples` of `waveform`, which is longer, that has the most energy.

    The middle one of equals.
    """
    total = np.cumsum(np.square(waveform, dtype=np.float64))
    energy = total[samples - 1 :] - np.concatenate([[0.0], total[:-samples]])
    best = np.flatnonzero(energy >= energy.max() * (1 - 1e-9))
    return int(best[len(best) // 2])
