"""Typed words, a text, subtitles, a recording, or a folder of these -> what the words express, with its reasons."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..core import config
from ..core.hooks import Notify, OnProgress
from ..media.selection import WHOLE, Selection
from ..media.types import RECORDINGS
from ..results.predicting import Result
from ..results.prediction import Prediction, Reading
from ..results.timeline import mean_affect, mean_probabilities
from ..training.checkpoint import Trained
from .chunking import split_long_utterances
from .documents import NOTHING, document_from_text, read_document
from .explain import explained_note, with_attributions
from .inference import BATCH, TextOutput, TextQuery, infer
from .language import unknown_language_note
from .normalise import normalise
from .results import result_files
from .settings import TextSettings
from .tokens import is_longer
from .utterances import Document, Utterance
from .vader import lexicon_scores

log = logging.getLogger(__name__)

TYPED = "typed words"  # in place of the file's name
NO_SUCH_FILE = "no file or folder has this name: read as a word"
CONTEXT_SENTENCES = 3  # before each, which the network gets if its settings ask for context
UNSURE_BELOW = 0.6  # mean probability that the transcriber gives a sentence's words; clear speech has 0.9
SURROGATES = re.compile("[\ud800-\udfff]")  # bytes from a terminal that are not UTF-8
LONGEST_NAME = 40  # characters of the folder's name for typed words


def read(
    source: Path | str,
    trained: Trained,
    notify: Notify = log.info,
    on_progress: OnProgress | None = None,
    selection: Selection = WHOLE,
) -> Result:
    """Read the words of a file or of the text itself: a Reading for each sentence.

    A recording is transcribed first; without the transcriber's weights, its Prediction has a note and no readings.
    `on_progress` takes seconds of a recording, or sentences of a text. See `source.results.predicting.predict`.
    """
    document = split_long_utterances(load_document(source, on_progress, notify), trained.settings)
    counts_sentences = None if is_recording(source) else on_progress  # of a recording, the seconds were counted
    readings, contexts = read_utterances(document.utterances, trained, counts_sentences)
    readings = with_attributions(readings, contexts, trained, counts_sentences)
    is_known = trained.settings.knows(document.language)
    unreadable = is_known and readings and not any(reading.probabilities for reading in readings)
    prediction = Prediction(
        str(source) if isinstance(source, Path) else TYPED, trained.spec.name, trained.labels, tuple(readings),
        notes=(
            *document.notes,
            *((NOTHING,) if unreadable else ()),
            *(() if is_known else (unknown_language_note(document.language),)),
            *explained_note(readings),
        ),
        overall=overall_reading(readings, document), seconds=document.seconds, language=document.language,
    )  # fmt: skip
    return Result(prediction, lambda without: result_files(prediction, document), folder_name(source))


def load_document(source: Path | str, on_progress: OnProgress | None = None, notify: Notify = log.info) -> Document:
    """Return the sentences of a file, a recording (with times) or a text itself.

    Raises DemeanorError where it cannot be read.
    """
    if isinstance(source, str):
        document = document_from_text(SURROGATES.sub("\ufffd", source))
        is_word = re.fullmatch(r"[\w-]+", source.strip())
        return replace(document, notes=(*document.notes, NO_SUCH_FILE)) if is_word else document
    if not is_recording(source):
        return read_document(source, notify)
    from .transcript import transcribe
    from .transcript.sentences import split_into_sentences

    return split_into_sentences(transcribe(source, config.WHISPER_MODEL, on_progress, notify))


def is_recording(source: Path | str) -> bool:
    """Return whether the source has to be transcribed."""
    return isinstance(source, Path) and source.suffix.lower() in RECORDINGS


def read_utterances(
    utterances: Sequence[Utterance], trained: Trained, on_progress: OnProgress | None = None
) -> tuple[list[Reading], list[str]]:
    """Return a Reading for each utterance, and each one's context as the network gets it.

    What is in a language that the network does not know is not read.
    """
    before, knows = CONTEXT_SENTENCES if trained.settings.use_context else 0, trained.settings.knows
    texts = [utterance.text for utterance in utterances]
    contexts = ["\n".join(texts[max(at - before, 0) : at]) for at in range(len(texts))]
    queries = [
        TextQuery(one.text, context) if knows(one.language) and is_readable(one.text) else None
        for one, context in zip(utterances, contexts, strict=True)
    ]
    outputs: dict[TextQuery | None, TextOutput] = {None: TextOutput({}, {})}
    batches = list(_batches([query for query in queries if query]))
    for done, batch in enumerate(batches, start=1):
        outputs |= zip(batch, infer(batch, trained), strict=True)
        if on_progress:
            on_progress(done * len(utterances) // len(batches), len(utterances))
    settings = trained.settings
    readings = [_reading(one, outputs[query], settings) for one, query in zip(utterances, queries, strict=True)]
    return readings, contexts


def _batches(queries: Sequence[TextQuery]) -> Iterator[Sequence[TextQuery]]:
    """Yield what is computed together: of a long text, each different query once, by length, to save padding."""
    if len(queries) > BATCH:
        queries = sorted(dict.fromkeys(queries), key=lambda query: len(query.text) + len(query.context))
    for start in range(0, len(queries), BATCH):
        yield queries[start : start + BATCH]


def is_readable(text: str) -> bool:
    """Return whether there is a word in the text, or an emoji or emoticon that the lexicon knows ("..." is not)."""
    words = normalise(text)
    return any(map(str.isalnum, words)) or bool(lexicon_scores(words)[-1])


def overall_reading(readings: Sequence[Reading], document: Document) -> Reading:
    """Return the mean of the sentences' readings, each weighted by its number of words."""
    weights = [len(reading.text.split()) for reading in readings]
    start_seconds = None if document.seconds is None else 0.0
    mean = Reading(mean_probabilities(readings, weights), start_seconds=start_seconds, end_seconds=document.seconds)
    return replace(mean, **mean_affect(readings, weights))


def folder_name(source: Path | str) -> str:
    """Return the name for the folder of the results.

    >>> folder_name("I can't believe it!")
    'I_can_t_believe_it'
    """
    if isinstance(source, Path):
        return source.stem
    return "_".join(re.findall(r"\w+", source))[:LONGEST_NAME].strip("_") or TYPED.replace(" ", "_")


def _reading(utterance: Utterance, output: TextOutput, settings: TextSettings) -> Reading:
    start, end = utterance.start_seconds, utterance.end_seconds
    notes = tuple(_doubts(utterance, settings)) if output.probabilities else ()
    reading = Reading(output.probabilities, start_seconds=start, end_seconds=end, text=utterance.text, notes=notes)
    return replace(reading, **output.affect)


def _doubts(utterance: Utterance, settings: TextSettings) -> Iterator[str]:
    """Yield what makes the reading of an utterance less trustworthy."""
    if len(utterance.text.split()) == 1:
        yield "one word says little"
    if utterance.confidence is not None and utterance.confidence < UNSURE_BELOW:
        yield f"the transcriber is unsure of the words: {utterance.confidence:.0%}".replace("%", " %")
    if is_longer(normalise(utterance.text), settings):
        yield f"longer than {settings.tokens} tokens: the beginning was read"
