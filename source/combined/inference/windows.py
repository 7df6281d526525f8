"""The readings of a video's windows, from all modalities, and their mean."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...audio.inference import speech_notes
from ...audio.windows import batched
from ...face.tracks import FaceTracks
from ...results.circumplex import with_valence_arousal
from ...results.prediction import Reading
from ...results.timeline import mean_probabilities
from ...text.utterances import Utterance
from ...training.checkpoint import Trained
from ..features import frame_places
from ..settings import MODALITIES, CombinedSettings
from .active_speaker import active_speakers
from .face_baseline import face_baselines
from .forward import Encoded, fused_probabilities, is_present, mask_modalities, to_label_dict
from .voice_stream import Window
from .words import encoded_texts, words_of

BATCH = 256  # windows that go through the fusion together
SMOOTHING = (0.25, 0.5, 0.25)  # weights of the window before, the window itself and the one after

Subject = tuple[Window, int | None, str]
"""What a reading is of: a window, its active speaker and its words."""


class WindowOutputs(NamedTuple):
    """Probabilities of N windows by M modalities."""

    present: np.ndarray
    """(N, M) bool."""
    fused: np.ndarray
    """(N, labels)."""
    unimodal: np.ndarray
    """(N, M, labels): of each modality, all others masked."""
    leave_one_out: np.ndarray
    """(N, M, labels): of all modalities but this one; even shares where it is the only one."""


class WindowReadings:
    """The readings of a recording's windows, of each window's active speaker, smoothed over its neighbours.

    The recording may still go on: only what has changed since the last call is read again.
    """

    def __init__(self, trained: Trained) -> None:
        self._trained = trained
        self._subjects: list[Subject] = []
        self._outputs: WindowOutputs | None = None
        self._seen = np.zeros(0), np.zeros(0, np.int32)  # time and person of each face
        self._utterances: Sequence[Utterance] = ()
        self.readings: list[Reading] = []

    def update(
        self,
        windows: Sequence[Window],
        face_tracks: FaceTracks,
        utterances: Sequence[Utterance],
        is_over: bool = False,
    ) -> int:
        """Read what is new; returns the index of the first of `readings` that may have changed.

        windows: all so far; those of the last call that are still the same object are the same. The others likewise in
        the order of time. is_over: nothing
        will come, so that all are read once more, each person beside all that they show in the recording.
        """
        early = (
            at
            for at, ((before, _, _), now) in enumerate(zip(self._subjects, windows, strict=False))
            if before is not now
        )
        first = 0 if is_over else min(self._first_changed(windows, face_tracks, utterances), next(early, len(windows)))
        self._seen = face_tracks.seconds.copy(), face_tracks.person.copy()
        self._utterances = tuple(utterances)
        if first == len(windows):
            return first
        before = next((person for _, person, _ in reversed(self._subjects[:first]) if person is not None), None)
        changed = windows[first:]
        people, words = active_speakers(changed, face_tracks, before), words_of(utterances, changed, self._trained)
        self._subjects[first:] = zip(changed, people, words, strict=True)
        texts = encoded_texts(words, self._trained)
        batches = batched(self._subjects[first:], BATCH)
        outputs = [
            _outputs(_encoded(batch, face_tracks, texts, is_over, self._trained), self._trained) for batch in batches
        ]
        parts = (
            outputs if self._outputs is None else [WindowOutputs(*(rows[:first] for rows in self._outputs)), *outputs]
        )
        self._outputs = WindowOutputs(*map(np.concatenate, zip(*parts, strict=True)))
        return self._read_from(max(first - 1, 0))  # whose later neighbour is new

    def _first_changed(
        self, windows: Sequence[Window], face_tracks: FaceTracks, utterances: Sequence[Utterance]
    ) -> int:
        """Return the index of the first window that is new, or in which a face or a word is."""
        columns = list(zip((face_tracks.seconds, face_tracks.person), self._seen, strict=True))
        common = min(map(len, columns[0]))
        same = np.all([now[:common] == before[:common] for now, before in columns], 0)
        row = int(np.argmin(np.append(same, False)))  # the first face that is new, or another person's
        changes = [float(seconds[row]) for seconds in columns[0] if row < len(seconds)]
        pairs = zip_longest(self._utterances, utterances)
        different = next((pair for pair in pairs if pair[0] != pair[1]), ())
        changes += [utterance.start_seconds or 0.0 for utterance in different if utterance]
        since = min(changes, default=np.inf)
        ends = [window.end_seconds for window in windows[: len(self._subjects)]]
        return bisect_right(ends, since)

    def _read_from(self, first: int) -> int:
        assert self._outputs is not None
        low = max(first - 1, 0)  # smoothing looks one window back
        tail = WindowOutputs(*(rows[low:] for rows in self._outputs))
        joined = smoothed(tail, [person for _, person, _ in self._subjects[low:]])
        self.readings[first:] = [
            with_valence_arousal(_reading(subject, at, joined, self._trained))
            for at, subject in enumerate(self._subjects[first:], start=first - low)
        ]
        return first


def _outputs(encoded: Encoded, trained: Trained) -> WindowOutputs:
    names = trained.settings.modalities
    present, fused = np.stack([is_present(encoded, name) for name in names], 1), fused_probabilities(encoded, trained)
    unimodal = [fused_probabilities(mask_modalities(encoded, [name]), trained) for name in names]
    others = [[other for other in names if other != name] for name in names]
    leave_one_out = np.stack([fused_probabilities(mask_modalities(encoded, shown), trained) for shown in others], 1)
    leave_one_out[present & (present.sum(1, keepdims=True) == 1)] = 1 / fused.shape[1]
    return WindowOutputs(present, fused, np.stack(unimodal, 1), leave_one_out)


def smoothed(outputs: WindowOutputs, people: Sequence[int | None]) -> WindowOutputs:
    """Return each window's weighted mean with its neighbours, where they are of the same person."""
    weights = _neighbour_weights(people, outputs.present.sum(1) > 0)
    modalities = [_neighbour_weights(people, present) for present in outputs.present.T]
    unimodal = [_weighted_mean(outputs.unimodal[:, at], weights) for at, weights in enumerate(modalities)]
    fused, leave_one_out = (_weighted_mean(rows, weights) for rows in (outputs.fused, outputs.leave_one_out))
    return WindowOutputs(outputs.present, fused, np.stack(unimodal, 1), leave_one_out)


