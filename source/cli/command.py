"""A command as data: what it takes, its parser, and the words that an answer in the menu stands for.

The commands themselves are the rows of the table in `source.cli.commands`.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ..core import distributed

TROUBLE, WRONG_USE, STOPPED = 1, 2, 130  # exit codes
PROGRAM = "python run.py"
HELP_WORDS = ("-h", "--help", "help")


class WrongUse(ValueError):
    """Words that are no command; the text says why."""


@dataclass(frozen=True)
class Option:
    """One thing that a command takes."""

    key: str
    """The argument of the command's function."""
    name: str
    """--name; or NAME, which has to be given."""
    help: str
    metavar: str = ""
    """What stands for its value; empty for a switch."""
    parse: Callable[[str], Any] = str
    default: Any = None
    usual: str = ""
    """The default in words, where it is decided later."""
    choices: tuple[str, ...] | None = None
    several: bool = False
    """Takes one value or more."""
    question: str = ""
    """How the menu asks for it; empty: it does not ask, for most people never need it."""
    offers: Callable[[str], Iterable[str]] = lambda model: ()
    """Model -> answers that can be chosen by number."""

    @property
    def required(self) -> bool:
        return not self.name.startswith("-")

    @property
    def switch(self) -> bool:
        return not self.required and not self.metavar

    @property
    def default_text(self) -> str:
        """The default in words; empty where there is none."""
        if self.switch:
            return "yes" if self.default else "no"
        return self.usual or ("" if self.default is None else str(self.default))

    def words(self, answer: str) -> list[str]:
        """The words of the command line that say the same as this answer to the question."""
        if not answer:
            raise WrongUse("An answer is needed (q goes back).")
        if self.required:
            return [answer]
        if not self.switch:
            return [self.name, *(shlex.split(answer) if self.several else [answer])]
        if answer.lower() not in ("y", "yes", "n", "no"):
            raise WrongUse(f"'{answer}' is neither yes nor no.")
        wanted = answer.lower().startswith("y")
        return [] if wanted == self.default else [self.name if wanted else f"--no-{self.name.removeprefix('--')}"]


@dataclass(frozen=True)
class Entry:
    """One command."""

    command: str
    """Its words; in the table, MODEL stands for each model there is."""
    help: str
    run: Callable[..., int | None]
    """Takes the model, where there is one, and the options by their keys; returns the exit code, None for 0."""
    options: tuple[Option, ...] = ()
    to_go_on: tuple[str, ...] | None = None
    """What to add to the command so that it goes on after Ctrl-C; None: it cannot go on."""
    shared: bool = False
    """Whether several processes, started by `accelerate launch`, can do it together."""
    model: str = ""

    @property
    def words(self) -> list[str]:
        return self.command.split()

    @property
    def name(self) -> str:
        """The command without its model."""
        return self.command.removeprefix(f"{self.model} ")

    def begins(self, words: Sequence[str]) -> bool:
        """Whether these are its first words."""
        return self.words[: len(words)] == list(words)

    def going_on(self, words: Sequence[str]) -> list[str]:
        """The command line that goes on where this one was stopped; empty where none does."""
        more = self.to_go_on
        return [] if more is None else [*(word for word in words if word not in ("--no-resume", *more)), *more]

    def of(self, model: str) -> Entry:
        """The entry of one model."""
        return replace(self, command=self.command.replace("MODEL", model), model=model)

    def parsed(self, words: Sequence[str]) -> dict[str, Any]:
        """The arguments of `run` that these words, after the command's own, stand for; else WrongUse."""
        model = {"model": self.model} if self.model else {}
        arguments = model | vars(_parser(self).parse_args(words))
        if not self.shared:
            refuse_several([*self.words, *words])
        return arguments


class _Parser(argparse.ArgumentParser):
    """One that raises instead of exiting, so that the menu goes on."""

    def error(self, message: str) -> Any:
        raise WrongUse(f"{message} (see {self.prog} --help).")


