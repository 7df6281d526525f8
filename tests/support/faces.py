"""Marks tests that really find faces."""

from collections.abc import Callable

import pytest

from source.core import config

MODEL = config.MODELS_FOLDER / "pretrained" / "face_landmarker.task"


def finds_faces(test: Callable) -> Callable:
    """Mark a test as slow, and skip it where the face model is not installed."""
    reason = f"{MODEL.name} is not installed; python setup.py gets it"
    return pytest.mark.slow(pytest.mark.skipif(not MODEL.is_file(), reason=reason)(test))
