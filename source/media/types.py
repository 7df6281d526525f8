"""The kinds of files that can be read, by the lower-case ending of their names."""

from pathlib import Path

from ..core.errors import DemeanorError

PICTURES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".avif", ".ppm", ".pgm", ".pnm",
)  # fmt: skip
SOUNDS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".wma", ".aif", ".aiff", ".weba", ".mka")
TEXTS = (".txt", ".md", ".html", ".htm", ".pdf", ".srt", ".vtt")
VIDEOS = (
    ".mp4", ".mov", ".mkv", ".avi", ".webm", ".flv", ".m4v", ".mpg", ".mpeg", ".wmv", ".asf", ".ogv", ".3gp", ".3g2",
    ".ts", ".mts", ".m2ts", ".mxf",
)  # fmt: skip
RECORDINGS = (*SOUNDS, *VIDEOS)


def require_file(path: Path, kind: str, accepted: str) -> None:
    """Raise DemeanorError where `path` is not a file with content; kind: what is wanted, such as "a picture"."""
    if path.is_dir():
        raise DemeanorError(f"{path} is a folder, not {kind}.")
    if not path.is_file():
        raise DemeanorError(f"There is no file {path}.")
    if path.stat().st_size == 0:
        raise DemeanorError(f"{path} is empty (0 bytes), not {kind}; {accepted}.")
