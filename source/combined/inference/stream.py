"""One pass over a video: its faces, voice and words, encoded. It is decoded once.

What is kept is small, whatever the length: a vector for each face and window, and the transcript.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...core import config
from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress
from ...media.decoder import VideoStream
from ...media.sound import silence
from ...media.sound.speech_activity import Speech
from ...media.sound.whisper import speech_model
from ...text.transcript import Progress, transcribe_stream
from ...text.transcript.recogniser import Recogniser
from ...text.transcript.sentences import split_into_sentences
from ...text.utterances import Document
from ...training.checkpoint import Trained
from .face_stream import FaceStream
from .face_track import FaceTracks
from .voice_stream import VoiceStream, Window

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0  # from which silence is reported as a pause
BLOCK_SECONDS = 4.0  # of sound, decoded at a time


@dataclass(frozen=True)
class VideoFeatures:
    """The encoded faces, windows and transcript of a video."""

    seconds: float
    size: tuple[int, int] | None
    """Width and height of the upright picture; None where there is none."""
    face_tracks: FaceTracks
    windows: tuple[Window, ...]
    """Overlapping, over the whole length."""
    speech_seconds: float
    pauses: tuple[tuple[float, float], ...]
    document: Document
    notes: tuple[str, ...]


def extract_features(
    path: Path, trained: Trained, on_progress: OnProgress | None = None, notify: Notify = log.info
) -> VideoFeatures:
    """Decode the recording `path` once and encode its faces, voice and words; `on_progress` takes its seconds.

    Without the transcriber's weights there are no words, and `notify` is told. Raises DemeanorError where the file
    cannot be read.
    """
    settings = trained.settings
    rate_hz = settings.audio.sample_rate_hz
    speech = Speech(rate_hz)
    voice_stream = VoiceStream(trained, speech)
    with (
        FaceStream(trained) as face_stream,
        VideoStream(
            path, settings.frames_per_second, rate_hz, block_seconds=BLOCK_SECONDS,
            on_frame=face_stream.add if "face" in settings.modalities else None,
        ) as stream,
    ):  # fmt: skip
        recogniser, untranscribed = None, ()
        if stream.has_sound and "text" in settings.modalities:
            try:
                recogniser = Recogniser(speech_model(config.WHISPER_MODEL))
            except DemeanorError as error:
                notify(f"Nothing is transcribed: {error}")
                untranscribed = (f"not transcribed: {error}",)
        blocks = Progress(stream.seconds, on_progress, rate_hz).over(_pad_to_picture(stream, rate_hz))
        document = transcribe_stream(voice_stream.passed_on(blocks), speech, recogniser)
        windows, face_tracks = voice_stream.finish(), face_stream.finish()
    samples = round(stream.seconds_read * rate_hz)
    pauses = [(start / rate_hz, end / rate_hz) for start, end in speech.pauses(PAUSE_SECONDS * rate_hz, samples)]
    notes = (*untranscribed, *document.notes)
    document = split_into_sentences(replace(document, seconds=stream.seconds_read, notes=notes))
    return VideoFeatures(
        stream.seconds_read, stream.size, face_tracks, tuple(windows), speech.samples(0, samples) / rate_hz,
        tuple(pauses) if stream.has_sound else (), document,
        tuple(_notes(stream, face_stream, windows, document)),
    )  # fmt: skip


def _pad_to_picture(stream: VideoStream, rate_hz: int) -> Iterator[np.ndarray]:
    """Yield the stream's blocks, then silence for as long as the picture goes on after the sound."""
    samples = 0
    for block in stream:
        yield block
        samples += len(block)
    yield from silence(round(stream.seconds_read * rate_hz) - samples, round(BLOCK_SECONDS * rate_hz))


def _notes(
    stream: VideoStream, face_stream: FaceStream, windows: Sequence[Window], document: Document
) -> Iterator[str]:
    yield from stream.notes
    yield from face_stream.notes
    if any(window.is_spoken for window in windows):
        yield from document.notes
    elif stream.has_sound:
        yield "no speech was found"
