"""Prediction from a picture, or a folder of pictures: what every face in it displays, and the result files."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..core import config
from ..core.arrays import stacked
from ..core.hooks import Notify, OnProgress
from ..media.image import Picture, read_picture
from ..media.selection import WHOLE, Selection
from ..results.predicting import Result
from ..results.prediction import Prediction, Reading
from ..results.writing import Written
from ..training.checkpoint import Trained
from .detector import Face
from .features import face_detector, featurize
from .second_look import find_faces, is_tight_crop

log = logging.getLogger(__name__)

SMALL_FACE = 40  # pixels of the box's shorter side
FAR_ASIDE = 35.0  # degrees that the head is turned left or right
LEAST_OUTSIDE = 0.1  # share of the mesh beyond the picture's edges that earns a note
CHEEKS = (234, 454)  # mesh points, the picture's left and right
LEAST_CONTRAST = 16  # grey levels; a picture with less shows nothing
MOST_EXPLAINED = 6  # faces in explanation.png, the largest


def read(
    source: Path | Picture,
    trained: Trained,
    notify: Notify = log.info,
    on_progress: OnProgress | None = None,
    selection: Selection = WHOLE,
) -> Result:
    """Read the faces in a picture: a Reading for each, from left to right. See `source.results.predicting.predict`."""
    picture = source if isinstance(source, Picture) else read_picture(source)
    readings, arrays = read_faces(picture.pixels, trained)
    notes = (*picture.notes, *_count_notes(len(readings)))
    prediction = Prediction(str(source), trained.spec.name, trained.labels, readings, picture.size, notes)
    if on_progress:
        on_progress(1, 1)
    return Result(prediction, lambda without: _files(picture.pixels, prediction, arrays, trained))


def _count_notes(count: int) -> Iterator[str]:
    if not count:
        yield "no face was found"
    elif count >= config.MOST_FACES:
        yield f"the {count} largest faces were read; there may be more (MOST_FACES in config.py)"


def read_faces(pixels: np.ndarray, trained: Trained) -> tuple[tuple[Reading, ...], dict[str, np.ndarray]]:
    """Return a Reading for each face in `pixels` (H, W, 3) uint8 RGB, from left to right, and the network's inputs.

    A tight crop in which no face is found is read whole, as in training. No face: no readings and no inputs.
    """
    faces: list[Face | None] = list(find_faces(face_detector(), pixels))
    if not faces and is_tight_crop(pixels) and np.ptp(pixels) >= LEAST_CONTRAST:
        faces = [None]
    if not faces:
        return (), {}
    arrays = stacked([featurize(pixels, face, trained.settings) for face in faces])
    probabilities = trained.probabilities(arrays)  # one call for all faces
    height, width = pixels.shape[:2]
    readings = (
        Reading(
            probabilities=dict(zip(trained.labels, map(float, row), strict=True)),
            person=person,
            box=face.box if face else (0.0, 0.0, float(width), float(height)),
            notes=tuple(face_notes(face, width, height)),
        )
        for person, (face, row) in enumerate(zip(faces, probabilities, strict=True))
    )
    return tuple(readings), arrays


def face_notes(face: Face | None, width: int, height: int) -> Iterator[str]:
    """Yield notes on what makes the reading of this face less reliable; width and height are the picture's."""
    if face is None:
        yield "no face was found: the whole picture was read as a tight crop, without landmarks"
        return
    left, top, right, bottom = face.box
    side = min(right - left, bottom - top)
    if side < SMALL_FACE:
        yield f"small face: {side:.0f} pixels"
    if abs(turned_degrees(face)) > FAR_ASIDE:
        yield f"turned far aside: about {abs(turned_degrees(face)):.0f} degrees"
    x, y = face.mesh[:, 0], face.mesh[:, 1]
    beyond = float(((x < 0) | (y < 0) | (x > width) | (y > height)).mean())
    if beyond > LEAST_OUTSIDE:
        yield f"partly outside of the picture: about {beyond:.0%}".replace("%", " %")


def turned_degrees(face: Face) -> float:
    """Return how far the head is turned, by the line between the cheeks: 0 is frontal, the sign is the side."""
    across = face.mesh[CHEEKS[1]] - face.mesh[CHEEKS[0]]
    return float(np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1]))))


def _files(pixels: np.ndarray, prediction: Prediction, arrays: Any, trained: Trained) -> dict[str, Written]:
    """Return what draws each PNG file, by name, on copies: one that is left out is never drawn."""
    from .results import annotated, figures

    labels, readings, network = prediction.labels, prediction.readings, trained.network
    caption = "" if readings else "; ".join(prediction.notes)
    files: dict[str, Written] = {
        "annotated.png": lambda file: annotated.annotated(pixels, readings, labels, caption).save(file, "PNG")
    }
    if not readings:
        return files
    boxes = [reading.box or (0, 0, 0, 0) for reading in readings]
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in boxes]
    largest = sorted(range(len(areas)), key=lambda index: -areas[index])
    chosen = sorted(largest[:MOST_EXPLAINED])
    shown, explained = {name: array[chosen] for name, array in arrays.items()}, [readings[index] for index in chosen]
    files["explanation.png"] = lambda file: _write(file, figures.explanation(network, shown, explained))
    if trained.settings.use_image:
        files["feature_maps.png"] = lambda file: _write(file, figures.map_grid(network, arrays, largest[0]))
    return files


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)
