"""What is drawn around a video: the panel with the answer, the words, the answers over time, a face's badge."""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ....core.figure import ink_on, label_colours
from ....core.units import clock, signed
from ....face.results.annotated import NOT_SURE, answer_colour, font
from ....results.attribution import modality_name
from ....results.prediction import Reading
from ...settings import MODALITIES

PANEL_WIDTH = 320  # pixels, as all below
TEXT = (13, 20)  # height of the panel's letters: as its height lets them, from the first to the second
WORDS_TEXT, WORDS_LINES = 20, 2
WORDS_HEIGHT, TIME_HEIGHT = 64, 32
GROUND, INK, MUTED, TROUGH = "#16181d", "#f0f0f0", "#a2a8b4", "#333842"
Span = tuple[float, float, str]
"""Start and end in seconds, and the lines shown meanwhile."""


def panel(reading: Reading, labels: Sequence[str], height: int) -> np.ndarray:
    """Draw the answer, label bars, unimodal answers, valence and arousal: (height, PANEL_WIDTH, 3) uint8 RGB.

    height: at least `panel_height` of so many labels.
    """
    sizes = range(TEXT[1], TEXT[0], -1)
    text = next((size for size in sizes if panel_height(len(labels), size) <= height), TEXT[0])
    drawing = _Panel(reading, labels, height, text)
    drawing.draw_affect(drawing.draw_modalities(drawing.draw_bars(drawing.draw_head())))
    return np.array(drawing.image)


