"""Whisper (Radford et al. 2022, arXiv:2212.04356), shared by the voice's features and the transcript."""

from functools import cache
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from typing import Any

from ...core import pretrained
from ...core.errors import DemeanorError
from ...core.loading import without_modules, without_random_weights

SHIPPED = "tiny.en"  # installed by setup.py
_ONE_AT_A_TIME = Lock()  # the voice and the words may both be first to ask


def speech_model(name: str = SHIPPED) -> Any:
    """Return this process's only instance of the Whisper model `name`, in evaluation mode on the CPU.

    name: tiny.en, any other whose weights lie in models/pretrained or where Whisper itself keeps them, or the path of
    a .pt file. Nothing is downloaded. Raises DemeanorError where the weights are missing or damaged.
    """
    file = weights_of(name).resolve()
    with _ONE_AT_A_TIME:
        return _loaded(file)


@cache
def _loaded(file: Path) -> Any:
    with without_modules("numba"):  # it compiles two functions that nothing here calls
        import whisper

    try:
        with without_random_weights():
            model = whisper.load_model(str(file), device="cpu").eval()
    except (RuntimeError, ValueError, KeyError, TypeError, EOFError, UnpicklingError):
        raise DemeanorError(f"{file} is damaged or no Whisper model; put the whole file there.") from None
    heads = whisper._ALIGNMENT_HEADS.get(file.stem)  # that time the words; load_model knows none for a file
    if heads:
        model.set_alignment_heads(heads)
    return model


def weights_of(name: str) -> Path:
    """Return the file with the weights of the Whisper model `name`; raise DemeanorError where there is none."""
    if name == SHIPPED:
        return pretrained.path("whisper")
    kept = Path.home() / ".cache" / "whisper"  # the package's own download folder
    places = [Path(name).expanduser(), pretrained.folder() / f"{name}.pt", kept / f"{name}.pt"]
    for place in places:
        if place.is_file():
            return place
    there = sorted({file.stem for folder in (pretrained.folder(), kept) for file in folder.glob("*.pt")})
    raise DemeanorError(
        f"There are no weights of the Whisper model '{name}'; put {name}.pt into {pretrained.folder()} "
        f"(there are: {', '.join(there) or 'none'})."
    )
