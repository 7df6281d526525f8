"""Markdown -> the words in it."""

import re

RULES = (  # in this order
    (re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1[^\n]*$", re.DOTALL | re.MULTILINE), "\n"),  # code
    (re.compile(r"<!--.{0,5000}?-->", re.DOTALL), ""),
    (re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), ""),  # pictures
    (re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)"), r"\1"),  # links
    (re.compile(r"^ {0,3}#{1,6}\s+(.*?)[ #]*$", re.MULTILINE), r"\n\1\n"),  # headings are paragraphs
    (re.compile(r"^ {0,3}(?:[-*_=] ?){3,}$", re.MULTILINE), "\n"),  # rules, and lines under a heading
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),  # emphasis
    (re.compile(r"(?<!\w)(_{1,2})(?=\S)([^_\n]+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)


def words_of_markdown(text: str) -> str:
    """`text` without Markdown's signs, and without code and pictures.

    >>> words_of_markdown("I am **so** [happy](http://a.b)!")
    'I am so happy!'
    """
    for sign, instead in RULES:
        text = sign.sub(instead, text)
    return text
