"""A recording as it happens: frames and samples in, readings out, from a file, a camera or a microphone alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    import numpy as np

    from ..results.prediction import Prediction, Reading


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
