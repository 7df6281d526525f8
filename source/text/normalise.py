"""A text as the model takes it: one spelling for the many ways in which people write the same.

Training and prediction both come through here, once for every text: it must be quick, and it must never change.
"""

import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SKIN = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # colours; they follow an emoji
EQUIVALENT = str.maketrans(
    dict.fromkeys("‘’‚‛′`´ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–−", "-")
    | dict.fromkeys("—―", " - ")  # written between words without spaces
    | dict.fromkeys(f"\ufe0e\ufe0f\u00ad{SKIN}")  # variants of an emoji, and the soft hyphen
)
JOINER = "\u200d"  # within an emoji made of several; invisible elsewhere
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")  # of ASCII, except white space
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}  # categories of Unicode: control, format, surrogates, private, unassigned
PICTURES = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"  # and emoji
LETTERS = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
MARKS = re.compile(r"([^\w\s]|_)\1{3,}")
# Emoji whose official names say what they picture, not what people show with them: 😡 is a "pouting face", 🎉 a popper.
SHOWN = {
    "angry": "😡😠🤬👿😤😾💢",
    "sad": "😢😭😿😔😥😦☹🙁",
    "disgusted": "🤢🤮",
    "scared": "😱😨😧🙀",
    "surprised": "😮😯😲🤯",
    "laughing": "😂🤣😆😹",
    "love": "❤♥❣💓💕💖💗💘💙💚💛💜💝💞💟🖤🧡😘😗😙😚😽💋",
    "celebration": "🎉🎊🥳",
}
EMOTICON = re.compile(  # a word or mark may stand before it, but no digit: 12:00, 3:D
    r"(?<![^\s\w.!?,])(?<![\d_])(?:"
    r"(?P<angry>>[:=]-?\(+)|(?P<sad>[:=]'?-?\(+)|(?P<smiling>[:=]'?-?\)+)|(?P<laughing>[:=]-?D+|(?<!\w)[xX]D+)"
    r"|(?P<surprised>[:=]-?[oO])|(?P<love>(?<!\w)<3+))+(?![^\s.!?,])"
)
ADDRESS = re.compile(r"\b(?:https?://|www?\.(?=\w))[^\s<>\"]*[^\s<>\".,;:!?)\]}']", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return `text` on one line, in characters that the model's vocabulary knows. Idempotent.

    Emoji and emoticons become what they show or, without a feeling, picture; URLs "http" (as TweetEval writes them);
    quotes and dashes those of the keyboard. A letter repeated three times or more is kept twice, a mark repeated four
    times or more three times, an emoji once, so that repetition leaves room for the words. Invisible characters are
    removed. Capitals and "@user" stay.

    >>> normalise("“Soooo good”…  see https://a.bc/d?e=1 😂😂!!!!!!")
    '"Soo good"... see http laughing !!!'
    """
    if not text.isascii():
        text = _plain(text)
    text = MARKS.sub(r"\1\1\1", LETTERS.sub(r"\1\1", CONTROL.sub("", text)))
    text = EMOTICON.sub(lambda match: f" {match.lastgroup} ", ADDRESS.sub("http", text))
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Return the text with emoji in words and typographic variants of a character unified."""
    text = _emoji().sub(_described, text.translate(EQUIVALENT))
    text = unicodedata.normalize("NFKC", text).translate(EQUIVALENT)  # makes full-width and fancy letters plain
    return "".join(char for char in text if char.isspace() or unicodedata.category(char) not in INVISIBLE)


@cache
def _descriptions() -> dict[str, str]:
    """Return emoji -> what it shows, or else its description in the list of VADER's package, read as a file."""
    spec = find_spec("vaderSentiment")
    assert spec and spec.origin
    folder = Path(spec.origin).parent
    lines = (folder / "emoji_utf8_lexicon.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t")[:2] for line in lines if not re.search(f"[\\x00-\\x7f{SKIN}]", line.partition("\t")[0]))
    described = {emoji.translate(EQUIVALENT): words.strip() for emoji, words in pairs}
    return described | {emoji: words for words, emojis in SHOWN.items() for emoji in emojis}


@cache
def _emoji() -> re.Pattern[str]:
    """Return a pattern of one repeated emoji, the longest known first: a family is one, not four."""
    known = sorted(_descriptions(), key=len, reverse=True)
    first = "".join(sorted({emoji[0] for emoji in known}))  # a quick look-ahead; the alternation itself is slow
    return re.compile(f"(?=[{first}{PICTURES}])({'|'.join(known)}|[{PICTURES}])(?:{JOINER}?\\1)*")


def _described(match: re.Match[str]) -> str:
    emoji = match[1]
    words = _descriptions().get(emoji) or unicodedata.name(emoji, "").lower()  # for those newer than the list
    return f" {words} " if words else emoji
