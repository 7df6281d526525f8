"""Whisper (Radford et al. 2022, arXiv:2212.04356), which the voice's features and the transcript share."""

from functools import cache
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from ...core import pretrained
from ...core.errors import DemeanorError

SHIPPED = "tiny.en"  # what set-up puts in place


def speech_model(name: str = SHIPPED) -> Any:
    """The one Whisper model called `name` of this process, in evaluation mode on the CPU.

    name: tiny.en, any other of Whisper's whose weights lie in models/pretrained or where Whisper itself keeps them, or
    the path of a .pt file. Nothing is downloaded. Raises DemeanorError where the weights are missing, or are none.
    """
    return _loaded(weights_of(name).resolve())


@cache
def _loaded(file: Path) -> Any:
    import whisper

    try:
        model = whisper.load_model(str(file), device="cpu").eval()
    except (RuntimeError, ValueError, KeyError, TypeError, EOFError, UnpicklingError):
        raise DemeanorError(f"{file} is damaged or no Whisper model; put the whole file there.") from None
    heads = whisper._ALIGNMENT_HEADS.get(file.stem)  # by which words get their times; load_model knows no file's
    if heads:
        model.set_alignment_heads(heads)
    return model


def weights_of(name: str) -> Path:
    """The file with the weights of the Whisper model called `name`; DemeanorError where there is none."""
    if name == SHIPPED:
        return pretrained.path("whisper")
    kept = Path.home() / ".cache" / "whisper"  # where the package puts what it downloads
    places = [Path(name).expanduser(), pretrained.folder() / f"{name}.pt", kept / f"{name}.pt"]
    for place in places:
        if place.is_file():
            return place
    there = sorted({file.stem for folder in (pretrained.folder(), kept) for file in folder.glob("*.pt")})
    raise DemeanorError(
        f"There are no weights of the Whisper model '{name}'; put {name}.pt into {pretrained.folder()} "
        f"(there are: {', '.join(there) or 'none'})."
    )
