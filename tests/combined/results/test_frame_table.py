"""frames.csv: what is measured of each face in each analysed frame."""

from dataclasses import replace

import numpy as np
import pandas
import pytest

from source.combined.results.frame_table import blinking, write_frames
from source.face.detector import BLENDSHAPE_NAMES
from source.results.prediction import Prediction, Reading
from tests.support.tracks import tracked

LABELS = ("angry", "happy", "sad/fear")


def test_each_frame_and_face_has_a_row_that_says_what_was_measured(tmp_path):
    shares = np.float32([(0.1, 0.7, 0.2), (0.35, 0.33, 0.32), (0.2, 0.2, 0.6)])
    shapes = np.linspace(0, 1, 3 * 52).reshape(3, 52)
    faces = tracked([0.2, 0.2, 0.6], [0, 1, 0], [(1, 2, 3, 4)] * 3, shares, shapes, [0, 0.2, 0.4, 0.6, 0.8])
    faces.pose[2] = -30.5, 4.25, 12
    prediction = Prediction("a.mp4", "combined", LABELS, (), (320, 240), seconds=1.0, start_seconds=60.0)
    write_frames(prediction, faces, tmp_path / "frames.csv")
    table = pandas.read_csv(tmp_path / "frames.csv")
    assert table.seconds.tolist() == [60.0, 60.2, 60.2, 60.4, 60.6, 60.8]
    assert table.iloc[[0, 3, 5], 1:].isna().all(axis=None), "nobody is there"
    seen = table.dropna(subset="person")
    assert seen.person.tolist() == [0, 1, 0] and seen[["left", "top", "right", "bottom"]].iloc[0].tolist() == [
        1,
        2,
        3,
        4,
    ]
    assert seen.emotion.tolist() == ["happy", "not sure", "sad/fear"] and seen.likeliest.iloc[1] == "angry"
    np.testing.assert_allclose(seen[[*LABELS]], shares, atol=1e-4)
    np.testing.assert_allclose(seen[[*BLENDSHAPE_NAMES]], shapes, atol=5e-4)
    assert seen[["yaw", "pitch", "roll"]].iloc[2].tolist() == pytest.approx([-30.5, 4.25, 12], abs=0.06)
    mood = Reading(dict(zip(LABELS, shares[0].tolist(), strict=True)))
    assert seen.confidence.iloc[0] == pytest.approx(mood.confidence, abs=1e-4) and seen.valence.iloc[0] > 0


def test_a_blink_is_measured_against_the_same_person_s_open_eyes():
    wide, narrow = [0.34] * 20 + [0.12, 0.3], [0.22] * 20 + [0.12, 0.09]
    aspects = np.float32(wide + narrow + [0.05] * 5)
    people = [0] * len(wide) + [1] * len(narrow) + [2] * 5
    faces = tracked(np.arange(len(people)) / 5, people, [(0, 0, 9, 9)] * len(people), np.ones((len(people), 1)))
    closed = blinking(replace(faces, eye_aspect=np.stack([aspects, aspects], 1)))
    assert np.flatnonzero(closed).tolist() == [20, 43, 44, 45, 46, 47, 48], "who has them closed all the time too"
