"""A data folder away from the user's own, and what was said, for all tests of the data room."""

import pytest

from source.core import config


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """The data folder."""
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def original(tmp_path):
    """The folder of an original corpus, with a name that is hard on tools."""
    folder = tmp_path / "the «original»"
    folder.mkdir()
    return folder


@pytest.fixture
def said():
    """Sentences for people, in order; `said.append` is a Notify."""
    return []
