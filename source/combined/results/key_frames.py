"""The moments of a video in which a face shows most clearly what its person displays, and where the network looked."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from ...core.units import clock
from ...results.prediction import Prediction, Reading
from ...results.timeline import merge_runs, non_overlapping
from ..inference.face_track import Box, FaceTracks
from .frames_at import frames_at

AGAIN = 0.4  # what a further stretch of an emotion already shown counts beside one of another emotion
HEAD_AND_SHOULDERS = 2.2  # of the face's box
MOST_SIDE = 640  # pixels of a picture
ATTENTION_SIDE = 240  # pixels of where the network looked
SAME_FACE = 0.3  # intersection over union with the box it was seen in


@dataclass(frozen=True)
class KeyFrame:
    """One moment."""

    seconds: float
    person: int
    reading: Reading
    """The stretch with that answer that the frame stands for."""
    picture: bytes
    """Head and shoulders, a JPEG."""
    attention: bytes | None
    """The aligned face with what speaks for the answer (Grad-CAM), a PNG; None where the face is not found again."""
    caption: str
    """When, who and what, such as "0:07.4  #0 happy 71 %"."""


@dataclass(frozen=True)
class _Choice:
    seconds: float
    box: Box
    reading: Reading


def key_frames(
    path: Path, prediction: Prediction, face_tracks: FaceTracks, trained: Any, most: int = 6
) -> list[KeyFrame]:
    """At most so many frames of the video in `path`, in the order of time; none where no face was seen.

    Of the long and sure stretches of one answer, different emotions first and spread over the video, the frame whose
    face alone speaks most for that answer. trained: the combined model.
    """
    choices = chosen(prediction, face_tracks, most)
    if not choices:
        return []
    network, settings = _face_network(trained), trained.settings.face
    frames = frames_at(path, [choice.seconds for choice in choices])
    return [
        _telling(frame.pixels, choice, list(prediction.labels), network, settings)
        for choice, frame in zip(choices, frames, strict=False)  # a file may have been cut since
    ]


def _face_network(trained):
    from ..explain import FaceAlone

    return FaceAlone(trained.network)


def chosen(prediction: Prediction, face_tracks: FaceTracks, most: int) -> list[_Choice]:
    """Which frames, in the order of time."""
    left, taken = list(_candidates(prediction, face_tracks)), []
    room = max(prediction.seconds or 0.0, 1e-9) / max(most, 1)
    while left and len(taken) < most:
        best = max(left, key=lambda choice: _worth(choice, taken, room))
        left.remove(best)
        taken.append(best)
    return sorted(taken, key=lambda choice: choice.seconds)


def _candidates(prediction, face_tracks) -> Iterator[_Choice]:
    """Of each stretch with a sure answer the frame that speaks most for it; where none is sure, of all."""
    parts = groupby(non_overlapping(prediction.readings), attrgetter("person"))
    runs = [stretch for _, run in parts for stretch in merge_runs(list(run))]
    sure = [stretch for stretch in runs if stretch.emotion]
    for stretch in sure or [stretch for stretch in runs if stretch.likeliest]:
        rows = face_tracks.between(stretch.start_seconds or 0.0, stretch.end_seconds or 0.0, stretch.person)
        if len(rows):
            label = list(prediction.labels).index(str(stretch.likeliest))
            row = rows[face_tracks.probabilities[rows, label].argmax()]
            left, top, right, bottom = map(float, face_tracks.box[row])
            yield _Choice(float(face_tracks.seconds[row]), (left, top, right, bottom), stretch)


def _worth(choice, taken, room):
    """How telling a choice is beside those already taken. room: seconds that each frame could have for itself."""
    reading = choice.reading
    lasts = (reading.end_seconds or 0.0) - (reading.start_seconds or 0.0)
    again = sum(other.reading.emotion == reading.emotion for other in taken)
    nearest = min((abs(other.seconds - choice.seconds) for other in taken), default=room)
    return reading.confidence * lasts**0.5 * AGAIN**again * min(0.1 + nearest / room, 1.0)


def _telling(pixels, choice, labels, network, settings):
    said, when = f"#{choice.reading.person} {choice.reading.summary}", clock(choice.seconds, tenths=True)
    label = labels.index(str(choice.reading.likeliest))
    views = _head_and_shoulders(pixels, choice.box), _attention(pixels, choice.box, label, network, settings)
    return KeyFrame(choice.seconds, choice.reading.person, choice.reading, *views, f"{when}  {said}")


def _head_and_shoulders(pixels, box):
    """A square around the face as a JPEG, moved into the picture where it reaches outside."""
    from PIL import Image

    height, width = pixels.shape[:2]
    side = round(min(max(box[2] - box[0], box[3] - box[1]) * HEAD_AND_SHOULDERS, height, width))
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + 0.1 * side  # less above the head than below it
    left, top = (round(min(max(at - side / 2, 0), end - side)) for at, end in zip(middle, (width, height), strict=True))
    image = Image.fromarray(pixels[top : top + side, left : left + side])
    image.thumbnail((MOST_SIDE, MOST_SIDE), Image.Resampling.LANCZOS)
    return _file(image, "JPEG", quality=88)


def _attention(pixels, box, label, network, settings):
    """The face as the network was given it, and over it what speaks for the label."""
    from ...face.explain import grad_cam
    from ...face.features import featurize
    from ...face.results.figures import tensors

    region, face = _found_again(pixels, box)
    if face is None:
        return None
    arrays = {name: np.asarray(array)[None] for name, array in featurize(region, face, settings).items()}
    evidence = grad_cam(network, tensors(arrays), [label])
    return None if evidence is None else _coloured(arrays["image"][0], evidence[0])


def _found_again(pixels, box):
    """The surroundings of the box, and the face in them that lies in it; None where it is not found."""
    from ...face.detector import iou
    from ...face.features import face_detector

    height, width = pixels.shape[:2]
    margin = max(box[2] - box[0], box[3] - box[1])
    x, y = (int(min(max(edge - margin, 0), end - 1)) for edge, end in zip(box[:2], (width, height), strict=True))
    region = np.ascontiguousarray(pixels[y : max(int(box[3] + margin), y + 1), x : max(int(box[2] + margin), x + 1)])
    there = (box[0] - x, box[1] - y, box[2] - x, box[3] - y)
    faces = face_detector().detect(region)
    best = max(faces, key=lambda face: iou(face.box, there), default=None)
    return region, best if best and iou(best.box, there) > SAME_FACE else None


def _coloured(grey, evidence):
    """The grey crop (S, S) uint8 under the evidence (S, S) in [0, 1], as a PNG."""
    from matplotlib import colormaps
    from PIL import Image

    size = (ATTENTION_SIDE, ATTENTION_SIDE)
    crop = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC), np.float32)[..., None]
    heat = np.asarray(Image.fromarray(evidence).resize(size, Image.Resampling.BILINEAR)).clip(0, 1)
    share = 0.7 * heat[..., None]
    mixed = (1 - share) * crop + share * 255 * colormaps["inferno"](heat)[..., :3]
    return _file(Image.fromarray(mixed.round().astype(np.uint8)), "PNG")


def _file(image, form, **settings):
    stream = io.BytesIO()
    image.save(stream, form, **settings)
    return stream.getvalue()


def key_frames_png(frames: Sequence[KeyFrame]) -> bytes:
    """The frames side by side with their times and answers, below each where the network looked."""
    from ...core.figure import new_figure, png_of

    if not frames:
        figure = new_figure(5, 0.5)
        figure.text(0.5, 0.5, "no face was seen when there was an answer", ha="center")
        return png_of(figure)
    rows = 2 if any(frame.attention for frame in frames) else 1
    figure = new_figure(2.4 * len(frames), 2.8 * rows)
    columns = figure.subplots(rows, len(frames), squeeze=False).T
    for axes, frame in zip(columns, frames, strict=True):
        when, said = frame.caption.split("  ", 1)
        _show(axes[0], frame.picture, f"{when}\n{said}")
        if rows == 2:
            looked = f"what in the face speaks\nfor “{frame.reading.likeliest}” (Grad-CAM)"
            _show(axes[1], frame.attention, looked if frame.attention else "not found again")
    return png_of(figure)


def _show(axes, file, title):
    from PIL import Image

    axes.set_axis_off()
    axes.set_title(title, fontsize=10, parse_math=False)
    if file:
        axes.imshow(np.asarray(Image.open(io.BytesIO(file)).convert("RGB")))
