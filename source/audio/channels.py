"""What lies between a voice and a file, drawn at random: a room, the way to the microphone, a telephone or a codec.

Actors are recorded in studios and people are not; a model that hears only the former learns the studio along with the
emotion. Probabilities and ranges are meant to cover meetings, calls and phones, and were not tuned.
"""

import io
from typing import Any, Literal

import numpy as np

CODEC_HZ = 16_000  # both codecs take it
LINE_HZ = 8_000  # of a telephone
MU = 255  # of its mu-law (ITU-T G.711)
CODECS = {  # name of the encoder -> container, its options, bits a second
    "libopus": ("ogg", {"application": "voip", "compression_level": "3"}, (6_000, 9_000, 12_000, 16_000)),
    "libmp3lame": ("mp3", {"compression_level": "9"}, (16_000, 24_000, 32_000)),
}


def before_the_microphone(waveform: np.ndarray, sample_rate_hz: int, rng: np.random.Generator) -> np.ndarray:
    """Put `waveform` (samples,) float32 into a room, turn its speaker away, or neither or both; the length stays."""
    if rng.random() < 0.5:
        waveform = in_room(waveform, room_response(sample_rate_hz, rng))
    if rng.random() < 0.3:
        waveform = tilt(waveform, rng.uniform(500, 3000), rng.uniform(-9, 9), sample_rate_hz)
    return waveform


def after_the_microphone(waveform: np.ndarray, sample_rate_hz: int, rng: np.random.Generator) -> np.ndarray:
    """Set the level of `waveform` (samples,) float32, and send it by telephone, codec, narrow band or as it is.

    The loudest sample becomes -24 to 0 dB of full scale; a few are recorded too loud and clipped. The length stays.
    """
    peak_db = rng.uniform(0, 8) if rng.random() < 0.06 else rng.uniform(-24, 0)
    peak = np.abs(waveform).max(initial=0.0)
    waveform = np.clip(waveform * np.float32(10 ** (peak_db / 20) / max(peak, 1e-6)), -1, 1)
    line = rng.choice(["telephone", "libopus", "libmp3lame", "band", "none"], p=[0.25, 0.2, 0.1, 0.1, 0.35])
    if line == "telephone":
        return by_telephone(waveform, sample_rate_hz)
    if line == "band":
        return _filtered(waveform, 4, rng.uniform(3500, 7500), "lowpass", sample_rate_hz)
    if line in CODECS:
        return by_codec(waveform, str(line), int(rng.choice(CODECS[line][2])), sample_rate_hz)
    return waveform


def room_response(sample_rate_hz: int, rng: np.random.Generator) -> np.ndarray:
    """Return the impulse response of a room: the direct sound, then noise that decays exponentially.

    Reverberation time (RT60) 0.15 to 0.9 s; the direct sound is 6 dB below to 12 dB above the reverberation, which
    begins 2 to 12 ms after it and lacks high frequencies, as walls absorb them.
    """
    rt60_seconds, direct_db = rng.uniform(0.15, 0.9), rng.uniform(-6, 12)
    times = np.arange(max(1, round(rt60_seconds * sample_rate_hz))) / sample_rate_hz
    late = rng.standard_normal(len(times)) * 10 ** (-3 * times / rt60_seconds)
    late[times < rng.uniform(0.002, 0.012)] = 0
    late = _filtered(late, 1, rng.uniform(2500, 7000), "lowpass", sample_rate_hz)
    late *= 10 ** (-direct_db / 20) / max(np.linalg.norm(late), 1e-9)
    late[0] += 1
    return late.astype(np.float32)


def in_room(waveform: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return `waveform` (samples,) as it sounds in a room of this impulse response, at the same RMS."""
    from scipy.signal import oaconvolve

    if not waveform.any():
        return waveform
    wet = oaconvolve(waveform, response)[: len(waveform)]
    gain = np.linalg.norm(waveform) / max(np.linalg.norm(wet), 1e-20)
    return (wet * gain).astype(np.float32)


def tilt(waveform: np.ndarray, corner_hz: float, high_db: float, sample_rate_hz: int) -> np.ndarray:
    """Make what lies above `corner_hz` louder by `high_db`, gently: another microphone, or another way to it."""
    low = _filtered(waveform, 1, corner_hz, "lowpass", sample_rate_hz)
    return low + (waveform - low) * np.float32(10 ** (high_db / 20))


def by_telephone(waveform: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """Return `waveform` (samples,) in [-1, 1] after a landline: 300 to 3,400 Hz, 8 bits of mu-law at 8 kHz."""
    band = _filtered(waveform, 4, (300, 3400), "bandpass", sample_rate_hz)
    line = np.clip(_resampled(band, sample_rate_hz, LINE_HZ), -1, 1)
    steps = np.round(np.sign(line) * np.log1p(MU * np.abs(line)) / np.log1p(MU) * 127) / 127
    heard = np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(MU)) / MU
    return _fitted(_resampled(heard.astype(np.float32), LINE_HZ, sample_rate_hz), len(waveform))


def by_codec(waveform: np.ndarray, encoder: str, bits_a_second: int, sample_rate_hz: int) -> np.ndarray:
    """Return `waveform` (samples,) in [-1, 1] after one of CODECS, written to a file in memory and read again.

    The container knows the codec's delay, so that nothing is shifted.
    """
    import av

    ending, options, _ = CODECS[encoder]
    file = io.BytesIO()
    values = np.round(_resampled(waveform, sample_rate_hz, CODEC_HZ) * (2**15 - 1)).clip(-(2**15), 2**15 - 1)
    if not len(values):  # less than a sample
        return waveform
    with av.open(file, "w", format=ending) as container:
        stream: Any = container.add_stream(
            encoder, rate=CODEC_HZ, options=options, layout="mono", bit_rate=bits_a_second
        )
        frame = av.AudioFrame.from_ndarray(values.astype(np.int16)[None], "s16", "mono")
        frame.sample_rate, frame.pts = CODEC_HZ, 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    file.seek(0)
    with av.open(file, "r", format=ending) as container:
        resampler = av.AudioResampler("flt", "mono", sample_rate_hz)
        frames = [part for frame in (*container.decode(audio=0), None) for part in resampler.resample(frame)]
    heard = [frame.to_ndarray()[0] for frame in frames] or [np.zeros(0)]  # none of a few samples
    return _fitted(np.concatenate(heard), len(waveform))


def _filtered(
    waveform: np.ndarray,
    order: int,
    corner_hz: float | tuple[float, float],
    kind: Literal["lowpass", "bandpass"],
    sample_rate_hz: int,
) -> np.ndarray:
    """Apply a Butterworth filter, its corners (Hz) kept below half the sampling rate."""
    from scipy.signal import butter, sosfilt

    corners_hz = np.minimum(corner_hz, 0.45 * sample_rate_hz)
    sections = butter(order, corners_hz, kind, fs=sample_rate_hz, output="sos")
    return np.asarray(sosfilt(sections, waveform), np.float32)


def _resampled(waveform: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    import soxr

    return waveform if from_hz == to_hz else soxr.resample(waveform, from_hz, to_hz)


def _fitted(waveform: np.ndarray, length: int) -> np.ndarray:
    """Cut or fill `waveform` to this many samples."""
    return np.pad(waveform[:length], (0, max(0, length - len(waveform)))).astype(np.float32)
