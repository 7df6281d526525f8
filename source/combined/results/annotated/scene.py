"""The annotated video's frames: the picture with its boxes, beside it the panel, below it the words and the time.

All of it is drawn in the video's own YUV. What stands still is drawn once for each answer, converted and copied in.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....face.tracks import FaceTracks
from ....media.video.yuv import BT601, WHITE, Planes, planes_of
from ....results.prediction import Prediction, Reading
from ....results.timeline import non_overlapping
from . import overlay
from .canvas import Canvas, draw_box, fill, paste, within
from .face_boxes import FaceBoxes

PICTURE_ROOM = (1280 - overlay.PANEL_WIDTH, 720)  # pixels
MOST_ENLARGED = 2.0
BOX_WIDTH, ACTIVE_WIDTH = 2, 4


@dataclass(frozen=True)
class Layout:
    """Where things lie in the frame; all in pixels, all even, as YUV 4:2:0 needs it."""

    picture: tuple[int, int]
    """Width and height of the picture."""
    cell: tuple[int, int]
    """The same of the place it is centred in."""
    words_height: int

    @classmethod
    def of(cls, size: tuple[int, int], labels: int, words: bool) -> "Layout":
        """Fit an upright picture of `size`: as large as there is room, small ones enlarged."""
        scale = min(MOST_ENLARGED, *(room / length for room, length in zip(PICTURE_ROOM, size, strict=True)))
        width, height = (max(2, round(length * scale / 2) * 2) for length in size)
        cell = max(width, overlay.PANEL_WIDTH), max(height, overlay.panel_height(labels))
        return cls((width, height), cell, overlay.WORDS_HEIGHT if words else 0)

    @property
    def corner(self) -> tuple[int, int]:
        """Return left and top of the picture."""
        x, y = ((room - length) // 4 * 2 for room, length in zip(self.cell, self.picture, strict=True))
        return x, y

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of the whole frame."""
        return self.cell[0] + overlay.PANEL_WIDTH, self.cell[1] + self.words_height + overlay.TIME_HEIGHT


class Scene:
    """Draws one frame after the other onto one canvas. prediction, face_tracks: their times begin with the video's.

    size: width and height of the upright picture; matrix: of its YUV; clock_seconds: what the clock shows at time 0.
    """

    def __init__(
        self,
        prediction: Prediction,
        face_tracks: FaceTracks,
        size: tuple[int, int],
        matrix: int = BT601,
        clock_seconds: float = 0.0,
    ) -> None:
        self._labels, self._seconds = prediction.labels, prediction.seconds or 0.0
        self._matrix, self._clock_seconds = matrix, clock_seconds
        self._parts = non_overlapping(prediction.readings)
        self._starts = [part.start_seconds or 0.0 for part in self._parts]
        self._boxes, self._faces = FaceBoxes(face_tracks), defaultdict[int, list[Reading]](list)
        for reading in prediction.faces:
            self._faces[reading.person].append(reading)
        spoken = [sentence for sentence in prediction.sentences if sentence.text.strip()]
        self.layout = Layout.of(size, len(self._labels), bool(spoken))
        self._scale = self.layout.picture[0] / size[0], self.layout.picture[1] / size[1]
        width, height = self.layout.size
        self._pages = overlay.words_pages(spoken, width)
        self._page_starts = [start for start, _, _ in self._pages]
        self._canvas, self._shown, self._badges = Canvas(width, height, matrix, overlay.GROUND), {}, {}
        self._picture = within(self._canvas.planes, *self.layout.corner, self.layout.picture)
        self._strip = self._planes(overlay.timeline(self._parts, self._labels, self._seconds, self.layout.cell[0]))

    def draw(self, picture: Planes, seconds: float) -> np.ndarray:
        """Return the whole frame as YUV 4:2:0 (height * 3 / 2, width), the same array every time.

        picture: in the size that the layout gives it.
        """
        index = max(bisect_right(self._starts, seconds) - 1, 0)
        part = self._parts[index] if self._parts else Reading({})
        paste(self._picture, picture)
        self._draw_faces(seconds, part)
        (width, cell_height), below = self.layout.cell, self.layout.cell[1] + self.layout.words_height
        self._show("panel", index, lambda: overlay.panel(part, self._labels, cell_height), (width, 0))
        if self.layout.words_height:
            page, frame_width = self._page_at(seconds), self.layout.size[0]
            text = self._pages[page][2] if page >= 0 else ""
            self._show("words", page, lambda: overlay.words(text, frame_width), (0, cell_height))
        shown = int(self._clock_seconds + seconds)
        whole = self._clock_seconds + self._seconds
        self._show("time", shown, lambda: overlay.time_text(shown, whole), (width, below))
        paste(self._canvas.planes, self._strip, 0, below)
        share = min(seconds / self._seconds, 1) if self._seconds > 0 else 0.0
        left = round(share * (width - 4) / 2) * 2
        fill(self._canvas.planes, (left, below, left + 4, below + overlay.TIME_HEIGHT), WHITE)  # at this frame's time
        return self._canvas.pixels

    def _draw_faces(self, seconds: float, part: Reading) -> None:
        across, down = self._scale
        for person, box in self._boxes.at(seconds).items():
            is_active = person == part.person and bool(part.probabilities)
            answer = part if is_active else self._face_at(person, seconds)
            shown = box[0] * across, box[1] * down, box[2] * across, box[3] * down
            badge = self._badge(person, answer.emotion)
            draw_box(self._picture, shown, badge, ACTIVE_WIDTH if is_active else BOX_WIDTH)

    def _badge(self, person: int, emotion: str | None) -> Planes:
        if (person, emotion) not in self._badges:
            self._badges[person, emotion] = self._planes(overlay.badge(person, emotion, self._labels))
        return self._badges[person, emotion]

    def _face_at(self, person: int, seconds: float) -> Reading:
        """Return what the face alone shows in that second."""
        readings = self._faces.get(person, ())
        index = bisect_right(readings, seconds, key=lambda reading: reading.start_seconds or 0.0) - 1
        return readings[max(index, 0)] if readings else Reading({})

    def _page_at(self, seconds: float) -> int:
        """Return the page of words shown at that time; -1 for none."""
        index = bisect_right(self._page_starts, seconds) - 1
        return index if index >= 0 and seconds < self._pages[index][1] else -1

    def _show(self, name: str, content: int, draw: Callable[[], np.ndarray], corner: tuple[int, int]) -> None:
        """Draw a part of the frame where its content has changed."""
        if self._shown.get(name) != content:
            self._shown[name] = content
            paste(self._canvas.planes, self._planes(draw()), *corner)

    def _planes(self, pixels: np.ndarray) -> Planes:
        return planes_of(pixels, self._matrix)
