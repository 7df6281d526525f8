"""Markdown from rows, lists and paragraphs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def table(rows: Rows) -> str:
    r"""Return rows as a table whose columns are all keys, in the order of their first occurrence.

    >>> print(table([{"a": 1, "b": "x|y"}, {"a": 2}]))
    | a | b |
    |---|---|
    | 1 | x\|y |
    | 2 |  |
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    cells = ([format_value(value).replace("|", "\\|").replace("\n", " ") for value in line] for line in lines)
    texts = [f"| {' | '.join(line)} |" for line in cells]
    return "\n".join([texts[0], "|" + "---|" * len(columns), *texts[1:]]) if rows else ""


def format_value(value: Any) -> str:
    """Return a value as text: lists with commas, floats with four significant digits."""
    if isinstance(value, list | tuple):
        return ", ".join(map(format_value, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def bullet_list(sentences: Iterable[str]) -> str:
    """Return a bulleted list."""
    return "\n".join(f"* {sentence}" for sentence in sentences)


def command_block(title: str, command: str) -> tuple[str, ...]:
    """Return the paragraphs of a section that shows the command; none for an empty command."""
    return (f"## {title}", f"```\n{command}\n```") if command else ()


def join_paragraphs(parts: Iterable[str]) -> str:
    """Return one document of the paragraphs that are not empty."""
    return "\n\n".join(part for part in parts if part) + "\n"
