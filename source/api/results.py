"""The results that there are."""

from __future__ import annotations

from ..core import config
from ..core.files import natural


def results() -> list[str]:
    """Return the names of the results in output_files/, of single files and of runs over several.

    >>> from source import api
    >>> api.results()  # needs results  # doctest: +SKIP
    ['demo_clip', 'interviews']
    """
    from ..results.writing import RESULT

    return sorted((file.parent.name for file in config.OUTPUT_FOLDER.glob(f"[!.]*/{RESULT}")), key=natural)
