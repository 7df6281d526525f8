"""Models fed bit by bit, from a camera, a microphone or a recording that is played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import DemeanorError
from ..core.hooks import Notify, silent
from ..core.spec import spec_of
from .inputs import input_named
from .load import load, with_voice_baseline

if TYPE_CHECKING:
    from ..core.streaming import Stream
    from ..results.live import Now
    from ..results.prediction import Prediction


def stream(
    model: str,
    *,
    weights: Path | str | None = None,
    live: bool = False,
    voice_baseline: Path | str | None = None,
    notify: Notify = silent,
) -> Stream:
    """Return the trained `model` to be fed frames and samples; see `source.core.streaming.Stream`.

    weights: see `load`. live: recognise words phrase by phrase, sooner and less surely than for a file, whose speech is
    packed into blocks of 30 seconds. voice_baseline: see `predict`. Raises DemeanorError where the model reads whole
    files only, or `voice_baseline` cannot serve.

    >>> import numpy
    >>> from source import api
    >>> with api.stream("audio") as voice:
    ...     voice.samples(numpy.zeros(16_000, numpy.float32), seconds=0.0)
    ...     voice.finish().summary
    'no speech in 1.0 s'
    """
    make = spec_of(model).stream
    if make is None:
        raise DemeanorError(f"The {model} model reads whole files only; it cannot be fed bit by bit.")
    return make(with_voice_baseline(load(model, weights), voice_baseline, notify), notify, live=live)


def live(
    model: str,
    name: str,
    on_poll: Callable[[Now], None],
    *,
    weights: Path | str | None = None,
    fast: bool = False,
    voice_baseline: Path | str | None = None,
    notify: Notify = silent,
) -> Prediction:
    """Play the recording `name` to `model`, in real time or, with `fast`, as fast as it can be read.

    name: a file in input_files/, or a path. on_poll: takes several times a second how far it is and what is new.
    weights: see `load`. voice_baseline: see `predict`. Raises DemeanorError where the file cannot be read, the model
    cannot be fed bit by bit, or `voice_baseline` cannot serve.

    >>> from source import api
    >>> api.live("audio", "demo_clip.mp4", lambda now: None, fast=True).seconds
    16.64
    """
    from ..core.threads import one_thread
    from ..results.live import play

    file = input_named(name)
    with (
        one_thread(),
        stream(model, live=not fast, weights=weights, voice_baseline=voice_baseline, notify=notify) as fed,
    ):
        return play(file, fed, on_poll, fast=fast)
