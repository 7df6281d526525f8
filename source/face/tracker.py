"""The faces of a video frame by frame, each with the number of its person.

FaceLandmarker runs in its mode for still pictures: with several faces its mode for videos looks for new ones in every
frame as well, so it saves no time, and at five frames a second a face moves too far to be followed from mesh to mesh.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np

from .appearance import look_of
from .detector import (
    SAME_FACE_OVERLAP,
    SMALL_SIDE,
    Face,
    FaceDetector,
    by_position,
    distinct,
    iou,
    moved,
    surroundings,
)
from .identities import REACH, People, distance

LONGEST_SIDE = 1280  # pixels; larger frames are shrunk to this before faces are looked for
CLOSE_LOOK_SECONDS = 3.0  # between two looks through tiles, which take as long as ten usual ones
FOLLOW_SECONDS = 0.6  # for so long a face that a glance misses is looked for where it was
FOLLOW_MARGIN = 1.0  # box sides around its last place
BLANK = 8  # a frame whose values differ by less shows nobody


@dataclass(frozen=True)
class TrackedFace:
    """One face in one frame."""

    person: int
    """Stable number, from 0, in the order of first sight; from left to right within a frame."""
    face: Face
    """In pixels of the frame given."""


class FaceTracker:
    """Give it the frames of ONE video in the order of time. A context manager: it holds native memory until closed.

    A person keeps the number across frames by place and look; after a cut or an absence by look alone, which is no
    face recognition (see source.face.appearance): when unsure, a face becomes a new person. A number is given at first
    sight, so a false find gets one too; `times_seen` tells who was seen only once or twice. Small faces, which one look
    at the frame misses, are looked for in the first frame and then, every few seconds, when the scene is new or empty.
    """

    def __init__(self, most_faces: int = 10, model_file: Path | None = None):
        self._model_file, self._most_faces = model_file, most_faces
        self._people = People()
        self._clock, self._given_seconds = 0.0, 0.0
        self._next_close_look = 0.0
        self._closed = False

    def __enter__(self) -> "FaceTracker":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Free the native memory; a second time does nothing."""
        if not self._closed:
            self._closed = True
            if "_detector" in vars(self):
                self._detector.close()

    @cached_property
    def _detector(self) -> "_FrameDetector":
        """Made for the first frame: a recording without a picture needs none."""
        return _FrameDetector(self._model_file, self._most_faces)

    @property
    def times_seen(self) -> Mapping[int, int]:
        """Person -> in how many frames so far; one seen in a single frame is likely no face at all."""
        return MappingProxyType(self._people.times_seen)

    def update(self, picture: np.ndarray, seconds: float) -> list[TrackedFace]:
        """The faces in one frame from left to right, the largest where they are too many.

        `picture` is (H, W, 3) uint8 RGB, upright; `seconds` is its time, at about five frames a second. Time that
        stands still or goes back, as in damaged files, counts as none gone by.
        """
        self._tick(seconds)
        picture, scale = _shrunk(picture)
        faces = self._faces(picture)
        numbers = self._people.name(faces, [look_of(picture, face) for face in faces], self._clock)
        return [TrackedFace(number, moved(face, 0, 0, 1 / scale)) for number, face in zip(numbers, faces, strict=True)]

    def _tick(self, seconds):
        self._clock += max(0.0, seconds - self._given_seconds)
        self._given_seconds = seconds

    def _faces(self, picture):
        if np.ptp(picture[::16, ::16]) < BLANK:
            return []
        faces = self._detector.glance(picture)
        faces = distinct(faces + self._in_last_places(picture, faces)) or self._detector.enlarged(picture)
        if self._clock >= self._next_close_look and not self._anyone_stayed(faces):
            self._next_close_look = self._clock + CLOSE_LOOK_SECONDS
            faces = self._detector.detect(picture)
        return by_position(sorted(faces, key=lambda face: -face.area)[: self._most_faces])

    def _in_last_places(self, picture, faces):
        """Faces that were there a moment ago: too small for the glance, or turned, or gone."""
        before = [person.face for person in self._people.recent(self._clock, FOLLOW_SECONDS)]
        if len(faces) >= len(before):
            return []
        lost = [face for face in before if all(iou(face.box, seen.box) < SAME_FACE_OVERLAP for seen in faces)]
        return [found for face in lost for found in self._detector.near(picture, face)]

    def _anyone_stayed(self, faces):
        before = self._people.recent(self._clock, CLOSE_LOOK_SECONDS)
        return any(distance(person.face, face) <= REACH for person in before for face in faces)


class _FrameDetector(FaceDetector):
    """Quicker looks than `find`, for one frame of many."""

    def glance(self, picture):
        """One look at the whole, as FaceLandmarker alone; a small picture is not worth it."""
        return [] if min(picture.shape[:2]) < SMALL_SIDE else self.detect_single_pass(picture)

    def enlarged(self, picture):
        """A look at the whole within a border, a small picture enlarged."""
        return self._detect_bordered(picture)

    def near(self, picture, face):
        """The faces in and around the place of `face`."""
        region, here = surroundings(picture, face, FOLLOW_MARGIN)
        (left, top, *_), (left_here, top_here, *_) = face.box, here.box
        return [moved(found, left - left_here, top - top_here, 1) for found in self._detect_bordered(region)]


def _shrunk(picture):
    """The picture, at most LONGEST_SIDE long, and by how much it was scaled."""
    import cv2

    scale = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
    if scale == 1:
        return picture, scale
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale
