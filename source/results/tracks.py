"""A result as tracks over time: the answer, each modality, each person, the words, and what people added.

Exports write tracks, and a human's marks are read as tracks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, groupby
from typing import TYPE_CHECKING

from ..core.errors import DemeanorError
from .annotations import Mark
from .cells import NOT_SURE
from .prediction import Prediction, Reading
from .timeline import non_overlapping, without_pauses
from .video_timeline import modalities_in, timed, unimodal_segments

if TYPE_CHECKING:
    from .kept import Kept

ANSWER, TRANSCRIPT, MARKS, EXCLUDED, RATER = "answer", "transcript", "marks", "excluded", "rater"
SPOKEN_OF = {"face": "face", "audio": "voice", "text": "words"}  # modality -> name of its track


@dataclass(frozen=True)
class Track:
    """Labelled stretches of time, in order, such as a tier of ELAN has them; name and labels are lines without tabs."""

    name: str
    marks: tuple[Mark, ...]


def tracks_of(kept: Kept) -> list[Track]:
    """Return the tracks of a result that has times, those without content left out, each with a name of its own.

    Raises DemeanorError where it has no times, as a picture and a plain text.
    """
    prediction, notes = kept.corrected, kept.annotations
    if prediction.seconds is None:
        raise DemeanorError(f"{kept.name} has no times: a {'text' if prediction.overall else 'picture'} has no tracks.")
    tracks = [Track(ANSWER, answer_marks(prediction))]
    for modality in modalities_in(prediction):
        name = SPOKEN_OF.get(modality, modality)
        tracks.append(Track(name, _answers(unimodal_segments(prediction, modality))))
    of_faces = timed(prediction.faces or [reading for reading in prediction.readings if reading.box])
    for person, faces in groupby(sorted(of_faces, key=lambda face: face.person), key=lambda face: face.person):
        tracks.append(Track(notes.name_of(person), _answers(faces)))
    spoken = timed(prediction.sentences or prediction.readings)
    tracks.append(Track(TRANSCRIPT, tuple(_mark(one, one.text) for one in spoken if one.text.strip())))
    tracks.append(Track(MARKS, tuple(mark for mark in notes.marks if not mark.excluded)))
    tracks.append(Track(EXCLUDED, tuple(mark for mark in notes.marks if mark.excluded)))
    tracks += [Track(f"{RATER} {name}", marks) for name, marks in notes.raters.items()]
    return list(_with_own_names(Track(one.name, tuple(map(_rounded, one.marks))) for one in tracks if one.marks))


def answer_segments(prediction: Prediction) -> list[Reading]:
    """Return the answer over time as segments without overlap; where nothing is read, without probabilities or none.

    Of several people without a fused answer it is that of the one who is seen longest.
    """
    readings = timed(prediction.readings)
    if any(reading.modalities is not None for reading in readings):
        return non_overlapping(readings)
    if any(reading.speech_seconds is not None for reading in readings):
        return without_pauses(non_overlapping(readings), prediction.pauses)
    seen = Counter(reading.person for reading in readings)
    longest = max(seen, key=seen.__getitem__, default=0)
    return [reading for reading in readings if reading.person == longest]


def answer_marks(prediction: Prediction) -> tuple[Mark, ...]:
    """Return the answer over time, as `answer_segments`, with neighbours of the same label joined."""
    return _answers(answer_segments(prediction))


def without_overlap(track: Track) -> list[Track]:
    """Deal a track's marks to as few as needed so that none overlaps another: most programs allow no overlap."""
    layers: list[list[Mark]] = []
    for mark in sorted(track.marks, key=lambda one: (one.begin_seconds, one.end_seconds)):
        free = next((layer for layer in layers if layer[-1].end_seconds <= mark.begin_seconds), None)
        if free is None:
            layers.append([mark])
        else:
            free.append(mark)
    names = (f"{track.name} ({number})" if number > 1 else track.name for number in count(1))
    return [Track(name, tuple(layer)) for name, layer in zip(names, layers, strict=False)]


def _answers(segments: Iterable[Reading]) -> tuple[Mark, ...]:
    """Return what each segment says, neighbours that say the same joined; nothing where there was nothing to read."""
    joined: list[Mark] = []
    for segment in segments:
        if not segment.probabilities:
            continue
        mark = _mark(segment, segment.emotion or NOT_SURE)
        if joined and joined[-1].label == mark.label and joined[-1].end_seconds == mark.begin_seconds:
            mark = Mark(joined.pop().begin_seconds, mark.end_seconds, mark.label)
        if mark.begin_seconds < mark.end_seconds:
            joined.append(mark)
    return tuple(joined)


def _mark(reading: Reading, label: str) -> Mark:
    start, end = reading.start_seconds or 0.0, reading.end_seconds or 0.0
    return _rounded(Mark(start, max(start, end), label))


def _rounded(mark: Mark) -> Mark:
    """Return the mark in whole milliseconds, as all formats have them, with its label in one line."""
    return Mark(round(mark.begin_seconds, 3), round(mark.end_seconds, 3), " ".join(mark.label.split()), mark.excluded)


def _with_own_names(tracks: Iterable[Track]) -> Iterator[Track]:
    used: set[str] = set()
    for track in tracks:
        name = next(
            name for name in (f"{track.name} {n}" if n > 1 else track.name for n in count(1)) if name not in used
        )
        used.add(name)
        yield Track(name, track.marks)
