"""demeanor.live/1, the messages of the WebSocket /api/v1/live.

Up, JSON: hello, mark, pause, resume, keep, stop. Up, binary, little endian: a header of 16 bytes (u8 kind, u8 0, u16 0,
u32 number, f64 seconds since the page's start), then a JPEG (kind 1) or int16 mono samples (kind 2), which begin then.
Down, JSON, each with its `seconds` on the page's clock: ready, face, voice, reading, words, status, keeping, saved,
stopped, trouble. docs/how-to/live.md describes the fields.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...core.errors import DemeanorError
from ...core.tidy import in_one_line

SCHEMA = "demeanor.live/1"
HEADER = struct.Struct("<BBHId")
JPEG, PCM = 1, 2

MOST_FRAME_BYTES = 1_000_000
MOST_FRAME_PIXELS = 4_000_000  # decoded
MOST_FRAME_RATIO = 20  # of its longer side to the shorter: no camera's
MOST_SOUND_BYTES = 1_000_000  # of one message: 10 s at 48 kHz
MOST_TEXT_BYTES = 64_000
MOST_RATE_HZ, LEAST_RATE_HZ = 192_000, 8_000
MOST_SPEED = 2.0  # seconds of sound in a second
SPARE_SECONDS = 15.0  # of sound beyond that: a page that was held up sends it in a burst
MOST_FRAMES_A_SECOND = 120  # sent; as many are read as the machine can
MOST_LABEL = 120  # characters of a mark's label, as annotations take them
MOST_MARK_SECONDS = 1e6  # eleven days, as annotations take them

ENDED = 1000
WRONG, IDLE, OCCUPIED, TOO_LARGE, TOO_FAST, BROKEN = 4400, 4408, 4409, 4413, 4429, 4500  # close codes
MODALITIES = ("face", "audio", "text")
KEPT = ("numbers", "media")


class Refused(DemeanorError):
    """Ends the connection: the text says why, the code is the WebSocket's."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Piece(NamedTuple):
    """A frame or a little sound."""

    kind: int
    number: int
    seconds: float
    data: bytes


@dataclass(frozen=True)
class Hello:
    """How a page begins, or goes on."""

    session: str = ""
    """Of the session that goes on after the connection broke; empty: a new one."""
    audio_rate_hz: int = 48_000
    """Of the samples that it will send."""
    modalities: tuple[str, ...] = MODALITIES
    """What it will send: "face" and "audio"; "text": whether words are to be recognised."""


KINDS = ("hello", "mark", "pause", "resume", "keep", "stop")  # of text messages


def piece(message: bytes) -> Piece | None:
    """Return what a binary message holds; None where it is to be left out, such as one without a time.

    Raises Refused for one that is too large, or no such message.
    """
    if len(message) < HEADER.size:
        return None
    kind, _, _, number, seconds = HEADER.unpack_from(message)
    most = {JPEG: MOST_FRAME_BYTES, PCM: MOST_SOUND_BYTES}.get(kind)
    if most is None:
        return None
    if len(message) - HEADER.size > most:
        raise Refused(TOO_LARGE, f"A message holds {len(message) / 1e6:.1f} MB; at most {most / 1e6:g} MB are taken.")
    if not math.isfinite(seconds) or len(message) == HEADER.size:
        return None
    return Piece(kind, number, seconds, message[HEADER.size :])


def packed(piece: Piece) -> bytes:
    """Return the binary message of a frame or a little sound."""
    return HEADER.pack(piece.kind, 0, 0, piece.number, piece.seconds) + piece.data


def document(message: str) -> dict[str, Any]:
    """Return the document of a text message, which has a known type; raises Refused."""
    if len(message) > MOST_TEXT_BYTES or len(message.encode()) > MOST_TEXT_BYTES:
        raise Refused(TOO_LARGE, f"A text message holds at most {MOST_TEXT_BYTES // 1000} kB.")
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("type") not in KINDS:
        raise Refused(WRONG, "A text message is a JSON object whose type is hello, mark, pause, resume, keep or stop.")
    return found


def hello(document: dict[str, Any]) -> Hello:
    """Return what a hello says; raises Refused."""
    if document.get("type") != "hello" or document.get("schema", SCHEMA) != SCHEMA:
        raise Refused(WRONG, f"The first message is a hello of schema {SCHEMA}.")
    rate, modalities = document.get("audio_rate_hz", 48_000), document.get("modalities", list(MODALITIES))
    if not isinstance(rate, int | float) or not LEAST_RATE_HZ <= rate <= MOST_RATE_HZ:
        raise Refused(WRONG, f"audio_rate_hz is a number from {LEAST_RATE_HZ} to {MOST_RATE_HZ}.")
    if not isinstance(modalities, list) or not all(name in MODALITIES for name in modalities):
        raise Refused(WRONG, f"modalities is a list of {', '.join(MODALITIES)}.")
    session = document.get("session") or ""
    return Hello(session if isinstance(session, str) else "", round(rate), tuple(modalities))


def mark(document: dict[str, Any]) -> tuple[float, str] | None:
    """Return the time and the label of a mark; None for one without a time that can be."""
    seconds, label = document.get("seconds"), document.get("label") or ""
    if not isinstance(seconds, int | float) or not abs(seconds) <= MOST_MARK_SECONDS:
        return None
    return float(seconds), in_one_line(str(label))[:MOST_LABEL]


def kept(document: dict[str, Any]) -> tuple[str, ...]:
    """Return what is to be kept."""
    what = document.get("what", [])
    return tuple(name for name in KEPT if isinstance(what, list) and name in what)
