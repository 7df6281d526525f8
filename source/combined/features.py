"""A short video -> the inputs of the combined model. Prediction featurizes faces, voice and words by the same code.

A sound is read as a video without a picture, and a silent video as one without a voice: what is missing is masked.
"""

import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.conditioning import loudest_start, trim_bounds
from ..audio.features import featurize_with_copies
from ..core.spec import DataWarning
from ..face.detector import BLENDSHAPES, POINTS
from ..face.features import featurize as featurize_face
from ..face.quality import quality
from ..face.tracker import FaceTracker
from ..media.decoder import Decoder, Frame
from ..media.sound.timeline import SoundTimeline
from ..text.features import featurize as featurize_text
from .settings import CombinedSettings

SILENT = 1e-4  # RMS: -80 dBFS; less is no sound
LONGER = 1.25  # times the window, from which a warning says that a clip was not read whole

Arrays = dict[str, np.ndarray]


class ClipFaces(AbstractContextManager["ClipFaces"]):
    """Collects the faces of a clip's frames by person. A context manager, for its tracker."""

    def __init__(self, settings: CombinedSettings) -> None:
        self.settings = settings
        self.faces: dict[int, list[tuple[float, float, Arrays]]] = {}
        """Person -> time, area and inputs of each detection."""
        self._tracker = FaceTracker()

    def __exit__(self, *_: Any) -> None:
        self._tracker.close()

    def add(self, frame: Frame) -> None:
        """Track and featurize the faces of one frame; frames come in the order of time."""
        for seen in self._tracker.update(frame.pixels, frame.seconds):
            inputs = featurize_face(frame.pixels, seen.face, self.settings.face)
            inputs["face_mask"] = np.array(quality(seen.face, inputs["image"]), np.float32)
            self.faces.setdefault(seen.person, []).append((frame.seconds, seen.face.area, inputs))

    def largest(self, start_seconds: float, end_seconds: float) -> list[tuple[float, Arrays]]:
        """Return time and inputs of the person whose face covers most, summed over the frames of the segment."""
        inside = [[face for face in faces if start_seconds <= face[0] < end_seconds] for faces in self.faces.values()]
        best = max(inside, key=lambda faces: sum(area for _, area, _ in faces), default=[])
        return [(seconds, inputs) for seconds, _, inputs in best]


def extract(path: Path, settings: CombinedSettings) -> Arrays:
    """Return the inputs of the clip in the file `path`.

    image (T, S, S), blendshapes (T, 52), face_mask (T,) and, if the face branch takes it, landmarks (T, 478, 3);
    those of `source.audio.features.featurize`, with copies on a first axis, audio_mask (); token_ids, before_ids,
    lexicon, text_mask ().

    The face is that of the person whose face is largest. Of a clip longer than the window, the segment is read in which
    the voice is loudest, or without a voice its middle. Raises DemeanorError where the file cannot be read.
    """
    rate_hz = settings.audio.sample_rate_hz
    timeline, blocks = SoundTimeline(rate_hz), []
    with (
        ClipFaces(settings) as clip_faces,
        Decoder(path, sample_rate_hz=rate_hz, frames_per_second=settings.frames_per_second) as decoder,
    ):
        for event in decoder:
            if isinstance(event, Frame):
                clip_faces.add(event)
            else:
                blocks.append(timeline.add(event.samples, event.seconds))
    if not decoder.has_sound:
        blocks.append(timeline.pad_to(decoder.seconds_read))
    waveform = np.concatenate(blocks)
    start = window_start(waveform, settings)
    if decoder.seconds_read > LONGER * settings.window_seconds:
        text = f"longer than {settings.window_seconds:g} seconds: the segment with the loudest voice was read"
        warnings.warn(text, DataWarning, stacklevel=2)
    span = start / rate_hz, start / rate_hz + settings.window_seconds
    faces = clip_faces.largest(*span)
    voice = waveform[start : start + settings.audio.window_samples]
    has_voice = decoder.has_sound and bool(np.sqrt(np.mean(np.square(voice))) > SILENT) if len(voice) else False
    words = _transcribed(path, *span) if settings.transcribe and has_voice else ""
    return (
        face_arrays(faces, span[0], settings)
        | voice_arrays(voice, has_voice, path, settings)
        | featurize_text(words, "", settings.text)
        | {"text_mask": np.array(bool(words.strip()), np.float32)}
    )


