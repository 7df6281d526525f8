"""The commands and their options as a Markdown page: `python -m source.cli.reference > docs/reference/commands.md`."""

from __future__ import annotations

from ..core.markdown import join_paragraphs, table
from .command import Entry, Option
from .commands import TABLE


def commands_page() -> str:
    """Return the page, with a section for each command; MODEL stands for the name of a model."""
    head = "# Commands", "MODEL is the name of a model, such as `face`. Every command takes `--help` and `--debug`."
    return join_paragraphs([*head, *(part for entry in TABLE for part in _section(entry))])


def _section(entry: Entry) -> tuple[str, ...]:
    rows = []
    for option in entry.options:
        default = "required" if option.required else option.default_text
        rows.append({"option": f"`{_usage(option)}`", "meaning": option.help.replace("<", "\\<"), "default": default})
    return f"## {entry.command}", f"{entry.help[0].upper()}{entry.help[1:]}.", table(rows)


def _usage(option: Option) -> str:
    if option.switch and option.default:
        return f"{option.name}, --no-{option.name.removeprefix('--')}"
    return f"{option.name} {option.metavar}".strip() + (" ..." if option.several else "")


if __name__ == "__main__":
    print(commands_page(), end="")
