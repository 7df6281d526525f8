"""A person's picture, or a folder of them -> what every face in it displays, with all the files that show why."""

import io
import logging
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..core import config
from ..core.hooks import Notify, OnProgress
from ..media.image import Picture, read_picture
from ..results.folder import predict_folder
from ..results.prediction import Prediction, Reading
from ..results.writing import write_prediction
from ..training.checkpoint import Trained
from .detector import Face
from .features import face_detector, featurize

log = logging.getLogger(__name__)

SMALL_FACE = 40  # pixels of the box's shorter side
FAR_ASIDE = 35.0  # degrees that the head is turned left or right
OUTSIDE = 0.1  # share of the mesh beyond the picture's edges
CHEEKS = (234, 454)  # mesh points, the picture's left and right
TIGHT_SIDE = 128  # pixels; a picture of at most this is taken for a tight crop, as FER2013's are
TIGHT_RATIO = 1.5  # longest side over shortest, at most
LEAST_CONTRAST = 16  # grey levels; under it a picture shows nothing
MOST_EXPLAINED = 6  # faces, the largest


def predict(
    path: Path | Picture,
    trained: Trained,
    folder_out: Path | None = None,
    *,
    write: bool = True,
    without: Collection[str] = (),
    notify: Notify = log.info,
    on_progress: OnProgress | None = None,
) -> list[Prediction]:
    """What the faces in the picture `path`, or in every picture of the folder `path`, display.

    One Prediction a picture; a face gets a Reading, and a picture without a face none. A picture of a folder that
    cannot be read never stops the others: its Prediction has a note with the reason, and no size. Sub-folders are not
    entered.
    With `write` the results lie in a new folder of `folder_out` (default: config.OUTPUT_FOLDER). Raises DemeanorError
    where nothing could be read.
    """
    target = (folder_out or config.OUTPUT_FOLDER) if write else None
    if isinstance(path, Path) and path.is_dir():
        return predict_folder(path, trained, target, partial(predict_picture, without=without), notify, on_progress)
    prediction = predict_picture(path, trained, target, without)
    if on_progress:
        on_progress(1, 1)
    return [prediction]


def predict_picture(
    path: Path | Picture, trained: Trained, folder_out: Path | None, without: Collection[str] = ()
) -> Prediction:
    """One picture; its results are written into a new folder of `folder_out` unless that is None."""
    picture = path if isinstance(path, Picture) else read_picture(path)
    readings, arrays = read_faces(picture.pixels, trained)
    notes = picture.notes if readings else (*picture.notes, "no face was found")
    prediction = Prediction(str(path), trained.spec.name, trained.labels, readings, picture.size, notes)
    if folder_out is None:
        return prediction
    drawings = _drawings(picture.pixels, prediction, arrays, trained)
    return write_prediction(prediction, drawings, folder_out, without=without)


def read_faces(pixels: np.ndarray, trained: Trained) -> tuple[tuple[Reading, ...], dict[str, np.ndarray]]:
    """A Reading for each face in `pixels` (H, W, 3) uint8 RGB, from left to right, and what the network was given.

    A tight crop in which no face is found is read whole, as in training. No face: no readings and no arrays.
    """
    faces: list[Face | None] = list(face_detector().detect(pixels))
    if not faces and _is_tight_crop(pixels):
        faces = [None]
    if not faces:
        return (), {}
    described = [featurize(pixels, face, trained.settings) for face in faces]
    arrays = {name: np.stack([inputs[name] for inputs in described]) for name in described[0]}
    shares = trained.probabilities(arrays)  # one call for all faces
    height, width = pixels.shape[:2]
    readings = (
        Reading(
            probabilities=dict(zip(trained.labels, map(float, row), strict=True)),
            person=person,
            box=face.box if face else (0.0, 0.0, float(width), float(height)),
            notes=tuple(face_notes(face, width, height)),
        )
        for person, (face, row) in enumerate(zip(faces, shares, strict=True))
    )
    return tuple(readings), arrays


def face_notes(face: Face | None, width: int, height: int) -> Iterator[str]:
    """What makes the reading of this face less trustworthy; width, height: of the picture, in pixels."""
    if face is None:
        yield "no face was found: the whole picture was read as a tight crop, without landmarks"
        return
    left, top, right, bottom = face.box
    side = min(right - left, bottom - top)
    if side < SMALL_FACE:
        yield f"small face: {side:.0f} pixels"
    if abs(turned_degrees(face)) > FAR_ASIDE:
        yield f"turned far aside: about {abs(turned_degrees(face)):.0f} degrees"
    beyond = outside_share(face, width, height)
    if beyond > OUTSIDE:
        yield f"partly outside of the picture: about {beyond:.0%}".replace("%", " %")


def turned_degrees(face: Face) -> float:
    """How far the head is turned, from the line between the cheeks: 0 is frontal, the sign is the side."""
    across = face.mesh[CHEEKS[1]] - face.mesh[CHEEKS[0]]
    return float(np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1]))))


def outside_share(face: Face, width: int, height: int) -> float:
    """Share of the mesh that lies beyond the edges of a picture of this size in pixels."""
    x, y = face.mesh[:, 0], face.mesh[:, 1]
    return float(((x < 0) | (y < 0) | (x > width) | (y > height)).mean())


def _is_tight_crop(pixels):
    short, long = sorted(pixels.shape[:2])
    return short <= TIGHT_SIDE and long <= short * TIGHT_RATIO and np.ptp(pixels) >= LEAST_CONTRAST


def _drawings(pixels: np.ndarray, prediction: Prediction, arrays: Any, trained: Trained) -> dict[str, bytes]:
    """File name -> PNG. They are drawn on copies: the network has seen the picture as it was."""
    from .results import annotated, figures

    stream = io.BytesIO()
    caption = "" if prediction.readings else "; ".join(prediction.notes)
    annotated.annotated(pixels, prediction.readings, prediction.labels, caption).save(stream, "PNG")
    drawings = {"annotated.png": stream.getvalue()}
    if not prediction.readings:
        return drawings
    largest = sorted(range(len(prediction.readings)), key=lambda index: -_area(prediction.readings[index].box))
    chosen = sorted(largest[:MOST_EXPLAINED])
    shown = {name: array[chosen] for name, array in arrays.items()}
    readings = [prediction.readings[index] for index in chosen]
    drawings["explanation.png"] = figures.explanation(trained.network, shown, readings)
    maps = figures.map_grid(trained.network, arrays, largest[0])
    return drawings | ({"feature_maps.png": maps} if maps else {})


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])