def window_start(waveform: np.ndarray, settings: CombinedSettings) -> int:
    """Return the window's first sample: with the voice in its middle, or, if that is longer, where it is loudest."""
    window = settings.audio.window_samples
    if len(waveform) <= window:
        return 0
    first, last = trim_bounds(waveform, settings.audio.sample_rate_hz)
    if last - first > window:
        return first + loudest_start(waveform[first:last], window)
    return min(max((first + last - window) // 2, 0), len(waveform) - window)


def face_arrays(faces: Sequence[tuple[float, Arrays]], start_seconds: float, settings: CombinedSettings) -> Arrays:
    """Return one person's faces, (time, inputs) each, at their frames of the window from `start_seconds` on."""
    side, count = settings.face.image_side, settings.frames
    arrays = {
        "image": np.zeros((count, side, side), np.uint8),
        "blendshapes": np.zeros((count, BLENDSHAPES), np.float16),
        "face_mask": np.zeros(count, np.float32),
    }
    if settings.face.use_landmarks:
        arrays["landmarks"] = np.zeros((count, POINTS, 3), np.float16)
    places = frame_places(np.array([seconds for seconds, _ in faces]), start_seconds, settings)
    for at, (_, inputs) in zip(places, faces, strict=True):
        for name, array in arrays.items():
            array[at] = inputs[name]
    return arrays


def frame_places(seconds: np.ndarray, start_seconds: float, settings: CombinedSettings) -> np.ndarray:
    """Return the frame numbers (N,) of times (N,), within the window that begins at `start_seconds`."""
    exact = (seconds - start_seconds) * settings.frames_per_second
    return np.clip((exact + 0.5).astype(int), 0, settings.frames - 1)


def voice_arrays(voice: np.ndarray, has_voice: bool, path: Path, settings: CombinedSettings) -> Arrays:
    """Return a voice (samples,) as the audio branch takes it, and its mask."""
    arrays = featurize_with_copies(voice, path, settings.audio)
    return arrays | {"audio_mask": np.array(has_voice, np.float32)}


def _transcribed(path: Path, start_seconds: float, end_seconds: float) -> str:
    """Return the words that begin in this segment."""
    from ..core import config
    from ..text.transcript import transcribe

    spoken = (word for utterance in transcribe(path, config.WHISPER_MODEL).utterances for word in utterance.words)
    return " ".join(word.text for word in spoken if start_seconds <= word.start_seconds < end_seconds)


def baseline_features(inputs: Arrays, settings: CombinedSettings) -> np.ndarray:
    """Return the vectors that the baselines are fitted on, (N, 104 + 3072 + 4) float32.

    The blendshapes' mean and deviation over the frames with a face, the voice's encoder statistics, the words' scores.
    """
    mask = inputs["face_mask"][..., None]
    count = np.maximum(mask.sum(1), 1)
    shapes = inputs["blendshapes"].astype(np.float32)
    mean = (shapes * mask).sum(1) / count
    spread = np.sqrt((((shapes - mean[:, None]) * mask) ** 2).sum(1) / count)
    voice = inputs.get("encoder", np.zeros((len(mean), 0), np.float32)).astype(np.float32)
    voice = voice[:, 0] if voice.ndim == 4 else voice
    parts = mean, spread, voice.reshape(len(mean), -1), np.asarray(inputs["lexicon"], np.float32)
    return np.concatenate(parts, 1).astype(np.float32)
