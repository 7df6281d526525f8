"""The annotated picture: every face with a box, a number and a card of probabilities, drawn with Pillow on a copy."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ...core.figure import ink_on, label_colours
from ...results.prediction import Reading

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels

LONG_SIDE = (720, 2000)  # pixels; smaller pictures are enlarged to the first, larger ones shrunk to the second
TEXT_SHARE = 1 / 70  # of the long side
LEAST_TEXT = 15  # pixels
NOT_SURE = "#a8a8a8"


def annotated(pixels: np.ndarray, readings: Sequence[Reading], labels: Sequence[str], caption: str = "") -> Image.Image:
    """Draw over a copy of `pixels` (H, W, 3) uint8 RGB; return at most LONG_SIDE[1] pixels on the long side.

    Each face gets a box with its number, and a card with the answer and the probability of every label: beside the
    face where that hides no other face, else to the right of the picture. `caption` is written below the picture.
    """
    height, width = pixels.shape[:2]
    scale = min(max(height, width, LONG_SIDE[0]), LONG_SIDE[1]) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    text = max(LEAST_TEXT, round(max(picture.size) * TEXT_SHARE))
    boxes = [tuple(edge * scale for edge in reading.box or (0, 0, 0, 0)) for reading in readings]
    cards = [card(reading, labels, text) for reading in readings]
    colours = [answer_colour(reading, labels) for reading in readings]
    for reading, box, colour in zip(readings, boxes, colours, strict=True):
        _draw_box(picture, box, f"#{reading.person}", colour, text)
    kept_free = [(left, top - 1.3 * text, right, bottom) for left, top, right, bottom in boxes]  # numbers lie above
    unplaced = _place_beside(picture, kept_free, cards, text // 3)
    if unplaced:
        picture = _with_column(picture, unplaced, text // 2)
    if caption:
        picture = _with_caption(picture, caption, text)
    picture.thumbnail((LONG_SIDE[1], LONG_SIDE[1]), Image.Resampling.LANCZOS)
    return picture


def card(reading: Reading, labels: Sequence[str], text: int) -> Image.Image:
    """Draw the answer in words over a bar for each label; letters are `text` pixels high."""
    head, body = font(text), font(round(text * 0.85))
    title, row, gap = f"#{reading.person} {reading.summary}", round(text * 1.15), round(text * 0.4)
    names = max((body.getlength(label) for label in labels), default=0)
    bar, number = text * 5, body.getlength("100 %")
    width = round(max(head.getlength(title), names + bar + number + 2 * gap) + 2 * gap)
    top = round(text * 1.6)
    image = Image.new("RGB", (width, top + row * len(reading.probabilities) + gap), "white")
    draw, colour = ImageDraw.Draw(image), answer_colour(reading, labels)
    draw.rectangle((0, 0, width, top - gap // 2), fill=colour)
    draw.text((gap, top / 2 - gap / 4), title, ink_on(colour), head, anchor="lm")
    for index, (label, share) in enumerate(reading.probabilities.items()):
        middle, left = top + row * (index + 0.5), gap + names + gap
        draw.text((gap + names, middle), label, "black", body, anchor="rm")
        right = width - gap - number - gap
        draw.rectangle((left, middle - row * 0.3, right, middle + row * 0.3), fill="#e8e8e8")
        end = left + max(share * (right - left), 1)
        draw.rectangle((left, middle - row * 0.3, end, middle + row * 0.3), fill=label_colours(labels)[label])
        draw.text((width - gap, middle), f"{share:.0%}".replace("%", " %"), "black", body, anchor="rm")
    draw.rectangle((0, 0, width - 1, image.height - 1), outline="#404040")
    return image


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the font with letters `size` pixels high."""
    import matplotlib

    # matplotlib carries a font with wide coverage, so that labels in other scripts are not boxes.
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


def answer_colour(reading: Reading, labels: Sequence[str]) -> str:
    """Return the colour of the reading's answer, "#rrggbb"; grey for "not sure"."""
    return label_colours(labels)[reading.emotion] if reading.emotion else NOT_SURE


