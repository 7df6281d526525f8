"""Whether a recording is in English, as an English-only Whisper hears it: it writes English words whatever is said.

Two things give another language away. To an encoder that learned from English alone it sounds unlike English: a linear
reading of tiny.en's output tells so, with the weights of models/encoder/english.safetensors. And the words that are
invented are improbable. On corpora and languages that were left out both together withheld 1 of 256 English recordings
and all but 2 of 314 others: models/encoder/README.md. `python -m benchmarks.english` measures it and makes the weights.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ...core import pretrained
from ..utterances import Document

if TYPE_CHECKING:
    from torch import Tensor
    from whisper import Whisper

FRAMES_A_SECOND = 50  # of the encoder's output
CHUNK_FRAMES = 4 * FRAMES_A_SECOND  # about as many have one reading
WIDTH, LAYERS = 384, 4  # of tiny.en
ENCODER_SHARE = 0.6  # of a reading, in the sum with the mean probability of the words
ENGLISH_FROM = 0.5  # of that sum: of left-out English recordings 1 % have less than 0.58, of others 1 % more than 0.48


class EnglishEar:
    """Reads how English an encoder's output is, over all that was heard: about 1 for English, -1 for other languages.

    >>> EnglishEar().reading
    0.0
    """

    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    @staticmethod
    def fits(model: "Whisper") -> bool:
        """Return whether the model is tiny.en, whose encoder it reads."""
        return not model.is_multilingual and (model.dims.n_audio_state, model.dims.n_audio_layer) == (WIDTH, LAYERS)

    def add(self, features: "Tensor", seconds: float) -> None:
        """Take a block's features (1500, WIDTH), of which sound fills the first `seconds`.

        Raises DemeanorError where the weights are missing.
        """
        weight, bias = _weights()
        readings = statistics(features, seconds) @ weight + bias
        self._sum, self._count = self._sum + float(readings.sum()), self._count + len(readings)

    @property
    def reading(self) -> float:
        """The mean so far; 0, which says nothing, where nothing was heard."""
        return self._sum / max(self._count, 1)


def statistics(features: "Tensor", seconds: float) -> np.ndarray:
    """Return mean and deviation over each chunk of about CHUNK_FRAMES in the first `seconds`: (N, 2 * WIDTH)."""
    frames = min(max(round(seconds * FRAMES_A_SECOND), 1), len(features))
    chunks = np.array_split(features[:frames].float().numpy(), max(1, round(frames / CHUNK_FRAMES)))
    return np.stack([np.concatenate([chunk.mean(0), chunk.std(0)]) for chunk in chunks])


def is_english(document: Document, reading: float) -> bool:
    """Return whether the words that an English-only model wrote were said; reading: of its encoder, 0 for none."""
    words = [word.probability for utterance in document.utterances for word in utterance.words]
    return not words or sum(words) / len(words) + ENCODER_SHARE * reading >= ENGLISH_FROM


@cache
def _weights() -> tuple[np.ndarray, float]:
    """Return the weights (2 * WIDTH,) and the bias of the reading."""
    from safetensors.numpy import load_file

    weights = load_file(pretrained.path("english"))
    return weights["weight"], float(weights["bias"][0])
