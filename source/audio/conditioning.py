"""Conditioning of a waveform before feature extraction: noise, surrounding silence, level and length."""

import numpy as np

CELL_SECONDS = 0.02  # over which a level is measured: two periods of the deepest voice
CELL_SAMPLES = 320  # the same at 16 kHz, where no rate is given
KEPT_SECONDS = 0.1  # of silence on either side: weak consonants are fainter than any threshold
VOICE_DB = 40.0  # below the loudest cell, from which a cell is not voice
QUIET_DB = 30.0  # below the loudest cell, from which a cell is too faint to be read
MOST_GAIN_DB = 40.0  # so that a room's hiss is not raised to a voice's level

# Spectral subtraction (Berouti, Schwartz and Makhoul 1979). The noise of a frequency is a low quantile of its power, as
# in minimum statistics (Martin 2001), but over the whole waveform.
FFT_SECONDS = 0.032
NOISE_QUANTILE = 0.1  # over time; a voice pauses, or moves to other frequencies, for longer
SUBTRACTED = 2.0  # times the noise's mean power: its peaks would stay as chirping ("musical noise")
LEAST_SHARE = 0.1  # of an amplitude that is kept: -20 dB
SHORTEST_SECONDS = 0.5  # in which noise can be distinguished from voice


def trim_bounds(waveform: np.ndarray, sample_rate_hz: int, below_db: float = VOICE_DB) -> tuple[int, int]:
    """Return the first sample of `waveform` (samples,), and the one after its last, without the surrounding silence.

    Silence is what is `below_db` under the loudest 20 ms; 0.1 s of it is kept. A waveform of zeros is kept whole.
    """
    cell = round(CELL_SECONDS * sample_rate_hz)
    loud = np.flatnonzero(_is_voice(_cell_levels(waveform, cell), below_db))
    if not len(loud):
        return 0, len(waveform)
    kept = round(KEPT_SECONDS * sample_rate_hz)
    return max(int(loud[0]) * cell - kept, 0), min(int(loud[-1] + 1) * cell + kept, len(waveform))


def normalise_level(waveform: np.ndarray, target_dbfs: float = -26.0) -> np.ndarray:
    """Scale `waveform` (samples,) float32 to an RMS of `target_dbfs` over its voice; a peak may exceed 1.

    Voice is what is less than 40 dB under the loudest 20 ms (at 16 kHz), so that silence around it has no influence.
    The gain is limited to 40 dB: silence stays silence.
    """
    levels = _cell_levels(waveform, CELL_SAMPLES)
    voiced = levels[_is_voice(levels, VOICE_DB)]
    if not len(voiced):
        return waveform
    gain = 10 ** (target_dbfs / 20) / np.sqrt(np.mean(voiced**2))
    return waveform * np.float32(min(gain, 10 ** (MOST_GAIN_DB / 20)))


def speech_seconds(waveform: np.ndarray, sample_rate_hz: int) -> float:
    """Return how much of `waveform` (samples,), which is of a voice, is loud enough to be read."""
    cell = round(CELL_SECONDS * sample_rate_hz)
    return float(_is_voice(_cell_levels(waveform, cell), QUIET_DB).sum() * CELL_SECONDS)


def reduce_noise(waveform: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """Reduce the stationary noise of `waveform` (samples,) float32 by up to 20 dB; the length stays.

    A waveform shorter than half a second is returned as it is. A voice without any pause or change counts as noise.
    """
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import istft, stft

    if len(waveform) < SHORTEST_SECONDS * sample_rate_hz:
        return waveform
    size = round(FFT_SECONDS * sample_rate_hz)
    overlap = size * 3 // 4
    _, _, spectrum = stft(waveform, fs=sample_rate_hz, nperseg=size, noverlap=overlap)
    power = np.abs(spectrum) ** 2
    smooth_power = np.maximum(uniform_filter1d(power, 5, axis=1, mode="nearest"), 1e-20)
    gain = np.sqrt(np.maximum(1 - SUBTRACTED * _noise_power(power) / smooth_power, LEAST_SHARE**2))
    _, cleaned = istft(spectrum * gain, fs=sample_rate_hz, nperseg=size, noverlap=overlap)
    return cleaned[: len(waveform)].astype(np.float32)


def loudest_start(waveform: np.ndarray, samples: int) -> int:
    """Return the first sample of the part of `waveform` (at least `samples` long) with the most energy.

    Of parts with equal energy it is the middle one.
    """
    total = np.cumsum(np.square(waveform, dtype=np.float64))
    energy = total[samples - 1 :] - np.concatenate([[0.0], total[:-samples]])
    best = np.flatnonzero(energy >= energy.max() * (1 - 1e-9))
    return int(best[len(best) // 2])


def _cell_levels(waveform: np.ndarray, cell: int) -> np.ndarray:
    """Return the RMS of each `cell` samples, the last one shorter: (cells,) float64."""
    starts = np.arange(0, len(waveform), cell)
    if not len(starts):
        return np.zeros(0)
    energy = np.add.reduceat(np.square(waveform, dtype=np.float64), starts)
    return np.sqrt(energy / np.diff(starts, append=len(waveform)))


def _is_voice(levels: np.ndarray, below_db: float) -> np.ndarray:
    return (levels > 0) & (levels >= levels.max(initial=0.0) * 10 ** (-below_db / 20))


def _noise_power(power: np.ndarray) -> np.ndarray:
    """Return the mean power of the stationary noise in `power` (frequencies, frames): (frequencies, 1).

    A noise's power at one frequency is distributed exponentially, so its mean follows from any quantile. Frames of
    zeros, as padding makes them, tell nothing about the noise.
    """
    sounding = power[:, power.any(0)]
    if not sounding.size:
        return np.zeros((len(power), 1))
    return np.quantile(sounding, NOISE_QUANTILE, axis=1, keepdims=True) / -np.log(1 - NOISE_QUANTILE)
