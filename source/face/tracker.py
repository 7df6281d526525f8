"""Tracking of the faces of one video: detections frame by frame, each with the number of its person.

FaceLandmarker runs in its mode for still pictures. Its mode for videos saves nothing (over 300 frames of one face 10.8
against 11.2 ms of CPU; 14.5 where it looks for two), nor do smaller frames (10.2 ms at 640 pixels), and at five frames
a second a face moves too far to be followed from mesh to mesh.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..core import config
from .appearance import describe_appearance
from .detector import SAME_FACE_IOU, SMALL_SIDE, Face, FaceDetector, crop_around, iou, left_to_right, suppress_overlaps
from .identities import REACH, People, distance

LONGEST_SIDE = 1280  # pixels; larger frames are shrunk to this before detection
TILED_DETECTION_SECONDS = 3.0  # between two tiled detections, which take ten times a single pass
FOLLOW_SECONDS = 0.6  # for which a face that a single pass misses is looked for in its last place
FOLLOW_MARGIN = 1.0  # box sides around that place
BLANK_RANGE = 8  # a frame whose values differ by less shows nobody


@dataclass(frozen=True)
class TrackedFace:
    """One face in one frame."""

    person: int
    """Stable number, from 0, in the order of first appearance; from left to right within a frame."""
    face: Face
    """In pixels of the frame given."""


class FaceTracker(AbstractContextManager["FaceTracker"]):
    """Tracker of the faces of one video. A context manager: it holds native memory until closed.

    A person keeps the number across frames by place and appearance; after a cut or an absence by appearance alone,
    which is no face recognition (see source.face.appearance): in doubt, a face becomes a new person. A number is given
    at the first detection, so a false one gets one too. Small faces, which a single pass misses, are looked for in
    tiles of the first frame and then, every few seconds, where the scene is new or empty.
    """

    def __init__(self, most_faces: int | None = None, model_file: Path | None = None):
        self._model_file, self.most_faces = model_file, most_faces or config.MOST_FACES_IN_VIDEO
        self.has_too_many = False  # whether there were as many faces in a frame as are followed at most
        self._people = People()
        self._clock, self._last_seconds = 0.0, 0.0
        self._next_tiled_detection = 0.0

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the native memory; a second time does nothing."""
        if detector := vars(self).pop("_detector", None):
            detector.close()

    def load(self) -> None:
        """Make what the first frame would, which takes a second. Raises DemeanorError where the weights are missing."""
        _ = self._detector

    @cached_property
    def _detector(self) -> FaceDetector:
        """Made for the first frame: a recording without a picture needs none."""
        return FaceDetector(self._model_file, self.most_faces)

    def update(self, picture: np.ndarray, seconds: float) -> list[TrackedFace]:
        """Return the faces in the next frame from left to right; where they are too many, the largest.

        `picture` is (H, W, 3) uint8 RGB, upright; `seconds` is its time, at about five frames a second. Time that
        stands still or goes back, as in damaged files, counts as no time passed.
        """
        import cv2

        self._clock += max(0.0, seconds - self._last_seconds)
        self._last_seconds = seconds
        scale = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        faces = self._detect(picture)
        numbers = self._people.assign(faces, [describe_appearance(picture, face) for face in faces], self._clock)
        return [TrackedFace(number, face.moved(0, 0, 1 / scale)) for number, face in zip(numbers, faces, strict=True)]

    def _detect(self, picture: np.ndarray) -> list[Face]:
        if np.ptp(picture[::16, ::16]) < BLANK_RANGE:
            return []
        is_small = min(picture.shape[:2]) < SMALL_SIDE  # then it is enlarged below
        faces = [] if is_small else self._detector.detect_single_pass(picture)
        faces = suppress_overlaps(faces + self._detect_in_last_places(picture, faces))
        faces = faces or self._detector.detect_enlarged(picture)
        before = self._people.recent(self._clock, TILED_DETECTION_SECONDS)
        has_stayed = any(distance(person.face, face) <= REACH for person in before for face in faces)
        if self._clock >= self._next_tiled_detection and not has_stayed:
            self._next_tiled_detection = self._clock + TILED_DETECTION_SECONDS
            faces = self._detector.detect(picture)
        self.has_too_many |= len(faces) >= self.most_faces
        return left_to_right(sorted(faces, key=lambda face: -face.area)[: self.most_faces])

    def _detect_in_last_places(self, picture: np.ndarray, faces: list[Face]) -> list[Face]:
        """Return faces where somebody was a moment ago who is not among `faces`: too small, or turned, or gone."""
        before = [person.face for person in self._people.recent(self._clock, FOLLOW_SECONDS)]
        if len(faces) >= len(before):
            return []
        refound = []
        for face in before:
            if all(iou(face.box, other.box) < SAME_FACE_IOU for other in faces):
                region, here = crop_around(picture, face, FOLLOW_MARGIN)
                left, top = face.box[0] - here.box[0], face.box[1] - here.box[1]
                refound += [again.moved(left, top) for again in self._detector.detect_enlarged(region)]
        return refound
