"""Ctrl-C: raises KeyboardInterrupt as ever, and ends the process all the same where that has no effect in time."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time

from .command import STOPPED

SECONDS_TO_ANSWER = 2.5
SECONDS_BETWEEN_LOOKS = 0.05
SHOW_CURSOR = "\033[?25h"  # which a live table hides (DEC private mode 25)

_handled = 0  # times that the main thread came to handle Ctrl-C; in native code it does not
_answered = True  # whether what was under way has stopped since
_raise_again = False
_farewell = ""


def arm() -> None:
    """Make Ctrl-C raise KeyboardInterrupt, and end the process where it is not `answered`, or pressed a second time."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # a shell has it ignored
        return
    signal.signal(signal.SIGINT, _interrupt)
    signals, written = socket.socketpair()
    written.setblocking(False)
    signal.set_wakeup_fd(written.detach(), warn_on_full_buffer=False)  # at once, while Python waits for native code too
    threading.Thread(target=_watch, args=(signals,), daemon=True).start()


def begin(farewell: str) -> None:
    """Begin what Ctrl-C may stop; farewell: to be written where the process has to be ended."""
    global _farewell, _raise_again
    _farewell, _raise_again = farewell, False


def answered() -> bool:
    """Say that nothing is under way any more; returns whether Ctrl-C had been pressed."""
    global _answered
    was_pressed, _answered = not _answered, True
    return was_pressed


def stop_if_swallowed() -> None:
    """Raise KeyboardInterrupt where a library swallowed the one of Ctrl-C, once."""
    global _raise_again
    if _raise_again:
        _raise_again = False
        raise KeyboardInterrupt


def _interrupt(*_: object) -> None:
    global _handled, _answered, _raise_again
    _handled, _answered, _raise_again = _handled + 1, False, True
    raise KeyboardInterrupt


def _watch(signals: socket.socket) -> None:
    """End the process where Ctrl-C is not answered; signals: gives the number of each signal, a byte."""
    known = 0
    while True:
        signals.settimeout(None)
        if signal.SIGINT not in signals.recv(64):
            continue
        signals.settimeout(SECONDS_BETWEEN_LOOKS)
        last = time.monotonic() + SECONDS_TO_ANSWER
        while not (_answered and _handled > known):
            if time.monotonic() > last or _pressed(signals):
                show = SHOW_CURSOR if sys.stderr.isatty() else ""
                os.write(sys.stderr.fileno(), f"{show}{_farewell}\n".encode(errors="backslashreplace"))
                os._exit(STOPPED)
        known = _handled


def _pressed(signals: socket.socket) -> bool:
    try:
        return signal.SIGINT in signals.recv(64)
    except TimeoutError:
        return False
