"""A recogniser in a process of its own.

Whisper's decoder is Python, word by word: in a thread it takes turns with whatever else this process does, so that a
camera's frames are answered late (the median took twice as long).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from ...core import config
from ...core.errors import DemeanorError
from ...core.workers import WorkerDied, Workers
from .recogniser import Recogniser, Segments, Stopped

NICENESS = 5  # words may come later than faces

_recogniser: Recogniser | None = None  # in the process itself


def recognising_process() -> Workers:
    """Return the process, a context manager; it starts, and loads WHISPER_MODEL, when it is first needed."""
    return Workers(1, _prepare)


class RecogniserApart:
    """Stands for a `Recogniser` in such a process. Several may share it, one after the other."""

    def __init__(self, process: Workers) -> None:
        """Begin anew with the language. Raises DemeanorError where the weights are missing."""
        self._process, self._is_stopped = process, False
        self._about: dict[str, Any] = process.run(_begin)

    @property
    def english_only(self) -> bool:
        """As of Recogniser; so are the others."""
        return self._about["english_only"]

    @property
    def english_reading(self) -> float:  # noqa: D102
        return self._about["english_reading"]

    @property
    def language(self) -> str | None:  # noqa: D102
        return self._about["language"]

    @property
    def language_probability(self) -> float | None:  # noqa: D102
        return self._about["language_probability"]

    def stop(self) -> None:
        """Make any later block raise Stopped; one under way is recognised for nobody."""
        self._is_stopped = True

    def __call__(self, samples: np.ndarray, speech_after: Callable[[float], float] = lambda seconds: 0.0) -> Segments:
        """Return the words in `samples`, as a Recogniser does; speech_after: something that can be pickled."""
        if self._is_stopped:
            raise Stopped
        try:
            segments, self._about = self._process.run(_recognise, samples, speech_after)
        except WorkerDied:  # it starts again, without what it knew of the language
            raise DemeanorError("the process that recognises words ended unexpectedly") from None
        return segments


def _prepare() -> None:
    with suppress(OSError, AttributeError):  # Windows has no nice
        os.nice(NICENESS)
    from ...core.threads import one_thread_each

    one_thread_each()
    with suppress(DemeanorError):  # which `_begin` raises again
        _begin()


def _begin() -> dict[str, Any]:
    global _recogniser
    from ...media.sound.whisper import speech_model

    _recogniser = Recogniser(speech_model(config.WHISPER_MODEL))
    return _about()


def _recognise(samples: np.ndarray, speech_after: Callable[[float], float]) -> tuple[Segments, dict[str, Any]]:
    recogniser = _recogniser
    if recogniser is None:
        _begin()
        recogniser = _recogniser
    assert recogniser
    return recogniser(samples, speech_after), _about()


def _about() -> dict[str, Any]:
    names = ("english_only", "english_reading", "language", "language_probability")
    return {name: getattr(_recogniser, name) for name in names}
