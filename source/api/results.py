"""The results that there are."""

from __future__ import annotations


def results() -> list[str]:
    """Return the names of the results in output_files/, of single files and of runs over several.

    >>> from source import api
    >>> api.results()  # needs results  # doctest: +SKIP
    ['demo_clip', 'interviews']
    """
    from ..results.kept import known_results

    return known_results()
