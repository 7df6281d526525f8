"""What is typed into the menu, and what the menu says is the same."""

import io
import shlex

from source.cli import menu_loop
from source.cli.menu import Menu

SAMPLES = {  # an answer for each option that the menu asks for, by its key
    "corpus": "FER2013", "folder": "some folder", "corpora": "A,B", "workers": "3", "epochs": "7",
    "settings": "learning_rate=0.1 loss=focal", "seed": "5", "resume": "yes", "split": "val", "names": "photo.jpg",
    "folds": "4", "seeds": "2", "grouping": "five", "leaky": "yes", "across": "yes", "trials": "12", "clips": "500",
    "finalists": "0", "fast": "yes", "name": "photo.jpg", "source": "photo.jpg",
    "results": "clip", "form": "eaf", "by": "group", "baseline": "0-10", "result": "clip", "marks": "ann.csv",
    "participant": "P7", "group": "B",
}  # fmt: skip


class Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        return True


def paths(menu=menu_loop.MENU, before=()):
    """Command -> its numbers from the first menu, such as "2 5"."""
    by_command = {}
    for number, choice in enumerate(menu.choices, start=1):
        path = (*before, str(number))
        by_command |= paths(choice, path) if isinstance(choice, Menu) else {choice.command: " ".join(path)}
    return by_command


def number_of(command):
    return paths()[command]


def same_as(text):
    """The words of each command that the menu named."""
    return [shlex.split(line.partition("run.py ")[2]) for line in text.splitlines() if line.startswith("The same as: ")]
