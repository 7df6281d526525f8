"""What a person hands in as text, whatever the format -> the sentences in it."""

import logging
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ...media.types import TEXTS
from ..utterances import Document, Utterance, parted

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
MOST_CHARACTERS = 5 * MEGABYTE  # "War and Peace" has three million; twenty minutes of work and 60,000 sentences
MOST_BYTES = {".pdf": 500 * MEGABYTE}  # pictures in it take room, and its text is counted; of any other kind:
MOST_TEXT_BYTES = 4 * MOST_CHARACTERS
SUBTITLES = (".srt", ".vtt")
PAGES = (".html", ".htm")
NOTHING = "there is nothing to read in it"
QUOTED = "its first lines, quoted with '>', are what was said before and are not read"


def read_document(path: Path, notify: Notify = log.info) -> Document:
    """The sentences of the file `path`, of a kind in `media_types.TEXTS`, in their order.

    A file without words is a Document without utterances and with a note. Raises DemeanorError where it is not there,
    of another kind, damaged, binary or larger than MOST_CHARACTERS.
    """
    path = Path(path)
    _refuse(path)
    if path.suffix.lower() in SUBTITLES:
        from .subtitles import read_subtitles

        return read_subtitles(path)
    text, notes, wrapped = _text_of(path, notify)
    before, text = parted(text) if path.suffix.lower() in (".txt", ".md") else ("", text)
    return _document(text, (*notes, QUOTED) if before else notes, wrapped)


def document_of(text: str) -> Document:
    """The sentences of a text that was typed or pasted; of HTML, those that a browser would show.

    Raises DemeanorError where it has over MOST_CHARACTERS.
    """
    from .html import is_markup, visible_text

    _refuse_long(text, "The text")
    if is_markup(text):
        return _document(visible_text(text), ("HTML: its tags are left out",), wrapped=False)
    return _document(text, ())


def read_text(path: Path, notify: Notify = log.info) -> str:
    """All the words of the file `path`, the quoted lines at its beginning too. Raises DemeanorError as
    `read_document`."""
    path = Path(path)
    _refuse(path)
    if path.suffix.lower() in SUBTITLES:
        from .subtitles import read_subtitles

        return " ".join(utterance.text for utterance in read_subtitles(path).utterances)
    return _text_of(path, notify)[0]


def _refuse(path):
    if path.is_dir():
        raise DemeanorError(f"{path} is a folder, not a text.")
    if not path.is_file():
        raise DemeanorError(f"There is no file {path}.")
    if path.suffix.lower() not in TEXTS:
        raise DemeanorError(f"{path} is not a text by its ending; there are: {', '.join(TEXTS)}.")
    most = MOST_BYTES.get(path.suffix.lower(), MOST_TEXT_BYTES)
    if (size := path.stat().st_size) > most:
        raise DemeanorError(
            f"{path} has {size / MEGABYTE:,.0f} MB, and at most {most // MEGABYTE} MB are read; split it."
        )


def _text_of(path, notify) -> tuple[str, tuple[str, ...], bool | None]:
    """Text, notes, and whether a margin wrapped its lines (None: they have to tell)."""
    if path.suffix.lower() == ".pdf":
        from .pdf import pdf_text

        return *pdf_text(path, MOST_CHARACTERS, notify), True
    if path.suffix.lower() in PAGES:
        return *_page(path), False
    text, notes = _decoded(path)
    if path.suffix.lower() == ".md":
        from .markdown import words_of_markdown

        text = words_of_markdown(text)
    return text, notes, None


def _page(path):
    from .html import visible_text

    page, notes = _decoded(path)
    return visible_text(page), notes


def _decoded(path):
    from .encoding import decoded
    from .html import charset

    try:
        data = path.read_bytes()
    except PermissionError:
        raise DemeanorError(f"{path} may not be read; change its permissions.") from None
    text, notes = decoded(data, path, charset(data) if path.suffix.lower() in PAGES else "")
    _refuse_long(text, str(path))
    return text, notes


def _refuse_long(text, what):
    if len(text) > MOST_CHARACTERS:
        raise DemeanorError(f"{what} has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are read; split it.")


def _document(text, notes, wrapped=None) -> Document:
    if not text.strip():
        return Document((), notes=(*notes, NOTHING))
    from ..language import foreign_notes, language_of
    from ..language.words import sentences

    utterances = tuple(Utterance(sentence) for sentence in sentences(text, wrapped))
    notes = (*notes, *foreign_notes(text)) if utterances else (*notes, NOTHING)
    return Document(utterances, language_of(text), notes=notes)
