"""How faces and words enter training that the corpora of videos are too poor in: they are lent to clips.

Of the corpora of videos few show many faces, and most repeat a few sentences. So a clip without a face is lent a
picture, and one without words an utterance, of the same emotion, from the corpora of the face and the text model: from
the split that these were not trained on, so that the fusion learns to trust them as much as strangers deserve. Splits
stay apart, and nobody of those corpora is in a clip.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..core.errors import DemeanorError
from ..core.spec import spec_of
from ..data.dataset import Dataset
from ..data.store import MANIFEST, Store
from .settings import MASKS, CombinedSettings

FROM = {"train": "val", "test": "test"}  # split of the clips -> split of what they are lent
WORDS = ("token_ids", "before_ids", "lexicon")
FACE = ("image", "blendshapes", "landmarks")
MOST_STILL = 4  # frames that a lent picture is shown for: each costs as much as one of a video

Inputs = dict[str, Tensor]


@dataclass(frozen=True)
class Loan:
    """How a kind of thing is put into a clip."""

    mask: str
    """The input that says where a clip has its own."""
    put: Callable[[Inputs, np.ndarray, Inputs], None]
    """Inputs of a batch (to be changed), rows (R,), what these are lent (R, ...)."""


def with_loans(dataset: Dataset, settings: CombinedSettings) -> Dataset:
    """The same for training: shares of the clips without a face or words are lent some, drawn anew each time."""
    if settings.text_pairing and "text" in settings.modalities:
        source = lenders(dataset, "text", settings.text_pairing_corpora, settings.text, "train")
        dataset = dataset.with_transform(lending(source, WORD_LOAN, dataset, settings.text_pairing))
    if settings.face_pairing and "face" in settings.modalities:
        source = lenders(dataset, "face", settings.face_pairing_corpora, settings.face, "train")
        dataset = dataset.with_transform(lending(source, FACE_LOAN, dataset, settings.face_pairing))
    return dataset


def lenders(dataset: Dataset, model: str, corpora: tuple[str, ...], settings: object, split: str) -> Dataset:
    """What clips of `split` (train or test) may be lent; DemeanorError where it is not preprocessed."""
    spec = spec_of(model)
    there = [(spec.store_folder / name / MANIFEST).is_file() for name in corpora]
    what = {"face": "faces", "text": "words"}[model]
    if not there or not all(there):
        raise DemeanorError(
            f"Clips are to be lent {what} from {', '.join(corpora) or 'no corpus'}, but not all of it is preprocessed "
            f"for the {model} model; do that (python run.py {model} preprocess), or set {model}_pairing=0."
        )
    stores = [Store.open(spec.store_folder / name, spec.extract_settings(settings)) for name in corpora]
    found = Dataset(stores, FROM[split], dataset.grouping)
    if model == "face":
        return found.subset(np.flatnonzero(found.column("face_found") > 0), found.split)
    return found


def lending(
    lenders: Dataset, loan: Loan, dataset: Dataset, share: float | None
) -> Callable[[Inputs, np.ndarray, np.ndarray], Inputs]:
    """What completes a batch of `examples` as before and then lends to this share of the clips that have none.

    share None: to all, and to each always the same.
    """
    before = dataset.transform
    by_label = [np.flatnonzero(lenders.labels == label) for label in range(len(lenders.grouping.labels))]

    def lend(inputs: Inputs, labels: np.ndarray, indices: np.ndarray) -> Inputs:
        inputs = before(inputs, labels, indices) if before else inputs
        wanted = ~(inputs[loan.mask] > 0).reshape(len(labels), -1).any(1).numpy()
        wanted &= True if share is None else (torch.rand(len(labels)) < share).numpy()
        rows = np.flatnonzero(wanted & np.array([label >= 0 and len(by_label[label]) > 0 for label in labels]))
        if not len(rows):
            return inputs
        # Without drawing, by a prime that spreads neighbours out.
        places = indices[rows] * 7919 if share is None else torch.randint(1 << 30, (len(rows),)).numpy()
        fitting = [by_label[label] for label in labels[rows]]
        lent = lenders.__getitems__([those[place % len(those)] for those, place in zip(fitting, places, strict=True)])
        inputs = {name: value.clone() for name, value in inputs.items()}
        loan.put(inputs, rows, lent.inputs)
        return inputs

    return lend


def put_words(inputs: Inputs, rows: np.ndarray, lent: Inputs) -> None:
    """The utterances as the clips' own."""
    for name in WORDS:
        inputs[name][rows] = lent[name].to(inputs[name].dtype)
    inputs["said"][rows] = 1.0


def put_faces(inputs: Inputs, rows: np.ndarray, lent: Inputs) -> None:
    """The pictures as faces that hold still for one to MOST_STILL frames, drawn."""
    lengths = torch.randint(1, MOST_STILL + 1, (len(rows), 1))
    shown = torch.arange(inputs["face_found"].shape[1]) < lengths
    for name in (name for name in FACE if name in inputs):
        frames = lent[name][:, None].to(inputs[name].dtype)
        inputs[name][rows] = frames * shown.view(*shown.shape, *[1] * (frames.dim() - 2))
    inputs["face_found"][rows] = shown.float()


WORD_LOAN = Loan(MASKS["text"], put_words)
FACE_LOAN = Loan(MASKS["face"], put_faces)
