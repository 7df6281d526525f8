"""Every kind of picture a person may hand in, and everything that is none."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from source.core.errors import DemeanorError
from source.media import image
from source.media.image import read_picture
from source.media.types import PICTURES

GREY = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
COLOUR = np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)
RED, CLEAR = (255, 0, 0, 255), (0, 0, 0, 0)


def saved(folder, array, name="a.png", **options):
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    image.save(folder / name, **options)
    return folder / name


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.webp", "a.gif"])
def test_rgb_order_and_shape(tmp_path, name):
    picture = read_picture(saved(tmp_path, COLOUR, name, **({"lossless": True} if name == "a.webp" else {})))
    assert picture.pixels.dtype == np.uint8 and picture.pixels.flags.c_contiguous and picture.pixels.flags.writeable
    assert picture.size == (9, 6) and not picture.notes
    np.testing.assert_array_equal(picture.pixels, COLOUR)


def test_jpeg_is_rgb_not_bgr(tmp_path):
    pure = np.zeros((16, 16, 3), np.uint8)
    pure[..., 0] = 250
    red, green, blue = read_picture(saved(tmp_path, pure, "a.jpg", quality=95)).pixels.mean((0, 1))
    assert red > 240 and green < 12 and blue < 12


def test_every_ending_is_read(tmp_path):
    pure = np.full((16, 16, 3), (250, 0, 0), np.uint8)
    for ending in PICTURES:
        np.testing.assert_allclose(read_picture(saved(tmp_path, pure, f"a{ending}")).pixels, pure, atol=8)


@pytest.mark.parametrize("orientation, turned", [
    (1, lambda a: a), (2, np.fliplr), (3, lambda a: np.rot90(a, 2)), (4, np.flipud),
    (5, lambda a: a.transpose(1, 0, 2)), (6, lambda a: np.rot90(a, -1)),
    (7, lambda a: np.rot90(a, 2).transpose(1, 0, 2)), (8, np.rot90),
])  # fmt: skip
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_exif_turns_it_upright(tmp_path, orientation, turned, name):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read_picture(saved(tmp_path, COLOUR, name, exif=exif))
    np.testing.assert_array_equal(picture.pixels, turned(COLOUR))


def test_damaged_exif_is_no_obstacle(tmp_path):
    file = saved(tmp_path, COLOUR, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    np.testing.assert_array_equal(read_picture(file).pixels, COLOUR)


def test_grey_becomes_three_equal_channels(tmp_path):
    pixels = read_picture(saved(tmp_path, GREY)).pixels
    np.testing.assert_array_equal(pixels, np.stack([GREY] * 3, -1))


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_16_bit_grey_is_scaled_not_clipped(tmp_path, name):
    values = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    pixels = read_picture(saved(tmp_path, values, name)).pixels[..., 0]
    assert np.abs(pixels.astype(float) - values / 257).max() <= 1
    assert pixels.min() == 0 and pixels.max() == 255


@pytest.mark.parametrize("bits, read_as", [(7, 8), (10, 10), (11, 12), (12, 12), (14, 14)])
def test_grey_of_fewer_bits_in_16_is_read_as_these_with_a_note(tmp_path, bits, read_as):
    values = np.linspace(0, 2**bits - 1, 64).astype(np.uint16).reshape(8, 8)
    picture = read_picture(saved(tmp_path, values))
    np.testing.assert_array_equal(picture.pixels[..., 0], values >> (read_as - 8))
    assert f"{read_as}-bit" in picture.notes[0]


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_wider_values_are_stretched_and_said_so(tmp_path, dtype):
    picture = read_picture(saved(tmp_path, np.array([[-5, 0], [5, 15]], dtype), "a.tif"))
    np.testing.assert_array_equal(picture.pixels[..., 1], [[0, 64], [128, 255]])
    assert "stretched" in picture.notes[0]


@pytest.mark.parametrize("values", [[[np.nan, 1], [0, 0]], [[3, 3], [3, 3]]])
def test_odd_floats_give_a_picture(tmp_path, values):
    assert read_picture(saved(tmp_path, np.array(values, np.float32), "a.tif")).pixels.shape == (2, 2, 3)


def test_transparency_lies_on_white(tmp_path):
    image = Image.new("RGBA", (2, 1), CLEAR)
    image.putpixel((0, 0), RED)
    palette = Image.new("P", (2, 1), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((0, 0), 1)
    files = [saved(tmp_path, image), saved(tmp_path, palette, "b.png", transparency=0)]
    for file in [*files, saved(tmp_path, palette, "c.gif", transparency=0)]:
        np.testing.assert_array_equal(read_picture(file).pixels, [[[255, 0, 0], [255, 255, 255]]])


def test_half_transparency_is_mixed(tmp_path):
    pixels = read_picture(saved(tmp_path, Image.new("LA", (1, 1), (0, 128)))).pixels
    assert abs(int(pixels[0, 0, 0]) - 127) <= 1


@pytest.mark.parametrize("mode, name", [("CMYK", "a.jpg"), ("1", "a.png"), ("P", "a.png"), ("YCbCr", "a.jpg")])
def test_other_modes(tmp_path, mode, name):
    assert read_picture(saved(tmp_path, Image.new(mode, (5, 4)), name)).pixels.shape == (4, 5, 3)


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp"])
def test_first_frame_of_an_animation(tmp_path, name):
    frames = [Image.new("RGB", (4, 4), (value, 0, 0)) for value in range(0, 240, 20)]
    picture = read_picture(saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:]))
    assert picture.notes == ("animated: the first of 12 frames was read",)
    assert picture.pixels.max() <= 2


def test_first_page(tmp_path):
    pages = [Image.new("L", (4, 4), value) for value in (10, 20)]
    picture = read_picture(saved(tmp_path, pages[0], "a.tif", save_all=True, append_images=pages[1:]))
    assert picture.notes == ("pages: the first of 2 was read",) and picture.pixels.max() == 10


def test_a_phone_picture_with_a_preview_is_no_animation(tmp_path):
    images = [Image.new("RGB", (16, 16), (value, 0, 0)) for value in (0, 200)]
    assert read_picture(saved(tmp_path, images[0], "a.jpg", format="MPO", save_all=True, append_images=images[1:]))
    assert read_picture(tmp_path / "a.jpg").notes == ()


@pytest.mark.parametrize("content, words", [
    (b"", "0 bytes"), (b"hello, I am a text", "a text file"), ("größe".encode(), "a text file"), (b"%PDF-1.7\n", "PDF"),
    (b"\0\0\0\x18ftypheic", "HEIC"), (b"\0\0\0\x18ftypisom", "a recording"), (b"\x8f\0\1", "unknown or damaged"),
])  # fmt: skip
def test_what_is_no_picture_is_named(tmp_path, content, words):
    file = tmp_path / "odd name.png"
    file.write_bytes(content)
    with pytest.raises(DemeanorError) as trouble:
        read_picture(file)
    assert words in str(trouble.value) and "odd name.png" in str(trouble.value) and "PNG, JPEG" in str(trouble.value)
    assert "\n" not in str(trouble.value)


def test_missing_and_folder(tmp_path):
    with pytest.raises(DemeanorError, match="There is no file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(DemeanorError, match="is a folder"):
        read_picture(tmp_path)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.gif", "a.bmp", "a.avif"])
@pytest.mark.parametrize("share", [0.1, 0.9])
def test_truncated(tmp_path, name, share):
    large = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    file = saved(tmp_path, large, name)
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    with pytest.raises(DemeanorError) as trouble:
        read_picture(file)
    assert file.name in str(trouble.value)


def test_a_bomb_is_refused_unopened(tmp_path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    for side in (15_000, 30_000):  # above the limit; above the size at which Pillow refuses by itself
        header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
        (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b""))
        with pytest.raises(DemeanorError, match="over 200 million pixels"):
            read_picture(tmp_path / "bomb.png")
    assert image.MOST_PIXELS == 200_000_000
