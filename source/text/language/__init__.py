"""A guess at the language of a text, from its letters and its commonest words.

It decides whether a model that knows English alone reads the text at all, and which rules end a sentence. Languages of
one script without a list of words here (Kazakh passes for Russian, Persian for Arabic) and close relatives (Norwegian
and Danish, Slovak and Czech) are confused, a text in two has one, and below LEAST_WORDS words none is named. Of spaCy's
482 example sentences in 60 other languages 91 % are found to be foreign; of 15,996 English ones, of GoEmotions, MELD
and XED, 0.1 %.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path

ENGLISH = "en"
UNNAMED = "und"  # ISO 639-2: some language, but not English
LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "fi", "hu", "ro", "tr", "id")
CYRILLIC = ("ru", "uk", "bg", "sr")
SCRIPTS = {  # the main language of a script -> its letters in Unicode
    "ja": "\u3040-\u30ff",  # before Chinese, whose characters it shares
    "zh": "\u3400-\u9fff",
    "ko": "\u1100-\u11ff\uac00-\ud7af",
    "ru": "\u0400-\u052f",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "ta": "\u0b80-\u0bff",
    "th": "\u0e00-\u0e7f",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
}
NOT_LATIN = re.compile("[^'a-z\u00aa-\u024f\u1e00-\u1eff]")  # among lower-case letters
KANA_SHARE = 0.1  # of the letters, from which Chinese characters are Japanese
INSPECTED_CHARACTERS = 20_000  # at the beginning
LEAST_WORDS = 4
LEAST_SHARE = 0.2  # of the words must be the language's stop words; in English prose it is 0.5, in chat 0.4
LEAST_FOREIGN = 2  # stop words of another language: "Nice try, young man" has a Turkish one
MOST_ENGLISH_SHARE = 0.1  # of the words of a text in another language are stop words of English
LEAST_WORDS_UNNAMED = 6  # different ones, from which a text with so few is in another language
LEAD = 0.1  # by which another language's share must exceed that of English
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
ADDRESSES = re.compile(r"(?<!\S)\S*(?:://|@)\S*|\bwww\.\S+")  # belong to no language


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of the likely language of `text`; "" where it cannot be guessed.

    UNNAMED: it is not English, but which language it is cannot be guessed.

    >>> language_of("I do not know what you want from me")
    'en'
    """
    text = ADDRESSES.sub(" ", unicodedata.normalize("NFKC", text[:INSPECTED_CHARACTERS]))
    script = _script(text)
    if script and script not in CYRILLIC:
        return script
    words = WORD.findall(text.lower().replace("’", "'"))
    return _by_words(words, CYRILLIC if script else LATIN) or script or (UNNAMED if _is_foreign(words) else "")


def unknown_language_note(language: str) -> str:
    """Return why what is said or written in a language gets no answer."""
    perhaps = f" (perhaps '{language}')" if language != UNNAMED else ""
    return f"withheld: the words are in another language{perhaps} than those that the model knows"


def _script(text: str) -> str:
    """Return the language of the script that most letters of `text` are in; "" for Latin."""
    letters = sum(map(str.isalpha, text))
    counts = {language: len(re.findall(f"[{span}]", text)) for language, span in SCRIPTS.items()}
    if counts["ja"] > KANA_SHARE * letters:
        counts["ja"] += counts.pop("zh")
    language = max(counts, key=counts.__getitem__)
    return language if 2 * counts[language] > letters else ""


def _by_words(words: Sequence[str], languages: Sequence[str]) -> str:
    """Return the language of whose stop words `words` have the largest share."""
    if len(words) < LEAST_WORDS:
        return ""
    counts = Counter(words)
    shares = {
        name: sum(n for word, n in counts.items() if word in _stop_words(name)) / len(words) for name in languages
    }
    best = max(shares, key=shares.__getitem__)
    needed = LEAST_SHARE if best == ENGLISH else max(LEAST_SHARE, shares.get(ENGLISH, 0) + LEAD)
    if shares[best] < needed or (best != ENGLISH and shares[best] * len(words) < LEAST_FOREIGN):
        return ENGLISH if shares.get(ENGLISH, 0) >= LEAST_SHARE else ""
    return best


def _is_foreign(words: Sequence[str]) -> bool:
    """Return whether `words` are not English: in another script, or hardly a stop word and many of them or accents."""
    letters = "".join(words)
    if 2 * len(NOT_LATIN.findall(letters)) > len(letters):
        return True
    english = sum(word in _stop_words(ENGLISH) for word in words)
    if len(set(words)) >= LEAST_WORDS_UNNAMED:
        return english < MOST_ENGLISH_SHARE * len(words)
    return len(words) > 1 and not english and not letters.replace("'", "").isascii()


@cache
def _stop_words(language: str) -> frozenset[str]:
    """Return spaCy's stop words of a language; what it splits at an apostrophe (don, 't) is one word here."""
    folder = Path(find_spec("spacy").origin).parent  # type: ignore  # importing spacy.lang.fr alone takes 4 s
    words = frozenset(run_path(str(folder / "lang" / language / "stop_words.py"))["STOP_WORDS"])
    if language == ENGLISH:
        return words | frozenset(ENGLISH_CHAT.split())
    return frozenset(word for word in words if len(word) > 1)  # a lone letter is an initial, not the Romanian "m"


ENGLISH_CHAT = """i'm it's don't can't won't didn't doesn't isn't wasn't aren't you're i've i'll i'd that's he's she's
they're we're im dont cant wont didnt its thats ive u ur r lol omg yeah ok okay like got gonna wanna oh hi hey
thanks please"""
