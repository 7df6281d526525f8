"""The figure of a recording."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from source.audio.results import figures
from source.audio.results.overview import Overview
from source.audio.settings import AudioSettings
from source.core import config
from source.results.prediction import Prediction, Reading

LABELS = config.EMOTIONS


@pytest.mark.parametrize(
    "seconds, name",
    [
        (5.9, "a $x$ \udce4 你好" + "x" * 200 + ".wav"),
        pytest.param(0.5, "clip.wav", marks=pytest.mark.slow),
        pytest.param(3700, "clip.wav", marks=pytest.mark.slow),
    ],
)
def test_the_figure_fits_any_recording(monkeypatch, seconds, name):
    monkeypatch.setattr(Overview, "spectrum", property(lambda self: np.zeros((4, 64))))
    monkeypatch.setattr(Overview, "edges_seconds", property(lambda self: np.linspace(0, seconds, 5)))
    overview = Overview(AudioSettings())
    overview.add(np.sin(np.arange(4 * 256)).astype(np.float32))
    overview.finish()
    happy = Reading(dict.fromkeys(LABELS, 0.0) | {"happy": 1.0}, speech_seconds=4.0)
    readings = tuple(
        replace(happy, start_seconds=start, end_seconds=min(start + 4, seconds))
        for start in np.arange(0, max(seconds - 4, 0) + 1)
    )
    pauses = ((0.0, seconds / 4),)
    prediction = Prediction(name, "audio", LABELS, readings, seconds=seconds, overall=happy, pauses=pauses)
    with Image.open(io.BytesIO(figures.timeline(prediction, overview))) as image:
        assert 1300 < image.width < 1600 and 700 < image.height < 1000
