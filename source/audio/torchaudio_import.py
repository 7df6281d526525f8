"""The module torchaudio, also where its compiled extension does not load.

torchaudio 2.11.0, the last release, ships an extension built for CUDA: beside a CPU build of torch, importing it raises
OSError (libc10_cuda.so is missing). Nothing used here needs the extension, and torchaudio does without one that its
loader does not find. Import this module inside functions: it imports torch.
"""

import sys

try:
    import torchaudio
except OSError:
    vars(sys.modules["torchaudio._extension.utils"])["_load_lib"] = lambda library: False
    import torchaudio

__all__ = ["torchaudio"]
