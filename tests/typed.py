"""What is typed into the menu."""

import run
from source.menu import Menu


def paths(menu=run.MENU, before=()):
    """Command -> its numbers from the first menu, such as "2 5"."""
    found = {}
    for number, choice in enumerate(menu.choices, start=1):
        path = (*before, str(number))
        found |= paths(choice, path) if isinstance(choice, Menu) else {choice.command: " ".join(path)}
    return found


def number_of(command):
    return paths()[command]
