"""A synthetic voice, which silero-vad takes for speech, and a stand-in for silero-vad."""

import numpy as np
from scipy.signal import lfilter

from source.media.sound.speech_activity import CHUNK_SAMPLES

RATE_HZ = 16_000
# Formants of five vowels, in Hz (Peterson and Barney 1952, men), and their bandwidths.
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (530, 1840, 2480), (300, 870, 2240))
BANDWIDTHS = (80, 100, 140)
SYLLABLE_SAMPLES = round(0.22 * RATE_HZ)
HISS_SAMPLES = round(0.05 * RATE_HZ)


def spoken(seconds: float = 4.0, pitch_hz: float = 100.0, seed: int = 1) -> np.ndarray:
    """Return syllables of random vowels, each begun by a hiss; every sixth is a pause. (samples,) float32, peak 0.5.

    Glottal pulses through three formants.
    """
    draw = np.random.default_rng(seed)
    source = _glottal(round(seconds * RATE_HZ), pitch_hz)
    voice = np.zeros(len(source))
    for at, start in enumerate(range(0, len(voice) - SYLLABLE_SAMPLES + 1, SYLLABLE_SAMPLES)):
        syllable = source[start : start + SYLLABLE_SAMPLES] + 0.003 * draw.normal(size=SYLLABLE_SAMPLES)
        for formant_hz, bandwidth_hz in zip(VOWELS[draw.integers(len(VOWELS))], BANDWIDTHS, strict=True):
            syllable = _resonance(syllable, formant_hz, bandwidth_hz)
        syllable = lfilter([1, -0.9], [1], syllable) * np.hanning(SYLLABLE_SAMPLES) ** 0.5  # lips; rise and fall
        voice[start : start + SYLLABLE_SAMPLES] = syllable * (at % 6 != 5)
        hiss = draw.normal(size=HISS_SAMPLES) * np.hanning(HISS_SAMPLES)
        voice[start : start + HISS_SAMPLES] += 0.02 * np.abs(voice).max() * hiss
    return (0.5 * voice / np.abs(voice).max()).astype(np.float32)


class LoudIsSpeech:
    """Stands for silero-vad's VoiceActivity: probability 1 for a loud chunk, 0 for another."""

    def __init__(self):
        self.rest = np.zeros(0, np.float32)

    def __call__(self, block):
        samples = np.concatenate((self.rest, block))
        whole = len(samples) - len(samples) % CHUNK_SAMPLES
        self.rest = samples[whole:]
        chunks = samples[:whole].reshape(-1, CHUNK_SAMPLES)
        return (np.abs(chunks).mean(1) > 0.05).astype(np.float32)

    def finish(self):
        return self(np.zeros(-len(self.rest) % CHUNK_SAMPLES, np.float32))


def _glottal(samples, pitch_hz):
    t = np.arange(samples) / RATE_HZ
    pitch = pitch_hz * (1 + 0.15 * np.sin(2 * np.pi * 0.5 * t) + 0.02 * np.sin(2 * np.pi * 5 * t))
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE_HZ), prepend=0)
    return lfilter([1], [1, -0.96], pulses)


def _resonance(samples, frequency_hz, bandwidth_hz):
    radius = np.exp(-np.pi * bandwidth_hz / RATE_HZ)
    turn = 2 * radius * np.cos(2 * np.pi * frequency_hz / RATE_HZ)
    return lfilter([1 - turn + radius**2], [1, -turn, radius**2], samples)
