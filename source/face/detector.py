"""Find faces: the mesh of 478 points, 52 blendshapes, and the crop and mesh in one common frame.

The finder is MediaPipe's FaceLandmarker (Tasks API). The frame is how FER2013 frames a face: every face is moved,
scaled and rolled (a similarity, no shear) so that nine points of its mesh come closest to where they lie on the median
FER2013 training face, made symmetric. Picture and mesh go through the same similarity.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
FRAME = {
    468: (0.314, 0.386), 473: (0.686, 0.386), 1: (0.500, 0.619), 61: (0.3475, 0.773), 291: (0.6525, 0.773),
    152: (0.500, 1.003), 10: (0.500, 0.106), 234: (0.1115, 0.459), 454: (0.8885, 0.459),
}  # fmt: skip

MOST_FACES = 20
SURE_FACE = 0.5  # FaceLandmarker's own threshold for detection and presence
SMALL_SIDE = 192  # pixels; FaceLandmarker misses more faces in smaller pictures, so they are enlarged first
BORDER = 1 / 3  # a crop without margin gets its edge repeated by this share of its side: +2 % faces found on FER2013
# The finder sees 128x128 pixels, so in larger pictures it also looks through square tiles that overlap by half.
# Halvings of the picture's short side -> pixels under which such tiles are not worth their time.
TILES = {0: 240, 1: 240, 2: 360}
CLOSER_LOOKS = (1.0, 1.5)  # box sides around a tile's find within which it must be found again to count
SAME_FACE_OVERLAP = 0.3  # intersection over union above which two finds are one face


@dataclass(frozen=True)
class Face:
    """One face in a picture."""

    mesh: np.ndarray
    """(478, 3) float32: x, y in pixels of the picture, z in pixels relative to the head, smaller is nearer."""
    blendshapes: np.ndarray
    """(52,) float32 in [0, 1], in FaceLandmarker's order."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the mesh, in pixels; may reach outside the picture."""
        (left, top), (right, bottom) = self.mesh[:, :2].min(0), self.mesh[:, :2].max(0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def area(self) -> float:
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


class FaceDetector:
    """FaceLandmarker for still pictures. A context manager: it holds native memory until closed."""

    def __init__(self, model_file: Path | None = None, most_faces: int = MOST_FACES):
        from mediapipe.tasks.python import BaseOptions, vision

        from ..core import pretrained

        file = model_file or pretrained.path("face_landmarker")
        options = vision.FaceLandmarkerOptions(
            # Bytes, not the path: the native code cannot open a path with characters outside the locale.
            base_options=BaseOptions(model_asset_buffer=Path(file).read_bytes()),
            num_faces=most_faces,
            min_face_detection_confidence=SURE_FACE,
            min_face_presence_confidence=SURE_FACE,
            output_face_blendshapes=True,
        )
        self._landmarker = vision.FaceLandmarker.create_from_options(options)

    def __enter__(self) -> "FaceDetector":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._landmarker.close()

    def abandon(self) -> None:
        """Leave it to the process's end: by then MediaPipe's own threads are gone, and its closing would fail aloud."""
        self._landmarker._handle = None

    def detect(self, picture: np.ndarray) -> list[Face]:
        """The faces in `picture` (H, W, 3) uint8 RGB, upright, from left to right."""
        if min(picture.shape[:2]) < SMALL_SIDE:
            return self._detect_bordered(picture)
        faces = distinct(self.detect_single_pass(picture) + self._detect_in_tiles(picture))
        return by_position(faces) or self._detect_bordered(picture)

    def detect_single_pass(self, picture: np.ndarray) -> list[Face]:
        import mediapipe

        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        result = self._landmarker.detect(image)
        height, width = picture.shape[:2]
        scale = np.array([width, height, width], np.float32)  # z is given in units of the width
        meshes = [np.array([(p.x, p.y, p.z) for p in points], np.float32) * scale for points in result.face_landmarks]
        shapes = [np.array([c.score for c in scores], np.float32) for scores in result.face_blendshapes]
        return [Face(mesh, blendshapes) for mesh, blendshapes in zip(meshes, shapes, strict=True)]

    def _detect_bordered(self, picture: np.ndarray) -> list[Face]:
        import cv2

        enlarge = max(1, round(SMALL_SIDE / min(picture.shape[:2])))
        large = cv2.resize(picture, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC)
        border = round(min(large.shape[:2]) * BORDER)
        bordered = cv2.copyMakeBorder(large, border, border, border, border, cv2.BORDER_REPLICATE)
        faces = [moved(face, -border, -border, 1 / enlarge) for face in self.detect_single_pass(bordered)]
        return by_position(distinct(faces))

    def _detect_in_tiles(self, picture: np.ndarray) -> list[Face]:
        finds = [moved(face, x, y, 1) for tile, x, y in _tiles(picture) for face in self.detect_single_pass(tile)]
        return [face for face in distinct(finds) if self._holds(picture, face)]

    def _holds(self, picture: np.ndarray, face: Face) -> bool:
        """Whether a closer look finds the face again: what many tiles see in helmets and wheels does not last."""
        for margin in CLOSER_LOOKS:
            region, here = surroundings(picture, face, margin)
            if not any(iou(here.box, again.box) > SAME_FACE_OVERLAP for again in self._detect_bordered(region)):
                return False
        return True


def moved(face: Face, right: float, down: float, scale: float) -> Face:
    """The face moved by pixels, then enlarged about the picture's corner."""
    mesh = (face.mesh + np.array([right, down, 0], np.float32)) * np.float32(scale)
    return Face(mesh, face.blendshapes)


def _tiles(picture: np.ndarray) -> Iterator[tuple[np.ndarray, int, int]]:
    """Square tiles that overlap by half, with their left and top.

    Of the short side where the long one is clearly longer, of its half, and of its quarter in very large pictures.
    """
    height, width = picture.shape[:2]
    short, wide = min(height, width), max(height, width) > 1.5 * min(height, width)
    sides = [short >> halvings for halvings, least in TILES.items() if short >> halvings >= least]
    for side in sides if wide else sides[1:]:
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield picture[top : top + side, left : left + side], left, top


def _starts(length: int, side: int) -> list[int]:
    count = -(-(length - side) // (side // 2)) + 1
    return [round(step * (length - side) / max(count - 1, 1)) for step in range(count)]


def distinct(faces: list[Face]) -> list[Face]:
    """Each face once: of finds that overlap the larger, which a tile's edge did not cut."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.area):
        if all(iou(face.box, other.box) < SAME_FACE_OVERLAP for other in kept):
            kept.append(face)
    return kept[:MOST_FACES]


def by_position(faces: list[Face]) -> list[Face]:
    """From left to right."""
    return sorted(faces, key=lambda face: (face.box[0], face.box[1]))


def iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Intersection over union of two boxes (left, top, right, bottom); 0 to 1."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - shared
    return shared / area if area > 0 else 0.0


def to_frame(face: Face) -> np.ndarray:
    """The similarity (2, 3) from the picture's pixels to the frame's unit square: least squares over FRAME's points.

    Closed form in the plane (Umeyama 1991, without reflection): as complex numbers, q = a p + b.
    """
    points, goals = face.mesh[list(FRAME), :2].astype(np.float64), np.array(list(FRAME.values()))
    p, q = points @ (1, 1j), goals @ (1, 1j)
    centred = p - p.mean()
    a = (q * centred.conj()).sum() / max((abs(centred) ** 2).sum(), 1e-12)
    b = q.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def aligned_crop(picture: np.ndarray, face: Face, side: int) -> np.ndarray:
    """The face in the frame: `picture` (H, W, 3) uint8 RGB -> (side, side) uint8 grey."""
    import cv2

    region, face = surroundings(picture, face, margin=0.6)
    grey, matrix = cv2.cvtColor(region, cv2.COLOR_RGB2GRAY), to_frame(face) * side
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.75:  # shrink by area first: sampling alone would alias
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        matrix[:, :2] /= np.array(small.shape[::-1]) / grey.shape[::-1]
        grey = small
    matrix[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5  # OpenCV counts from the middle of the first pixel
    return cv2.warpAffine(grey, matrix, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def surroundings(picture: np.ndarray, face: Face, margin: float) -> tuple[np.ndarray, Face]:
    """The face's box with `margin` box sides around it, cut from the picture, and the face in there."""
    left, top, right, bottom = face.box
    margin *= max(right - left, bottom - top)
    height, width = picture.shape[:2]
    x0, y0 = (int(min(max(edge - margin, 0), end - 1)) for edge, end in ((left, width), (top, height)))
    x1, y1 = (int(max(edge + margin, start + 1)) + 1 for edge, start in ((right, x0), (bottom, y0)))
    return picture[y0:y1, x0:x1], moved(face, -x0, -y0, 1)


def aligned_mesh(face: Face) -> np.ndarray:
    """The mesh in the frame, origin at its centre: (478, 3) float32, unit: the crop's side."""
    matrix = to_frame(face)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    flat = face.mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2] - 0.5
    return np.column_stack([flat, face.mesh[:, 2:] * scale]).astype(np.float32)
