"""A recording that a site shows, by yt-dlp. It is an extra: sites change, and a new yt-dlp follows within days."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import DemeanorError
from ...core.files import safe_name
from ...core.packages import version_of
from .direct import TRY_AGAIN
from .limits import Limits

if TYPE_CHECKING:
    from yt_dlp import YoutubeDL

INSTALL = "pip install yt-dlp yt-dlp-ejs"
FORMAT = "bv*[height<=480]+ba/b[height<=480]/b/ba"  # a face is read at less; pictures and sound may come apart
RETRIES = 3
TALK = re.compile(  # in its messages: which part of it speaks, and what is for its authors
    r"^(ERROR: )?(\[[^]]+\] (\S+: )?)?|; please report this issue.*|\s*Confirm you are on the latest.*|\s*\(caused by.*"
    r"|\s*Use --\w.*|\s*See +https?://.*",
    re.DOTALL,
)


class NothingThere(DemeanorError):
    """Raised where a page shows no recording that yt-dlp finds."""


class _Log:
    """Takes what yt-dlp would print."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None: ...

    def warning(self, message: str) -> None:
        self.warnings.append(message)

    def error(self, message: str) -> None: ...


def fetch(url: str, folder: Path, allow_proxy: bool, limits: Limits, report: Callable[[int, int], None]) -> Path:
    """Fetch the recording that the page `url` shows into `folder` and return the file, called by its title.

    Raises NothingThere where there is none, DemeanorError where there are several or it cannot be had.
    """
    if version_of("yt-dlp") is None:
        raise NothingThere(f"{url} is a page; what pages show is fetched by yt-dlp, which is not installed: {INSTALL}")
    import imageio_ffmpeg
    from yt_dlp import YoutubeDL
    from yt_dlp.utils import DownloadCancelled, UnsupportedError, YoutubeDLError

    log = _Log()

    def follow(state: dict[str, Any]) -> None:
        done, total = (int(state.get(key) or 0) for key in ("downloaded_bytes", "total_bytes"))
        try:
            limits.refuse_size(url, max(done, total), max(total - done, 0), folder)
        except DemeanorError as error:
            raise DownloadCancelled(str(error)) from None  # the one exception that it lets pass
        report(done, total or int(state.get("total_bytes_estimate") or 0))

    options = {
        "format": FORMAT,
        "outtmpl": {"default": str(folder / "fetched.%(ext)s")},
        "noplaylist": True,
        "extract_flat": "in_playlist",
        "js_runtimes": {"deno": {}, "node": {}},
        "hls_prefer_native": True,
        "skip_unavailable_fragments": False,
        "ffmpeg_location": imageio_ffmpeg.get_ffmpeg_exe(),
        "postprocessor_args": {"ffmpeg_i": ["-protocol_whitelist", "file"]},  # whatever a file claims to be
        "cachedir": False,
        "proxy": None if allow_proxy else "",
        "max_filesize": limits.bytes,
        "socket_timeout": limits.waiting_seconds,
        "retries": RETRIES,
        "fragment_retries": RETRIES,
        "updatetime": False,
        "quiet": True,
        "noprogress": True,
        "color": "no_color",
        "logger": log,
        "progress_hooks": [follow],
    }
    try:
        with YoutubeDL(options) as downloader:  # type: ignore  # its options are typed one by one
            return _fetch(downloader, url, folder, limits)
    except DownloadCancelled as cancelled:
        raise DemeanorError(str(cancelled)) from None
    except YoutubeDLError as error:
        cause = (getattr(error, "exc_info", None) or (None, error))[1]
        answers = [getattr(one, "status", None) for one in (cause, getattr(cause, "cause", None))]
        if isinstance(cause, UnsupportedError) or set(answers) & set(TRY_AGAIN):
            raise NothingThere(f"{url} shows no recording that can be fetched.") from None
        raise DemeanorError(_sentence(url, TALK.sub("", str(error)).strip(), log)) from None


def _fetch(downloader: YoutubeDL, url: str, folder: Path, limits: Limits) -> Path:
    found: dict[str, Any] = downloader.extract_info(url, download=False)  # type: ignore  # its values are not typed
    if found.get("_type") == "playlist":
        entries = list(islice(found["entries"], 2))
        if len(entries) != 1:
            many = "a list of recordings: give the link of one of them" if entries else "a list without recordings"
            raise (DemeanorError if entries else NothingThere)(f"{url} is {many}.")
        found = downloader.process_ie_result(entries[0], download=False)  # type: ignore
    if found.get("is_live") or found.get("live_status") in ("is_live", "is_upcoming"):
        raise DemeanorError(f"{url} is live: it can be fetched when it is over.")
    limits.refuse_length(url, found.get("duration") or 0)
    found = downloader.process_ie_result(found, download=True)  # type: ignore
    wanted = found.get("requested_downloads") or [{}]
    file = Path(wanted[0].get("filepath") or folder / "nothing")
    if not file.is_file():
        limits.refuse_size(url, int(found.get("filesize") or limits.bytes + 1), 0, folder)
        raise NothingThere(f"{url} gave nothing.")
    title = str(found.get("title") or "").removesuffix(" (1)")  # which is put behind the only recording of any page
    return file.rename(folder / f"{safe_name(title, 'recording')}{file.suffix}")


def _sentence(url: str, reason: str, log: _Log) -> str:
    """Return why yt-dlp could not fetch, and what may help."""
    date = (version_of("yt-dlp") or "").replace(".", "-")
    runtime = any("JavaScript runtime" in warning for warning in log.warnings)
    help_ = f"yt-dlp of {date}; a newer one may help: {INSTALL.replace('install', 'install -U')}"
    if runtime:
        help_ = "YouTube needs a JavaScript runtime: pip install deno, or Node.js 20 or later"
    return f"{url} could not be fetched: {reason.rstrip('.')} ({help_})."
