"""The menu as data, in two levels: the commands that need no model beside a menu for each model.

`run.py` makes it from its table, shows it and asks.
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

    about: str
    """What it is about, in a phrase."""
    choices: tuple[Entry | Menu, ...]
    model: str = ""
    """Whose menu it is; empty for the first one."""

    @property
    def name(self) -> str:
        """What it is called in the first menu."""
        return self.model

    @property
    def help(self) -> str:
        """What the first menu says of it."""
        names = [choice.name for choice in self.choices]
        return f"{self.about}: {', '.join([*names[:MOST_NAMED], *(['...'] if len(names) > MOST_NAMED else [])])}"

    @property
    def words(self) -> list[str]:
        """What the commands in it begin with."""
        return [self.model] if self.model else []

    def found(self, words: Sequence[str]) -> tuple[Entry | Menu, list[str]]:
        """What a path of numbers or names leads to, and the words after it; WrongUse where it leads nowhere.

        In the first menu `2 5 photo.jpg` is the fifth entry of the second choice, and `photo.jpg`; `2` is that menu.
        """
        if not words or words[0] in HELP_WORDS:
            return self, list(words)
        choice, rest = self._chosen(words)
        return choice.found(rest) if isinstance(choice, Menu) else (choice, rest)

    def _chosen(self, words):
        for number, choice in enumerate(self.choices, start=1):
            named = choice.name.split()
            if list(words[: len(named)]) == named:
                return choice, list(words[len(named) :])
            if words[0].isdecimal() and int(words[0]) == number:
                return choice, list(words[1:])
        raise WrongUse(f"'{words[0]}' is none of the numbers from 1 to {len(self.choices)}, nor a name beside them.")


def menu_of(entries: Iterable[Entry], models: Mapping[str, str], title: str) -> Menu:
    """The first menu, in the order of the entries; models: name -> what it reads, in a phrase."""
    choices: list[Entry | Menu] = []
    for model, group in groupby(entries, lambda entry: entry.model):
        together = tuple(group)
        choices += [Menu(models[model], together, model)] if model else together
    return Menu(title, tuple(choices))
