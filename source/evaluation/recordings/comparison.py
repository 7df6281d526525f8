"""The comparison of recordings as one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.units import duration
from ...results.kept import Kept
from .cases import BY, UNGROUPED, Case, cases_of
from .estimates import LEAST
from .measures import Recording, Stretch, against_stretch, less, recording_of

MOST = 500  # recordings
GROUP = "group:"  # before the name of a group that is the baseline


@dataclass(frozen=True)
class Comparison:
    """Recordings, and the cases that they make up."""

    by: str
    """recording, participant or group: what the cases are."""
    baseline: str
    """Name of a recording, a stretch such as "0-10 s" or "group A"; empty: none."""
    labels: tuple[str, ...]
    recordings: tuple[Recording, ...]
    cases: tuple[Case, ...]
    notes: tuple[str, ...]


def compare(kept: Mapping[str, Kept], by: str = "recording", baseline: str | Stretch | None = None) -> Comparison:
    """Return the comparison of results, by their ids.

    by: what the cases are. baseline: the id of a recording, a stretch of each recording in its own seconds, or, by
    groups, "group:NAME". Raises DemeanorError where there is nothing to compare, labels differ, or there is no
    such baseline.
    """
    if by not in BY:
        raise DemeanorError(f"There are no cases by '{by}'; there are: {', '.join(BY)}.")
    if not 1 <= len(kept) <= MOST:
        raise DemeanorError(f"Name 1 to {MOST} results to compare; these are {len(kept)}.")
    labels = _labels(kept)
    recordings = _named([recording_of(id, one) for id, one in kept.items()])
    said, group = "", None
    if isinstance(baseline, str) and baseline.startswith(GROUP) and by == "group":
        said, group = f"group {baseline.removeprefix(GROUP)}", baseline.removeprefix(GROUP)
        if group not in (groups := dict.fromkeys(one.group for one in recordings)):
            raise DemeanorError(f"There is no group '{group[:80]}'; there are: {', '.join(groups)}.")
    elif isinstance(baseline, str) and baseline:
        if baseline not in kept:
            raise DemeanorError(f"The baseline {baseline[:80]} is none of the results that are compared.")
        base = next(one for one in recordings if one.id == baseline)
        said = base.name
        recordings = [one if one is base else replace(one, change=less(one.means, base.means)) for one in recordings]
    elif isinstance(baseline, tuple):
        if not 0 <= baseline[0] < baseline[1]:
            raise DemeanorError("A baseline stretch ends after it begins, as in 0-10.")
        said = f"{baseline[0]:g}-{baseline[1]:g} s"
        recordings = [replace(one, change=against_stretch(kept[one.id], baseline)) for one in recordings]
    cases = cases_of(recordings, by, group)
    more = _about_groups(recordings, group) if group is not None else _without_change(recordings, said)
    notes = (*_twice(kept), *_notes(recordings, cases, by), *more)
    return Comparison(by, said, labels, tuple(recordings), tuple(cases), notes)


def _labels(kept: Mapping[str, Kept]) -> tuple[str, ...]:
    first, *others = ((one.name, one.prediction.labels) for one in kept.values())
    for name, labels in others:
        if set(labels) != set(first[1]):
            raise DemeanorError(
                f"{first[0]} and {name} tell different labels apart ({', '.join(first[1])}; {', '.join(labels)}), so "
                "they cannot be compared."
            )
    return first[1]


def _named(recordings: Sequence[Recording]) -> list[Recording]:
    """Return the recordings, those of the same name told apart by a number."""
    often, seen = Counter(one.name for one in recordings), Counter[str]()
    result = []
    for one in recordings:
        seen[one.name] += 1
        result.append(replace(one, name=f"{one.name} ({seen[one.name]})") if often[one.name] > 1 else one)
    return result


def _twice(kept: Mapping[str, Kept]) -> Iterator[str]:
    often = Counter((one.prediction.source, one.prediction.start_seconds) for one in kept.values())
    names = [Path(source).name for (source, _), count in often.items() if count > 1]
    if names:
        yield f"Compared more than once, though it is the same recording: {', '.join(names[:8])}."


def _notes(recordings: Sequence[Recording], cases: Sequence[Case], by: str) -> Iterator[str]:
    models = dict.fromkeys(one.model for one in recordings)
    if len(models) > 1:
        yield f"Read by different models ({', '.join(models)}), whose answers differ by themselves."
    excluded = sum(one.excluded_seconds for one in recordings)
    if excluded:
        yield f"{duration(excluded)} of excluded stretches left out."
    unknown = sum(not one.participant for one in recordings)
    if by != "recording" and unknown:
        yield f"{unknown} of {len(recordings)} recordings have no participant; each counts as one of its own."
    few = [case.name for case in cases if case.n < LEAST]
    over = "participants" if by == "group" else "recordings"
    if by != "recording" and few:
        yield f"Too few {over} for an interval, which takes {LEAST}: {', '.join(few[:8])}{' ...' * (len(few) > 8)}."
    if by == "recording":
        yield "A recording by itself has no interval: its windows overlap. Several of a participant or a group have."


def _without_change(recordings: Sequence[Recording], baseline: str) -> Iterator[str]:
    lacking = [one.name for one in recordings if baseline and one.change is None and one.name != baseline]
    if lacking:
        yield f"Without anything to read in the baseline or beside it: {', '.join(lacking[:8])}."


def _about_groups(recordings: Sequence[Recording], base: str) -> Iterator[str]:
    """Say for each group whether its change is within participants or between different ones."""
    people: dict[str, set[str]] = {}
    for one in recordings:
        people.setdefault(one.group, set()).add(one.participant or one.id)
    for group, own in people.items():
        shared = len(own & people[base])
        if group != base:
            within = f"the {shared} of {len(own)} participants who are in both, each against themselves"
            name = group or UNGROUPED
            yield f"Change of {name}: {within if shared else 'between different participants, interval by Welch'}."
