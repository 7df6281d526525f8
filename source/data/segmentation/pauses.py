"""When nobody speaks in a recording."""

from functools import lru_cache
from pathlib import Path

from ...core.errors import DemeanorError

RATE_HZ = 16_000
LEAST_SECONDS = 0.2  # a pause that is shorter is within a word


def pauses_of(file: Path) -> tuple[tuple[float, float], ...]:
    """From when to when, in seconds; none where the recording has no sound that can be read."""
    return _heard(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)  # of one recording there may be many stretches, one after the other
def _heard(file, changed_ns):
    from ...media.sound import stream_sound
    from ...media.sound.speech_activity import Listener, Speech, listened

    speech, samples = Speech(RATE_HZ), 0
    try:
        with stream_sound(file, RATE_HZ) as stream:
            samples = sum(len(block) for block in listened(stream, Listener(RATE_HZ), speech))
    except DemeanorError:
        return ()
    found = speech.pauses(LEAST_SECONDS * RATE_HZ, samples)
    return tuple((start / RATE_HZ, end / RATE_HZ) for start, end in found)
