"""MFCC and their differences of 2.5 seconds at 16 kHz, one thread: ours against torchaudio's and against librosa's.

All three give the same numbers, which is checked first. Torchaudio comes with scipy's Savitzky-Golay filter, as ours,
for its own differences are other ones. Librosa has been called before: its first call compiles for seconds.
"""

from functools import partial

import numpy as np

from benchmarks.bare_features import librosa_features, torchaudio_features
from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic_voices import voice
from source.core.spec import spec_of

SECONDS = 2.5
CALLS = 100  # in a round


def measure(effort: Effort) -> list[Row]:
    import torch

    from source.audio.mfcc import mfcc

    torch.set_num_threads(1)
    settings, waveform = spec_of("audio").default_settings, voice(SECONDS)
    ways = {"torchaudio": torchaudio_features(settings), "librosa": librosa_features(settings)}
    ways["ours"] = partial(mfcc, settings=settings)
    for name, way in ways.items():
        np.testing.assert_allclose(way(waveform), ways["ours"](waveform), atol=0.01, err_msg=name)
    jobs = {name: partial(milliseconds, way, waveform, effort.of(CALLS)) for name, way in ways.items()}
    took = interleaved(jobs, effort.repetitions)
    return [
        Row("MFCC and differences", "ms", took["ours"], "torchaudio and scipy", took["torchaudio"], "ratio <= 1.15"),
        Row("MFCC and differences", "ms", took["ours"], "librosa, warm", took["librosa"]),
    ]


def milliseconds(way, waveform, calls) -> float:
    return seconds(lambda: way(waveform), calls) * 1000
