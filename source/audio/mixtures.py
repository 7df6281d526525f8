"""What in a window is not one voice alone: several at once, or music behind it.

For each a linear reading of the features of Whisper small, with the weights of models/encoder/mixtures.safetensors;
`python -m benchmarks.mixtures` made them, and says how often they are right on corpora that it did not learn from.
"""

from functools import cache

import numpy as np

from ..core import pretrained

MIXTURES = {"several": "several voices at once", "music": "music behind the voice"}  # row of the weights -> its note


def mixture_notes(features: np.ndarray) -> list[tuple[str, ...]]:
    """Return the notes on each window by its features of the encoder, (N, 1, 1536).

    Raises DemeanorError where the weights are missing.
    """
    weight, bias = _weights()
    are_so = features.astype(np.float32).reshape(len(features), -1) @ weight.T + bias > 0
    return [tuple(note for note, is_so in zip(MIXTURES.values(), row, strict=True) if is_so) for row in are_so]


@cache
def _weights() -> tuple[np.ndarray, np.ndarray]:
    """Return the weights (2, 1536) and biases (2,) of the readings, of which one above 0 is a note."""
    from safetensors.numpy import load_file

    weights = load_file(pretrained.path("mixtures"))
    return weights["weight"], weights["bias"]
