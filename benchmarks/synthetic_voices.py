"""What the benchmarks of the audio model are run on: vowels made of pulses, which a voice detector takes for speech."""

import wave
from pathlib import Path

import numpy as np

from benchmarks.synthetic import CORPUS

# Formants of five vowels, in Hz (Peterson and Barney 1952, men), and their bandwidths.
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (530, 1840, 2480), (300, 870, 2240))
BANDWIDTHS = (80, 100, 140)
PITCH_HZ = 100
SYLLABLE_SECONDS, HISS_SECONDS = 0.22, 0.05
# A recording is as much voice, as long a pause, and again. No one speaks in some of its windows, which are not read.
VOICE_SECONDS, PAUSE_SECONDS = 14, 6
PAUSE_LEVEL = 0.0005


def voice(seconds: float, rate_hz: int = 16_000, seed: int = 0) -> np.ndarray:
    """Random vowels, each begun by a hiss: (samples,) float32, peak 0.5."""
    draw = np.random.default_rng(seed)
    count, samples = round(seconds / SYLLABLE_SECONDS + 0.5), round(seconds * rate_hz)
    return np.concatenate([_syllable(draw, rate_hz) for _ in range(count)])[:samples].astype(np.float32)


def write_clips(folder: Path, count: int, seconds: float) -> None:
    """`count` clips of so many seconds of voice, all different, in WAV files named as training files are."""
    folder.mkdir(parents=True)
    for number in range(count):
        write_wav(folder / f"{CORPUS}_{number}_happy.wav", voice(seconds, seed=number))


def write_recording(file: Path, seconds: int, rate_hz: int = 16_000) -> Path:
    """Write a WAV file of voice and pauses, in little memory whatever its length."""
    pause = PAUSE_LEVEL * np.random.default_rng(0).standard_normal(PAUSE_SECONDS * rate_hz)
    turn = np.concatenate([voice(VOICE_SECONDS, rate_hz), pause])
    times, rest = divmod(seconds * rate_hz, len(turn))
    write_wav(file, *[turn] * times, turn[:rest], rate_hz=rate_hz)
    return file


def write_wav(file: Path, *waveforms: np.ndarray, rate_hz: int = 16_000) -> None:
    """Write waveforms (samples,) in [-1, 1], one after another, as 16-bit samples of one channel."""
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, rate_hz, 0, "NONE", ""))
        for waveform in waveforms:
            out.writeframes((waveform * 32767).astype("<i2").tobytes())


def _syllable(draw, rate_hz):
    samples, hiss = round(SYLLABLE_SECONDS * rate_hz), round(HISS_SECONDS * rate_hz)
    pulses = 0.003 * draw.standard_normal(samples)
    pulses[:: round(rate_hz / (PITCH_HZ * draw.uniform(0.9, 1.1)))] += 1
    sound = np.fft.irfft(np.fft.rfft(pulses) * _throat(draw, samples, rate_hz), samples)
    sound *= np.hanning(samples) ** 0.5 / np.abs(sound).max()
    sound[:hiss] += 0.02 * draw.standard_normal(hiss) * np.hanning(hiss)
    return 0.5 * sound / np.abs(sound).max()


def _throat(draw, samples, rate_hz):
    """How much passes at each frequency of a real FFT: a resonance for each formant, and less the higher."""
    hertz = np.fft.rfftfreq(samples, 1 / rate_hz)
    formants = zip(VOWELS[draw.integers(len(VOWELS))], BANDWIDTHS, strict=True)
    resonances = [formant**2 / np.hypot(formant**2 - hertz**2, width * hertz) for formant, width in formants]
    return np.prod(resonances, axis=0) / np.maximum(hertz, PITCH_HZ)
