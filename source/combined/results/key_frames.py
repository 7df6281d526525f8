"""Key frames: the moments in which a face shows most clearly what its person displays, and where the network looked."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ...core.arrays import tensors
from ...core.units import clock
from ...face.detector import Face
from ...face.settings import FaceSettings
from ...results.prediction import Prediction, Reading
from ...results.timeline import merge_runs, non_overlapping
from ...training.checkpoint import Trained
from ..explain import FaceAlone
from ..inference.face_track import Box, FaceTracks
from .frames_at import frames_at

REPEATED = 0.4  # weight of a further segment of an emotion already shown, beside one of another emotion
HEAD_AND_SHOULDERS = 2.2  # of the face's box
MOST_SIDE = 640  # pixels of a picture
ATTENTION_SIDE = 240  # pixels of where the network looked
SAME_FACE = 0.3  # intersection over union with the box it was found in


@dataclass(frozen=True)
class KeyFrame:
    """One key frame."""

    seconds: float
    person: int
    reading: Reading
    """The segment with one answer that the frame stands for."""
    picture: bytes
    """Head and shoulders, a JPEG."""
    attention: bytes | None
    """The aligned face with what speaks for the answer (Grad-CAM), a PNG; None where the face is not found again."""
    caption: str
    """Time, person and answer, such as "0:07.4  #0 happy 71 %"."""


@dataclass(frozen=True)
class Candidate:
    """A frame that may be a key frame."""

    seconds: float
    box: Box
    reading: Reading


def key_frames(
    path: Path, prediction: Prediction, face_tracks: FaceTracks, trained: Trained, most: int = 6
) -> list[KeyFrame]:
    """Return at most so many frames of the video in `path`, in the order of time; none where no face was found.

    Long and sure segments come first, of different emotions and spread over the video; of each, the frame whose face
    alone speaks most for the answer. trained: the combined model.
    """
    candidates = select(prediction, face_tracks, most)
    if not candidates:
        return []
    network, settings, labels = FaceAlone(trained.network), trained.settings.face, list(prediction.labels)
    frames = frames_at(path, [candidate.seconds for candidate in candidates])
    result = []
    for candidate, frame in zip(candidates, frames, strict=False):  # a file may have been cut since
        reading = candidate.reading
        picture = _head_and_shoulders(frame.pixels, candidate.box)
        label = labels.index(str(reading.likeliest))
        attention = _attention(frame.pixels, candidate.box, label, network, settings)
        caption = f"{clock(candidate.seconds, tenths=True)}  #{reading.person} {reading.summary}"
        result.append(KeyFrame(candidate.seconds, reading.person, reading, picture, attention, caption))
    return result


def select(prediction: Prediction, face_tracks: FaceTracks, most: int) -> list[Candidate]:
    """Return the best candidates, in the order of time."""
    left, taken = list(_candidates(prediction, face_tracks)), []
    room = max(prediction.seconds or 0.0, 1e-9) / max(most, 1)
    while left and len(taken) < most:
        best = max(left, key=lambda candidate: _value(candidate, taken, room))
        left.remove(best)
        taken.append(best)
    return sorted(taken, key=lambda candidate: candidate.seconds)


def _candidates(prediction: Prediction, face_tracks: FaceTracks) -> Iterator[Candidate]:
    """Yield, of each segment with a sure answer, the frame that speaks most for it; where none is sure, of all."""
    parts = groupby(non_overlapping(prediction.readings), attrgetter("person"))
    segments = [segment for _, run in parts for segment in merge_runs(list(run))]
    sure = [segment for segment in segments if segment.emotion]
    for segment in sure or [segment for segment in segments if segment.likeliest]:
        rows = face_tracks.between(segment.start_seconds or 0.0, segment.end_seconds or 0.0, segment.person)
        if len(rows):
            label = list(prediction.labels).index(str(segment.likeliest))
            row = rows[face_tracks.probabilities[rows, label].argmax()]
            left, top, right, bottom = map(float, face_tracks.box[row])
            yield Candidate(float(face_tracks.seconds[row]), (left, top, right, bottom), segment)


def _value(candidate: Candidate, taken: Sequence[Candidate], room_seconds: float) -> float:
    """Score a candidate beside those already taken. room_seconds: that each frame could have for itself."""
    reading = candidate.reading
    length = (reading.end_seconds or 0.0) - (reading.start_seconds or 0.0)
    repeats = sum(other.reading.emotion == reading.emotion for other in taken)
    nearest = min((abs(other.seconds - candidate.seconds) for other in taken), default=room_seconds)
    return reading.confidence * length**0.5 * REPEATED**repeats * min(0.1 + nearest / room_seconds, 1.0)


def _head_and_shoulders(pixels: np.ndarray, box: Box) -> bytes:
    """Cut a square around the face as a JPEG, moved into the picture where it reaches outside."""
    height, width = pixels.shape[:2]
    side = round(min(max(box[2] - box[0], box[3] - box[1]) * HEAD_AND_SHOULDERS, height, width))
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + 0.1 * side  # less above the head than below it
    left, top = (round(min(max(at - side / 2, 0), end - side)) for at, end in zip(middle, (width, height), strict=True))
    image = Image.fromarray(pixels[top : top + side, left : left + side])
    image.thumbnail((MOST_SIDE, MOST_SIDE), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def _attention(pixels: np.ndarray, box: Box, label: int, network: Any, settings: FaceSettings) -> bytes | None:
    """Draw the face as the network was given it, and over it what speaks for the label (Grad-CAM)."""
    from ...face.explain import grad_cam
    from ...face.features import featurize

    region, face = _find_again(pixels, box)
    if face is None:
        return None
    arrays = {name: np.asarray(array)[None] for name, array in featurize(region, face, settings).items()}
    heat = grad_cam(network, tensors(arrays), [label])
    return None if heat is None else _overlaid(arrays["image"][0], heat[0])


def _find_again(pixels: np.ndarray, box: Box) -> tuple[np.ndarray, Face | None]:
    """Return the surroundings of the box, and the face in them that lies in it; None where it is not found."""
    from ...face.detector import iou
    from ...face.features import face_detector

    height, width = pixels.shape[:2]
    margin = max(box[2] - box[0], box[3] - box[1])
    x, y = (int(min(max(edge - margin, 0), end - 1)) for edge, end in zip(box[:2], (width, height), strict=True))
    region = np.ascontiguousarray(pixels[y : max(int(box[3] + margin), y + 1), x : max(int(box[2] + margin), x + 1)])
    expected = (box[0] - x, box[1] - y, box[2] - x, box[3] - y)
    best = max(face_detector().detect(region), key=lambda face: iou(face.box, expected), default=None)
    return region, best if best and iou(best.box, expected) > SAME_FACE else None


def _overlaid(grey: np.ndarray, heat: np.ndarray) -> bytes:
    """Draw heat (S, S) in [0, 1] over the grey crop (S, S) uint8, as a PNG."""
    from matplotlib import colormaps

    size = (ATTENTION_SIDE, ATTENTION_SIDE)
    crop = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC), np.float32)[..., None]
    heat = np.asarray(Image.fromarray(heat).resize(size, Image.Resampling.BILINEAR)).clip(0, 1)
    share = 0.7 * heat[..., None]
    mixed = (1 - share) * crop + share * 255 * colormaps["inferno"](heat)[..., :3]
    stream = io.BytesIO()
    Image.fromarray(mixed.round().astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def key_frames_png(frames: Sequence[KeyFrame]) -> bytes:
    """Draw the frames side by side with their times and answers, below each where the network looked; a PNG."""
    from ...core.figure import new_figure, png_of

    if not frames:
        figure = new_figure(5, 0.5)
        figure.text(0.5, 0.5, "no face was seen when there was an answer", ha="center")
        return png_of(figure)
    rows = 2 if any(frame.attention for frame in frames) else 1
    figure = new_figure(2.4 * len(frames), 2.8 * rows)
    columns = figure.subplots(rows, len(frames), squeeze=False).T
    for axes, frame in zip(columns, frames, strict=True):
        _show(axes[0], frame.picture, frame.caption.replace("  ", "\n", 1))
        if rows == 2:
            title = f"what in the face speaks\nfor “{frame.reading.likeliest}” (Grad-CAM)"
            _show(axes[1], frame.attention, title if frame.attention else "not found again")
    return png_of(figure)


def _show(axes: Any, file: bytes | None, title: str) -> None:
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, parse_math=False)
    if file:
        axes.imshow(np.asarray(Image.open(io.BytesIO(file)).convert("RGB")))
