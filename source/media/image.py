"""Read still pictures of any common format as upright RGB pixels, or raise one sentence that says what is wrong."""

import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from ..core.errors import DemeanorError
from .types import require_file

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "PPM")
ACCEPTED = "PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF and PPM pictures are read"
GREY_BITS = (8, 10, 12, 14, 16)  # that cameras and scanners write into 16
MOST_PIXELS = 200_000_000  # the largest phone camera's; 600 MB once decoded
WHITE = (255, 255, 255, 255)
SIGNATURES = {  # file that is not a picture -> bytes to skip, bytes that follow
    "a PDF document": (0, b"%PDF"),
    "an HEIC photo (save it as JPEG)": (4, b"ftyphei"),
    "a recording": (4, b"ftyp"),
    "a sound": (8, b"WAVE"),
    "a FLAC sound": (0, b"fLaC"),
    "an Ogg sound": (0, b"OggS"),
    "a zip archive": (0, b"PK\x03\x04"),
}


@dataclass(frozen=True)
class Picture:
    """A still picture."""

    pixels: np.ndarray  # (H, W, 3) uint8 RGB, upright; transparent parts are white
    notes: tuple[str, ...] = ()  # warnings about how it was read, for people

    def __str__(self) -> str:
        return "picture"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


def read_picture(path: Path) -> Picture:
    """Read a picture, turned upright as its EXIF says; of an animation the first frame.

    16-bit grey is scaled to 8 bits, of fewer bits in 16 with a note; 32-bit and float values are stretched to them.
    Colour profiles are not applied. Raises DemeanorError where `path` is not a whole picture of a format in
    FORMATS, or has over MOST_PIXELS.
    """
    path = Path(path)
    require_file(path, "a picture", ACCEPTED)
    try:
        stream = path.open("rb")
    except PermissionError:
        raise DemeanorError(f"{path} may not be read; change its permissions.") from None
    with stream:
        return picture_in(stream, str(path))


def picture_in(stream: BinaryIO, name: str) -> Picture:
    """Read the picture in a stream, as `read_picture` does; name: of it, for people."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's words on odd metadata
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow's own limit refuses what today's phones take
            with Image.open(stream, formats=FORMATS) as image:
                pixels, stretched = _first_frame(image)
                return Picture(pixels, stretched + _more_frames(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        million = MOST_PIXELS // 1_000_000
        raise DemeanorError(f"{name} has over {million} million pixels; make it smaller and try again.") from None
    except Image.UnidentifiedImageError:
        raise DemeanorError(f"{name} is {_kind(stream)}, not a picture; {ACCEPTED}.") from None
    except Exception as error:  # decoders raise all kinds at damaged bytes: SyntaxError, struct.error, EOFError, ...
        raise DemeanorError(f"{name} is a damaged picture ({error}); give the whole file.") from None


def _first_frame(image: Image.Image) -> tuple[np.ndarray, tuple[str, ...]]:
    image.load()
    with suppress(Exception):  # damaged EXIF raises all kinds, and the picture itself is whole
        ImageOps.exif_transpose(image, in_place=True)
    frame, notes = _eight_bits(image) if image.mode.startswith(("I", "F")) else (image, ())
    if frame.has_transparency_data:
        frame = frame.convert("RGBA")
        frame = Image.alpha_composite(Image.new("RGBA", frame.size, WHITE), frame)
    return np.array(frame.convert("RGB")), notes


def _eight_bits(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert grey of 16 bits, 32 bits or floats: Pillow's own conversion clips at 255."""
    values = np.asarray(image)
    if values.dtype.itemsize == 2:
        most = int(values.max())
        bits = next(bits for bits in GREY_BITS if most >> bits == 0)
        notes = (f"16-bit grey with values up to {most}: read as {bits}-bit",) if bits < 16 else ()
        return Image.fromarray((values >> (bits - 8)).astype(np.uint8)), notes
    values = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
    low, high = values.min(), values.max()
    grey = (values - low) * (255 / max(high - low, 1e-12))
    note = f"values from {low:g} to {high:g} were stretched to black and white"
    return Image.fromarray(grey.round().astype(np.uint8)), (note,)


def _more_frames(image: Image.Image) -> tuple[str, ...]:
    """Note that the file holds more than was read. Called last: counting frames moves the file's position."""
    count = 1
    with suppress(Exception):  # the first frame is whole, whatever is wrong with the others
        count = getattr(image, "n_frames", 1)
    if count == 1 or image.format == "MPO":  # the second picture in a phone's MPO is a preview or a depth map
        return ()
    pages = image.format == "TIFF"
    return (f"pages: the first of {count} was read" if pages else f"animated: the first of {count} frames was read",)


def _kind(stream: BinaryIO) -> str:
    """Name what a file is that is not a picture."""
    stream.seek(0)
    start = stream.read(1024)
    for name, (skip, signature) in SIGNATURES.items():
        if start[skip:].startswith(signature):
            return name
    return "of an unknown or damaged format" if b"\0" in start else "a text file"
