"""What a process that fetches may do: connect to public addresses alone, and start programs that do not connect.

Names are looked up anew for each connection, and a site redirects as it likes: so it is the connection on its way that
is checked, by Python's audit hooks, whichever library makes it. They cannot be taken off again.
"""

import os
import sys
from typing import Any

from .limits import is_public

refused: list[str] = []  # addresses and programs, for libraries make of an exception what they like


class Refused(Exception):
    """Raised where a connection or a program is not allowed."""


def guard_process(allow_private: bool) -> None:
    """Watch this process from now on; allow_private: it may connect to any address."""
    os.environ |= {"YTDLP_NO_PLUGINS": "1"}
    sys.modules |= dict.fromkeys(("curl_cffi", "pycurl"))  # they connect by themselves: not to be imported

    def check(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto") and not allow_private:
            _check_address(arguments[1])
        elif event == "subprocess.Popen":
            _check_program(arguments[1])
        elif event in ("os.system", "os.exec", "os.posix_spawn", "os.spawn"):
            _refuse(str(arguments[0]))

    sys.addaudithook(check)


def _check_address(address: Any) -> None:
    try:
        public = is_public(address[0])
    except (TypeError, ValueError, LookupError):  # a name, which would be looked up after this; a socket in a folder
        public = False
    if not public:
        _refuse(str(address[0]) if isinstance(address, tuple) and address else str(address))


def _check_program(words: Any) -> None:
    """Refuse a program that is told of a link: ffmpeg would connect by itself, unseen."""
    linked = [str(word) for word in ([words] if isinstance(words, str) else words) if "://" in str(word)]
    if linked:
        _refuse(linked[0])


def _refuse(what: str) -> None:
    refused.append(what)
    raise Refused(what)
