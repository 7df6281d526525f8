"""A text's sentences, and how often it uses each word, by spaCy."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from . import ENGLISH, is_foreign, language_of
from .paragraphs import paragraphs
from .pipeline import pipeline, reading

PIECE_CHARACTERS = 10_000  # that spaCy gets at a time, which bounds its memory
MOST_WORDS = 40  # of a sentence: with its marks some 50 tokens, and at most 62 in 19 of 20; the model reads 62
LONGEST_WORD = 30  # characters; what is longer counts as several
EAST = "\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f"  # written without spaces: each character counts as a word
UNIT = re.compile(rf"[{EAST}]\s*|[^\s{EAST}]{{1,{LONGEST_WORD}}}\s*")
HALT = re.compile(r"[,;:)，、；–—-]\s*$")
SURE_END = re.compile(r"(?<=[!?])\s+(?=[\"'“‘(]?\w)|(?<=[。！？])(?=[^\s。！？」』”])")
NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]\s*")  # of a list's item, or an initial
GOES_ON = re.compile(r"[.,;:!?)\]…]")  # how no sentence starts
CROWD = re.compile(rf"[^\w\s]{{40}}(?=[^\w\s])|[^\s{EAST}]{{500}}(?=[^\s{EAST}])")  # spaCy's time grows with its square
LOOKED_AT = 50  # characters of a sentence that may have grown long
COLUMNS = ("word", "part_of_speech", "count", "share")
STRAY = re.compile(
    r"(?:[^\w\s\x00-\x7f“‘«„¿¡—–…「『（]+\s*)+(?=[\w\"'“‘(])"
)  # emoji before a sentence end the one before
NOT_WORDS = ("PUNCT", "SYM", "SPACE")
GRAMMAR = ("ADP", "AUX", "CCONJ", "DET", "PART", "PRON", "SCONJ")  # "like" as in "like this", "would"


def sentences(text: str, wrapped: bool | None = None) -> list[str]:
    """The sentences of `text` in their order; nothing but white space and bullets is left out.

    Line breaks end a sentence in a chat or a list, not in wrapped prose (`wrapped`: see `paragraphs`). A sentence of
    over MOST_WORDS words is parted, at a comma near its middle if there is one. A mark or an emoji by itself belongs
    to what stands before it.

    >>> sentences("I saw Dr. Smith. He smiled :)")
    ['I saw Dr. Smith.', 'He smiled :)']
    """
    pieces = [piece for part in paragraphs(text, wrapped) for piece in _pieces(part)]
    nlp = pipeline(language_of(text) if is_foreign(text) else ENGLISH)
    with reading(nlp, "senter", "sentencizer") as read:
        parts = [[sentence.text_with_ws for sentence in document.sents] for document in read(pieces)]
    whole = (sentence for part in parts for sentence in _mended(part))
    return [short for sentence in whole for short in _shortened(sentence)]


def word_counts(texts: Iterable[str]) -> list[dict[str, Any]]:
    """How often the `texts` use each word: rows with COLUMNS, the most frequent first.

    word: the dictionary's form, in lower case; share: of all words in `texts`. Stop words ("the", "I"), numbers,
    marks, emoji, addresses and "@user" have no row. Of a language other than English, and without an English pipeline,
    words stay as they are written, and part_of_speech is "": see `lemma_notes`.
    """
    pieces = [piece for text in texts for part in paragraphs(text) for piece in _pieces(part)]
    nlp = pipeline(_language(pieces))
    counts: Counter[tuple[str, str]] = Counter()
    words = 0
    with reading(nlp, "tok2vec", "tagger", "attribute_ruler", "lemmatizer") as read:
        for document in read(pieces):
            spoken = [token for token in document if _is_word(token)]
            words += len(spoken)
            counts.update((_lemma(token), token.pos_) for token in spoken if _has_row(token))
    return _rows(counts, words)


def lemma_notes(texts: Iterable[str]) -> tuple[str, ...]:
    """What a person should know of `word_counts(texts)`: nothing where words are counted in the dictionary's form."""
    if "lemmatizer" in pipeline(_language(list(texts))).pipe_names:
        return ()
    return ("words are counted as they are written, in lower case, not in the dictionary's form",)


def _language(texts):
    beginning = " ".join(texts[:1000])
    return language_of(beginning) if is_foreign(beginning) else ENGLISH


def _pieces(paragraph: str) -> Iterator[str]:
    """`paragraph` in pieces of at most PIECE_CHARACTERS that end with a sentence, or else with a word."""
    paragraph = CROWD.sub(r"\g<0> ", paragraph)
    start = 0
    while len(paragraph) - start > PIECE_CHARACTERS:
        most = start + PIECE_CHARACTERS
        ends = (". ", "! ", "? ")
        cut = max(paragraph.rfind(end, start, most) for end in ends) + 1 or paragraph.rfind(" ", start, most) + 1
        yield paragraph[start : cut or most]
        start = cut or most
    yield paragraph[start:]


def _mended(parts: list[str]) -> list[str]:
    """Sentences (with the white space after them) as spaCy parts them, without its mistakes with marks."""
    made: list[str] = []
    for part in (piece for whole in parts for piece in SURE_END.split(whole)):
        stray = STRAY.match(part) if made else None
        for text in (part[: stray.end()], part[stray.end() :]) if stray else (part,):
            if made and _belongs(text, made[-1]):
                made[-1] += text if made[-1][-1:].isspace() or GOES_ON.match(text) else f" {text}"
            else:
                made.append(text)
    return [sentence for part in made if (sentence := part.strip())]


def _belongs(text, before):
    """Whether `text` is no sentence of its own: a mark, an emoji, or what follows a number or an initial."""
    lone = not any(map(str.isalnum, text)) or not any(map(str.isalnum, before[:LOOKED_AT]))
    return lone or GOES_ON.match(text) or NUMBER.fullmatch(before)


def _shortened(sentence: str) -> list[str]:
    """`sentence`, in halves and their halves until none is longer than MOST_WORDS."""
    return ["".join(units).strip() for units in _halves(UNIT.findall(sentence))]


def _halves(units):
    if len(units) <= MOST_WORDS:
        return [units]
    quarter, middle = len(units) // 4, len(units) // 2
    halts = [place for place in range(quarter, 3 * quarter) if HALT.search(units[place - 1])]
    cut = min(halts, key=lambda place: abs(place - middle), default=middle)
    return _halves(units[:cut]) + _halves(units[cut:])


def _is_word(token):
    if token.pos_ in NOT_WORDS or token.like_url or token.like_email or token.text.startswith("@"):
        return False
    return any(map(str.isalpha, token.text))


def _has_row(token):
    word = _lemma(token)
    if token.pos_ in GRAMMAR or token.is_stop or token.vocab[word].is_stop:
        return False
    return not (token.like_num or word[0].isdigit() or (len(word) == 1 and word.isascii()))


def _lemma(token):
    return (token.lemma_ or token.text).lower()


def _rows(counts, words):
    from spacy import explain

    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"word": word, "part_of_speech": explain(kind) or "" if kind else "", "count": count, "share": count / words}
        for (word, kind), count in ordered
    ]
