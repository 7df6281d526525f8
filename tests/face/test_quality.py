"""Frames in which a face is turned aside, small or blurred count less."""

import cv2
import numpy as np
import pytest

from source.core import config
from source.core.spec import spec_of
from source.face.detector import BLENDSHAPES, POINTS, Face
from source.face.per_face import people_readings
from source.face.quality import LEAST, quality, sharpness
from source.training.checkpoint import Header, Trained
from tests.support.tracks import tracked

RNG = np.random.default_rng(0)
CROP = np.kron(RNG.integers(0, 256, (8, 8), np.uint8), np.ones((6, 6), np.uint8))  # has edges, as faces do


def face(side=100.0, yaw=0.0, pitch=0.0):
    mesh = np.zeros((POINTS, 3), np.float32)
    mesh[:, :2] = RNG.uniform(0, side, (POINTS, 2))
    mesh[:2, :2] = [[0, 0], [side, side]]
    return Face(mesh, np.zeros(BLENDSHAPES, np.float32), (yaw, pitch, 0.0))


def test_a_clear_frontal_face_counts_in_full_and_one_of_unknown_pose_too():
    assert quality(face(), CROP) == quality(face(yaw=np.nan, pitch=np.nan), CROP) == 1


@pytest.mark.parametrize("name, values", [("yaw", (35, 50, 60)), ("yaw", (-35, -50, -60)), ("pitch", (25, 40, 50))])
def test_the_farther_a_face_is_turned_the_less_it_counts(name, values):
    first, *others = (quality(face(**{name: value}), CROP) for value in values)
    assert first == 1 and first > others[0] > others[1] > LEAST


def test_small_and_blurred_faces_count_less_but_something():
    assert LEAST < quality(face(side=20), CROP) < quality(face(side=30), CROP) < 1
    blurred = [quality(face(), cv2.GaussianBlur(CROP, (0, 0), pixels)) for pixels in (1.0, 2.0, 3.0)]
    assert 1 >= blurred[0] > blurred[1] > blurred[2] >= LEAST
    assert quality(face(), np.full((48, 48), 7, np.uint8)) == LEAST


def test_light_and_contrast_do_not_change_the_sharpness():
    assert sharpness(CROP // 2 + 60) == pytest.approx(sharpness(CROP), rel=0.05)


def test_a_person_is_read_from_the_frames_that_show_the_face():
    clear, blurred = np.eye(7)[3], np.eye(7)[4]
    seen = tracked([0, 0.2, 0.4], [0] * 3, [[0, 0, 9, 9]] * 3, [clear, blurred, blurred], quality=[0.9, 0.05, 0.05])
    (reading,) = people_readings(
        seen, Trained(spec_of("face"), None, None, Header("face", {}, config.EMOTIONS, "", 1, {}))
    )
    assert reading.probabilities["happy"] == pytest.approx(0.9)
