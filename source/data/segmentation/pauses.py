"""Find the pauses in a recording's speech."""

from functools import lru_cache
from pathlib import Path

from ...core.errors import DemeanorError

RATE_HZ = 16_000
LEAST_SECONDS = 0.2  # a shorter pause is within a word


def pauses_of(file: Path) -> tuple[tuple[float, float], ...]:
    """Return the pauses as (start, end) in seconds; none where no sound can be read."""
    return _pauses(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)  # a recording may have many segments, one after another
def _pauses(file: Path, changed_ns: int) -> tuple[tuple[float, float], ...]:
    from ...media.sound import stream_sound
    from ...media.sound.speech_activity import Speech, SpeechDetector, detect_speech

    speech, samples = Speech(RATE_HZ), 0
    try:
        with stream_sound(file, RATE_HZ) as stream:
            samples = sum(len(block) for block in detect_speech(stream, SpeechDetector(RATE_HZ), speech))
    except DemeanorError:
        return ()
    pauses = speech.pauses(LEAST_SECONDS * RATE_HZ, samples)
    return tuple((start / RATE_HZ, end / RATE_HZ) for start, end in pauses)
