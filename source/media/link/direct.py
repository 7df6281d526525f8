"""A file behind a link, as it is."""

import mimetypes
from collections.abc import Callable, Sequence
from contextlib import closing
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from ... import __version__
from ...core.errors import DemeanorError
from ...core.files import safe_name
from ..types import PICTURES, RECORDINGS, TEXTS
from .limits import SCHEMES, Limits

PAGES = (  # what yt-dlp looks for recordings in
    "text/html", "application/xhtml+xml", "application/dash+xml", "application/vnd.apple.mpegurl",
    "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl",
)  # fmt: skip
ENDINGS = {  # where the table of Python gives none, or one that is not read
    "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a", "audio/webm": ".weba", "audio/wav": ".wav",
    "audio/ogg": ".ogg", "audio/flac": ".flac", "audio/x-flac": ".flac", "video/x-matroska": ".mkv",
    "image/jpeg": ".jpg", "image/webp": ".webp", "image/avif": ".avif", "text/plain": ".txt", "text/vtt": ".vtt",
}  # fmt: skip
TRY_AGAIN = (401, 403, 429)  # where yt-dlp may know a way in
HEADERS = {"User-Agent": f"Mozilla/5.0 (compatible; Demeanor/{__version__})", "Accept": "*/*"}
KNOWN = (*PICTURES, *RECORDINGS, *TEXTS)
SAFE = "%/:=&?~#+!$,;'@()*[]"  # that a link may hold as they are (RFC 3986)
PIECE_BYTES = 64 * 1024


class _Redirects(HTTPRedirectHandler):
    """Follow no redirect to what is not HTTP, such as ftp://."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme not in SCHEMES:
            raise DemeanorError(f"{req.full_url} cannot be fetched: it leads to {newurl}, which is not http or https.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def opened(url: str, allow_proxy: bool, limits: Limits) -> closing[HTTPResponse]:
    """Return the site's answer, closed on leaving; what is behind a proxy could not be checked, so it takes leave."""
    opener = build_opener(_Redirects, *([] if allow_proxy else [ProxyHandler({})]))
    parts = urlsplit(url)
    plain = parts._replace(netloc=parts.netloc.encode("idna").decode()).geturl()
    return closing(opener.open(Request(quote(plain, safe=SAFE), headers=HEADERS), timeout=limits.waiting_seconds))


def ending_of(name: str, kind: str) -> str:
    """Return the ending of a file that its site calls `name`, of media type `kind`; empty where neither tells."""
    likely = (PurePosixPath(name).suffix.lower(), ENDINGS.get(kind), mimetypes.guess_extension(kind))
    return next((ending for ending in likely if ending in KNOWN), "") or ""


def save(
    answer: HTTPResponse,
    url: str,
    folder: Path,
    reads: Sequence[str],
    limits: Limits,
    report: Callable[[int, int], None],
) -> Path:
    """Write the body into `folder`, under the name that the site gives it, and return the file."""
    name = answer.headers.get_filename() or PurePosixPath(unquote(urlsplit(answer.geturl()).path)).name
    ending = ending_of(name, answer.headers.get_content_type())
    if not ending or (reads and ending not in reads):
        what = f"is a {ending} file" if ending else f"is {answer.headers.get_content_type()}, which is not read"
        raise DemeanorError(f"{url} {what}; what is read ends in {', '.join(reads or KNOWN)}.")
    total, done = int(answer.headers.get("Content-Length") or 0), 0
    limits.refuse_size(url, total, total, folder)
    file = folder / f"{safe_name(PurePosixPath(name).stem)}{ending}"
    with file.open("wb") as stream:
        while piece := answer.read(PIECE_BYTES):
            stream.write(piece)
            done += len(piece)
            limits.refuse_size(url, done, PIECE_BYTES, folder)
            report(done, total)
    if done < total:
        raise ConnectionError
    return file
