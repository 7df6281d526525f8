"""The transcript of a recording of voice and pauses at 16 kHz, with times for every word: times real time.

The alternative is Whisper's own loop over the whole recording in memory, with the same model and the same options; it
decodes no file and looks for no voice, and it listens to the pauses. The voice is synthetic and says no words: what
Whisper makes of it, and how long it tries to, is not what it does with speech.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.encoders import not_measured
from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic_voices import write_recording
from source.core import pretrained

LENGTH_SECONDS, SHORTEST_SECONDS = 120, 15
ROUNDS = 3  # at most: each takes long
WHAT, UNIT = "transcript of two minutes", "x real time"
ALONE = "whisper.transcribe alone"


def measure(effort: Effort) -> list[Row]:
    from source.media.sound import read_sound
    from source.text.transcript import transcribe

    if pretrained.problem_with(pretrained.ASSETS["whisper"]):
        return [not_measured(WHAT, UNIT)]
    length = effort.of(LENGTH_SECONDS, least=SHORTEST_SECONDS)
    with TemporaryDirectory() as name:
        file = write_recording(Path(name) / "recording.wav", length)
        jobs = {"ours": partial(transcribe, file), "alone": partial(whisper_alone, read_sound(file).waveform)}
        took = interleaved({name: partial(seconds, job) for name, job in jobs.items()}, min(effort.repetitions, ROUNDS))
    rates = {name: tuple(length / value for value in values) for name, values in took.items()}
    return [Row(WHAT, UNIT, rates["ours"], ALONE, rates["alone"])]


def whisper_alone(waveform: np.ndarray) -> Any:
    """`waveform` (samples,) float32 at 16 kHz through the package's own loop, at the temperatures that ours tries."""
    import whisper

    from source.media.sound.whisper import speech_model
    from source.text.transcript.recogniser import TEMPERATURES

    return whisper.transcribe(
        speech_model(), waveform, temperature=TEMPERATURES, word_timestamps=True, condition_on_previous_text=False,
        fp16=False,
    )  # fmt: skip
