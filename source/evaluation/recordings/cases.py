"""Cases that are compared: recordings, people or groups, each with its means and their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .estimates import Estimate, between, estimates, mean_of
from .measures import Means, Recording

BY = ("recording", "participant", "group")
UNGROUPED = "no group"
NOBODY = "\n"  # begins the key of a recording without a participant


@dataclass(frozen=True)
class Case:
    """One recording, participant or group."""

    name: str
    ids: tuple[str, ...]
    recordings: int
    n: int
    """What intervals are over: the recordings of a participant, the participants of a group."""
    means: dict[str, Estimate]
    shares: dict[str, Estimate]
    changes: dict[str, Estimate] | None
    """Of the means, against the baseline; null without one."""


def cases_of(recordings: Sequence[Recording], by: str, against: str | None = None) -> list[Case]:
    """Return the cases in the order in which they first appear.

    A participant's mean is over their recordings, a group's over its participants' means, so that who has more
    recordings counts no more. A recording without a participant counts as one of its own. against: the group that
    changes are against; None: they are those of the recordings.
    """
    members: dict[str, list[Recording]] = {}
    for one in recordings:
        key = {"recording": one.id, "participant": one.participant or NOBODY + one.id, "group": one.group}[by]
        members.setdefault(key, []).append(one)
    base = {} if against is None else means_by_participant(members[against])
    return [_case(key, own, by, {} if key == against else base) for key, own in members.items()]


def means_by_participant(recordings: Sequence[Recording]) -> dict[str, Means]:
    """Return each participant's mean over their recordings; of a recording without one, its own."""
    return {who: mean_of([one.means for one in own]) for who, own in _by_participant(recordings).items()}


def _case(key: str, members: Sequence[Recording], by: str, base: Mapping[str, Means]) -> Case:
    units = list(_by_participant(members).values()) if by == "group" else [[one] for one in members]
    named = by == "group" or (by == "participant" and members[0].participant)
    changes = [[one.change for one in unit if one.change] for unit in units]
    return Case(
        (key or UNGROUPED) if named else members[0].name, tuple(one.id for one in members), len(members), len(units),
        estimates([mean_of([one.means for one in unit]) for unit in units]),
        estimates([mean_of([one.shares for one in unit]) for unit in units]),
        between(means_by_participant(members), base) if base else
        estimates([mean_of(unit) for unit in changes if unit], differences=True) or None,
    )  # fmt: skip


def _by_participant(recordings: Sequence[Recording]) -> dict[str, list[Recording]]:
    people: dict[str, list[Recording]] = {}
    for one in recordings:
        people.setdefault(one.participant or NOBODY + one.id, []).append(one)
    return people
