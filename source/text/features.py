"""An utterance -> the arrays the text model takes. Preprocessing and prediction both come through here."""

import warnings
from pathlib import Path

import numpy as np

from ..core.errors import DemeanorError
from ..core.spec import DataWarning
from .normalise import in_words
from .settings import TextSettings
from .tokens import context_ids, is_longer, utterance_ids
from .vader import lexicon_scores


def extract(path: Path, settings: TextSettings) -> dict[str, np.ndarray]:
    """The utterance in the file `path`, as `describe` gives it: a document of several sentences is one utterance.

    Lines at the beginning that start with ">" are what was said before. Raises DemeanorError where there are no words.
    """
    from .documents import read_text
    from .utterances import parted

    before, text = parted(read_text(path))
    if not text:
        raise DemeanorError(f"{path} holds no words.")
    if is_longer(in_words(text), settings.tokens):
        warnings.warn(f"longer than {settings.tokens} tokens: the beginning was read", DataWarning, stacklevel=2)
    return featurize(text, before, settings)


def featurize(text: str, before: str, settings: TextSettings) -> dict[str, np.ndarray]:
    """An utterance, and what was said before it, as the model's inputs.

    token_ids (tokens,) and before_ids (context_tokens,) int16, 0 where there is none; lexicon (4,) float32.
    """
    words = in_words(text)
    return {
        "token_ids": utterance_ids(words, settings.tokens),
        "before_ids": context_ids(in_words(before), settings.context_tokens),
        "lexicon": lexicon_scores(words),
    }


def baseline_features(inputs: dict[str, np.ndarray], settings: TextSettings) -> np.ndarray:
    """The lexicon's scores: (N, 4)."""
    return np.asarray(inputs["lexicon"], np.float32)
