"""The menu as data, in two levels: the commands that need no model, beside a menu for each model.

`source.cli.menu_loop` makes it from the table of commands, shows it and asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from .command import HELP_WORDS, Entry, WrongUse

MOST_NAMED = 6  # choices of a menu that the first one names: a line of 80 columns has no room for more


@dataclass(frozen=True)
class Menu:
    """What can be chosen on one screen, by number from 1 or by name."""

    about: str  # what it is about, in a phrase
    choices: tuple[Entry | Menu, ...]
    model: str = ""  # whose menu it is; empty for the first one

    @property
    def name(self) -> str:
        """Its name in the first menu."""
        return self.model

    @property
    def help(self) -> str:
        """Its description in the first menu."""
        names = [choice.name for choice in self.choices]
        return f"{self.about}: {', '.join([*names[:MOST_NAMED], *(['...'] if len(names) > MOST_NAMED else [])])}"

    @property
    def words(self) -> list[str]:
        """The first words of the commands in it."""
        return [self.model] if self.model else []

    def lookup(self, words: Sequence[str]) -> tuple[Entry | Menu, list[str]]:
        """Return what a path of numbers or names leads to, and the words after it.

        In the first menu `2 5 photo.jpg` is the fifth entry of the second choice, and `photo.jpg`; `2` is that menu.
        Raises WrongUse where the path leads nowhere.
        """
        if not words or words[0] in HELP_WORDS:
            return self, list(words)
        for number, choice in enumerate(self.choices, start=1):
            name, numbered = choice.name.split(), words[0].isdecimal() and int(words[0]) == number
            if numbered or list(words[: len(name)]) == name:
                rest = list(words[1 if numbered else len(name) :])
                return choice.lookup(rest) if isinstance(choice, Menu) else (choice, rest)
        raise WrongUse(f"'{words[0]}' is not on the menu; type a number from 1 to {len(self.choices)} or a name.")


def menu_of(entries: Iterable[Entry], models: Mapping[str, str], title: str) -> Menu:
    """Return the first menu, in the order of the entries; models: name -> what it reads, in a phrase."""
    choices: list[Entry | Menu] = []
    for model, group in groupby(entries, lambda entry: entry.model):
        entries_here = tuple(group)
        choices += [Menu(models[model], entries_here, model)] if model else entries_here
    return Menu(title, tuple(choices))
