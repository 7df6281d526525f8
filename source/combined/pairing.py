"""Cross-corpus pairing: clips without a face or words are given some of the same emotion from other corpora.

Of the corpora of videos few show many faces, and most repeat a few sentences. So a clip without a face is paired with a
picture, and one without words with an utterance, from the corpora of the face and the text model: from the split that
these were not trained on, so that the fusion learns to trust them as much as strangers deserve. Splits stay apart, and
nobody of those corpora is in a clip.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..core.command_line import command_for
from ..core.errors import DemeanorError
from ..core.settings import TrainingSettings
from ..core.spec import spec_of
from ..data.dataset import Dataset
from ..data.store import MANIFEST, Store
from .settings import FACE_INPUTS, MASKS, TEXT_INPUTS, CombinedSettings

PAIRED_SPLIT = {"train": "val", "test": "test"}  # split of the clips -> split of what they are paired with
MAX_STILL_FRAMES = 4  # for which a picture is shown: each costs as much as one of a video

Inputs = dict[str, Tensor]


@dataclass(frozen=True)
class Pairing:
    """How one modality is put into a clip that lacks it."""

    mask: str
    """The input that says where a clip has its own."""
    insert: Callable[[Inputs, np.ndarray, Inputs], None]
    """Takes a batch's inputs (to be changed), rows (R,), and what is put into these (R, ...)."""


def with_pairing(dataset: Dataset, settings: CombinedSettings) -> Dataset:
    """Return the dataset for training: shares of the clips without a face or words are paired, anew each time.

    Raises DemeanorError where a corpus to pair with is not preprocessed.
    """
    if settings.text_pairing and "text" in settings.modalities:
        source = pairing_dataset(dataset, "text", settings.text_pairing_corpora, settings.text, "train")
        dataset = dataset.with_transform(paired(source, TEXT_PAIRING, dataset, settings.text_pairing))
    if settings.face_pairing and "face" in settings.modalities:
        source = pairing_dataset(dataset, "face", settings.face_pairing_corpora, settings.face, "train")
        dataset = dataset.with_transform(paired(source, FACE_PAIRING, dataset, settings.face_pairing))
    return dataset


def pairing_dataset(
    dataset: Dataset, model: str, corpora: tuple[str, ...], settings: TrainingSettings, split: str
) -> Dataset:
    """Return what clips of `split` (train or test) may be paired with.

    Raises DemeanorError where it is not preprocessed.
    """
    spec = spec_of(model)
    if not corpora or not all((spec.store_folder / name / MANIFEST).is_file() for name in corpora):
        what = {"face": "faces", "text": "words"}[model]
        raise DemeanorError(
            f"Clips are to be paired with {what} from {', '.join(corpora) or 'no corpus'}, but not all of it is "
            f"preprocessed for the {model} model; do that ({command_for(model, 'preprocess')}), or set "
            f"{model}_pairing=0."
        )
    stores = [Store.open(spec.store_folder / name, settings.extract_settings()) for name in corpora]
    source = Dataset(stores, PAIRED_SPLIT[split], dataset.grouping)
    if model == "face":
        return source.subset(np.flatnonzero(source.column("face_found") > 0), source.split)
    return source


def paired(
    source: Dataset, pairing: Pairing, dataset: Dataset, share: float | None
) -> Callable[[Inputs, np.ndarray, np.ndarray], Inputs]:
    """Return the transform of `dataset`'s batches that pairs this share of the clips without the modality.

    share None: all of them, each always with the same. The dataset's own transform goes first.
    """
    before = dataset.transform
    by_label = [np.flatnonzero(source.labels == label) for label in range(len(source.grouping.labels))]

    def transform(inputs: Inputs, labels: np.ndarray, indices: np.ndarray) -> Inputs:
        inputs = before(inputs, labels, indices) if before else inputs
        wanted = ~(inputs[pairing.mask] > 0).reshape(len(labels), -1).any(1).numpy()
        wanted &= True if share is None else (torch.rand(len(labels)) < share).numpy()
        rows = np.flatnonzero(wanted & np.array([label >= 0 and len(by_label[label]) > 0 for label in labels]))
        if not len(rows):
            return inputs
        # Without drawing, by a prime that spreads neighbours out.
        places = indices[rows] * 7919 if share is None else torch.randint(1 << 30, (len(rows),)).numpy()
        fitting = [by_label[label] for label in labels[rows]]
        chosen = [candidates[place % len(candidates)] for candidates, place in zip(fitting, places, strict=True)]
        inputs = {name: value.clone() for name, value in inputs.items()}
        pairing.insert(inputs, rows, source.__getitems__(chosen).inputs)
        return inputs

    return transform


def insert_text(inputs: Inputs, rows: np.ndarray, utterances: Inputs) -> None:
    """Put the utterances into the rows of a batch, as if they were the clips' own."""
    for name in TEXT_INPUTS:
        inputs[name][rows] = utterances[name].to(inputs[name].dtype)
    inputs[MASKS["text"]][rows] = 1.0


def insert_face(inputs: Inputs, rows: np.ndarray, pictures: Inputs) -> None:
    """Put the pictures into the rows of a batch, as faces that hold still for one to MAX_STILL_FRAMES frames, drawn."""
    mask = inputs[MASKS["face"]]
    lengths = torch.randint(1, MAX_STILL_FRAMES + 1, (len(rows), 1))
    shown = torch.arange(mask.shape[1]) < lengths
    for name in (name for name in FACE_INPUTS if name in inputs):
        frames = pictures[name][:, None].to(inputs[name].dtype)
        inputs[name][rows] = frames * shown.view(*shown.shape, *[1] * (frames.dim() - 2))
    mask[rows] = shown.float()


TEXT_PAIRING = Pairing(MASKS["text"], insert_text)
FACE_PAIRING = Pairing(MASKS["face"], insert_face)
