"""The second look at a picture in which no face was found."""

import numpy as np
import pytest

from source.core import config
from source.face.detector import BLENDSHAPES, POINTS, Face, FaceDetector, iou
from source.face.second_look import VIEWS_DEGREES, is_tight_crop, look_again
from source.media.image import read_picture
from tests.support.faces import finds_faces


def blind_but(views, detect):
    """`detect` that sees only the views of these numbers."""
    count = iter(range(len(VIEWS_DEGREES)))
    return lambda view: detect(view) if next(count) in views else []


@finds_faces
def test_a_face_seen_in_a_turned_view_lies_where_it_is_in_the_picture():
    picture = read_picture(config.INPUT_FOLDER / "demo_astronaut.png").pixels[:300, 60:380]
    with FaceDetector() as detector:
        [plain] = detector.detect(picture)
        for views in ((0, 1), (1, 2)):
            [again] = look_again(blind_but(views, detector.detect_single_pass), picture)
            assert iou(plain.box, again.box) > 0.8
            assert again.pose == pytest.approx(plain.pose, abs=6)


def anything(view):
    """One "face" in the middle half of whatever is shown."""
    height, width = view.shape[:2]
    mesh = np.random.default_rng(0).uniform(0.25, 0.75, (POINTS, 3)).astype(np.float32) * [width, height, 1]
    return [Face(mesh, np.zeros(BLENDSHAPES, np.float32))]


def test_what_may_be_a_crop_shows_a_face_at_one_view_and_other_pictures_at_two_that_agree():
    small, large = (np.zeros((side, side, 3), np.uint8) for side in (100, 400))
    assert is_tight_crop(small) and not is_tight_crop(large)
    assert len(look_again(blind_but((1,), anything), small)) == 1
    assert look_again(blind_but((1,), anything), large) == []
    assert len(look_again(blind_but((0, 2), anything), large)) == 1


@pytest.mark.parametrize("height, width", [(1, 1), (8, 10_000), (30, 900), (15, 15)])
def test_shapes_that_no_face_fits_into_are_not_looked_at(height, width):
    assert look_again(anything, np.zeros((height, width, 3), np.uint8)) == []
