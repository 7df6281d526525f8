"""What of a recording is read, and how finely."""

import math
from dataclasses import dataclass

from ..core.errors import DemeanorError


@dataclass(frozen=True)
class Selection:
    """A part of a recording, one of its sound tracks, and how many of its frames are analysed.

    Raises DemeanorError where the part is empty, the rate is not above 0 or the track's number is below 1.
    """

    start_seconds: float = 0.0
    """From where in the recording it is read."""
    end_seconds: float | None = None
    """To where; None: to its end."""
    frames_per_second: float | None = None
    """Frames that are analysed; None: as many as the model was trained on."""
    audio_track: int | None = None
    """Number of the sound track, from 1; None: the one with speech."""

    def __post_init__(self) -> None:
        start, end = self.start_seconds, math.inf if self.end_seconds is None else self.end_seconds
        if not 0 <= start < end:
            raise DemeanorError(
                f"Nothing lies from {start:g} to {end:g} seconds; give a start of 0 or more and an end after it."
            )
        rate = self.frames_per_second
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise DemeanorError(f"{rate} frames per second cannot be read; give a number above 0.")
        if self.audio_track is not None and self.audio_track < 1:
            raise DemeanorError(f"There is no sound track {self.audio_track}; the first one is 1.")


WHOLE = Selection()  # all of a recording, as finely as the model was trained on
