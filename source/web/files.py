"""The files of a result, sent under types of our own choosing, and so that a browser runs nothing in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..results.html import script_hash

ORIGINAL = "original"  # stem of what was uploaded or recorded, moved into its result
PLAYED = {  # endings that browsers show
    "video": (".mp4", ".m4v", ".webm", ".ogv"),
    "audio": (".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".oga", ".opus", ".weba"),
    "image": (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".avif", ".bmp"),
}
DRAWN = ("annotated.mp4", "annotated.png")  # with boxes in the picture
TYPES = {
    ".json": "application/json", ".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8", ".srt": "text/plain; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
    ".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".svg": "image/svg+xml",
    ".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
    ".webp": "image/webp", ".avif": "image/avif", ".bmp": "image/bmp", ".mp4": "video/mp4", ".m4v": "video/mp4",
    ".webm": "video/webm", ".ogv": "video/ogg", ".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4",
    ".aac": "audio/aac", ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
    ".weba": "audio/webm",
}  # fmt: skip
INLINE = ("image/", "video/", "audio/")
OWN_PAGES = ("report.html", "highlights.html")  # written by Demeanor: shown; other pages are downloaded
REPORT_SCRIPT = Path(__file__).parents[1] / "combined" / "results" / "report" / "page.js"
OWN = (  # under our origin, for the report plays its film, but of scripts none but the report's own runs
    "sandbox allow-scripts allow-same-origin; default-src 'none'; img-src 'self' data:; media-src 'self'; "
    "style-src 'unsafe-inline'; script-src '{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
NOTHING = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class File:
    """A file of a result."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Media:
    """The file of a result that a browser plays or shows."""

    name: str
    kind: str
    """video, audio or image."""
    boxes_burnt: bool
    """Whether the picture has boxes and answers in it already."""


def files_in(folder: Path) -> list[File]:
    """Return the files of a result by their names; links and hidden files are none of it."""
    found = (path for path in folder.iterdir() if not path.is_symlink() and path.is_file())
    return sorted((File(path.name, path.stat().st_size) for path in found if not path.name.startswith(".")),
                  key=lambda file: file.name)  # fmt: skip


def media_in(folder: Path) -> Media | None:
    """Return the file that a browser can play or show: what was read, else the one with boxes; None: neither."""
    names = [file.name for file in files_in(folder)]
    originals = [name for name in names if Path(name).stem == ORIGINAL]
    for name in (*originals, *(name for name in DRAWN if name in names)):
        for kind, endings in PLAYED.items():
            if name.lower().endswith(endings):
                return Media(name, kind, name in DRAWN)
    return None


def media_type(name: str) -> str:
    """Return the type that a file is sent as, by its ending; the type of unknown bytes for others.

    >>> media_type("report.HTML"), media_type("clip.exe")
    ('text/html; charset=utf-8', 'application/octet-stream')
    """
    return TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


def disposition(name: str) -> str:
    """Return whether a browser shows a file, "inline", or saves it, "attachment"."""
    shown = media_type(name).startswith(INLINE) and media_type(name) != TYPES[".svg"]
    return "inline" if shown or name in OWN_PAGES else "attachment"


def policy(name: str) -> str:
    """Return the Content-Security-Policy of a file."""
    return _own_policy() if name in OWN_PAGES else NOTHING


@cache
def _own_policy() -> str:
    return OWN.format(script_hash(REPORT_SCRIPT.read_text(encoding="utf-8")))
