"""Events to paste into an observation of BORIS: each stretch is a state that starts and stops.

BORIS 8 and 9 take six columns, time, subject, code, modifier, comment and frame, and no line break at the end; earlier
ones took three (its config.py, MEDIA_PJ_EVENTS_FIELDS; its issue 576).
"""

from itertools import chain

from ..kept import Kept
from ..tracks import TRANSCRIPT, tracks_of, without_overlap

START, STOP = 1, 0  # at the same time what stops comes first


def text(kept: Kept) -> str:
    """Return a line for each start and each stop, in the order of time; the tracks are the subjects.

    The transcript is left out: its sentences are no codes of an ethogram.
    """
    events = [
        (seconds, turn, track.name, mark.label or track.name)
        for track in chain.from_iterable(map(without_overlap, tracks_of(kept)))
        for mark in track.marks
        if not track.name.startswith(TRANSCRIPT)
        for seconds, turn in ((mark.begin_seconds, START), (mark.end_seconds, STOP))
    ]
    ordered = sorted(events, key=lambda event: event[:2])
    return "\n".join("\t".join((f"{at:.3f}", who, code, "", "", "NA")) for at, _, who, code in ordered)
