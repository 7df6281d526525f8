"""The face model fed frame by frame: the people of a video, second by second."""

import logging
from contextlib import AbstractContextManager

import numpy as np

from ..core import config
from ..core.hooks import Notify
from ..core.streaming import refuse_malformed_frame
from ..media.video.frame import Frame
from ..media.video.timestamps import DueTimes
from ..results.prediction import Prediction, Reading
from ..training.checkpoint import Trained
from .detector import BLENDSHAPES
from .per_face import face_readings, people_readings
from .recorder import FaceRecorder

log = logging.getLogger(__name__)


class FaceStream(AbstractContextManager["FaceStream"]):
    """The faces before a camera: a Reading for each person and second, numbered as they appear.

    A face is read as in a picture, with all its test-time views: the temperature was fitted to their mean, and one view
    alone is right a point less often. See `source.core.streaming.Stream`.
    """

    sample_rate_hz = config.SAMPLE_RATE_HZ

    def __init__(self, trained: Trained, notify: Notify = log.info, source: str = "stream", live: bool = False) -> None:
        def encode(arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
            return arrays["blendshapes"], trained.probabilities(arrays)

        self.size: tuple[int, int] | None = None
        """Width and height of the picture; None before the first frame."""
        self._trained, self._source = trained, source
        self._faces = FaceRecorder(trained.settings, encode, BLENDSHAPES, len(trained.labels))
        self._due = DueTimes(config.FRAMES_PER_SECOND)
        self._seconds, self._polled_seconds = 0.0, 0.0
        self._polled: dict[tuple[int, float | None], Reading] = {}

    def __exit__(self, *_: object) -> None:
        """Free the tracker."""
        self._faces.__exit__()

    def frame(self, rgb: np.ndarray, seconds: float) -> None:
        """Take a frame (H, W, 3) uint8 RGB, upright, shown from `seconds` on; it is analysed where one is due."""
        refuse_malformed_frame(rgb, seconds)
        if self._due(seconds):
            self.analyse(Frame(rgb, seconds, 1.0))

    def analyse(self, frame: Frame) -> None:
        """Analyse a frame, whether it is due or not."""
        height, width = (round(side * frame.scale) for side in frame.pixels.shape[:2])
        self.size = self.size or (width, height)
        self._seconds = max(self._seconds, frame.seconds + self._due.interval)
        self._faces.add(frame)

    def samples(self, block: np.ndarray, seconds: float) -> None:
        """Take no notice: a face has no sound."""

    def poll(self) -> list[Reading]:
        """Return the readings that are new or changed since the last call, by person and start."""
        self._faces.flush()
        first = min(self._polled_seconds, self._faces.changed_seconds)
        self._polled_seconds, self._faces.changed_seconds = max(self._seconds - self._due.interval, 0.0), np.inf
        readings = face_readings(self._faces.tracks, self._seconds, self._trained, first)
        before, self._polled = self._polled, {(one.person, one.start_seconds): one for one in readings}
        return [one for key, one in self._polled.items() if before.get(key) != one]

    def finish(self, end_seconds: float | None = None) -> Prediction:
        """Return all of it; end_seconds: how long it is, where the last frame does not tell."""
        tracks = self._faces.finish()
        seconds = max(self._seconds, end_seconds or 0.0)
        return Prediction(
            self._source, self._trained.spec.name, self._trained.labels,
            tuple(face_readings(tracks, seconds, self._trained)), size=self.size, notes=tuple(self._faces.notes),
            seconds=seconds, people=tuple(people_readings(tracks, self._trained)),
        )  # fmt: skip
