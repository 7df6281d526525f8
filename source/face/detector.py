"""Detection and alignment of faces: a mesh of 478 points, 52 blendshapes, an aligned crop and an aligned mesh.

The detector is MediaPipe's FaceLandmarker (Tasks API), run on the whole picture and on overlapping tiles. Alignment is
a similarity (translation, scale, roll) that brings nine mesh points closest to the template: where they lie on the
median face of FER2013's training part, made symmetric. Crop and mesh go through the same similarity.
"""

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..core.lazily import lazily

POINTS = 478
BLENDSHAPE_NAMES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen",
    "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight",
    "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft",
    "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
BLENDSHAPES = len(BLENDSHAPE_NAMES)  # 52
# Mesh point -> (x, y) in the crop, as a share of its side: irises, nose tip, mouth corners, chin, forehead, cheeks.
TEMPLATE = {
    468: (0.314, 0.386), 473: (0.686, 0.386), 1: (0.500, 0.619), 61: (0.3475, 0.773), 291: (0.6525, 0.773),
    152: (0.500, 1.003), 10: (0.500, 0.106), 234: (0.1115, 0.459), 454: (0.8885, 0.459),
}  # fmt: skip
# Mesh points of the person's left and right eye: its corners, and two pairs of points on the upper and the lower lid.
EYES = np.array([[(362, 263), (385, 380), (387, 373)], [(33, 133), (160, 144), (158, 153)]])

# Of MediaPipe, which imports all at once: its drawings take matplotlib's pyplot, its sounds an audio device.
UNUSED = [
    f"mediapipe.tasks.python.{name}" for name in ("audio", "text", "vision.drawing_styles", "vision.drawing_utils")
]
LEAST_CONFIDENCE = 0.5  # of detection and presence; FaceLandmarker's default
SMALL_SIDE = 192  # pixels; FaceLandmarker misses more faces in smaller pictures, so they are enlarged first
LEAST_SIDE = 16  # pixels; no face can be found in less
MOST_SIDE = 32_000  # pixels; the native code aborts the process at 32,767
LONG = 4  # times as long as high: a strip, in which a single pass sees no face
BORDER = 1 / 3  # of the side, by which the edge of a crop without margin is repeated: +2 % faces found on FER2013
# FaceLandmarker detects on 128x128 pixels, so larger pictures are also cut into square tiles that overlap by half.
# Halvings of the picture's short side -> pixels from which tiles of that side are worth their time.
TILES = {0: 240, 1: 240, 2: 360}
CONFIRMATION_MARGINS = (1.0, 1.5)  # box sides around a face found in a tile, in which it must be found again
SAME_FACE_IOU = 0.3  # from which two detections are one face

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Face:
    """One face in a picture."""

    mesh: np.ndarray
    """(478, 3) float32: x, y in pixels of the picture, z in pixels relative to the head, smaller is nearer."""
    blendshapes: np.ndarray
    """(52,) float32 in [0, 1], in FaceLandmarker's order."""
    pose: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    """Yaw, pitch and roll of the head in degrees, 0 as it faces the camera upright: positive as it is turned to the
    picture's right, raised, and tilted to the picture's right (clockwise). NaN where it is not known."""

    @property
    def box(self) -> Box:
        """Left, top, right and bottom of the mesh in pixels; may reach beyond the picture."""
        (left, top), (right, bottom) = self.mesh[:, :2].min(0), self.mesh[:, :2].max(0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)

    @property
    def eye_aspect(self) -> tuple[float, float]:
        """How far the person's left and right eye are open: about 0.3, and below 0.15 where it is closed.

        The eye aspect ratio of Soukupová & Čech (2016), in space: a turned head changes it little.
        """
        pairs = self.mesh[EYES]
        across, *between_lids = np.linalg.norm(pairs[:, :, 0] - pairs[:, :, 1], axis=2).T
        left, right = np.mean(between_lids, 0) / np.maximum(across, 1e-6)
        return float(left), float(right)

    def moved(self, right: float, down: float, scale: float = 1) -> "Face":
        """Return the face moved by these pixels, then scaled about the picture's corner."""
        mesh = (self.mesh + np.array([right, down, 0], np.float32)) * np.float32(scale)
        return replace(self, mesh=mesh)


