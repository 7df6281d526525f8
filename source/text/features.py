"""An utterance -> the arrays that the text model takes. Preprocessing and prediction both come through here."""

import warnings
from pathlib import Path

import numpy as np

from ..core.errors import DemeanorError
from ..core.spec import DataWarning
from .normalise import normalise
from .settings import TextSettings
from .tokens import context_ids, is_longer, utterance_ids
from .vader import lexicon_scores


def extract(path: Path, settings: TextSettings) -> dict[str, np.ndarray]:
    """Return the features of the file `path`, read as one utterance, as `featurize` gives them.

    Lines at its beginning that start with ">" are the context: what was said before. Raises DemeanorError where there
    are no words; warns (DataWarning) where the utterance is longer than the model reads.
    """
    from .documents import read_text
    from .utterances import split_context

    context, text = split_context(read_text(path))
    if not text:
        raise DemeanorError(f"{path} holds no words.")
    if is_longer(normalise(text), settings):
        warnings.warn(f"longer than {settings.tokens} tokens: the beginning was read", DataWarning, stacklevel=2)
    return featurize(text, context, settings)


def featurize(text: str, context: str, settings: TextSettings) -> dict[str, np.ndarray]:
    """Return an utterance and its context (what was said before) as the model's inputs.

    token_ids (tokens,) and before_ids (context_tokens,), int, 0 where there is no token; lexicon (4,) float32.
    """
    words = normalise(text)
    return {
        "token_ids": utterance_ids(words, settings),
        "before_ids": context_ids(normalise(context), settings),
        "lexicon": lexicon_scores(words),
    }


def baseline_features(inputs: dict[str, np.ndarray], settings: TextSettings) -> np.ndarray:
    """Return VADER's scores, shape (N, 4) float32."""
    return np.asarray(inputs["lexicon"], np.float32)
