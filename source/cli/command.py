"""A command as data: its options, its parser, and how an answer in the menu becomes words of the command line.

The commands themselves are the rows of the table in `source.cli.commands`.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from math import inf
from typing import Any, NoReturn

from ..core import distributed
from ..core.units import seconds_of

FAILED, WRONG_USE, STOPPED = 1, 2, 130  # exit codes
HELP_WORDS = ("-h", "--help", "help")


class WrongUse(ValueError):
    """Raised for words that are no command; the text says why."""


@dataclass(frozen=True)
class Option:
    """One option or positional argument of a command."""

    key: str  # the argument of the command's function
    name: str  # --name of an option; NAME of a positional argument, which is required
    help: str
    metavar: str = ""  # what stands for its value; empty for a switch
    parse: Callable[[str], Any] = str
    default: Any = None
    usual: str = ""  # the default in words, where it is decided later
    choices: tuple[str, ...] | None = None
    several: bool = False  # whether it takes one value or more
    divided: Callable[[str], list[str]] = lambda answer: [answer]  # an answer in the menu -> values; of a required one
    question: str = ""  # how the menu asks for it; empty: it does not ask, for most people never need it
    offers: Callable[[str], Iterable[str]] = lambda model: ()  # model -> answers that can be chosen by number

    @property
    def required(self) -> bool:
        """Whether the command cannot do without it."""
        return not self.name.startswith("-")

    @property
    def switch(self) -> bool:
        """Whether it is on or off and takes no value."""
        return not self.required and not self.metavar

    @property
    def default_text(self) -> str:
        """The default in words; empty where there is none."""
        if self.switch:
            return "yes" if self.default else "no"
        return self.usual or ("" if self.default is None else str(self.default))

    def words(self, answer: str) -> list[str]:
        """Return the words of the command line that stand for this answer.

        Raises WrongUse where it is empty, leaves a quotation open or, for a switch, is neither yes nor no.
        """
        if not answer:
            raise WrongUse("Please give an answer (q goes back).")
        if self.required:
            return self.divided(answer)
        if not self.switch:
            return [self.name, *(split(answer) if self.several else [answer])]
        if answer.lower() not in ("y", "yes", "n", "no"):
            raise WrongUse(f"'{answer}' is neither yes nor no.")
        wanted = answer.lower().startswith("y")
        return [] if wanted == self.default else [self.name if wanted else f"--no-{self.name.removeprefix('--')}"]

    def add_to(self, parser: argparse.ArgumentParser, model: str) -> None:
        """Make the parser of a model's command take it."""
        default = "" if self.required or self.switch else self.default_text
        text = f"{self.help} (default: {default})" if default else self.help
        text = text.replace("MODEL", model or "MODEL").replace("%", "%%")
        if self.required:
            nargs = "+" if self.several else None
            parser.add_argument(self.key, metavar=self.name, type=self.parse, nargs=nargs, help=text)
        elif self.switch:
            action = argparse.BooleanOptionalAction if self.default else "store_true"
            parser.add_argument(self.name, dest=self.key, default=self.default, action=action, help=text)
        else:
            nargs, action, default = ("+", "extend", list(self.default)) if self.several else (None, None, self.default)
            parser.add_argument(
                self.name, dest=self.key, default=default, action=action or "store", nargs=nargs,
                metavar=self.metavar, type=self.parse, choices=self.choices, help=text,
            )  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One command."""

    command: str
    """Its words; in the table, MODEL stands for each model there is."""
    help: str
    run: Callable[..., int | None]
    """Takes the model, where there is one, and the options by their keys; returns the exit code, None for 0."""
    options: tuple[Option, ...] = ()
    resume_words: tuple[str, ...] | None = None
    """What to add to the command so that it continues after Ctrl-C; None: it cannot."""
    distributed: bool = False
    """Whether several processes, started by `accelerate launch`, can do it together."""
    models: tuple[str, ...] | None = None
    """The models that have it, of a row for MODEL; None: all."""
    model: str = ""

    @property
    def words(self) -> list[str]:
        """The words of the command."""
        return self.command.split()

    @property
    def name(self) -> str:
        """The command without its model."""
        return self.command.removeprefix(f"{self.model} ")

    def starts_with(self, words: Sequence[str]) -> bool:
        """Return whether these are its first words."""
        return self.words[: len(words)] == list(words)

    def resuming(self, words: Sequence[str]) -> list[str]:
        """Return the words that continue what these began; empty where the command cannot be continued."""
        if self.resume_words is None:
            return []
        return [*(word for word in words if word not in ("--no-resume", *self.resume_words)), *self.resume_words]

    def parse(self, words: Sequence[str]) -> dict[str, Any]:
        """Return the arguments of `run` for the words that follow the command's own.

        Raises WrongUse where they are wrong, or where `accelerate launch` started what one process has to do.
        """
        program = " ".join([*distributed.PROGRAM, self.command])
        parser = _Parser(prog=program, description=f"{self.help[0].upper()}{self.help[1:]}.", allow_abbrev=False)
        for option in self.options:
            option.add_to(parser, self.model)
        parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show tracebacks of errors")
        arguments = vars(parser.parse_args(words))
        if not self.distributed:
            refuse_several([*self.words, *words])
        return ({"model": self.model} if self.model else {}) | arguments


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of exiting, so that the menu goes on."""

    def error(self, message: str) -> NoReturn:
        raise WrongUse(f"{message} (see {self.prog} --help).")


