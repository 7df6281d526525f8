"""A person's other face and other speech as the baseline of a clip, in training and in measuring.

Of speech see `source.audio.baseline`. The face's is the mean over the frames of the person's other clips, as the frozen
face branch encodes them; in prediction it is that over the other frames of the video.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ..audio.baseline import Baselines as VoiceBaselines
from ..core.arrays import tensors
from ..core.spec import spec_of
from ..data.dataset import Dataset
from ..data.splits import person_of
from ..training import checkpoint
from ..training.checkpoint import Trained
from .pairing import with_pairing
from .settings import FACE_INPUTS, CombinedSettings

WITHOUT, WITH = "each clip by itself", "beside the person's other clips"
CLIPS_AT_ONCE = 32

Inputs = dict[str, Tensor]


def for_training(dataset: Dataset, settings: CombinedSettings) -> Dataset:
    """Return the dataset for training: faces and words lent, and baselines, of drawn other clips, for half of it."""
    dataset = with_pairing(dataset, settings)
    return dataset.with_transform(FaceBaselines(dataset, settings, 0.5)) if _has_face(settings) else dataset


def conditions(dataset: Dataset, settings: CombinedSettings) -> dict[str, Dataset]:
    """Return the dataset as it is measured: each clip by itself, and beside the person's other clips."""
    beside = dataset
    if "audio" in settings.modalities and settings.audio.reads_baseline:
        beside = beside.with_transform(VoiceBaselines(dataset, settings.audio, None))
    if _has_face(settings):
        beside = beside.with_transform(FaceBaselines(beside, settings, None))
    return {WITHOUT: dataset} if beside is dataset else {WITHOUT: dataset, WITH: beside}


def calibrate(trained: Trained, temperatures: Mapping[str, float]) -> Trained:
    """Return the model with the temperature of what users get: a person beside the rest of a recording.

    Of branches that are all frozen it is 1: each is calibrated by itself, and most clips show one modality alone.
    """
    frozen = set(trained.settings.modalities) <= set(trained.settings.frozen)
    temperature = 1.0 if frozen else temperatures.get(WITH, temperatures[WITHOUT])
    return replace(trained, header=replace(trained.header, temperature=temperature))


class FaceBaselines:
    """Adds `face_baseline` and `face_baseline_seconds` to a batch, after what the dataset's own transform does.

    share: of the clips that are given one, of clips and as many as are drawn; None: all of them, of all other clips. A
    speaker's only clip has none.
    """

    def __init__(self, dataset: Dataset, settings: CombinedSettings, share: float | None) -> None:
        self.share, self.before = share, dataset.transform
        self.second = 1 / settings.frames_per_second
        masks = dataset.column("face_mask")
        self.frames = torch.from_numpy((masks > 0).sum(1))
        seen = np.flatnonzero((masks > 0).any(1))
        first_row: dict[object, int] = {}  # a balanced dataset repeats clips
        self.own = [first_row.setdefault(clip.path, row) for row, clip in enumerate(dataset.clips)]
        different = [row for row in seen.tolist() if self.own[row] == row]
        sums = _encoded_sums(dataset, different, settings)
        self.sums, self.place = sums, {row: place for place, row in enumerate(different)}
        rows_of: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row in different:
            rows_of[person_of(dataset.clips[row])].append(row)
        nobody, have_face = np.zeros(0, int), set(seen.tolist())  # a face that is lent is another person's
        self.persons = [
            np.array(rows_of[person_of(clip)]) if row in have_face else nobody for row, clip in enumerate(dataset.clips)
        ]

    def __call__(self, inputs: Inputs, labels: np.ndarray, indices: np.ndarray) -> Inputs:
        """Return the inputs of a batch, and face_baseline (B, F) and face_baseline_seconds (B,), 0 for none."""
        inputs = self.before(inputs, labels, indices) if self.before else inputs
        baseline, seconds = torch.zeros(len(indices), self.sums.shape[1]), torch.zeros(len(indices))
        for at, row in enumerate(indices):
            others = self.persons[row][self.persons[row] != self.own[row]]
            if self.share is not None:
                drawn = torch.randperm(len(others))[: int(torch.randint(len(others) + 1, ()))].numpy()
                others = others[drawn] if float(torch.rand(())) < self.share else others[:0]
            if len(others):
                frames = self.frames[others].sum()
                baseline[at] = self.sums[[self.place[other] for other in others]].sum(0) / frames
                seconds[at] = frames * self.second
        return inputs | {"face_baseline": baseline, "face_baseline_seconds": seconds}


def _has_face(settings: CombinedSettings) -> bool:
    """Return whether faces can be read against a baseline: what they are encoded by must be there before training."""
    known = "face" in settings.modalities and "face" in settings.init_from and "face" in settings.frozen
    return known and settings.face_baseline_trust > 0


def _encoded_sums(dataset: Dataset, rows: list[int], settings: CombinedSettings) -> Tensor:
    """Return the sum over the frames with a face of what the face branch encodes in each, (rows, F)."""
    from .network import CombinedModel

    alone = replace(settings, modalities=("face",), init_from=("face",), frozen=("face",), late_weights=())
    trained = checkpoint.load(spec_of("face").weights)
    network = CombinedModel(alone, len(trained.labels)).eval()
    network.branches["face"].load_state_dict(trained.network.state_dict())
    network.temperatures[0] = trained.header.temperature
    sums = torch.zeros(len(rows), network.lengths["face"])
    for start in range(0, len(rows), CLIPS_AT_ONCE):
        part = dataset.subset(rows[start : start + CLIPS_AT_ONCE], "part")
        mask = part.column("face_mask") > 0
        faces = {name: part.column(name)[mask] for name in FACE_INPUTS if name in dataset.stores[0].arrays}
        with torch.inference_mode():
            encoded = network.encode_face(**tensors(faces))
        clip = torch.from_numpy(np.nonzero(mask)[0])
        sums[start : start + len(part)].index_add_(0, clip, encoded)
    return sums
