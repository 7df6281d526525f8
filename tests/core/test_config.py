"""config.py, read by its path."""

from pathlib import Path

import pytest

from source.core import config
from source.core.errors import DemeanorError


def test_what_a_config_of_ones_own_leaves_out_keeps_its_default(tmp_path):
    (tmp_path / "config.py").write_text("NOT_SURE_BELOW = 0.9\n")
    values = config.read(tmp_path)
    assert values["NOT_SURE_BELOW"] == 0.9 and values["EMOTIONS"] == config.EMOTIONS
    assert values["DATA_FOLDER"] == tmp_path / "data"


def test_a_broken_one_is_one_sentence(tmp_path):
    (tmp_path / "config.py").write_text("EMOTIONS = (\n")
    with pytest.raises(DemeanorError, match="config.py cannot be used .SyntaxError"):
        config.read(tmp_path)


def test_a_folder_may_be_named_by_a_text(tmp_path):
    (tmp_path / "config.py").write_text('DATA_FOLDER = "~/corpora"\nWHISPER_MODEL = "base"\n', encoding="utf-8")
    names = config.read(tmp_path)
    assert names["DATA_FOLDER"] == Path("~/corpora").expanduser() and names["WHISPER_MODEL"] == "base"