def _draw_box(picture: Image.Image, box: Box, name: str, colour: str, text: int) -> None:
    """Draw the box, clipped to the picture and dark-edged to show on any ground, and the number above or inside it."""
    draw, width, letters = ImageDraw.Draw(picture), max(2, text // 7), font(text)
    left, top, right, bottom = _clipped(box, picture.size)
    draw.rectangle((left, top, right, bottom), outline="black", width=width + 2)
    draw.rectangle((left + 1, top + 1, max(right - 1, left + 1), max(bottom - 1, top + 1)), outline=colour, width=width)
    badge_width, badge_height = letters.getlength(name) + text * 0.5, text * 1.3
    x = min(left, picture.width - badge_width)
    y = top - badge_height if top >= badge_height else top
    draw.rectangle((x, y, x + badge_width, y + badge_height), fill=colour)
    draw.text((x + badge_width / 2, y + badge_height / 2), name, ink_on(colour), letters, anchor="mm")


def _clipped(box: Box, size: tuple[int, int]) -> Box:
    (left, right), (top, bottom) = (
        sorted(min(max(edge, 0), length - 1) for edge in edges)
        for edges, length in zip((box[::2], box[1::2]), size, strict=True)
    )
    return left, top, right, bottom


def _place_beside(
    picture: Image.Image, boxes: Sequence[Box], cards: Sequence[Image.Image], gap: int
) -> list[Image.Image]:
    """Paste each card beside its face where there is room; return the others."""
    taken, unplaced = list(boxes), []
    for box, image in zip(boxes, cards, strict=True):
        place = next((p for p in _places(box, image.size, picture.size, gap) if _is_free(p, taken)), None)
        if place:
            taken.append(place)
            picture.paste(image, (round(place[0]), round(place[1])))
        else:
            unplaced.append(image)
    return unplaced


def _places(box: Box, size: tuple[int, int], room: tuple[int, int], gap: int) -> Iterator[Box]:
    """Yield the places right, left, below and above the box that lie within the picture."""
    left, top, right, bottom = box
    x, y = (max(0, min(start, whole - length)) for start, whole, length in zip((left, top), room, size, strict=True))
    for corner in ((right + gap, y), (left - gap - size[0], y), (x, bottom + gap), (x, top - 2 * gap - size[1])):
        place = (*corner, corner[0] + size[0], corner[1] + size[1])
        if place[0] >= 0 and place[1] >= 0 and place[2] <= room[0] and place[3] <= room[1]:
            yield place


def _is_free(place: Box, taken: Sequence[Box]) -> bool:
    return all(
        place[2] <= other[0] or other[2] <= place[0] or place[3] <= other[1] or other[3] <= place[1] for other in taken
    )


def _with_column(picture: Image.Image, cards: Sequence[Image.Image], gap: int) -> Image.Image:
    """Return the picture with the cards in columns on white to its right."""
    height = max(picture.height, max(card.height for card in cards) + 2 * gap)
    places, x, y, widest = [], picture.width + gap, gap, 0
    for image in cards:
        if y + image.height + gap > height:
            x, y, widest = x + widest + gap, gap, 0
        places.append((x, y))
        y, widest = y + image.height + gap, max(widest, image.width)
    wide = Image.new("RGB", (x + widest + gap, height), "white")
    wide.paste(picture, (0, 0))
    for image, place in zip(cards, places, strict=True):
        wide.paste(image, place)
    return wide


def _with_caption(picture: Image.Image, caption: str, text: int) -> Image.Image:
    letters = font(text)
    width = max(picture.width, round(letters.getlength(caption)) + text)
    tall = Image.new("RGB", (width, picture.height + 2 * text), "white")
    tall.paste(picture, (0, 0))
    ImageDraw.Draw(tall).text((text / 2, picture.height + text), caption, "black", letters, anchor="lm")
    return tall
