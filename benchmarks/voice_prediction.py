"""Prediction of a recording of voice and pauses at 16 kHz, loaded: times real time, and milliseconds a window.

A window begins every second. The alternative has the samples of the windows in which somebody speaks in memory, and
does no more than make the same features of them and run the same network: nothing is decoded, no voice is looked for,
nothing is drawn or told.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.encoders import ENCODERS, can_measure, not_measured
from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic import untrained
from benchmarks.synthetic_voices import write_recording

LENGTHS_SECONDS = {"none": 300, "small": 60}  # of the recording
SHORTEST_SECONDS = 15
UNIT = "x real time"
ALONE = "bare loop over the windows"


def measure(effort: Effort) -> list[Row]:
    return [row for encoder in ENCODERS for row in measured(encoder, effort)]


def measured(encoder: str, effort: Effort) -> list[Row]:
    from source.results.predicting import predict

    what, length = ENCODERS[encoder], effort.of(LENGTHS_SECONDS[encoder], least=SHORTEST_SECONDS)
    if not can_measure(encoder):
        return [not_measured(what, UNIT)]
    trained = untrained("audio", encoder=encoder, use_mfcc=True)
    with TemporaryDirectory() as name:
        file = write_recording(Path(name) / "recording.wav", length)
        readings = predict(file, trained, write=False)[0].readings
        jobs = {
            "ours": partial(predict, file, trained, write=False),
            "written": partial(predict, file, trained, Path(name)),
            "alone": partial(read_alone, windows_with_voice(file, readings, trained), trained),
        }
        took = interleaved({name: partial(seconds, job) for name, job in jobs.items()}, effort.repetitions)
    rates = {name: tuple(length / value for value in values) for name, values in took.items()}
    a_window = {name: tuple(value / len(readings) * 1000 for value in values) for name, values in took.items()}
    return [
        Row(what, UNIT, rates["ours"], ALONE, rates["alone"]),
        Row(f"a window, {what}", "ms", a_window["ours"], ALONE, a_window["alone"]),
        Row(f"{what}, all files written", UNIT, rates["written"], ALONE, rates["alone"]),
    ]


def windows_with_voice(file: Path, readings: Any, trained: Any) -> list[np.ndarray]:
    """Return the samples of the windows that were read."""
    from source.media.sound import read_sound

    rate_hz = trained.settings.sample_rate_hz
    samples = read_sound(file, rate_hz).waveform
    spans = [(reading.start_seconds, reading.end_seconds) for reading in readings if reading.probabilities]
    assert spans, "somebody speaks in the recording"
    return [samples[round(start * rate_hz) : round(end * rate_hz)] for start, end in spans]


def read_alone(windows: list[np.ndarray], trained: Any) -> None:
    """Run features and network, in batches as large as prediction's."""
    from source.audio.features import featurize
    from source.audio.windows import BATCH_WINDOWS, batched

    for batch in batched(windows, BATCH_WINDOWS):
        described = [featurize(window, trained.settings.for_prediction()) for window in batch]
        trained.probabilities({name: np.stack([inputs[name] for inputs in described]) for name in described[0]})
