"""Tab-delimited text as ELAN imports and exports it: tier, begin, end, annotation, under a header."""

from ..kept import Kept
from ..tracks import tracks_of

HEADER = ("Tier", "Begin Time - ss.msec", "End Time - ss.msec", "Annotation")


def text(kept: Kept) -> str:
    """Return a line for each mark of each track; times in seconds."""
    rows = (
        (track.name, f"{mark.begin_seconds:.3f}", f"{mark.end_seconds:.3f}", mark.label)
        for track in tracks_of(kept)
        for mark in track.marks
    )
    return "".join("\t".join(row) + "\n" for row in (HEADER, *rows))
