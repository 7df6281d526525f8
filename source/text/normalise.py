"""A text as the model takes it: one way of writing for what people write in many.

Training and prediction both come through here, once for every text, so it must be quick, and must never change.
"""

import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SKIN = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # colours, that follow an emoji
SAME = str.maketrans(
    dict.fromkeys("‘’‚‛′`´ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–−", "-")
    | dict.fromkeys("—―", " - ")  # stands between words without spaces
    | dict.fromkeys(f"\ufe0e\ufe0f\u00ad{SKIN}")  # variants of an emoji, and the soft hyphen
)
JOINER = "\u200d"  # within an emoji of several; elsewhere it shows nothing
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")  # of ASCII, but white space
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # categories of Unicode: control, format, surrogates, private, unassigned
PICTURES = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"  # and emoji
LETTERS = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
MARKS = re.compile(r"([^\w\s]|_)\1{3,}")
ADDRESS = re.compile(r"\b(?:https?://|www?\.(?=\w))[^\s<>\"]*[^\s<>\".,;:!?)\]}']", re.IGNORECASE)


def in_words(text: str) -> str:
    """`text` on one line, as the model's vocabulary knows it; of its own result it makes the same again.

    Emoji become their descriptions (MiniLM knows hardly any), addresses "http" (as TweetEval writes them), quotes and
    dashes the keyboard's. A letter three times or more in a row stays twice, a mark four times or more three times,
    an emoji once: a long row leaves the words no room. What shows nothing, control characters too, is left out.
    Capitals, "@user" and emoticons such as ":)" stay.

    >>> in_words("“Soooo good”…  see https://a.bc/d?e=1 😂😂!!!!!!")
    '"Soo good"... see http face with tears of joy !!!'
    """
    if not text.isascii():
        text = _plain(text)
    text = MARKS.sub(r"\1\1\1", LETTERS.sub(r"\1\1", CONTROL.sub("", text)))
    return " ".join(ADDRESS.sub("http", text).split())


def _plain(text):
    """Without emoji and typographic variants of a character."""
    text = _emoji().sub(_described, text.translate(SAME))
    text = unicodedata.normalize("NFKC", text).translate(SAME)  # which makes full-width and fancy letters plain
    return "".join(char for char in text if char.isspace() or unicodedata.category(char) not in UNSEEN)


@cache
def _descriptions():
    """Emoji -> description, of the list in VADER's package, read as a file."""
    folder = Path(find_spec("vaderSentiment").origin).parent
    lines = (folder / "emoji_utf8_lexicon.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t")[:2] for line in lines if not re.search(f"[\\x00-\\x7f{SKIN}]", line.partition("\t")[0]))
    return {emoji.translate(SAME): words.strip() for emoji, words in pairs}


@cache
def _emoji():
    """Matches a row of one emoji, the longest known first: a family is one, not four."""
    known = sorted(_descriptions(), key=len, reverse=True)
    first = "".join(sorted({emoji[0] for emoji in known}))  # looked for first, the list itself is slow
    return re.compile(f"(?=[{first}{PICTURES}])({'|'.join(known)}|[{PICTURES}])(?:{JOINER}?\\1)*")


def _described(match):
    emoji = match[1]
    words = _descriptions().get(emoji) or unicodedata.name(emoji, "").lower()  # for those newer than the list
    return f" {words} " if words else emoji
