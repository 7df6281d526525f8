"""A recording as it happens: frames and samples in, readings out, from a file, a camera or a microphone alike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, Self

from .errors import DemeanorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ..results.prediction import Prediction, Reading
    from ..text.utterances import Document


class Stream(Protocol):
    """A model that is fed bit by bit. A context manager, which frees what is native.

    Times are seconds since the recording's time 0. Frames come in the order of time, and so do samples; a model that
    reads only one of them takes no notice of the other. How the recording is cut into calls makes no difference.
    """

    sample_rate_hz: int
    """Of the samples that it takes."""

    def __enter__(self) -> Self: ...  # noqa: D105
    def __exit__(self, *_: object) -> None: ...  # noqa: D105

    def frame(self, rgb: np.ndarray, seconds: float) -> None:
        """Take a frame, (H, W, 3) uint8 RGB, upright, that is shown from `seconds` on."""
        ...

    def samples(self, block: np.ndarray, seconds: float) -> None:
        """Take sound, (n,) float32 mono in [-1, 1], that begins at `seconds`. What is missing is silence."""
        ...

    def poll(self) -> list[Reading]:
        """Return the readings that are new or changed since the last call; each replaces one of the same start.

        Words come late and change readings once more.
        """
        ...

    def finish(self, end_seconds: float | None = None) -> Prediction:
        """Return all of it, as for a file; nothing may be added any more.

        end_seconds: how long the recording is, where its last frame does not tell.
        """
        ...


class LiveStream(Stream, Protocol):
    """A stream that somebody watches: it says at once what it sees, and how far it is."""

    has_sound: bool | None
    """Whether any came, or will: then nothing is taken for silence before `poll` or `finish`. None: not known."""

    document: Document
    """The sentences so far, as of the last `poll`."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The model's labels, in its order."""
        ...

    @property
    def heard_seconds(self) -> float:
        """Until when sound was taken."""
        ...

    @property
    def settled_seconds(self) -> float:
        """Up to which end of a window its reading stays as it is until `finish`."""
        ...

    @property
    def words_behind_seconds(self) -> float:
        """How much speech, in seconds, waits for its words, without the phrase under way."""
        ...

    def look(self, rgb: np.ndarray, seconds: float) -> list[Reading]:
        """Take a frame as `frame` does and return a reading of each face in it, with its box, whether it is due or not.

        Nothing where the frame is not later than the one before. The person is -1 where the face was seen once so far.
        """
        ...

    def is_speaking(self, seconds: float) -> bool:
        """Return whether anybody spoke in the last so many seconds of the sound."""
        ...

    def sentences(self, first: int = 0) -> Sequence[Reading]:
        """Return a reading of each sentence that is recognised so far, from number `first` on."""
        ...


def refuse_malformed_frame(rgb: Any, seconds: float) -> None:
    """Raise DemeanorError, a sentence, where this is no frame as `Stream.frame` takes it."""
    shape, kind = getattr(rgb, "shape", None), str(getattr(rgb, "dtype", type(rgb).__name__))
    if shape is None or len(shape) != 3 or shape[2] != 3 or not min(shape) or kind != "uint8":
        raise DemeanorError(f"A frame is an array (height, width, 3) of uint8, not {_described(shape, kind)}.")
    _refuse_no_time(seconds, "A frame")


def refuse_malformed_sound(block: Any, seconds: float) -> None:
    """Raise DemeanorError, a sentence, where this is no sound as `Stream.samples` takes it."""
    shape, kind = getattr(block, "shape", None), str(getattr(block, "dtype", type(block).__name__))
    if shape is None or len(shape) != 1 or not kind.startswith("float"):
        raise DemeanorError(f"Sound is an array (samples,) of float32 in [-1, 1], not {_described(shape, kind)}.")
    if not math.isfinite(float(abs(block).max(initial=0.0))):
        raise DemeanorError("Sound has values that are no numbers (NaN or infinity); leave that block out.")
    _refuse_no_time(seconds, "Sound")


def _described(shape: Any, kind: str) -> str:
    return kind if shape is None else f"{shape} of {kind}"


def _refuse_no_time(seconds: float, what: str) -> None:
    try:
        is_time = math.isfinite(seconds)
    except TypeError:
        is_time = False
    if not is_time:
        raise DemeanorError(f"{what} needs its time, in seconds since the beginning, not {seconds!r}.")
