"""One pass over a video: its faces, its voice and its words, as the network takes them. It is decoded once.

What is kept is small, whatever the length: a vector for each face and window, and the transcript.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np

from ...core import config
from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress
from ...media.sound import silence
from ...media.sound.speech_activity import Speech
from ...media.sound.whisper import speech_model
from ...media.video import VideoStream, stream_video
from ...text.transcript import transcribed
from ...text.transcript.recogniser import Recogniser
from ...text.transcript.sentences import by_sentence
from ...text.utterances import Document
from ...training.checkpoint import Trained
from .face_stream import Faces
from .face_track import Sightings
from .voice_stream import Voices, Window

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0  # from which silence is told as a pause
PIECE_SECONDS = 4.0  # of sound, decoded at a time


@dataclass(frozen=True)
class Observed:
    """What was seen and heard in a video."""

    seconds: float
    size: tuple[int, int] | None
    """Width and height of the upright picture; None where there is none."""
    sightings: Sightings
    windows: tuple[Window, ...]
    """Overlapping, over the whole length."""
    speech_seconds: float
    pauses: tuple[tuple[float, float], ...]
    document: Document
    notes: tuple[str, ...]


def observe(path: Path, trained: Trained, on_progress: OnProgress | None = None, notify: Notify = log.info) -> Observed:
    """What there is to see and hear in the recording `path`; `on_progress` takes its seconds.

    Where the transcriber's weights are missing that is said, and there are no words. Raises DemeanorError where the
    file cannot be read.
    """
    rate_hz = trained.settings.audio.sample_rate_hz
    speech, settings = Speech(rate_hz), trained.settings
    voices = Voices(trained, speech)
    how = {"frames_per_second": settings.frames_per_second, "sample_rate_hz": rate_hz, "block_seconds": PIECE_SECONDS}
    with Faces(trained) as faces, stream_video(path, on_frame=_eyes(faces, trained), **how) as stream:
        recogniser, unheard = _recogniser(trained, notify) if stream.has_sound else (None, ())
        pieces = voices.heard(_counted(_as_long_as_the_picture(stream, rate_hz), stream, rate_hz, on_progress))
        document = transcribed(pieces, speech, recogniser)
        windows, sightings = voices.finish(), faces.sightings()
    samples = round(stream.seconds_read * rate_hz)
    pauses = [(start / rate_hz, end / rate_hz) for start, end in speech.pauses(PAUSE_SECONDS * rate_hz, samples)]
    document = by_sentence(replace(document, seconds=stream.seconds_read, notes=(*unheard, *document.notes)))
    return Observed(
        stream.seconds_read,
        stream.size,
        sightings,
        tuple(windows),
        speech.samples(0, samples) / rate_hz,
        tuple(pauses) if stream.has_sound else (),
        document,
        tuple(_notes(stream, faces, sightings, windows, document)),
    )


def _eyes(faces, trained):
    return faces.see if "face" in trained.settings.modalities else None


def _recogniser(trained, notify):
    """Whisper's, and notes; None where there is none, which is noted, or words are not asked for."""
    if "text" not in trained.settings.modalities:
        return None, ()
    try:
        return Recogniser(speech_model(config.WHISPER_MODEL)), ()
    except DemeanorError as trouble:
        notify(f"Nothing is transcribed: {trouble}")
        return None, (f"not transcribed: {trouble}",)


def _as_long_as_the_picture(stream: VideoStream, rate_hz: int) -> Iterator[np.ndarray]:
    """The stream's pieces, and silence for as long as the picture goes on after the sound."""
    samples = 0
    for piece in stream:
        yield piece
        samples += len(piece)
    yield from silence(round(stream.seconds_read * rate_hz) - samples, round(PIECE_SECONDS * rate_hz))


def _counted(pieces, stream: VideoStream, rate_hz: int, on_progress: OnProgress | None) -> Iterator[np.ndarray]:
    """The pieces; each is told of when the next one is asked for."""
    samples = 0
    for piece in pieces:
        yield piece
        samples += len(piece)
        if on_progress:
            on_progress(int(samples / rate_hz), ceil(stream.seconds or 0))


def _notes(stream, faces, sightings, windows, document):
    yield from stream.notes
    if faces.frames and not len(sightings):
        yield f"no face was found in {faces.frames:,} frames"
    if any(window.is_spoken for window in windows):
        yield from document.notes
    elif stream.has_sound:
        yield "no speech was found"
