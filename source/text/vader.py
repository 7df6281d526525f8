"""VADER (Hutto & Gilbert 2014): sentiment by a lexicon and rules. An input of the text model, and its baseline."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

SCORES = ("neg", "neu", "pos", "compound")
"""Shares of the words that are negative, neutral and positive, and the compound score from -1 to 1."""


def lexicon_scores(text: str) -> np.ndarray:
    """Return VADER's scores of `text`, (len(SCORES),) float32; zeros where there is no word.

    >>> bool(lexicon_scores("not bad at all")[3] > 0)
    True
    """
    scores = _analyser().polarity_scores(text)
    return np.array([scores[name] for name in SCORES], np.float32)


@cache
def _analyser() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
