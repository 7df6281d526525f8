"""Markdown from rows, lists and paragraphs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def table(rows: Rows) -> str:
    """Rows as a Markdown table; the columns are all keys, in the order in which they first occur.

    >>> print(table([{"a": 1, "b": "x|y"}, {"a": 2}]))
    | a | b |
    |---|---|
    | 1 | x\\|y |
    | 2 |  |
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    texts = ["| " + " | ".join(map(_cell, line)) + " |" for line in lines]
    return "\n".join([texts[0], "|" + "---|" * len(columns), *texts[1:]]) if rows else ""


def _cell(value):
    return format_value(value).replace("|", "\\|").replace("\n", " ")


def format_value(value: Any) -> str:
    """A value in words: lists with commas, floats with four digits."""
    if isinstance(value, list | tuple):
        return ", ".join(map(format_value, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def bullet_list(sentences: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"* {sentence}" for sentence in sentences)


def command_block(title: str, command: str) -> tuple[str, ...]:
    """A section with the command; nothing where there is none."""
    return (f"## {title}", f"```\n{command}\n```") if command else ()


def join_paragraphs(parts: Iterable[str]) -> str:
    """Paragraphs as one document; empty ones are left out."""
    return "\n\n".join(part for part in parts if part) + "\n"
