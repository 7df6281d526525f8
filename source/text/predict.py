"""Typed words, a text, subtitles, a recording, or a folder of these -> what the words say, with all that shows it."""

import logging
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..core import config
from ..core.hooks import Notify, OnProgress
from ..media.types import RECORDINGS
from ..results.folder import predict_folder
from ..results.prediction import Prediction, Reading
from ..results.timeline import mean_affect, mean_probabilities
from ..results.writing import write_prediction
from ..training.checkpoint import Trained
from .chunking import fitting
from .documents import NOTHING, document_of, read_document
from .explain import explained, explained_note
from .inference import BATCH, Answer, Said, answers
from .normalise import in_words
from .tokens import is_longer
from .utterances import Document, Utterance
from .vader import lexicon_scores

log = logging.getLogger(__name__)

TYPED = "typed words"  # stands for the file's name
NO_SUCH_FILE = "no file or folder is called so: read as a word"
CONTEXT_SENTENCES = 3  # before each, that the network is told of if its settings ask for it
UNSURE_BELOW = 0.6  # mean probability of a sentence's words, that the transcriber gives; clear speech has 0.9
NO_LETTER = re.compile("[\ud800-\udfff]")  # surrogates: bytes from a terminal that are no UTF-8
LONGEST_NAME = 40  # characters of a folder's name for typed words


def predict(
    source: Path | str,
    trained: Trained,
    folder_out: Path | None = None,
    *,
    write: bool = True,
    without: Collection[str] = (),
    notify: Notify = log.info,
    on_progress: OnProgress | None = None,
) -> list[Prediction]:
    """What the words in the file `source`, in every file of the folder `source`, or in the text `source` itself, say.

    One Prediction a file, a Reading a sentence. Of a recording a transcript is made first; without the transcriber's
    weights that is said, and its Prediction has a note and no readings. A file of a folder that cannot be read never
    stops the others. `on_progress` takes seconds of a recording, sentences of a text, or files. With `write` the
    results lie in a new folder of `folder_out` (default: config.OUTPUT_FOLDER). Raises DemeanorError where nothing
    could be read.
    """
    target = (folder_out or config.OUTPUT_FOLDER) if write else None
    if isinstance(source, Path) and source.is_dir():
        read = partial(predict_text, notify=once(notify), without=without)
        return predict_folder(source, trained, target, read, notify, on_progress)
    return [predict_text(source, trained, target, on_progress, notify, without)]


def predict_text(
    source: Path | str,
    trained: Trained,
    folder_out: Path | None,
    on_progress: OnProgress | None = None,
    notify: Notify = log.info,
    without: Collection[str] = (),
) -> Prediction:
    """One text; its results are written into a new folder of `folder_out` unless that is None."""
    document = fitting(document_from(source, on_progress, notify), trained.settings.tokens)
    counted = None if is_recording(source) else on_progress  # a recording's seconds are counted, not its sentences
    readings = explained(*read_utterances(document.utterances, trained, counted), trained, counted)
    told = {"overall": overall_reading(readings, document), "seconds": document.seconds, "language": document.language}
    notes = (*document.notes, *_notes(readings))
    name = str(source) if isinstance(source, Path) else TYPED
    prediction = Prediction(name, trained.spec.name, trained.labels, tuple(readings), notes=notes, **told)
    if folder_out is None:
        return prediction
    from .results import result_files

    return write_prediction(prediction, result_files(prediction, document), folder_out, folder_name(source), without)


def document_from(source: Path | str, on_progress: OnProgress | None = None, notify: Notify = log.info) -> Document:
    """The sentences of a file, or of a text itself; a recording's with times. Raises DemeanorError if it cannot be
    read."""
    if isinstance(source, str):
        document = document_of(NO_LETTER.sub("\ufffd", source))
        one_word = re.fullmatch(r"[\w-]+", source.strip())
        return replace(document, notes=(*document.notes, NO_SUCH_FILE)) if one_word else document
    if not is_recording(source):
        return read_document(source, notify)
    from .transcript import transcribe
    from .transcript.sentences import by_sentence

    return by_sentence(transcribe(source, config.WHISPER_MODEL, on_progress, notify))


def is_recording(source: Path | str) -> bool:
    """Whether it has to be transcribed."""
    return isinstance(source, Path) and source.suffix.lower() in RECORDINGS


def read_utterances(
    utterances: Sequence[Utterance], trained: Trained, on_progress: OnProgress | None = None
) -> tuple[list[Reading], list[str]]:
    """A Reading for each utterance, and what was said before it, as far as the network is told of that."""
    befores, readings = list(_befores(utterances, trained)), []
    for start in range(0, len(utterances), BATCH):
        batch, before = utterances[start : start + BATCH], befores[start : start + BATCH]
        readable = [says_something(utterance.text) for utterance in batch]
        asked = [Said(one.text, said) for one, said, yes in zip(batch, before, readable, strict=True) if yes]
        found = iter(answers(asked, trained))
        readings += [
            _reading(one, next(found) if yes else Answer({}, {}), trained)
            for one, yes in zip(batch, readable, strict=True)
        ]
        if on_progress:
            on_progress(len(readings), len(utterances))
    return readings, befores


def says_something(text: str) -> bool:
    """Whether there is a word in it, or an emoji or emoticon that the lexicon knows; "..." says nothing."""
    words = in_words(text)
    return any(map(str.isalnum, words)) or bool(lexicon_scores(words)[-1])


def overall_reading(readings: Sequence[Reading], document: Document) -> Reading:
    """What the sentences come to, each weighing as much as it has words."""
    weights = [len(reading.text.split()) for reading in readings]
    span = (None, None) if document.seconds is None else (0.0, document.seconds)
    means = mean_affect(readings, weights)
    return Reading(mean_probabilities(readings, weights), 0, None, *span, **means)


def folder_name(source: Path | str) -> str:
    """What to call the folder of the results.

    >>> folder_name("I can't believe it!")
    'I_can_t_believe_it'
    """
    if isinstance(source, Path):
        return source.stem
    return "_".join(re.findall(r"\w+", source))[:LONGEST_NAME].strip("_") or TYPED.replace(" ", "_")


def once(notify: Notify) -> Notify:
    """`notify`, but no sentence twice."""
    said: set[str] = set()

    def say_new(sentence: str) -> None:
        if sentence not in said:
            said.add(sentence)
            notify(sentence)

    return say_new


def _befores(utterances, trained) -> Iterator[str]:
    for index in range(len(utterances)):
        recent = utterances[max(index - CONTEXT_SENTENCES, 0) : index] if trained.settings.use_context else ()
        yield "\n".join(utterance.text for utterance in recent)


def _reading(utterance, answer, trained):
    return Reading(
        answer.probabilities,
        start_seconds=utterance.start_seconds,
        end_seconds=utterance.end_seconds,
        text=utterance.text,
        notes=tuple(_doubts(utterance, trained.settings.tokens)) if answer.probabilities else (),
        **answer.affect,
    )


def _doubts(utterance, tokens) -> Iterator[str]:
    """What makes the reading of this utterance less trustworthy."""
    if len(utterance.text.split()) == 1:
        yield "one word says little"
    if utterance.confidence is not None and utterance.confidence < UNSURE_BELOW:
        yield f"the transcriber is unsure of the words: {utterance.confidence:.0%}".replace("%", " %")
    if is_longer(in_words(utterance.text), tokens):
        yield f"longer than {tokens} tokens: the beginning was read"


def _notes(readings) -> tuple[str, ...]:
    nothing = readings and not any(reading.probabilities for reading in readings)
    return ((NOTHING,) if nothing else ()) + explained_note(readings)
