"""The figures that explain a reading."""

import io
from dataclasses import replace

import pytest
import torch
from PIL import Image

from source.core import config
from source.face import SPEC
from source.face.results import figures
from source.results.prediction import Reading
from tests.support.toy import CONFIG, face_arrays

READING = Reading(dict.fromkeys(config.EMOTIONS, 1 / len(config.EMOTIONS)))


def network_of(**changes):
    torch.manual_seed(0)
    return SPEC.build(replace(CONFIG, **changes), len(config.EMOTIONS)).eval()


@pytest.mark.slow
@pytest.mark.parametrize("changes", [
    {}, {"use_image": False}, {"use_landmarks": False, "use_blendshapes": False},
])  # fmt: skip
def test_an_explanation_has_a_row_for_each_face_whatever_the_network_sees(changes):
    arrays = face_arrays(3)
    arrays["face_found"][0] = 0
    drawing = figures.explanation(network_of(**changes), arrays, [replace(READING, person=i) for i in range(3)])
    with Image.open(io.BytesIO(drawing)) as image:
        assert image.format == "PNG" and image.width > image.height > 800


def test_where_nothing_speaks_for_the_label_the_figure_says_so(monkeypatch):
    monkeypatch.setattr(figures, "grad_cam", lambda network, inputs, target: 0 * inputs["image"].float().numpy())
    assert figures.explanation(network_of(), face_arrays(1), [READING])


def test_feature_maps_are_drawn_where_there_is_a_cnn():
    drawing = figures.map_grid(network_of(), face_arrays(2), 1)
    with Image.open(io.BytesIO(drawing)) as image:
        assert image.format == "PNG"
