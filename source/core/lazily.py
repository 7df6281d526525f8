"""Modules that a library imports at once and that are hardly ever used: they are loaded at their first use."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any


@contextmanager
def lazily(*names: str) -> Iterator[None]:
    """Meanwhile whoever imports the modules `names` is given them unloaded; they load when something of them is used.

    with lazily("library.plots"):
        import library
    """

    class Finder:
        @staticmethod
        def find_spec(name: str, path: Any, target: Any = None) -> ModuleSpec | None:
            spec = PathFinder.find_spec(name, path) if name in names else None
            if spec and spec.loader:
                spec.loader = importlib.util.LazyLoader(spec.loader)
            return spec

    sys.meta_path.insert(0, Finder)
    try:
        yield
    finally:
        sys.meta_path.remove(Finder)