def expanded(table: Sequence[Entry], models: Iterable[str]) -> Iterator[Entry]:
    """Yield the rows, those for MODEL once for each model: first all of one model, then all of the next."""
    for for_models, group in groupby(table, lambda row: row.command.startswith("MODEL ")):
        rows = list(group)
        for model in models if for_models else ("",):
            yield from (
                replace(row, command=row.command.replace("MODEL", model), model=model)
                for row in rows
                if not model or row.models is None or model in row.models
            )


def asked_about(entries: Iterable[Entry], words: Sequence[str]) -> list[Entry]:
    """Return the entries that words ending in --help ask about; none where they are a whole command's."""
    *start, last = words
    wanted = last in HELP_WORDS
    return [entry for entry in entries if wanted and len(entry.words) > len(start) and entry.starts_with(start)]


def entry_of(entries: Sequence[Entry], words: Sequence[str]) -> Entry:
    """Return the entry whose command these words begin with; raises WrongUse where there is none."""
    for entry in entries:
        if entry.starts_with(words[: len(entry.words)]) and len(words) >= len(entry.words):
            return entry
    alike = [entry for entry in entries if entry.starts_with(words[:1])] or entries
    known = ", ".join(entry.command for entry in alike)
    raise WrongUse(f"There is no command '{shlex.join(words)}'; there are: {known}.")


def refuse_several(words: Sequence[str]) -> None:
    """Raise WrongUse where `accelerate launch` started several processes for what these words stand for."""
    if distributed.world_size() > 1:
        raise WrongUse(f"accelerate launch is for train; without it: {shlex.join([*distributed.PROGRAM, *words])}")


def split(answer: str) -> list[str]:
    """Return the words of an answer, as a shell splits them; raises WrongUse where a quotation mark is not closed."""
    try:
        return shlex.split(answer)
    except ValueError:
        raise WrongUse("A quotation mark is not closed; put words with an apostrophe in double ones.") from None


def numbers_replaced(answer: str, offers: Sequence[str]) -> str:
    """Return the answer with every number that stands for an offer replaced by it.

    >>> numbers_replaced("1,CK+", ["FER2013"])
    'FER2013,CK+'
    """
    by_number = {str(number): offer for number, offer in enumerate(offers, start=1)}
    return ",".join(by_number.get(part.strip(), part) for part in answer.split(","))


def names(text: str) -> tuple[str, ...]:
    """Return the parts of a text such as 'A,B'; raises ArgumentTypeError where there is none."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts:
        raise argparse.ArgumentTypeError(f"'{text}' names nothing")
    return parts


def identifier(text: str) -> str:
    """Return a name that can be part of a folder's name; raises ArgumentTypeError for others."""
    if not re.fullmatch(r"[\w-]+", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a name of letters, digits, _ and - alone")
    return text


def seconds(text: str) -> float:
    """Return a time such as 80, 1:20 or 1:02:05.5 in seconds; raises ArgumentTypeError for anything else."""
    try:
        return seconds_of(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def rate(text: str) -> float:
    """Return a number above zero; raises ArgumentTypeError for anything else."""
    if not re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) or not float(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above zero")
    return float(text)


def whole(text: str, least: int = 0, most: float = inf) -> int:
    """Return a whole number from `least`, 0 or 1, to `most`; raises ArgumentTypeError for anything else."""
    if not text.isdecimal() or not least <= int(text) <= most:
        bounds = f"{'above' if least else 'from'} zero{'' if most == inf else f' to {most}'}"
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number {bounds}")
    return int(text)


positive = partial(whole, least=1)
seed = partial(whole, most=2**32 - 1)