class FaceDetector(AbstractContextManager["FaceDetector"]):
    """FaceLandmarker for still pictures. A context manager: it holds native memory until closed."""

    def __init__(self, model_file: Path | None = None, most_faces: int | None = None):
        from ..core import config, pretrained

        with lazily(*UNUSED):
            from mediapipe.tasks.python import BaseOptions, vision
        self.most_faces = most_faces or config.MOST_FACES
        file = model_file or pretrained.path("face_landmarker")
        options = vision.FaceLandmarkerOptions(
            # Bytes, not the path: the native code cannot open a path with characters outside the locale.
            base_options=BaseOptions(model_asset_buffer=Path(file).read_bytes()),
            num_faces=self.most_faces,
            min_face_detection_confidence=LEAST_CONFIDENCE,
            min_face_presence_confidence=LEAST_CONFIDENCE,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        self._landmarker = vision.FaceLandmarker.create_from_options(options)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the native memory."""
        self._landmarker.close()

    def abandon(self) -> None:
        """Leave the native memory to the process's end: closing then would fail, MediaPipe's threads being gone."""
        self._landmarker._handle = None

    def detect(self, picture: np.ndarray) -> list[Face]:
        """Return the faces in `picture` (H, W, 3) uint8 RGB, upright, from left to right; of too many the largest."""
        short, long = sorted(picture.shape[:2])
        if short < SMALL_SIDE:
            return self._detect_in_strip(picture) if long > LONG * short else self.detect_enlarged(picture)
        tiled = [face.moved(x, y) for tile, x, y in _tiles(picture) for face in self.detect_single_pass(tile)]
        confirmed = [face for face in suppress_overlaps(tiled) if self._is_confirmed(picture, face)]
        faces = suppress_overlaps(self.detect_single_pass(picture) + confirmed)
        return left_to_right(faces[: self.most_faces]) or self.detect_enlarged(picture)

    def detect_single_pass(self, picture: np.ndarray) -> list[Face]:
        """Return the faces that one pass of FaceLandmarker over the whole picture finds, in its order."""
        import mediapipe

        if max(picture.shape[:2]) > MOST_SIDE:
            return []
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        result = self._landmarker.detect(image)
        height, width = picture.shape[:2]
        scale = np.array([width, height, width], np.float32)  # z is given in units of the width
        meshes = [np.array([(p.x, p.y, p.z) for p in points], np.float32) * scale for points in result.face_landmarks]
        shapes = [np.array([c.score for c in scores], np.float32) for scores in result.face_blendshapes]
        poses = map(_pose, result.facial_transformation_matrixes)
        return [Face(*face) for face in zip(meshes, shapes, poses, strict=True)]

    def detect_enlarged(self, picture: np.ndarray) -> list[Face]:
        """Return the faces, from left to right, found within a border, a small picture enlarged by a whole number."""
        import cv2

        if min(picture.shape[:2]) < LEAST_SIDE:
            return []
        enlarge = max(1, round(SMALL_SIDE / min(picture.shape[:2])))
        large = cv2.resize(picture, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC)
        border = round(min(large.shape[:2]) * BORDER)
        bordered = cv2.copyMakeBorder(large, border, border, border, border, cv2.BORDER_REPLICATE)
        faces = [face.moved(-border, -border, 1 / enlarge) for face in self.detect_single_pass(bordered)]
        return left_to_right(suppress_overlaps(faces))

    def _detect_in_strip(self, picture: np.ndarray) -> list[Face]:
        """Return the faces, from left to right, in a small picture much longer than high or higher than long."""
        height, width = picture.shape[:2]
        side, found = 2 * min(height, width), []
        for start in _starts(max(height, width), side):
            x, y = (start, 0) if width > height else (0, start)
            found += [face.moved(x, y) for face in self.detect_enlarged(picture[y : y + side, x : x + side])]
        return left_to_right(suppress_overlaps(found)[: self.most_faces])

    def _is_confirmed(self, picture: np.ndarray, face: Face) -> bool:
        """Return whether the face is found again close up: in tiles, helmets and wheels often look like faces."""
        regions = (crop_around(picture, face, margin) for margin in CONFIRMATION_MARGINS)
        return all(
            any(iou(here.box, again.box) > SAME_FACE_IOU for again in self.detect_enlarged(region))
            for region, here in regions
        )


def _pose(matrix: np.ndarray) -> tuple[float, float, float]:
    """Return yaw, pitch and roll of FaceLandmarker's (4, 4): the face's axes (left, up, forward) in the camera's."""
    (_, _, x), (up_x, up_y, y), (_, _, z) = matrix[:3, :3].tolist()
    yaw, pitch, roll = math.atan2(x, z), math.asin(min(max(y, -1.0), 1.0)), math.atan2(-up_x, up_y)
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def _tiles(picture: np.ndarray) -> Iterator[tuple[np.ndarray, int, int]]:
    """Yield square tiles that overlap by half, with their left and top.

    Their side is the picture's short one if the long one is clearly longer, its half, and in very large pictures its
    quarter.
    """
    height, width = picture.shape[:2]
    short, is_long = min(height, width), max(height, width) > 1.5 * min(height, width)
    sides = [short >> halvings for halvings, least in TILES.items() if short >> halvings >= least]
    for side in sides if is_long else sides[1:]:
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield picture[top : top + side, left : left + side], left, top


def _starts(length: int, side: int) -> list[int]:
    count = -(-(length - side) // (side // 2)) + 1
    return [round(step * (length - side) / max(count - 1, 1)) for step in range(count)]


def suppress_overlaps(faces: list[Face]) -> list[Face]:
    """Return each face once, the largest first: of overlapping detections that one, which no tile's edge has cut."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.area):
        if all(iou(face.box, other.box) < SAME_FACE_IOU for other in kept):
            kept.append(face)
    return kept


def left_to_right(faces: list[Face]) -> list[Face]:
    """Return the faces sorted by the left edge of their box."""
    return sorted(faces, key=lambda face: (face.box[0], face.box[1]))


def iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Return the intersection over union of two boxes (left, top, right, bottom): 0 to 1."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - shared
    return shared / area if area > 0 else 0.0


def crop_around(picture: np.ndarray, face: Face, margin: float) -> tuple[np.ndarray, Face]:
    """Cut out the face's box with `margin` box sides around it; return the region and the face in its pixels."""
    left, top, right, bottom = face.box
    margin *= max(right - left, bottom - top)
    height, width = picture.shape[:2]
    x0, y0 = (int(min(max(edge - margin, 0), end - 1)) for edge, end in ((left, width), (top, height)))
    x1, y1 = (int(max(edge + margin, start + 1)) + 1 for edge, start in ((right, x0), (bottom, y0)))
    return picture[y0:y1, x0:x1], face.moved(-x0, -y0)


def alignment(face: Face) -> np.ndarray:
    """Return the similarity (2, 3) from the picture's pixels to the unit square: least squares over TEMPLATE's points.

    Closed form in the plane (Umeyama 1991, without reflection): as complex numbers, q = a p + b.
    """
    points, goals = face.mesh[list(TEMPLATE), :2].astype(np.float64), np.array(list(TEMPLATE.values()))
    p, q = points @ (1, 1j), goals @ (1, 1j)
    centred = p - p.mean()
    a = (q * centred.conj()).sum() / max((abs(centred) ** 2).sum(), 1e-12)
    b = q.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def aligned_crop(picture: np.ndarray, face: Face, side: int) -> np.ndarray:
    """Return the aligned face of `picture` (H, W, 3) uint8 RGB: (side, side) uint8 grey."""
    import cv2

    region, face = crop_around(picture, face, margin=0.6)
    grey, matrix = cv2.cvtColor(region, cv2.COLOR_RGB2GRAY), alignment(face) * side
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.75:  # shrink by area first: sampling alone would alias
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        matrix[:, :2] /= np.array(small.shape[::-1]) / grey.shape[::-1]
        grey = small
    matrix[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5  # OpenCV counts from the middle of the first pixel
    return cv2.warpAffine(grey, matrix, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def aligned_mesh(face: Face) -> np.ndarray:
    """Return the aligned mesh, its origin in the crop's middle, its unit the crop's side: (478, 3) float32."""
    matrix = alignment(face)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    flat = face.mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2] - 0.5
    return np.column_stack([flat, face.mesh[:, 2:] * scale]).astype(np.float32)
