"""The clips of a test with some of their modalities hidden, for the ablation."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from torch import Tensor

from ..core.errors import DemeanorError
from ..data.dataset import Dataset
from ..evaluation.ablation import PLUS, Subsets
from .pairing import TEXT_PAIRING, paired, pairing_dataset
from .settings import MASKS, MODALITIES, CombinedSettings

PAIRED_NOTE = (
    "The clips' own words tell nothing, so each is paired with an utterance of its emotion from {}, from which no "
    "network learnt. What words add is therefore an estimate, right as far as words and the rest err independently."
)


def modality_subsets(dataset: Dataset, settings: CombinedSettings) -> Subsets | None:
    """Return every subset of the modalities, on the clips that have all of them; None where there is but one subset.

    Clips without words are paired with an utterance of the same emotion, if the text corpora are there: "text" then
    says what words are worth, and a note that they are not the clips' own.
    """
    present = {name: _present(dataset, name) for name in settings.modalities}
    completed, note = dataset, ""
    if "text" in present and not present["text"].any():
        try:
            utterances = pairing_dataset(dataset, "text", settings.text_pairing_corpora, settings.text, "test")
            completed = dataset.with_transform(paired(utterances, TEXT_PAIRING, dataset, None))
            present["text"] = np.isin(dataset.labels, utterances.labels)
            note = PAIRED_NOTE.format(" and ".join(settings.text_pairing_corpora))
        except DemeanorError as error:
            note = f"Words were left out: {error}"
    compared = [name for name in MODALITIES if name in present and present[name].any()]
    rows = np.flatnonzero(np.all([present[name] for name in compared], axis=0)) if compared else np.zeros(0, int)
    if len(compared) < 2 or not len(rows):
        return None
    part = completed.subset(rows, dataset.split)
    chosen = [names for count in range(1, len(compared) + 1) for names in combinations(compared, count)]
    return Subsets(rows, {PLUS.join(names): part.with_transform(mask_others(names, part)) for names in chosen}, note)


def mask_others(shown: Sequence[str], dataset: Dataset) -> Callable[..., dict[str, Tensor]]:
    """Return the transform of `dataset`'s batches, after its own, that hides all modalities but `shown`."""
    before, hidden = dataset.transform, [mask for name, mask in MASKS.items() if name not in shown]

    def transform(inputs: dict[str, Tensor], labels: np.ndarray, indices: np.ndarray) -> dict[str, Tensor]:
        inputs = before(inputs, labels, indices) if before else inputs
        return inputs | {mask: inputs[mask] * 0 for mask in hidden}

    return transform


def _present(dataset: Dataset, modality: str) -> np.ndarray:
    mask = dataset.column(MASKS[modality])
    return np.any(mask.reshape(len(mask), -1) > 0, axis=1)
