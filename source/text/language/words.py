"""The sentences of a text, and how often it uses each word, by spaCy."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from . import ENGLISH, language_of
from .paragraphs import paragraphs
from .pipeline import pipeline, running

if TYPE_CHECKING:
    from spacy.tokens import Token

CHUNK_CHARACTERS = 10_000  # that spaCy gets at a time, which bounds its memory
MOST_WORDS = 40  # of a sentence: with its marks about 50 tokens, and in 19 of 20 at most the 62 that the model reads
LONGEST_WORD = 30  # characters; what is longer counts as several
CJK = "\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f"  # written without spaces: each character counts as a word
UNIT = re.compile(rf"[{CJK}]\s*|[^\s{CJK}]{{1,{LONGEST_WORD}}}\s*")
PAUSE_MARK = re.compile(r"[,;:)，、；–—-]\s*$")
SURE_END = re.compile(r"(?<=[!?])\s+(?=[\"'“‘(]?\w)|(?<=[。！？])(?=[^\s。！？」』”])")
NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]\s*")  # of a list's item, or an initial
CONTINUATION = re.compile(r"[.,;:!?)\]…]")  # no sentence begins with
# Spaces are put into what has none: spaCy's time grows with the square of its length.
UNBROKEN = re.compile(rf"[^\w\s]{{40}}(?=[^\w\s])|[^\s{CJK}]{{500}}(?=[^\s{CJK}])")
INSPECTED_CHARACTERS = 50  # of a sentence that may have grown long
COLUMNS = ("word", "part_of_speech", "count", "share")
# Emoji at the beginning of a sentence belong to the one before.
EMOJI = re.compile(r"(?:[^\w\s\x00-\x7f“‘«„¿¡—–…「『（]++\s*+)++(?=[\w\"'“‘(])")  # possessive: else hours in vain
NOT_WORDS = ("PUNCT", "SYM", "SPACE")
GRAMMAR = ("ADP", "AUX", "CCONJ", "DET", "PART", "PRON", "SCONJ")  # "like" as in "like this", "would"


def sentences(text: str, wrapped: bool | None = None) -> list[str]:
    """Return the sentences of `text` in their order; nothing but white space and bullets is left out.

    Line breaks end a sentence in a chat or a list, not in wrapped prose (`wrapped`: see `paragraphs`). A sentence of
    over MOST_WORDS words is split, at a comma near its middle if there is one. A lone mark or emoji belongs to what
    stands before it.

    >>> sentences("I saw Dr. Smith. He smiled :)")
    ['I saw Dr. Smith.', 'He smiled :)']
    """
    chunks = [chunk for paragraph in paragraphs(text, wrapped) for chunk in _chunks(paragraph)]
    with running(pipeline(language_of(text) or ENGLISH), "senter", "sentencizer") as read:
        split = [[sentence.text_with_ws for sentence in document.sents] for document in read(chunks)]
    merged = (sentence for texts in split for sentence in _merge_fragments(texts))
    return ["".join(units).strip() for sentence in merged for units in _halves(UNIT.findall(sentence))]


def word_counts(texts: Iterable[str]) -> list[dict[str, Any]]:
    """Return how often the `texts` use each word: rows with COLUMNS, the most frequent first.

    word is the lemma in lower case, share that of all words in `texts`. Stop words ("the", "I"), numbers, marks, emoji,
    URLs and "@user" have no row. In another language than English, and without an English pipeline, words stay as
    they are written and part_of_speech is "".
    """
    chunks = [chunk for text in texts for paragraph in paragraphs(text) for chunk in _chunks(paragraph)]
    times = Counter(chunks)  # what is said again and again is analysed once
    counts: Counter[tuple[str, str]] = Counter()
    total = 0
    nlp = pipeline(language_of(" ".join(chunks[:1000])) or ENGLISH)
    from spacy.glossary import explain  # not before: `pipeline` imports spaCy at less cost

    with running(nlp, "tok2vec", "tagger", "attribute_ruler", "lemmatizer") as read:
        for document, repeated in zip(read(times), times.values(), strict=True):
            words = [token for token in document if _is_word(token)]
            total += repeated * len(words)
            for token in filter(_is_content_word, words):
                counts[_lemma(token), token.pos_] += repeated
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"word": word, "part_of_speech": explain(kind) or "" if kind else "", "count": count, "share": count / total}
        for (word, kind), count in ordered
    ]


def _chunks(paragraph: str) -> Iterator[str]:
    """Split `paragraph` into chunks of at most CHUNK_CHARACTERS that end with a sentence, or else with a word."""
    paragraph = UNBROKEN.sub(r"\g<0> ", paragraph)
    start = 0
    while len(paragraph) - start > CHUNK_CHARACTERS:
        most = start + CHUNK_CHARACTERS
        ends = (". ", "! ", "? ")
        cut = max(paragraph.rfind(end, start, most) for end in ends) + 1 or paragraph.rfind(" ", start, most) + 1
        yield paragraph[start : cut or most]
        start = cut or most
    yield paragraph[start:]


def _merge_fragments(texts: Iterable[str]) -> list[str]:
    """Correct spaCy's mistakes with marks and emoji; texts: its sentences, with the white space after them."""
    merged: list[str] = []
    for text in (part for whole in texts for part in SURE_END.split(whole)):
        emoji = EMOJI.match(text) if merged else None
        for part in (text[: emoji.end()], text[emoji.end() :]) if emoji else (text,):
            if merged and _is_fragment(part, merged[-1]):
                merged[-1] += part if merged[-1][-1:].isspace() or CONTINUATION.match(part) else f" {part}"
            else:
                merged.append(part)
    return [sentence for text in merged if (sentence := text.strip())]


def _is_fragment(text: str, before: str) -> bool:
    """Return whether `text` is not a sentence: a mark, an emoji, or what follows a number or an initial."""
    lone = not any(map(str.isalnum, text)) or not any(map(str.isalnum, before[:INSPECTED_CHARACTERS]))
    return bool(lone or CONTINUATION.match(text) or NUMBER.fullmatch(before))


def _halves(units: list[str]) -> list[list[str]]:
    """Halve a sentence's units, and the halves again, until none has more than MOST_WORDS."""
    if len(units) <= MOST_WORDS:
        return [units]
    quarter, middle = len(units) // 4, len(units) // 2
    pauses = [place for place in range(quarter, 3 * quarter) if PAUSE_MARK.search(units[place - 1])]
    cut = min(pauses, key=lambda place: abs(place - middle), default=middle)
    return _halves(units[:cut]) + _halves(units[cut:])


def _is_word(token: "Token") -> bool:
    if token.pos_ in NOT_WORDS or token.like_url or token.like_email or token.text.startswith("@"):
        return False
    return any(map(str.isalpha, token.text))


def _is_content_word(token: "Token") -> bool:
    word = _lemma(token)
    if token.pos_ in GRAMMAR or token.is_stop or token.vocab[word].is_stop:
        return False
    return not (token.like_num or word[0].isdigit() or (len(word) == 1 and word.isascii()))


def _lemma(token: "Token") -> str:
    return (token.lemma_ or token.text).lower()
