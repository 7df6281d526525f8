"""The menu at work: what it shows, asks and does until a person leaves."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace

from .. import MODELS, __version__
from . import command, render
from .command import STOPPED, WRONG_USE, Entry, Option, WrongUse, command_line, numbers_replaced
from .commands import ENTRIES
from .menu import Menu, menu_of
from .perform import complain, perform

MENU = menu_of(ENTRIES, MODELS, title=f"Demeanor {__version__}")


class Back(Exception):
    """The answer "q" to a question."""


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
    while (answer := ask(render.menu_question(menu))).lower() not in ("q", "0"):
        if not answer:
            print(render.menu_text(menu))
        elif choose(menu, answer, debug) == STOPPED and not sys.stdin.isatty():
            return STOPPED  # nobody is there to choose what comes next
    return 0


def choose(menu: Menu, answer: str, debug: bool) -> int:
    """Do what the answer leads to, asking for options unless they follow; returns the exit code."""
    try:
        found, words = menu.found(command.split(answer))
        if isinstance(found, Entry):
            words = words or [word for option in found.options if option.question for word in answered(option, found)]
    except Back:
        return 0
    except ValueError as error:  # WrongUse, DemeanorError, or a quotation without its end
        complain(str(error))
        return WRONG_USE
    if isinstance(found, Menu) and not words:
        code = offer(found, debug)
        print(render.menu_text(menu))
        return code
    words = [*found.words, *words]
    print(f"\nThe same as: {command_line(words)}\n")
    code = perform(words, debug)
    print()
    return code


def answered(option: Option, entry: Entry) -> list[str]:
    """Ask until the answer can be taken; returns it as words of the command line."""
    offers = list(option.offers(entry.model))
    print(render.offers_text(offers), end="")
    usual = offers[0] if option.required and len(offers) == 1 else option.default_text
    while True:
        answer = ask(f"  {option.question}{f' [{usual}]' if usual else ''}: ").strip("'\"")
        if answer.lower() == "q":
            raise Back
        if not answer and not option.required:
            return []
        try:
            words = option.words(numbers_replaced(answer or usual, offers))
            replace(entry, options=(option,)).parsed(words)
            return words
        except WrongUse as error:
            complain(f"  {error}")


def ask(question: str) -> str:
    """The answer; EOFError where there is none to be had."""
    try:
        answer = input(question).strip()
    except RuntimeError:  # there is no stdin at all
        raise EOFError from None
    if not sys.stdin.isatty():
        print(answer)  # so that a log reads like the session
    return answer
