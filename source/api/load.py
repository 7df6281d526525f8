"""Trained models."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from .. import MODELS
from ..core.errors import DemeanorError
from ..core.hooks import Notify
from ..core.spec import spec_of, weights_of
from .inputs import input_named

if TYPE_CHECKING:
    from ..training.checkpoint import Trained


def load(model: str, weights: Path | str | None = None) -> Trained:
    """Return the trained `model`, on the processor and in evaluation mode, from a safetensors file.

    weights: a path, or the name of further weights in a folder of models/<model>, such as mfcc (default:
    models/<model>/<model>_model.safetensors, else the weights that come with the package). Raises DemeanorError where
    the file is missing, is no checkpoint, or holds another model.

    >>> from source import api
    >>> api.load("face").labels
    ('angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral')
    """
    from ..training import checkpoint

    return checkpoint.load(weights_file(model, weights))


def weights_file(model: str, weights: Path | str | None = None) -> Path:
    """Return the file that `load` reads, without importing torch; raises DemeanorError as that does."""
    from ..training import checkpoint

    if weights is not None and not isinstance(weights, str | PathLike):
        raise DemeanorError(f"{weights!r} names no file of weights; give its path.")
    named = weights_of(model, str(weights or ""))
    file = named if named.is_file() or not weights else Path(weights).expanduser()
    held = checkpoint.read_header(file).model
    if held != model:
        raise DemeanorError(f"{weights} holds the {held} model, not the {model} model.")
    return file


def with_voice_baseline(trained: Trained, recording: Path | str | None, notify: Notify) -> Trained:
    """Return the model that reads a person against their voice in `recording`, which is looked up as in `api.predict`.

    None: as it is. Raises DemeanorError where there is no such recording, nobody speaks in it, or the model or its
    weights know no baseline.
    """
    from ..core.threads import one_thread

    if recording is None:
        return trained
    if trained.spec.with_voice_baseline is None:
        able = ", ".join(name for name in MODELS if spec_of(name).with_voice_baseline)
        raise DemeanorError(f"The {trained.spec.name} model has no voice baseline; these have: {able}.")
    file = input_named(str(recording))
    if file.is_dir():
        raise DemeanorError(f"{file} is a folder; a voice baseline is one recording.")
    with one_thread():
        return trained.spec.with_voice_baseline(file, trained, notify)