def expanded(table: Sequence[Entry], models: Sequence[str]) -> Iterator[Entry]:
    """The rows, those for MODEL once for each model: first all of one model, then all of the next."""
    for for_models, rows in groupby(table, lambda row: row.command.startswith("MODEL ")):
        together = list(rows)
        yield from (row.of(model) for model in models for row in together) if for_models else together


def _parser(entry: Entry) -> argparse.ArgumentParser:
    parser = _Parser(prog=f"{PROGRAM} {entry.command}", description=_sentence(entry.help), allow_abbrev=False)
    for option in entry.options:
        name = option.key if option.required else option.name
        parser.add_argument(name, help=_help(option).replace("MODEL", entry.model), **_how(option))
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show where a trouble arose")
    return parser


def _how(option) -> dict[str, Any]:
    if option.required:
        return {"metavar": option.name, "type": option.parse}
    how = {"dest": option.key, "default": option.default}
    if option.switch:
        return how | {"action": argparse.BooleanOptionalAction if option.default else "store_true"}
    how |= {"metavar": option.metavar, "type": option.parse, "choices": option.choices}
    return how | ({"nargs": "+", "action": "extend", "default": list(option.default)} if option.several else {})


def _help(option):
    default = "" if option.required or option.switch else option.default_text
    return f"{option.help} (default: {default})".replace("%", "%%") if default else option.help.replace("%", "%%")


def _sentence(text):
    return f"{text[0].upper()}{text[1:]}."


def asked_about(entries: Iterable[Entry], words: Sequence[str]) -> list[Entry]:
    """The entries whose commands go on where these words end in --help; none where they are one command's."""
    *start, last = words
    wanted = last in HELP_WORDS
    return [entry for entry in entries if wanted and len(entry.words) > len(start) and entry.begins(start)]


def entry_of(entries: Sequence[Entry], words: Sequence[str]) -> Entry:
    """The entry whose command these words begin with; else WrongUse."""
    for entry in entries:
        if entry.begins(words[: len(entry.words)]) and len(words) >= len(entry.words):
            return entry
    alike = [entry for entry in entries if entry.begins(words[:1])] or entries
    there = ", ".join(entry.command for entry in alike)
    raise WrongUse(f"There is no command '{shlex.join(words)}'; there are: {there}.")


def refuse_several(words: Sequence[str]) -> None:
    """Raise WrongUse where `accelerate launch` started several processes for what these words stand for."""
    if distributed.world_size() > 1:
        raise WrongUse(f"accelerate launch is for train; without it: {shlex.join([*PROGRAM.split(), *words])}")


def command_line(words: Sequence[str]) -> str:
    """The words as they are typed."""
    return shlex.join([*distributed.program(), "run.py", *words])


def split(answer: str) -> list[str]:
    """The words of an answer, as a shell splits them."""
    try:
        return shlex.split(answer)
    except ValueError:
        raise WrongUse("A quotation mark is not closed; put words with an apostrophe in double ones.") from None


def numbers_replaced(answer: str, offers: Sequence[str]) -> str:
    """The answer with every number that stands for an offer replaced by it.

    >>> numbers_replaced("1,CK+", ["FER2013"])
    'FER2013,CK+'
    """
    by_number = {str(number): offer for number, offer in enumerate(offers, start=1)}
    return ",".join(by_number.get(part.strip(), part) for part in answer.split(","))


def names(text: str) -> tuple[str, ...]:
    """The parts of a text such as 'A,B'."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def identifier(text: str) -> str:
    """A name of letters, digits, _ and -, which can be part of a folder's name."""
    if not re.fullmatch(r"[\w-]+", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a name of letters, digits, _ and - alone")
    return text


def whole(text: str) -> int:
    """A whole number from zero."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from zero")
    return int(text)


def positive(text: str) -> int:
    """A whole number above zero."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above zero")
    return int(text)
