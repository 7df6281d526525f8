"""Raters of a recording: who is in a file of marks, and how they agree with its answer."""

from collections.abc import Mapping, Sequence

from ..core.errors import DemeanorError
from ..data.label_names import is_unclear, label_meant
from ..results.annotations import Mark
from ..results.kept import Kept
from ..results.marks import read_marks
from ..results.tracks import ANSWER, EXCLUDED, MARKS, RATER, SPOKEN_OF, TRANSCRIPT, Track, answer_marks
from .agreement import Agreement, agreement

OWN = (ANSWER, *SPOKEN_OF.values(), TRANSCRIPT, MARKS, EXCLUDED)  # tracks of an export


def agreement_about(
    kept: Kept, raters: Mapping[str, Sequence[Mark]], mapping: Mapping[str, str] | None = None
) -> Agreement:
    """Return the agreement of `raters`, and of those kept with the result, with the answer and each other.

    Raises DemeanorError where the result has no times.
    """
    prediction = kept.corrected
    if prediction.seconds is None:
        raise DemeanorError(f"{kept.name} has no times, so no marks can be compared with it.")
    start = prediction.start_seconds
    return agreement(
        answer_marks(prediction), {**kept.annotations.raters, **raters}, prediction.labels, start,
        start + prediction.seconds, kept.annotations.excluded, mapping,
    )  # fmt: skip


def raters_in(
    content: bytes, name: str, kept: Kept, tier: str | None = None, mapping: Mapping[str, str] | None = None
) -> dict[str, tuple[Mark, ...]]:
    """Return the raters in a file's content, by name, each with their marks.

    Of several tracks those count that have labels of the model, and of an export of the result those that people added
    to it, else its answer. A single one is called `name`. Raises DemeanorError where there is none.
    """
    tracks = read_marks(content, kept.prediction.seconds)
    if tier is not None:
        tracks = [track for track in tracks if track.name.casefold() == tier.casefold()] or _no_tier(tier, tracks)
    elif len(tracks) > 1:
        tracks = _of_raters(tracks, kept, mapping)
    if len(tracks) == 1:
        return {name: tracks[0].marks}
    return {track.name.removeprefix(f"{RATER} ") or name: track.marks for track in tracks}


def _of_raters(tracks: Sequence[Track], kept: Kept, mapping: Mapping[str, str] | None) -> list[Track]:
    labels = kept.prediction.labels
    known = [
        track for track in tracks
        if any(label_meant(mark.label, labels, mapping) or is_unclear(mark.label) for mark in track.marks)
    ]  # fmt: skip
    if not known:
        raise DemeanorError(f"None of its tiers has a label of the model, which are: {', '.join(labels)}.")
    people = {kept.annotations.name_of(reading.person) for reading in kept.prediction.people}
    others = [track for track in known if track.name not in people and track.name not in OWN]
    return others or [track for track in known if track.name == ANSWER] or known


def _no_tier(tier: str, tracks: Sequence[Track]) -> list[Track]:
    names = ", ".join(filter(None, (track.name for track in tracks))) or "none with a name"
    raise DemeanorError(f"There is no tier '{tier}'; there are: {names}.")