def _neighbour_weights(people: Sequence[int | None], present: np.ndarray) -> np.ndarray:
    """Return the weights of the window before, the window itself and the one after, (N, 3) with rows of sum 1."""
    who = np.array([-1 if person is None else person for person in people])
    weights = np.tile(SMOOTHING, (len(who), 1))
    same = (who[1:] == who[:-1]) & present[1:] & present[:-1]
    weights[1:, 0] *= same
    weights[:-1, 2] *= same
    weights[0, 0] = weights[-1, 2] = 0
    return weights / weights.sum(1, keepdims=True)


def _weighted_mean(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return rows (N, ...) averaged with their neighbours by weights (N, 3)."""
    before, after = np.roll(rows, 1, 0), np.roll(rows, -1, 0)
    return np.einsum("nk,kn...->n...", weights, np.stack([before, rows, after]))


def _reading(subject: Subject, at: int, outputs: WindowOutputs, trained: Trained) -> Reading:
    window, person, text = subject
    present = [(place, name) for place, name in enumerate(trained.settings.modalities) if outputs.present[at, place]]
    likeliest = int(outputs.fused[at].argmax())
    lost = outputs.fused[at, likeliest] - outputs.leave_one_out[at, :, likeliest]
    return Reading(
        to_label_dict(outputs.fused[at], trained) if present else {}, person or 0,
        start_seconds=window.start_seconds, end_seconds=window.end_seconds,
        modalities={name: to_label_dict(outputs.unimodal[at, place], trained) for place, name in present},
        attribution={name: float(lost[place]) for place, name in present},
        speech_seconds=window.speech_seconds, text=text,
        notes=() if window.voice is None else (*speech_notes(window.speech_seconds), *window.notes),
    )  # fmt: skip


def _encoded(
    batch: Sequence[Subject],
    face_tracks: FaceTracks,
    texts: Mapping[str, Tensor],
    is_over: bool,
    trained: Trained,
) -> Encoded:
    """Return the windows as `CombinedModel.fuse` takes them."""
    read, encoded = trained.settings.modalities, {}  # the network may know more of them
    lengths = {name: length for name, length in trained.network.lengths.items() if name in read}
    if "face" in lengths:
        encoded |= _encoded_faces(batch, face_tracks, trained.settings, lengths["face"])
        spans = [(person, window.start_seconds, window.end_seconds) for window, person, _ in batch]
        means, seconds = face_baselines(face_tracks, spans, 1 / trained.settings.frames_per_second, later=is_over)
        encoded |= {"face_baseline": torch.from_numpy(means), "face_baseline_seconds": torch.from_numpy(seconds)}
    if "audio" in lengths:
        silence = np.zeros(lengths["audio"], np.float32)
        voices = np.stack([silence if window.voice is None else window.voice for window, _, _ in batch])
        mask = torch.tensor([window.voice is not None for window, _, _ in batch])
        encoded |= {"audio": torch.from_numpy(voices), "audio_mask": mask}
    if "text" in lengths:
        mask = torch.tensor([bool(text) for _, _, text in batch])
        encoded |= {"text": torch.stack([texts[text] for _, _, text in batch]), "text_mask": mask}
    return encoded


def _encoded_faces(
    batch: Sequence[Subject], face_tracks: FaceTracks, settings: CombinedSettings, length: int
) -> Encoded:
    faces = np.zeros((len(batch), settings.frames, length), np.float32)
    quality = np.zeros(faces.shape[:2], np.float32)
    for at, (window, person, _) in enumerate(batch):
        if person is not None:
            rows = face_tracks.between(window.start_seconds, window.end_seconds, person)
            places = frame_places(face_tracks.seconds[rows], window.start_seconds, settings)
            faces[at, places] = face_tracks.features[rows]  # of two in one place the later stays
            quality[at, places] = face_tracks.quality[rows]
    return {"face": torch.from_numpy(faces), "face_mask": torch.from_numpy(quality)}


def overall_reading(readings: Sequence[Reading], speech_seconds: float, seconds: float) -> Reading:
    """Return the mean of all windows, each of the same weight."""
    unimodal, attribution = {}, {}
    for name in MODALITIES:
        shares = _mean([(reading.modalities or {}).get(name, {}) for reading in readings])
        if shares:
            values = [row[name] for row in (reading.attribution or {} for reading in readings) if name in row]
            unimodal[name], attribution[name] = shares, float(np.mean(values)) if values else 0.0
    reading = Reading(
        _mean([reading.probabilities for reading in readings]), start_seconds=0.0, end_seconds=seconds,
        modalities=unimodal, attribution=attribution, speech_seconds=speech_seconds,
    )  # fmt: skip
    return with_valence_arousal(reading)


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return mean_probabilities([Reading(dict(row)) for row in rows], [1.0] * len(rows))
