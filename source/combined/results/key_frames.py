"""Key frames: the moments in which a face shows most clearly what its person displays, and where the network looked."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ...core.arrays import stacked, tensors
from ...core.errors import DemeanorError
from ...core.units import clock
from ...face.detector import Face
from ...face.settings import FaceSettings
from ...face.tracks import Box, FaceTracks
from ...media.selection import Selection
from ...media.video import Frame, Replay
from ...results.prediction import Prediction, Reading
from ...results.timeline import merge_runs, non_overlapping
from ...training.checkpoint import Trained
from ..explain import FaceAlone
from .annotated.overlay import fitting

REPEATED = 0.4  # weight of a further segment of an emotion already shown, beside one of another emotion
HEAD_AND_SHOULDERS = 2.2  # of the face's box
SIDE = 240  # pixels of a picture
SAME_FACE = 0.3  # intersection over union with the box it was found in
AROUND, TEXT, TEXT_HEIGHT = 12, 15, 46  # pixels around a picture, of its two lines of text, and above it for them


@dataclass(frozen=True)
class KeyFrame:
    """One key frame."""

    seconds: float
    person: int
    reading: Reading
    """The segment with one answer that the frame stands for."""
    picture: Image.Image
    """Head and shoulders."""
    attention: Image.Image | None
    """The aligned face with what speaks for the answer (Grad-CAM); None where the face is not found again."""
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
    start = prediction.start_seconds
    candidates = select(prediction.shifted(-start), face_tracks, most)
    frames = [frame_at(path, start + candidate.seconds) for candidate in candidates]
    found = [(candidate, frame.pixels) for candidate, frame in zip(candidates, frames, strict=True) if frame]
    return [
        KeyFrame(
            start + candidate.seconds,
            candidate.reading.person,
            candidate.reading,
            _head_and_shoulders(pixels, candidate.box),
            attention,
            f"{clock(start + candidate.seconds, tenths=True)}\n#{candidate.reading.person} {candidate.reading.summary}",
        )
        for (candidate, pixels), attention in zip(found, _attention(found, trained), strict=True)
    ]


def frame_at(path: Path, seconds: float) -> Frame | None:
    """Return the frame that is shown at that time of the recording; None where it cannot be read."""
    with suppress(DemeanorError), Replay(path, Selection(seconds)) as video:
        return next(iter(video), None)
    return None


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


def _head_and_shoulders(pixels: np.ndarray, box: Box) -> Image.Image:
    """Cut a square around the face, moved into the picture where it reaches outside."""
    height, width = pixels.shape[:2]
    side = round(min(max(box[2] - box[0], box[3] - box[1]) * HEAD_AND_SHOULDERS, height, width))
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + 0.1 * side  # less above the head than below it
    left, top = (round(min(max(at - side / 2, 0), end - side)) for at, end in zip(middle, (width, height), strict=True))
    image = Image.fromarray(pixels[top : top + side, left : left + side])
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _attention(found: Sequence[tuple[Candidate, np.ndarray]], trained: Trained) -> list[Image.Image | None]:
    """Draw each face as the network was given it, and over it what speaks for its answer (Grad-CAM)."""
    from ...face.explain import grad_cam

    faces = [_inputs(pixels, candidate.box, trained.settings.face) for candidate, pixels in found]
    there = [(candidate, face) for (candidate, _), face in zip(found, faces, strict=True) if face]
    if not there:
        return [None] * len(found)
    arrays = stacked([face for _, face in there])
    labels = [trained.labels.index(str(candidate.reading.likeliest)) for candidate, _ in there]
    heat = grad_cam(FaceAlone(trained.network), tensors(arrays), labels)
    if heat is None:
        return [None] * len(found)
    drawn = map(_overlaid, arrays["image"], heat)
    return [next(drawn) if face else None for face in faces]


def _inputs(pixels: np.ndarray, box: Box, settings: FaceSettings) -> Mapping[str, np.ndarray] | None:
    """Return what the network is given of the face in the box; None where it is not found again."""
    from ...face.features import featurize

    region, face = _find_again(pixels, box)
    return featurize(region, face, settings) if face else None


def _find_again(pixels: np.ndarray, box: Box) -> tuple[np.ndarray, Face | None]:
    """Return the surroundings of the box, and the face in them that lies in it; None where it is not found."""
    from ...face.detector import iou
    from ...face.features import face_detector

    height, width = pixels.shape[:2]
    margin = max(box[2] - box[0], box[3] - box[1])
    x, y = (int(min(max(edge - margin, 0), end - 1)) for edge, end in zip(box[:2], (width, height), strict=True))
    region = np.ascontiguousarray(pixels[y : max(int(box[3] + margin), y + 1), x : max(int(box[2] + margin), x + 1)])
    expected = (box[0] - x, box[1] - y, box[2] - x, box[3] - y)
    faces = face_detector().detect_enlarged(region)
    best = max(faces, key=lambda face: iou(face.box, expected), default=None)
    return region, best if best and iou(best.box, expected) > SAME_FACE else None


def _overlaid(grey: np.ndarray, heat: np.ndarray) -> Image.Image:
    """Draw heat (S, S) in [0, 1] over the grey crop (S, S) uint8."""
    from matplotlib import colormaps

    crop = np.asarray(Image.fromarray(grey).resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32)[..., None]
    heat = np.asarray(Image.fromarray(heat).resize((SIDE, SIDE), Image.Resampling.BILINEAR)).clip(0, 1)
    share = 0.7 * heat[..., None]
    mixed = (1 - share) * crop + share * 255 * colormaps["inferno"](heat)[..., :3]
    return Image.fromarray(mixed.round().astype(np.uint8))


def key_frames_png(frames: Sequence[KeyFrame]) -> bytes:
    """Draw the frames side by side with their times and answers, below each where the network looked; a PNG."""
    rows: list[list[tuple[str, Image.Image | None]]] = [[(frame.caption, frame.picture) for frame in frames]]
    if any(frame.attention for frame in frames):
        speaks = "what in the face speaks\nfor “{}” (Grad-CAM)"
        titles = [speaks.format(frame.reading.likeliest) if frame.attention else "not found again" for frame in frames]
        rows.append([(title, frame.attention) for title, frame in zip(titles, frames, strict=True)])
    cell_width, cell_height = SIDE + 2 * AROUND, SIDE + AROUND + TEXT_HEIGHT
    sheet = Image.new("RGB", (cell_width * max(len(frames), 2), cell_height * len(rows)), "white")
    draw = ImageDraw.Draw(sheet)
    for row, cells in enumerate(rows):
        for column, (title, picture) in enumerate(cells):
            left, top = column * cell_width + AROUND, row * cell_height + TEXT_HEIGHT
            letters = min(
                (fitting(line, TEXT, SIDE, bold=False) for line in title.split("\n")), key=lambda one: one.size
            )
            draw.text((left + SIDE / 2, top - AROUND / 2), title, "black", letters, anchor="md", align="center")
            if picture:
                sheet.paste(picture, (left, top))
    if not frames:
        draw.text((cell_width, cell_height / 2), "no face was seen when there was an answer", "black", anchor="mm")
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()
