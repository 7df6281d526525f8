"""What a file is by its content, whatever its name says: pictures and recordings come without endings, or false ones.

This decodes headers, so a file from somewhere else is looked at in a process that may die of it.
"""

from pathlib import Path

from ..core.errors import DemeanorError
from . import container
from .image import FORMATS
from .types import TEXTS

PICTURES_BY_FORMAT = {  # of Pillow -> endings
    "PNG": (".png",), "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "MPO": (".jpg", ".jpeg"), "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"), "BMP": (".bmp",), "GIF": (".gif",), "AVIF": (".avif",), "PPM": (".ppm", ".pgm", ".pnm"),
}  # fmt: skip
RECORDINGS_BY_FORMAT = {  # of FFmpeg -> endings with a picture, endings of sound alone
    "matroska": ((".mkv",), (".mka",)),
    "webm": ((".webm",), (".weba",)),
    "mov": ((".mp4", ".m4v", ".mov", ".3gp", ".3g2"), (".m4a",)),
    "ogg": ((".ogv",), (".ogg", ".oga", ".opus")),
    "asf": ((".wmv", ".asf"), (".wma",)),
    "mpeg": ((".mpg", ".mpeg"), (".mpg",)),
    "mpegts": ((".ts", ".mts", ".m2ts"), (".ts",)),
    "avi": ((".avi",), (".avi",)), "flv": ((".flv",), (".flv",)), "mxf": ((".mxf",), (".mxf",)),
    "wav": ((), (".wav",)), "flac": ((), (".flac",)), "mp3": ((), (".mp3",)), "aac": ((), (".aac",)),
    "aiff": ((), (".aif", ".aiff")),
}  # fmt: skip
BEGINNING = 4096  # bytes that tell a text
QUICKTIME = "qt  "  # major brand


def kind_and_ending(file: Path, name: str) -> tuple[str, str]:
    """Return "picture", "sound", "video" or "text", and the ending that suits it: that of `name` where it does.

    Raises DemeanorError where the file is none of these.
    """
    named = Path(name).suffix.lower()
    with file.open("rb") as stream:
        beginning = stream.read(BEGINNING)
    if beginning.startswith(b"%PDF"):
        return "text", ".pdf"
    pictures = PICTURES_BY_FORMAT.get(_picture_format(file))
    if pictures:
        return "picture", named if named in pictures else pictures[0]
    if _is_text(beginning):
        return "text", named if named in TEXTS and named != ".pdf" else _ending_of_text(beginning)
    if b"\0" not in beginning and named in TEXTS:
        return "text", named  # of an older encoding
    return _recording(file, beginning, named)


def _recording(file: Path, beginning: bytes, named: str) -> tuple[str, str]:
    with container.opened(file, lambda path, opened: None) as opened:
        formats, brand = opened.format.name.split(","), opened.metadata.get("major_brand", "")
        has_picture = any(one.codec_context and not container.is_cover(one) for one in opened.streams.video)
        if not has_picture and not opened.streams.audio:
            raise DemeanorError(f"{file} has neither picture nor sound; {container.ACCEPTED}.")
    if "matroska" in formats and b"webm" in beginning[:64]:
        formats = ["webm"]
    endings = next((RECORDINGS_BY_FORMAT[name] for name in formats if name in RECORDINGS_BY_FORMAT), None)
    kind = "video" if has_picture else "sound"
    if endings is None:  # one of the many others that FFmpeg reads
        return kind, named or (".mkv" if has_picture else ".mka")
    fitting = endings[not has_picture] or endings[has_picture]
    usual = ".mov" if brand == QUICKTIME and has_picture else fitting[0]
    return kind, named if named in fitting else usual


def _picture_format(file: Path) -> str:
    from PIL import Image

    try:
        with Image.open(file, formats=FORMATS) as image:
            return image.format or ""
    except Exception:  # decoders raise all kinds at damaged bytes
        return ""


def _is_text(beginning: bytes) -> bool:
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return True
    if b"\0" in beginning or not beginning.strip():
        return False
    try:
        beginning[: max(len(beginning) - 3, 1)].decode()  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return True


def _ending_of_text(beginning: bytes) -> str:
    start = beginning.decode(errors="replace").lstrip("\ufeff \r\n\t").lower()
    if start.startswith("webvtt"):
        return ".vtt"
    if start.startswith(("<!doctype html", "<html")):
        return ".html"
    return ".srt" if "\n" in start and " --> " in start[:200] else ".txt"
