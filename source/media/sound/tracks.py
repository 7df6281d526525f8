"""Which of a recording's sound tracks is read: the one asked for, else the main one, or one with more speech."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import DemeanorError
from ..container import MICROSECONDS, open_container, sound_stream
from ..selection import Selection
from .reader import SoundReader
from .speech_activity import SPEECH_FROM, SpeechDetector

PLACES = (0.1, 0.4, 0.7)  # of the recording, where is listened
EXCERPT_SECONDS = 10.0
MORE_SPEECH = 2.0  # times as much as in the main track, for another to be read
RATE_HZ = 16_000
UNNAMED = ("", "und", "SoundHandler", "Core Media Audio")  # what recorders write where nobody named a track

Pick = Callable[[Any], Any]


def open_sound(path: Path, container: Any, selection: Selection, rate_hz: int, jumps: list[float]) -> SoundReader:
    """Return the reader of the chosen track of an open container that has sound, with a note that names all of several.

    Raises DemeanorError where there is no such track.
    """
    pick, notes = _chosen(path, container, selection.audio_track)
    return SoundReader(path, container, pick, selection, rate_hz, jumps, notes)


def _chosen(path: Path, container: Any, number: int | None) -> tuple[Pick, tuple[str, ...]]:
    tracks = [stream for stream in container.streams.audio if stream.codec_context]
    if len(tracks) == 1 and number in (None, 1):
        return sound_stream, ()
    names = ", ".join(f"{at + 1} ({_name(stream)})" for at, stream in enumerate(tracks))
    if number is not None and number > len(tracks):
        raise DemeanorError(f"{path} has no sound track {number}; it has {len(tracks)}: {names}.")
    main = tracks.index(sound_stream(container)) + 1
    chosen, why = number or main, "it was asked for"
    if number is None:
        chosen, why = _with_speech(path, len(tracks), main)
    note = f"{len(tracks)} sound tracks: {names}; track {chosen} is read: {why}"
    return _pick(chosen), (note if number else f"{note}; --audio-track N reads another",)


def _pick(number: int) -> Pick:
    def pick(container: Any) -> Any:
        tracks = [stream for stream in container.streams.audio if stream.codec_context]
        if number > len(tracks):
            return None
        if not tracks[number - 1].codec_context.is_open:
            tracks[number - 1].codec_context.thread_count = 1
        return tracks[number - 1]

    return pick


def _name(stream: Any) -> str:
    """Return language and title of a track, or else how it is encoded."""
    given = (stream.metadata.get(key, "") for key in ("language", "title", "handler_name"))
    names = [name for name in given if name not in UNNAMED]
    return " ".join(names) or f"{stream.codec_context.name}, {stream.rate} Hz"


def _with_speech(path: Path, count: int, main: int) -> tuple[int, str]:
    speech = [_speech_share(path, number) for number in range(1, count + 1)]
    most = int(np.argmax(speech))
    if speech[most] > 0 and speech[main - 1] * MORE_SPEECH < speech[most]:
        return most + 1, "it has the speech"
    return main, "it is the main one"


def _speech_share(path: Path, number: int) -> float:
    """Return how much of some excerpts of a track is speech, in [0, 1]."""
    container = open_container(path)
    seconds = (container.duration or 0) / MICROSECONDS
    container.close()
    starts = [place * seconds for place in PLACES] if seconds > len(PLACES) * EXCERPT_SECONDS else [0.0]
    chunks = []
    for start in starts:
        end = start + EXCERPT_SECONDS * (1 if len(starts) > 1 else len(PLACES))
        reader = SoundReader(path, open_container(path), _pick(number), Selection(start, end), RATE_HZ, [])
        detector = SpeechDetector(RATE_HZ)
        chunks += [detector(block.samples) for block in reader] + [detector.finish()]
        reader.close()
    probabilities = np.concatenate(chunks)
    return float((probabilities >= SPEECH_FROM).mean()) if len(probabilities) else 0.0
