"""A recording of any length -> what is said in it, and when.

Whisper hears only blocks in which somebody speaks, one after the other: hours need no more memory than minutes.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np

from ...core import config
from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress
from ...media.sound import stream_sound
from ...media.sound.speech_activity import Speech, SpeechDetector
from ...media.sound.whisper import speech_model
from ..utterances import Document
from .recogniser import SAMPLE_RATE_HZ, Recogniser
from .stream import TranscriptStream

log = logging.getLogger(__name__)

BUFFER_SECONDS = 8.0  # decoded at a time


def transcribe(
    path: Path, model: str = config.WHISPER_MODEL, on_progress: OnProgress | None = None, notify: Notify = log.info
) -> Document:
    """Transcribe the recording `path`: one Utterance for each of Whisper's segments; see `split_into_sentences`.

    Where the model's weights are missing, `notify` is told and the Document has no utterances and a note. Raises
    DemeanorError where the recording cannot be read.
    model: as `speech_model` takes it. `on_progress` takes seconds of the recording (0 in all: length unknown).
    """
    try:
        network = speech_model(model)
    except DemeanorError as error:
        notify(f"Nothing is transcribed: {error}")
        return Document((), notes=(f"not transcribed: {error}",))
    with stream_sound(path, SAMPLE_RATE_HZ, BUFFER_SECONDS) as stream:
        progress = Progress(stream.seconds, on_progress)
        document = transcribe_stream(progress.over(stream), Speech(SAMPLE_RATE_HZ), Recogniser(network))
    return replace(document, seconds=progress.seconds, notes=(*stream.notes, *document.notes))


def transcribe_stream(buffers: Iterable[np.ndarray], speech: Speech, recogniser: Recogniser | None) -> Document:
    """Transcribe a stream of buffers (samples,) float32 at 16 kHz; `speech` records where somebody speaks.

    Without a recogniser nothing is transcribed, but `speech` is still recorded.
    """
    detector = SpeechDetector(SAMPLE_RATE_HZ)
    with TranscriptStream((lambda: recogniser) if recogniser else None, speech) as stream:
        for buffer in buffers:
            probabilities = detector(buffer)
            speech.add(probabilities)
            stream.add(buffer, probabilities)
        probabilities = detector.finish()
        speech.add(probabilities)
        stream.add(np.zeros(0, np.float32), probabilities)
        return stream.finish()


@dataclass
class Progress:
    """How far a stream has been decoded."""

    seconds_in_all: float | None
    """As the file declares; None where it does not."""
    on_progress: OnProgress | None
    rate_hz: int = SAMPLE_RATE_HZ
    samples: int = 0

    @property
    def seconds(self) -> float:
        """Decoded so far."""
        return self.samples / self.rate_hz

    def over(self, buffers: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the buffers, reporting each one when the next is asked for."""
        for buffer in buffers:
            yield buffer
            self.samples += len(buffer)
            if self.on_progress:
                self.on_progress(int(self.seconds), ceil(self.seconds_in_all or 0))
