"""An utterance -> the arrays the text model takes. Preprocessing and prediction both come through here."""

import warnings
from pathlib import Path

import numpy as np

from ..core.errors import Trouble
from ..core.spec import Remark
from ..data.training_folder import QUOTE
from ..media.types import TEXTS
from .normalise import in_words
from .settings import TextConfig
from .tokens import context_ids, is_longer, utterance_ids
from .vader import lexicon_scores

SUFFIXES = TEXTS


def extract(path: Path, config: TextConfig) -> dict[str, np.ndarray]:
    """The utterance in the file `path`, as `describe` gives it: a document of several sentences is one utterance.

    Lines at the beginning that start with ">" are what was said before. Raises Trouble where there are no words.
    """
    from .documents import read_text

    before, text = parted(read_text(path))
    if not text:
        raise Trouble(f"{path} holds no words.")
    if is_longer(in_words(text), config.tokens):
        warnings.warn(f"longer than {config.tokens} tokens: the beginning was read", Remark, stacklevel=2)
    return describe(text, before, config)


def parted(text: str) -> tuple[str, str]:
    """What was said before, one line each, and the utterance itself.

    >>> parted("> How was it?\\nIt was awful.")
    ('How was it?', 'It was awful.')
    """
    lines = text.strip().splitlines()
    quoted = next((number for number, line in enumerate(lines) if not line.startswith(QUOTE)), len(lines))
    before = (line.removeprefix(QUOTE).strip() for line in lines[:quoted])
    return "\n".join(before), "\n".join(lines[quoted:]).strip()


def describe(text: str, before: str, config: TextConfig) -> dict[str, np.ndarray]:
    """An utterance, and what was said before it, as the model's inputs.

    token_ids (tokens,) and before_ids (context_tokens,) int16, 0 where there is none; lexicon (4,) float32.
    """
    words = in_words(text)
    return {
        "token_ids": utterance_ids(words, config.tokens),
        "before_ids": context_ids(in_words(before), config.context_tokens),
        "lexicon": lexicon_scores(words),
    }


def summarise(inputs: dict[str, np.ndarray], config: TextConfig) -> np.ndarray:
    """The lexicon's scores: (N, 4)."""
    return np.asarray(inputs["lexicon"], np.float32)
