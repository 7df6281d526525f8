"""The examples in the docstrings of source/core."""

import doctest
import importlib
from pathlib import Path

import pytest

import source.core

FILES = Path(source.core.__file__).parent.glob("*.py")


@pytest.mark.parametrize("name", sorted(file.stem for file in FILES if ">>> " in file.read_text(encoding="utf-8")))
def test_examples_in_docstrings_hold(name):
    assert doctest.testmod(importlib.import_module(f"source.core.{name}")).failed == 0
