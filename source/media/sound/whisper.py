"""Whisper (Radford et al. 2022, arXiv:2212.04356), shared by the voice's features and the transcript."""

import sys
from functools import cache
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from types import ModuleType
from typing import Any

from ...core import pretrained
from ...core.errors import DemeanorError

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
    whisper = _package()
    try:
        with _uninitialised():
            model = whisper.load_model(str(file), device="cpu").eval()
    except (RuntimeError, ValueError, KeyError, TypeError, EOFError, UnpicklingError):
        raise DemeanorError(f"{file} is damaged or no Whisper model; put the whole file there.") from None
    heads = whisper._ALIGNMENT_HEADS.get(file.stem)  # that time the words; load_model knows none for a file
    if heads:
        model.set_alignment_heads(heads)
    return model


def _package() -> ModuleType:
    """Import whisper without numba, of which it compiles two functions that nothing here calls."""
    numba = ModuleType("numba")
    numba.jit = lambda **_: lambda function: function  # type: ignore[attr-defined]
    is_stand_in = sys.modules.setdefault("numba", numba) is numba
    try:
        import whisper
    finally:
        if is_stand_in:
            del sys.modules["numba"]
    return whisper


def _uninitialised() -> Any:
    """Return a context in which networks get no random weights, because they are to be loaded: half the time."""
    from torch.nn.init import kaiming_uniform_, normal_, uniform_
    from torch.overrides import TorchFunctionMode

    class Uninitialised(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            is_random = function in (kaiming_uniform_, normal_, uniform_)
            return kwargs["tensor"] if is_random else function(*args, **(kwargs or {}))

    return Uninitialised()


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
