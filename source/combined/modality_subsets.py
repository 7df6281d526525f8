"""The clips of a test with some of their modalities hidden, for the ablation."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from torch import Tensor

from ..core.errors import DemeanorError
from ..data.dataset import Dataset
from ..evaluation.ablation import PLUS, Subsets
from .pairing import WORD_LOAN, lenders, lending
from .settings import MASKS, MODALITIES, CombinedSettings


def modality_subsets(dataset: Dataset, settings: CombinedSettings) -> Subsets | None:
    """Every choice of the modalities that there are, on the clips that have all of them; None where it is only one.

    Clips without words are lent an utterance of the same emotion, if the text corpora are there: with it, "text" says
    what words are worth, and that they are lent is noted.
    """
    there = {name: _present(dataset, name) for name in settings.modalities}
    lent, note = dataset, ""
    if "text" in there and not there["text"].any():
        try:
            utterances = lenders(dataset, "text", settings.text_pairing_corpora, settings.text, "test")
            lent = dataset.with_transform(lending(utterances, WORD_LOAN, dataset, None))
            there["text"], note = np.isin(dataset.labels, utterances.labels), _note(settings)
        except DemeanorError as trouble:
            note = f"Words were left out: {trouble}"
    compared = [name for name in MODALITIES if name in there and there[name].any()]
    rows = np.flatnonzero(np.all([there[name] for name in compared], axis=0)) if compared else np.zeros(0, int)
    if len(compared) < 2 or not len(rows):
        return None
    part = lent.subset(rows, dataset.split)
    chosen = [names for count in range(1, len(compared) + 1) for names in combinations(compared, count)]
    return Subsets(rows, {PLUS.join(names): part.with_transform(hiding(names, part)) for names in chosen}, note)


def hiding(shown: Sequence[str], dataset: Dataset) -> Callable[..., dict[str, Tensor]]:
    """What completes a batch of `examples` as before, and then hides all modalities but `shown`."""
    before, hidden = dataset.transform, [mask for name, mask in MASKS.items() if name not in shown]

    def transform(inputs: dict[str, Tensor], labels: np.ndarray, indices: np.ndarray) -> dict[str, Tensor]:
        inputs = before(inputs, labels, indices) if before else inputs
        return inputs | {mask: inputs[mask] * 0 for mask in hidden}

    return transform


def _present(dataset: Dataset, modality: str) -> np.ndarray:
    mask = dataset.column(MASKS[modality])
    return np.any(mask.reshape(len(mask), -1) > 0, axis=1)


def _note(settings: CombinedSettings) -> str:
    return (
        "The clips' own words tell nothing, so each is lent an utterance of its emotion from "
        f"{' and '.join(settings.text_pairing_corpora)}, from which no network learnt. What words add is therefore an "
        "estimate, right as far as words and the rest err independently."
    )
