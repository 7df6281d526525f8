"""The combined model fed bit by bit: faces, voice and words are encoded as they come, and read window by window."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np

from ..core import config
from ..core.hooks import Notify
from ..core.streaming import refuse_malformed_frame, refuse_malformed_sound
from ..face.per_face import face_readings, people_readings
from ..face.tracks import FaceTracks
from ..media.sound.speech_activity import Speech, SpeechDetector
from ..media.sound.timeline import SoundTimeline
from ..media.sound.whisper import speech_model
from ..media.video.frame import Frame
from ..media.video.timestamps import DueTimes
from ..results.circumplex import with_valence_arousal
from ..results.prediction import Prediction, Reading
from ..text.transcript.apart import RecogniserApart
from ..text.transcript.recogniser import Recogniser
from ..text.transcript.sentences import Run, split_into_sentences
from ..text.transcript.stream import TranscriptStream
from ..text.utterances import Document, Utterance
from ..training.checkpoint import Trained
from .inference.face_stream import FaceStream
from .inference.forward import to_label_dict
from .inference.voice_stream import VoiceStream
from .inference.windows import WindowReadings, overall_reading
from .inference.words import sentence_readings

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0  # from which silence is reported as a pause
LATE_SECONDS = 2.0  # by which sound may come later than the picture of its time before it is taken for silence
PATIENCE_SECONDS = 12.0  # for which live speech without a pause waits for its words
SILENCE_SECONDS = 8.0  # of silence, filled in at a time


class CombinedStream(AbstractContextManager["CombinedStream"]):
    """The people of a recording as it goes on: a Reading for each window, of its active speaker.

    Kept is little, whatever the length: a vector for each face and window, and the transcript. See
    `source.core.streaming.Stream`.

    live: words are recognised phrase by phrase, as one ends, instead of in whole blocks, and a window is read as
    soon as it is over, and again when the sound around it is known. recogniser: makes one, in a thread of its own.
    """

    def __init__(
        self,
        trained: Trained,
        notify: Notify = log.info,
        source: str = "stream",
        live: bool = False,
        recogniser: Callable[[], Recogniser | RecogniserApart] = lambda: Recogniser(speech_model(config.WHISPER_MODEL)),
    ) -> None:
        settings = trained.settings
        self.sample_rate_hz = settings.audio.sample_rate_hz
        self.size: tuple[int, int] | None = None
        """Width and height of the picture; None before the first frame."""
        self.has_sound: bool | None = None
        """Whether any came, or will: then nothing is taken for silence before `poll` or `finish`. None: not known."""
        self._trained, self._notify, self._source, self._is_live = trained, notify, source, live
        self._due = DueTimes(settings.frames_per_second)
        self._timeline = SoundTimeline(self.sample_rate_hz)
        self._detector, self._speech = SpeechDetector(self.sample_rate_hz), Speech(self.sample_rate_hz)
        self._faces, self._voice = FaceStream(trained), VoiceStream(trained, self._speech)
        self._reads_faces, hears_words = "face" in settings.modalities, "text" in settings.modalities
        self._transcript = TranscriptStream(
            recogniser if hears_words else None, self._speech, PATIENCE_SECONDS if live else None
        )  # fmt: skip
        self._windows = WindowReadings(trained)
        self._frame_seconds, self._picture_end = -1.0, 0.0
        self._revision = -1
        self._polled: list[Reading] = []
        self._runs: dict[Run, list[Utterance]] = {}  # the sentences of each run of utterances so far
        self._face_tracks: FaceTracks | None = None
        self.document = Document(())
        """The sentences so far."""

    def __exit__(self, *_: object) -> None:
        """Free the tracker and stop the recogniser."""
        self._faces.__exit__()
        self._transcript.close()

    def load(self) -> None:
        """Make what the first frame would, so that it is answered at once. Raises DemeanorError for want of weights."""
        if self._reads_faces:
            self._faces.load()

    @property
    def face_tracks(self) -> FaceTracks:
        """The faces so far; after `finish` those of everybody found more than once."""
        return self._faces.tracks if self._face_tracks is None else self._face_tracks

    @property
    def labels(self) -> tuple[str, ...]:
        """The model's labels, in its order."""
        return self._trained.labels

    @property
    def heard_seconds(self) -> float:
        """Until when sound was taken."""
        return self._timeline.seconds

    @property
    def settled_seconds(self) -> float:
        """Up to which end of a window its reading stays as it is until `finish`."""
        known = min(self._transcript.settled_seconds, self._voice.settled_seconds)
        return known - config.HOP_SECONDS  # it is smoothed with the one behind it

    @property
    def _late_seconds(self) -> float:
        """By how much sound may come later than the picture of its time."""
        return 0.0 if self.has_sound is False else LATE_SECONDS

    @property
    def words_behind_seconds(self) -> float:
        """How much speech, in seconds, waits for its words, without the phrase under way."""
        return self._transcript.behind_seconds

    def is_speaking(self, seconds: float) -> bool:
        """Return whether anybody spoke in the last so many seconds of the sound."""
        covered = self._speech.covered
        return self._speech.samples(max(covered - round(seconds * self.sample_rate_hz), 0), covered) > 0

    def sentences(self, first: int = 0) -> list[Reading]:
        """Return a reading of each sentence that is recognised so far, from number `first` on."""
        return sentence_readings(self.document.utterances[first:], self._windows.readings, self._trained)

    def frame(self, rgb: np.ndarray, seconds: float) -> None:
        """Take a frame (H, W, 3) uint8 RGB, upright, shown from `seconds` on; it is analysed where one is due."""
        refuse_malformed_frame(rgb, seconds)
        if self._is_later(seconds) and self._due(seconds):
            self.analyse(Frame(rgb, seconds, 1.0))

    def analyse(self, frame: Frame) -> None:
        """Analyse a frame, whether it is due or not."""
        self._show(frame)
        if self._reads_faces:
            self._faces.add(frame)

    def look(self, rgb: np.ndarray, seconds: float) -> list[Reading]:
        """Take a frame as `frame` does; return a reading of each face in it, at once and whether it is due or not."""
        refuse_malformed_frame(rgb, seconds)
        if not self._is_later(seconds):
            return []
        self._show(frame := Frame(rgb, seconds, 1.0))
        is_due = self._due(seconds)
        faces = self._faces.look(frame, is_due) if self._reads_faces else []
        readings = []
        for face in faces:
            left, top, right, bottom = map(float, face.box)
            shares = to_label_dict(face.probabilities, self._trained)
            reading = Reading(shares, face.person, (left, top, right, bottom), seconds, seconds)
            readings.append(with_valence_arousal(reading))
        return readings

    def _is_later(self, seconds: float) -> bool:
        """Return whether a frame is later than the one before, and until when it is shown."""
        if not seconds > self._frame_seconds:
            return False
        shown = seconds - self._frame_seconds if self._frame_seconds >= 0 else self._due.interval
        self._frame_seconds, self._picture_end = seconds, seconds + shown
        return True

    def _show(self, frame: Frame) -> None:
        if self.size is None:
            height, width = (round(side * frame.scale) for side in frame.pixels.shape[:2])
            self.size = width, height
        self._picture_end = max(self._picture_end, frame.seconds)
        if not self.has_sound:
            self._fill_silence(frame.seconds - self._late_seconds)

    def samples(self, block: np.ndarray, seconds: float) -> None:
        """Take sound (n,) float32 at `sample_rate_hz` that begins at `seconds`."""
        refuse_malformed_sound(block, seconds)
        self.has_sound = True
        self._listen(self._timeline.add(block, seconds))

    def poll(self) -> list[Reading]:
        """Return the readings that are new or changed since the last call."""
        self._fill_silence(self._picture_end - self._late_seconds)
        self._faces.flush()
        self._voice.flush()
        if self._is_live:
            self._voice.look_ahead()
        if self._transcript.revision != self._revision:
            self._revision = self._transcript.revision
            self.document = split_into_sentences(self._transcript.document(), self._runs)
        first, before = self._update(), self._polled
        readings = self._windows.readings
        changed = [
            reading
            for at, reading in enumerate(readings[first:], start=first)
            if at >= len(before) or reading != before[at]
        ]
        self._polled[first:] = readings[first:]
        return changed

    def finish(self, end_seconds: float | None = None) -> Prediction:
        """Return all of it, as for a file; end_seconds: how long it is, where the last frame does not tell."""
        rate_hz = self.sample_rate_hz
        self._fill_silence(self._picture_end if end_seconds is None else end_seconds)
        probabilities = self._detector.finish()
        self._speech.add(probabilities)
        self._transcript.add(np.zeros(0, np.float32), probabilities)
        self._voice.finish()
        face_tracks = self._face_tracks = self._faces.finish()
        seconds = self._timeline.seconds
        self.document = split_into_sentences(replace(self._transcript.finish(), seconds=seconds))
        for note in self.document.notes:
            if note.startswith("not transcribed"):
                self._notify(f"Nothing is {note.removeprefix('not ')}")
        self._update(is_over=True)
        readings, samples = self._windows.readings, self._timeline.samples
        pauses = self._speech.pauses(PAUSE_SECONDS * rate_hz, samples) if self.has_sound else []
        return Prediction(
            self._source, self._trained.spec.name, self._trained.labels, tuple(readings),
            size=self.size, notes=tuple(self._notes()), seconds=seconds,
            overall=overall_reading(readings, self._speech.samples(0, samples) / rate_hz, seconds),
            pauses=tuple((start / rate_hz, end / rate_hz) for start, end in pauses), language=self.document.language,
            people=tuple(people_readings(face_tracks, self._trained)),
            faces=tuple(face_readings(face_tracks, seconds, self._trained)),
            sentences=tuple(sentence_readings(self.document.utterances, readings, self._trained)),
        )  # fmt: skip

    def _listen(self, samples: np.ndarray) -> None:
        probabilities = self._detector(samples)
        self._speech.add(probabilities)
        self._transcript.add(samples, probabilities)
        self._voice.add(samples)

    def _fill_silence(self, end_seconds: float) -> None:
        """Listen to silence up to a time, a little at a time: a picture without sound may last for hours."""
        while (heard := self._timeline.seconds) < end_seconds:
            silence = self._timeline.pad_to(min(heard + SILENCE_SECONDS, end_seconds))
            if not len(silence):
                return
            self._listen(silence)

    def _update(self, is_over: bool = False) -> int:
        """Read what is new, or at the end all; returns the first window whose reading may have changed."""
        return self._windows.update(self._voice.windows, self.face_tracks, self.document.utterances, is_over)

    def _notes(self) -> Iterator[str]:
        yield from self._timeline.notes
        yield from self._faces.notes
        if any(window.is_spoken for window in self._voice.windows):
            yield from self.document.notes
            yield from self._voice.notes
        elif self.has_sound:
            yield "no speech was found"
