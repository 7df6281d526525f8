"""Markdown (CommonMark, with GitHub's tables) -> the words that a reader sees."""

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ..utterances import QUOTE, split_context
from .html import visible_text

FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(?:[\w-]+:.*\n|[ \t#-].*\n|\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
# maxNesting: lists and quotes within each other; the parser drops what lies deeper, and its default is 20. Without
# "code": an indented paragraph is words, not code.
PARSER = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"]).disable("code")


def markdown_text(text: str) -> str:
    r"""Return the words of Markdown `text`: blocks with a blank line between them, quoted lines at its beginning kept.

    Left out: markup, code blocks, images, front matter, link targets, and what HTML does not show.

    >>> markdown_text("# My day\nI am **so** [happy](http://a.b)!")
    'My day\n\nI am so happy!'
    """
    context, body = split_context(FRONT_MATTER.sub("", text))
    quoted = "".join(f"{QUOTE} {line}\n" for line in "\n".join(_blocks(context)).splitlines())
    return quoted + "\n\n".join(_blocks(body))


def _blocks(text: str) -> Iterator[str]:
    for token in PARSER.parse(text):
        if token.type == "inline":
            yield "".join(_inline_texts(token.children or ()))
        elif token.type == "html_block":
            yield visible_text(token.content)


def _inline_texts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline"):
            yield token.content
        elif token.type == "softbreak":
            yield "\n"  # wrapped prose or a line of a chat: the line lengths tell, see `language.paragraphs`
        elif token.type == "hardbreak" or LINE_BREAK.fullmatch(token.content):
            yield "\n\n"
