"""Probe a recording for its length, for a picture and for the pauses in its speech."""

from dataclasses import dataclass
from pathlib import Path

from ...core.errors import DemeanorError
from ...media.container import MICROSECONDS, open_container
from ...media.video.frame import picture_stream

RATE_HZ = 16_000  # at which speech is looked for
LEAST_SECONDS = 0.2  # a shorter pause is within a word


@dataclass(frozen=True)
class Header:
    """What a file's header says."""

    seconds: float | None = None  # None where nothing tells, or where the file is not a recording
    has_picture: bool = False

    @property
    def suffix(self) -> str:
        """Ending of the chunks it is cut into."""
        return ".mp4" if self.has_picture else ".flac"


def header_of(file: Path) -> Header:
    """Return the header of `file`; where it lacks the length (a browser's recording), by the packets, undecoded."""
    from av.error import FFmpegError

    try:
        with open_container(file) as container:
            seconds = (container.duration or 0) / MICROSECONDS
            if not seconds:
                times = [packet.pts * packet.time_base for packet in container.demux() if packet.pts is not None]
                seconds = float(max(times) - min(times)) if times else 0.0
            return Header(seconds or None, picture_stream(container) is not None)
    except (FFmpegError, ValueError, OSError):
        return Header()


def pauses_of(file: Path) -> list[tuple[float, float]]:
    """Return the pauses as (start, end) in seconds; none where no sound can be read."""
    from ...media.sound import stream_sound
    from ...media.sound.speech_activity import Speech, SpeechDetector, detect_speech

    speech, samples = Speech(RATE_HZ), 0
    try:
        with stream_sound(file, RATE_HZ) as stream:
            samples = sum(len(block) for block in detect_speech(stream, SpeechDetector(RATE_HZ), speech))
    except DemeanorError:
        return []
    return [(start / RATE_HZ, end / RATE_HZ) for start, end in speech.pauses(LEAST_SECONDS * RATE_HZ, samples)]
