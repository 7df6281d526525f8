"""What is typed into the menu."""

from source.cli import menu_loop
from source.cli.menu import Menu


def paths(menu=menu_loop.MENU, before=()):
    """Command -> its numbers from the first menu, such as "2 5"."""
    found = {}
    for number, choice in enumerate(menu.choices, start=1):
        path = (*before, str(number))
        found |= paths(choice, path) if isinstance(choice, Menu) else {choice.command: " ".join(path)}
    return found


def number_of(command):
    return paths()[command]
