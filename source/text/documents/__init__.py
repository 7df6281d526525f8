"""What a person hands in as text, in any format -> its sentences."""

import logging
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ...media.types import TEXTS
from ..utterances import Document, Utterance, split_context

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
MOST_CHARACTERS = 5 * MEGABYTE  # "War and Peace" has three million; twenty minutes of work and 60,000 sentences
MOST_BYTES = {".pdf": 500 * MEGABYTE}  # images in it take room, and its text is counted; for any other kind:
MOST_TEXT_BYTES = 4 * MOST_CHARACTERS
SUBTITLES = (".srt", ".vtt")
PAGES = (".html", ".htm")
WITH_CONTEXT = (".txt", ".md")  # may begin with quoted lines
NOTHING = "there is nothing to read in it"
QUOTED = "its first lines, quoted with '>', are what was said before and are not read"


def read_document(path: Path, notify: Notify = log.info) -> Document:
    """Return the sentences of the file `path`, whose ending is one of `source.media.types.TEXTS`, in their order.

    A file without words is a Document without utterances and with a note. Raises DemeanorError where the file is
    missing, of another kind, damaged, binary or larger than MOST_CHARACTERS.
    """
    path = Path(path)
    _check(path)
    if path.suffix.lower() in SUBTITLES:
        from .subtitles import parse_subtitles

        return parse_subtitles(*_decode(path))
    text, notes, wrapped = _text_of(path, notify)
    context, text = split_context(text) if path.suffix.lower() in WITH_CONTEXT else ("", text)
    return _document(text, (*notes, QUOTED) if context else notes, wrapped)


def document_from_text(text: str) -> Document:
    """Return the sentences of a typed or pasted text; of HTML, those that a browser would show.

    Raises DemeanorError where it has over MOST_CHARACTERS.
    """
    from .html import is_markup, visible_text

    _check_length(text, "The text")
    if is_markup(text):
        return _document(visible_text(text), ("HTML: its tags are left out",), wrapped=False)
    return _document(text, ())


def read_text(path: Path, notify: Notify = log.info) -> str:
    """Return all the words of the file `path`, the quoted lines at its beginning included.

    Raises DemeanorError as `read_document` does.
    """
    path = Path(path)
    _check(path)
    if path.suffix.lower() in SUBTITLES:
        return " ".join(utterance.text for utterance in read_document(path).utterances)
    return _text_of(path, notify)[0]


def _check(path: Path) -> None:
    if path.is_dir():
        raise DemeanorError(f"{path} is a folder, not a text.")
    if not path.is_file():
        raise DemeanorError(f"There is no file {path}.")
    if path.suffix.lower() not in TEXTS:
        raise DemeanorError(f"{path} does not have the ending of a text; known are: {', '.join(TEXTS)}.")
    most = MOST_BYTES.get(path.suffix.lower(), MOST_TEXT_BYTES)
    if (size := path.stat().st_size) > most:
        raise DemeanorError(
            f"{path} has {size / MEGABYTE:,.0f} MB, and at most {most // MEGABYTE} MB are read; split it."
        )


def _check_length(text: str, what: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise DemeanorError(f"{what} has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are read; split it.")


def _text_of(path: Path, notify: Notify) -> tuple[str, tuple[str, ...], bool | None]:
    """Return text, notes, and whether a margin wrapped its lines (None: their lengths have to tell)."""
    if path.suffix.lower() == ".pdf":
        from .pdf import pdf_text

        return *pdf_text(path, MOST_CHARACTERS, notify), True
    text, notes = _decode(path)
    if path.suffix.lower() in PAGES:
        from .html import visible_text

        return visible_text(text), notes, False
    if path.suffix.lower() == ".md":
        from .markdown import markdown_text

        return markdown_text(text), notes, None
    return text, notes, None


def _decode(path: Path) -> tuple[str, tuple[str, ...]]:
    from .encoding import decode
    from .html import charset

    try:
        data = path.read_bytes()
    except PermissionError:
        raise DemeanorError(f"{path} may not be read; change its permissions.") from None
    text, notes = decode(data, path, charset(data) if path.suffix.lower() in PAGES else "")
    _check_length(text, str(path))
    return text, notes


def _document(text: str, notes: tuple[str, ...], wrapped: bool | None = None) -> Document:
    if not text.strip():
        return Document((), notes=(*notes, NOTHING))
    from ..language import language_of
    from ..language.words import sentences

    language = language_of(text)
    utterances = tuple(Utterance(sentence, language=language) for sentence in sentences(text, wrapped))
    return Document(utterances, language, notes=notes if utterances else (*notes, NOTHING))