def panel_height(labels: int, text: int = TEXT[0]) -> int:
    """Return the pixels that a panel with letters so high needs; always even."""
    return -(-round(text * (17 + 1.6 * labels)) // 2) * 2


class _Panel:
    """Draws one panel from top to bottom; each part returns where the next one begins."""

    def __init__(self, reading: Reading, labels: Sequence[str], height: int, text: int) -> None:
        self.reading, self.labels, self.text = reading, labels, text
        self.image = Image.new("RGB", (PANEL_WIDTH, height), GROUND)
        self._draw, self._letters = ImageDraw.Draw(self.image), font(text)

    def draw_head(self) -> float:
        """Write who it is and the answer on the answer's colour."""
        text, reading = self.text, self.reading
        bottom, colour = round(text * 4.4), answer_colour(reading, self.labels)
        self._draw.rectangle((0, 0, PANEL_WIDTH, bottom), fill=colour)
        who = f"person #{reading.person}" if reading.probabilities else "at this time"
        self._draw.text((text, text * 1.2), who, ink_on(colour), self._letters, anchor="lm")
        letters = fitting(reading.summary, round(text * 1.7), PANEL_WIDTH - 2 * text)
        self._draw.text((text, text * 2.95), reading.summary, ink_on(colour), letters, anchor="lm")
        return bottom + text * 0.8

    def draw_bars(self, top: float) -> float:
        """Draw a bar for each label."""
        text, letters, colours, row = self.text, self._letters, label_colours(self.labels), self.text * 1.6
        left = text * 1.6 + max((letters.getlength(label) for label in self.labels), default=0)
        right = PANEL_WIDTH - text * 1.6 - letters.getlength("100 %")
        for index, label in enumerate(self.labels):
            share, middle = self.reading.probabilities.get(label, 0.0), top + row * (index + 0.5)
            self._draw.text((left - text * 0.6, middle), label, INK, letters, anchor="rm")
            self._draw.rectangle((left, middle - text * 0.45, right, middle + text * 0.45), fill=TROUGH)
            if share > 0:
                end = left + max(share * (right - left), 1)
                self._draw.rectangle((left, middle - text * 0.45, end, middle + text * 0.45), fill=colours[label])
            percent = f"{share:.0%}".replace("%", " %")
            self._draw.text((PANEL_WIDTH - text, middle), percent, INK, letters, anchor="rm")
        return top + row * len(self.labels) + text * 0.6

    def draw_modalities(self, top: float) -> float:
        """Write each modality's own answer, or why it has none."""
        text = self.text
        heading = font(round(text * 0.85))
        self._draw.text((text, top + text * 0.7), "what each says alone", MUTED, heading, anchor="lm")
        top += text * 1.6
        for index, modality in enumerate(MODALITIES):
            middle, shares = top + text * (1.6 * index + 0.8), (self.reading.modalities or {}).get(modality)
            answer = Reading(shares).summary if shares else self._missing(modality)
            self._draw.text((text, middle), modality_name(modality), INK, self._letters, anchor="lm")
            if shares:
                colour = answer_colour(Reading(shares), self.labels)
                self._draw.ellipse((text * 5, middle - text * 0.4, text * 5.8, middle + text * 0.4), fill=colour)
            letters = fitting(answer, text, PANEL_WIDTH - text * 7.3, bold=False)
            self._draw.text((text * 6.3, middle), answer, INK if shares else MUTED, letters, anchor="lm")
        return top + text * (1.6 * len(MODALITIES) + 0.6)

    def _missing(self, modality: str) -> str:
        """Return why a modality has no answer."""
        if modality == "face":
            return "no face"
        if self.reading.speech_seconds is None:
            return "no sound"
        if self.reading.speech_seconds == 0:
            return "no speech"
        return "no words" if modality == "text" else "too little speech"

    def draw_affect(self, top: float) -> None:
        """Draw valence and arousal, each on a line from -1 to 1."""
        text, draw = self.text, self._draw
        left, right = text * 6.3, PANEL_WIDTH - text * 4
        for index, name in enumerate(("valence", "arousal")):
            value, middle = getattr(self.reading, name), top + text * (1.6 * index + 0.8)
            if value is None:
                continue
            draw.text((text, middle), name, INK, self._letters, anchor="lm")
            centre = (left + right) / 2
            end = centre + min(max(value, -1), 1) * (right - left) / 2
            draw.rectangle((left, middle - text * 0.12, right, middle + text * 0.12), fill=TROUGH)
            draw.rectangle((min(centre, end), middle - text * 0.2, max(centre, end), middle + text * 0.2), fill=INK)
            draw.ellipse((end - text * 0.35, middle - text * 0.35, end + text * 0.35, middle + text * 0.35), fill=INK)
            draw.text((PANEL_WIDTH - text, middle), signed(value), INK, self._letters, anchor="rm")


def words_pages(sentences: Sequence[Reading], width: int) -> list[Span]:
    """Return start, end and lines of each page of words; the pages of a long sentence share its time."""
    pages = []
    for sentence in sentences:
        lines = list(_wrapped(sentence.text, width - 2 * WORDS_TEXT))
        parts = ["\n".join(lines[at : at + WORDS_LINES]) for at in range(0, len(lines), WORDS_LINES)]
        start, letters = sentence.start_seconds or 0.0, sum(map(len, parts))
        for part in parts:
            end = start + ((sentence.end_seconds or 0.0) - (sentence.start_seconds or 0.0)) * len(part) / letters
            pages.append((start, end, part))
            start = end
    return pages


def _wrapped(text: str, width: float) -> Iterator[str]:
    """Yield lines no wider than `width`; a wider word is cut, as a language without spaces needs it."""
    letters, line = font(WORDS_TEXT), ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if letters.getlength(longer) > width:
            if line:
                yield line
            while letters.getlength(word) > width:
                fits = next(n for n in range(len(word) - 1, 0, -1) if letters.getlength(word[:n]) <= width or n == 1)
                yield word[:fits]
                word = word[fits:]
            longer = word
        line = longer
    if line:
        yield line


def words(text: str, width: int) -> np.ndarray:
    """Draw the lines of a page, centred: (WORDS_HEIGHT, width, 3) uint8 RGB."""
    image = Image.new("RGB", (width, WORDS_HEIGHT), GROUND)
    middle = width / 2, WORDS_HEIGHT / 2
    draw = ImageDraw.Draw(image)
    draw.text(middle, text, INK, font(WORDS_TEXT), anchor="mm", align="center", spacing=WORDS_TEXT * 0.25)
    return np.array(image)


def timeline(parts: Sequence[Reading], labels: Sequence[str], seconds: float, width: int) -> np.ndarray:
    """Draw the colour of every part's answer at its time: (TIME_HEIGHT, width, 3) uint8 RGB."""
    image = Image.new("RGB", (width, TIME_HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 8, width, TIME_HEIGHT - 9), fill=TROUGH)
    for part in parts if seconds > 0 else ():
        left, right = (round((at or 0.0) / seconds * width) for at in (part.start_seconds, part.end_seconds))
        if part.probabilities and right > left:
            draw.rectangle((left, 8, right - 1, TIME_HEIGHT - 9), fill=answer_colour(part, labels))
    return np.array(image)


def time_text(seconds: float, whole: float) -> np.ndarray:
    """Write the time, such as "0:07 / 0:15": (TIME_HEIGHT, PANEL_WIDTH, 3) uint8 RGB."""
    image = Image.new("RGB", (PANEL_WIDTH, TIME_HEIGHT), GROUND)
    text = f"{clock(int(seconds))} / {clock(max(whole, seconds))}"
    ImageDraw.Draw(image).text((TEXT[1], TIME_HEIGHT / 2), text, INK, font(16), anchor="lm")
    return np.array(image)


def badge(person: int, emotion: str | None, labels: Sequence[str]) -> np.ndarray:
    """Write a person's number and answer, on its colour: (h, w, 3) uint8 RGB, h and w even."""
    colour, letters = label_colours(labels)[emotion] if emotion else NOT_SURE, font(15)
    text = f"#{person} {emotion or ''}".strip()
    image = Image.new("RGB", (round(letters.getlength(text) / 2) * 2 + 10, 20), colour)
    ImageDraw.Draw(image).text((image.width / 2, 10), text, ink_on(colour), letters, anchor="mm")
    return np.array(image)


def fitting(text: str, size: int, width: float, bold: bool = True) -> ImageFont.FreeTypeFont:
    """Return the largest letters, of at most `size`, in which the text is no wider than `width`."""
    return next((font(n, bold) for n in range(size, 8, -1) if font(n, bold).getlength(text) <= width), font(8, bold))
