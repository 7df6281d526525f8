"""Import torchaudio where its compiled extension does not fit the installed torch.

torchaudio 2.11.0, its last release, comes with an extension built for CUDA; with a CPU build of torch, importing it
raises OSError (libc10_cuda.so is missing). Nothing used here needs that extension, so a stand-in takes its place.
"""

import importlib
import sys
from functools import cache
from types import ModuleType

EXTENSION = "torchaudio._extension"


@cache
def torchaudio() -> ModuleType:
    """The module torchaudio: as it is where it can be imported, else without its compiled extension."""
    try:
        return importlib.import_module("torchaudio")
    except OSError:
        _forget()
        sys.modules[EXTENSION] = _stand_in()
        return importlib.import_module("torchaudio")


def _forget() -> None:
    """Drop what the failed import left behind, so that the second one starts afresh."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
        del sys.modules[name]


def _stand_in() -> ModuleType:
    module = ModuleType(EXTENSION, "Stands for torchaudio's compiled extension: says that it is not available.")
    module._IS_TORCHAUDIO_EXT_AVAILABLE = module._IS_ALIGN_AVAILABLE = False
    module.fail_if_no_align = _without_extension
    module._check_cuda_version = lambda: None
    return module


def _without_extension(function):
    """Decorates torchaudio's functions that need the extension."""

    def refuse(*_, **__):
        raise RuntimeError(f"{function.__name__} needs torchaudio's compiled extension, which does not fit torch here.")

    return refuse
