"""The menu at work: shows it, asks, and does what a person chooses until they leave."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace

from .. import MODELS, __version__
from ..core.command_line import command_for
from . import command, render
from .command import STOPPED, WRONG_USE, Entry, Option, WrongUse, numbers_replaced
from .commands import ENTRIES
from .menu import Menu, menu_of
from .perform import perform
from .terminal import complain, wrapped

MENU = menu_of(ENTRIES, MODELS, title=f"Demeanor {__version__}")


class Back(Exception):
    """Raised where the answer to a question is "q"."""


def menu(debug: bool = False) -> int:
    """Offer the commands until a person leaves; returns the exit code."""
    try:
        command.refuse_several([])
    except WrongUse as error:
        complain(str(error))
        return WRONG_USE
    with suppress(ImportError):
        import readline  # noqa: F401  gives input() its editing keys
    try:
        return offer(MENU, debug)
    except EOFError:
        print()
        return 0


def offer(menu: Menu, debug: bool) -> int:
    """Do what a person chooses from this menu until they leave it; returns the exit code."""
    print(render.menu_text(menu))
    question = f"Number (q {'goes back' if menu.model else 'quits'}, Enter shows the menu):"
    while (answer := ask(question)).lower() not in ("q", "0"):
        if not answer:
            print(render.menu_text(menu))
        elif choose(menu, answer, debug) == STOPPED and not sys.stdin.isatty():
            return STOPPED  # nobody is there to choose what comes next
    return 0


def choose(menu: Menu, answer: str, debug: bool) -> int:
    """Do what the answer leads to, asking for options unless they follow; returns the exit code."""
    try:
        choice, words = menu.lookup(command.split(answer))
        if isinstance(choice, Entry):
            asked = [option for option in choice.options if option.question]
            words = words or [word for option in asked for word in ask_for(option, choice)]
    except Back:
        return 0
    except ValueError as error:  # WrongUse, DemeanorError, or a quotation that is not closed
        complain(str(error))
        return WRONG_USE
    if isinstance(choice, Menu) and not words:
        code = offer(choice, debug)
        print(render.menu_text(menu))
        return code
    words = [*choice.words, *words]
    print(f"\n{wrapped(f'The same as: {command_for(*words)}')}\n")
    code = perform(words, debug)
    print()
    return code


def ask_for(option: Option, entry: Entry) -> list[str]:
    """Ask until the answer is valid; returns it as words of the command line. Raises Back on "q"."""
    offers = list(option.offers(entry.model))
    print(render.offers_text(offers), end="")
    default = offers[0] if option.required and len(offers) == 1 else option.default_text.replace("MODEL", entry.model)
    while True:
        answer = ask(f"  {option.question}{f' [{default}]' if default else ''}:")
        if not option.several:  # of several, quotation marks tell where each ends
            answer = answer.strip("'\"")
        if answer.lower() == "q":
            raise Back
        if not answer and not option.required:
            return []
        try:
            words = option.words(numbers_replaced(answer or default, offers))
            replace(entry, options=(option,)).parse(words)
            return words
        except WrongUse as error:
            complain(f"  {error}")


def ask(question: str) -> str:
    """Return the answer to a question; raises EOFError where there is none to be had."""
    try:
        answer = input(f"{wrapped(question, hang=2)} ").strip()
    except RuntimeError:  # there is no stdin at all
        raise EOFError from None
    if not sys.stdin.isatty():
        print(answer)  # so that a log reads like the session
    return answer
