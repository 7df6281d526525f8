"""The examples in the docstrings of source/api, with the demo files and the weights that are shipped."""

import doctest
import inspect
import sys
from pathlib import Path

import pytest

from source import api
from source.core import pretrained

FACES = not pretrained.problem_with(pretrained.ASSETS["face_landmarker"])
FILES = sorted(file.stem for file in Path(api.__file__).parent.glob("[a-z]*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_examples_hold(name):
    if name == "predict" and not FACES:
        pytest.skip("finding faces needs models/pretrained/face_landmarker.task")
    assert doctest.testmod(sys.modules[f"source.api.{name}"]).failed == 0


def test_every_function_has_an_example_and_says_what_it_raises():
    functions = [getattr(api, name) for name in api.__all__ if inspect.isfunction(getattr(api, name))]
    ours = [function for function in functions if function.__module__.startswith("source.api")]
    assert len(ours) > 15 and [function.__name__ for function in ours if ">>> " not in (function.__doc__ or "")] == []
