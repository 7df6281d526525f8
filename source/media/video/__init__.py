"""A video's frames: `Frame`, and `Replay` for whoever writes a video of all of them. `Decoder` reads a recording."""

from .frame import Frame
from .replay import Replay

__all__ = ["Frame", "Replay"]
