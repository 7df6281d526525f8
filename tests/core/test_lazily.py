"""Modules that are loaded at their first use."""

import sys
from importlib import import_module

from source.core.lazily import lazily


def test_a_module_is_loaded_when_it_is_first_used_and_others_at_once(tmp_path, monkeypatch):
    (tmp_path / "heavy_part").mkdir()
    (tmp_path / "heavy_part" / "__init__.py").write_text("import heavy_part.plots, heavy_part.sums\nplots = plots")
    (tmp_path / "heavy_part" / "plots.py").write_text("import sys\nsys.drawn = True\nINK = 'black'")
    (tmp_path / "heavy_part" / "sums.py").write_text("ONE = 1")
    monkeypatch.syspath_prepend(tmp_path)
    with lazily("heavy_part.plots"):
        heavy_part = import_module("heavy_part")
    assert heavy_part.sums.ONE == 1 and not hasattr(sys, "drawn")
    assert heavy_part.plots.INK == "black" and sys.drawn
    del sys.drawn
