"""Recordings side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..evaluation.recordings import Comparison


def compare(
    results: Sequence[Path | str] | Mapping[str, Path | str],
    *,
    by: str = "recording",
    baseline: str | tuple[float, float] | None = None,
) -> Comparison:
    """Compare what recordings display: mean probabilities, shares of time, valence and arousal, their courses.

    results: folders or their result.json, looked up in output_files/ first, then as paths; a run over several files
        stands for each of them. With ids of one's own: id -> result.
    by: recording, participant or group, as `annotate` names them. Intervals are over the recordings of a participant
        and the participants of a group, never over windows.
    baseline: a result, a stretch of each recording in seconds, as (0, 10) or "0-10", or by groups one of them, as
        "group:before": changes against it are given beside the answers, which stay. Of people who are in both groups
        it is their own change.

    Excluded stretches are left out. Raises DemeanorError where there is no such result, or where results tell
    different labels apart.

    >>> from source import api
    >>> api.compare(["first", "second"], baseline="0-10").cases[0].changes["happy"].mean  # doctest: +SKIP
    0.12
    """
    from ..core.units import seconds_of
    from ..evaluation import recordings
    from ..results.kept import kept_in, result_folders

    if isinstance(results, Mapping):
        folders = {id: folder for id, result in results.items() for folder in result_folders(result)}
    else:
        named = [folder for result in results for folder in result_folders(result)]
        folders = {str(folder): folder for folder in named}
    if isinstance(baseline, str) and baseline not in folders and not (by == "group" and baseline.startswith("group:")):
        begin, dash, end = baseline.partition("-")
        try:
            baseline = (seconds_of(begin.strip()), seconds_of(end.strip()))
        except ValueError:
            if baseline and not isinstance(results, Mapping):
                (folder, *_) = result_folders(baseline)
                folders.setdefault(str(folder), folder)
                baseline = str(folder)
    kept = {id: kept_in(folder) for id, folder in folders.items()}
    return recordings.compare(kept, by, baseline)


def comparison_csv(comparison: Comparison) -> str:
    """Return a comparison as CSV: a row for each quantity of each case, with its interval.

    >>> from source import api
    >>> print(api.comparison_csv(api.compare(["first", "second"])))  # needs results  # doctest: +SKIP
    case,recordings,measure,quantity,mean,low,high,n
    """
    from ..evaluation import recordings

    return recordings.comparison_csv(comparison)
