"""A short video -> the arrays the combined model takes. Prediction describes faces, voice and words by the same code.

A sound is read as a video without a picture, and a silent video as one without a voice: what is missing is masked.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.conditioning import loudest_start, trim_bounds
from ..audio.features import featurize_with_copies
from ..core.spec import DataWarning
from ..face.detector import BLENDSHAPES, POINTS
from ..face.features import featurize as describe_face
from ..face.tracker import FaceTracker
from ..media.video import Frame, stream_video
from ..text.features import featurize as describe_words
from .settings import CombinedSettings

SILENT = 1e-4  # RMS: -80 dBFS; less is no sound
LONGER = 1.25  # times the window, from which a person is told that a clip was not read whole

Arrays = dict[str, np.ndarray]


class Watched:
    """The faces of a clip's frames, gathered as they pass. A context manager, for its tracker."""

    def __init__(self, settings: CombinedSettings):
        self.settings = settings
        self.faces: dict[int, list[tuple[float, float, Arrays]]] = {}
        """Person -> time, area and inputs of each sighting."""
        self._tracker = FaceTracker()

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: Any) -> None:
        self._tracker.close()

    def see(self, frame: Frame) -> None:
        """Take in one frame."""
        for seen in self._tracker.update(frame.pixels, frame.seconds):
            inputs = describe_face(frame.pixels, seen.face, self.settings.face)
            self.faces.setdefault(seen.person, []).append((frame.seconds, seen.face.area, inputs))

    def largest(self, start_seconds: float, end_seconds: float) -> list[tuple[float, Arrays]]:
        """Time and inputs of the person whose face covers most, added up over the frames of the stretch."""
        inside = {
            person: [sight for sight in sights if start_seconds <= sight[0] < end_seconds]
            for person, sights in self.faces.items()
        }
        best = max(inside.values(), key=lambda sights: sum(area for _, area, _ in sights), default=[])
        return [(seconds, inputs) for seconds, _, inputs in best]


def extract(path: Path, settings: CombinedSettings) -> Arrays:
    """The clip in the file `path`: image (T, S, S), blendshapes (T, 52), face_found (T,) and, if the face branch takes
    it, landmarks (T, 478, 3); encoder and, if the audio branch takes them, mfcc and voiced, with copies on a first
    axis, heard (); token_ids, before_ids, lexicon, said ().

    The face is that of the person whose face is largest. Of a clip longer than the window, the stretch is read in which
    the voice is loudest, or without a voice its middle. Raises DemeanorError where the file cannot be read.
    """
    rate_hz = settings.audio.sample_rate_hz
    with (
        Watched(settings) as watched,
        stream_video(path, settings.frames_per_second, rate_hz, on_frame=watched.see) as stream,
    ):
        blocks = list(stream)
    waveform = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    start = stretch(waveform, settings)
    if stream.seconds_read > LONGER * settings.window_seconds:
        text = f"longer than {settings.window_seconds:g} seconds: the stretch with the loudest voice was read"
        warnings.warn(text, DataWarning, stacklevel=2)
    span = start / rate_hz, start / rate_hz + settings.window_seconds
    faces = watched.largest(*span)
    voice = waveform[start : start + settings.audio.window_samples]
    heard = stream.has_sound and bool(np.sqrt(np.mean(np.square(voice))) > SILENT) if len(voice) else False
    words = _transcribed(path, *span) if settings.transcribe and heard else ""
    return (
        face_arrays(faces, span[0], settings)
        | voice_arrays(voice, heard, path, settings)
        | word_arrays(words, settings)
    )


def stretch(waveform: np.ndarray, settings: CombinedSettings) -> int:
    """First sample of the window: with the voice in its middle, or, if that is longer, where the voice is loudest."""
    window = settings.audio.window_samples
    if len(waveform) <= window:
        return 0
    first, last = trim_bounds(waveform, settings.audio.sample_rate_hz)
    if last - first > window:
        return first + loudest_start(waveform[first:last], window)
    return min(max((first + last - window) // 2, 0), len(waveform) - window)


def face_arrays(faces: Sequence[tuple[float, Arrays]], start_seconds: float, settings: CombinedSettings) -> Arrays:
    """One person's faces, (time, inputs) each, at their frames of the window that begins at `start_seconds`."""
    side, count = settings.face.image_side, settings.frames
    arrays = {
        "image": np.zeros((count, side, side), np.uint8),
        "blendshapes": np.zeros((count, BLENDSHAPES), np.float16),
        "face_found": np.zeros(count, np.float32),
    }
    if settings.face.use_landmarks:
        arrays["landmarks"] = np.zeros((count, POINTS, 3), np.float16)
    places = frame_places(np.array([seconds for seconds, _ in faces]), start_seconds, settings)
    for at, (_, inputs) in zip(places, faces, strict=True):
        for name, array in arrays.items():
            array[at] = inputs[name]
    return arrays


def frame_places(seconds: np.ndarray, start_seconds: float, settings: CombinedSettings) -> np.ndarray:
    """(N,) the frames, of a window that begins at `start_seconds`, of sights at these times (N,)."""
    exact = (seconds - start_seconds) * settings.frames_per_second
    return np.clip((exact + 0.5).astype(int), 0, settings.frames - 1)


def voice_arrays(voice: np.ndarray, heard: bool, path: Path, settings: CombinedSettings) -> Arrays:
    """A voice (samples,) as the audio branch takes it, and whether there is one."""
    return _used(featurize_with_copies(voice, path, settings.audio), settings) | {"heard": np.array(heard, np.float32)}


def word_arrays(words: str, settings: CombinedSettings) -> Arrays:
    """Words as the text branch takes them, and whether there are any."""
    return describe_words(words, "", settings.text) | {"said": np.array(bool(words.strip()), np.float32)}


def _used(voice: Arrays, settings: CombinedSettings) -> Arrays:
    """Without the MFCC where the audio branch does not take them: they would be most of the store."""
    return {name: array for name, array in voice.items() if settings.audio.use_mfcc or name == "encoder"}


def _transcribed(path: Path, start_seconds: float, end_seconds: float) -> str:
    """The words that begin in this stretch."""
    from ..core import config
    from ..text.transcript import transcribe

    spoken = (word for utterance in transcribe(path, config.WHISPER_MODEL).utterances for word in utterance.words)
    return " ".join(word.text for word in spoken if start_seconds <= word.start_seconds < end_seconds)


def baseline_features(inputs: Arrays, settings: CombinedSettings) -> np.ndarray:
    """Of the face the blendshapes' mean and deviation over the frames with a face, of the voice the encoder's
    statistics, of the words the lexicon's scores: (N, 104 + 3072 + 4)."""
    found = inputs["face_found"][..., None]
    count = np.maximum(found.sum(1), 1)
    shapes = inputs["blendshapes"].astype(np.float32)
    mean = (shapes * found).sum(1) / count
    spread = np.sqrt((((shapes - mean[:, None]) * found) ** 2).sum(1) / count)
    voice = inputs.get("encoder", np.zeros((len(mean), 0), np.float32)).astype(np.float32)
    voice = voice[:, 0] if voice.ndim == 4 else voice
    parts = mean, spread, voice.reshape(len(mean), -1), np.asarray(inputs["lexicon"], np.float32)
    return np.concatenate(parts, 1).astype(np.float32)
