"""The work on a link, in a process of its own: a file as it is, what a site shows by yt-dlp."""

import os
import socket
import ssl
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from threading import Timer
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from ...core.errors import DemeanorError
from ...core.units import duration
from ...core.workers import say
from ..types import RECORDINGS
from . import guard
from .direct import PAGES, TRY_AGAIN, opened, save
from .limits import SCHEMES, Limits

REPORT_SECONDS = 0.1
TIME_IS_UP = 124  # exit code, as that of timeout(1)
ANSWERS = {  # HTTP's, where they say something to a person
    401: "needs a login, which is not supported",
    403: "may not be fetched by this program; it may need a login",
    404: "is not there",
    410: "is not there any more",
    429: "was asked for too often; wait a while",
    451: "may not be shown here by law",
}


def ready(allow_private: bool, limits: Limits) -> None:
    """Prepare the process, which ends by itself when it has taken too long."""
    guard.guard_process(allow_private)
    timer = Timer(limits.fetching_seconds, os._exit, [TIME_IS_UP])
    timer.daemon = True
    timer.start()


def fetch_here(url: str, folder: Path, reads: tuple[str, ...], allow_private: bool, limits: Limits) -> str:
    """Fetch into `folder` and return the file's path; raises DemeanorError, one sentence, where that fails."""
    _check_form(url)
    try:
        return str(_fetch(url, folder, reads, allow_private, limits, _reporter()))
    except DemeanorError as trouble:
        raise (_refusal(url) if guard.refused else trouble) from None
    except Exception as error:
        raise _refusal(url) if guard.refused else DemeanorError(_sentence(url, error, limits)) from None


def _fetch(
    url: str, folder: Path, reads: tuple[str, ...], allow_private: bool, limits: Limits, report: Callable[..., None]
) -> Path:
    from . import site

    trouble: Exception = DemeanorError(f"{url} is a page, not a file that ends in {', '.join(reads)}.")
    try:
        with opened(url, allow_private, limits) as answer:
            if answer.headers.get_content_type() not in PAGES:
                return save(answer, url, folder, reads, limits, report)
    except HTTPError as error:
        if error.code not in TRY_AGAIN:
            raise
        trouble = error
    if not reads or set(reads) & set(RECORDINGS):
        try:
            return site.fetch(url, folder, allow_private, limits, report)
        except site.NothingThere as nothing:
            trouble = trouble if isinstance(trouble, HTTPError) else nothing
    if isinstance(trouble, HTTPError) or ".html" not in reads:
        raise trouble
    with opened(url, allow_private, limits) as answer:
        return save(answer, url, folder, reads, limits, report)


def _check_form(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _, _ = parts.hostname, parts.port, parts.netloc.encode("idna")
    except ValueError:  # also of Unicode
        raise DemeanorError(f"{url} is no link.") from None
    if parts.scheme not in SCHEMES:
        raise DemeanorError(f"{url} cannot be fetched: only links that begin with http:// or https:// can.")
    if not host or parts.username or parts.password:
        raise DemeanorError(f"{url} cannot be fetched: {'it names no site' if not host else 'it holds a password'}.")


def _reporter() -> Callable[[int, int], None]:
    """Return what tells the process that waits how many bytes are here, and of how many; not too often."""
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= REPORT_SECONDS:
            last = time.monotonic()
            say((done, total))

    return report


def _refusal(url: str) -> DemeanorError:
    what = guard.refused[0]
    if "://" in what:
        return DemeanorError(f"{url} cannot be fetched: ffmpeg would fetch its stream, which cannot be watched.")
    return DemeanorError(
        f"{url} cannot be fetched: it leads to {what}, an address of this machine or its network, not of the Internet."
    )


def _sentence(url: str, error: Exception, limits: Limits) -> str:
    """Return what went wrong in a sentence."""
    host = urlsplit(url).hostname
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(error, HTTPError):
        otherwise = f"cannot be fetched: {host} answers {error.code} {' '.join(str(error.msg).split())}".rstrip(".")
        return f"{url} {ANSWERS.get(error.code, otherwise)}."
    if isinstance(reason, socket.gaierror):
        return f"{url} cannot be fetched: there is no site {host}, or no network."
    if isinstance(reason, TimeoutError):
        return f"{url} cannot be fetched: {host} was silent for {duration(limits.waiting_seconds)}."
    if isinstance(reason, ssl.SSLError):
        return f"{url} cannot be fetched: {host} cannot prove that it is {host} ({reason.reason})."
    if isinstance(reason, ConnectionError | HTTPException):
        return f"{url} cannot be fetched: {host} broke off or does not answer ({type(reason).__name__})."
    if isinstance(reason, OSError):
        return f"{url} cannot be fetched: {reason.strerror or reason}."
    return f"{url} cannot be fetched: unexpected error ({type(error).__name__}: {error})."
