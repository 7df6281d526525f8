"""A file with a pulse, or a folder of them -> what it displays."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from ..core import config
from ..results.folder import predict_folder
from ..results.prediction import Prediction, Reading
from ..results.writing import write_prediction
from ..training.checkpoint import Trained


def predict(
    source: Path,
    trained: Trained,
    folder_out: Path | None = None,
    *,
    write: bool = True,
    without: Collection[str] = (),
    notify: Callable[[str], None] = print,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Prediction]:
    """Return the Prediction of the file, or of each file of the folder `source`."""
    target = (folder_out or config.OUTPUT_FOLDER) if write else None
    read = partial(predict_pulse, without=without)
    if source.is_dir():
        return predict_folder(source, trained, target, read, notify, on_progress)
    return [read(source, trained, target)]


def predict_pulse(path: Path, trained: Trained, folder_out: Path | None, without: Collection[str] = ()) -> Prediction:
    """Return the Prediction of one file; its results get a new folder of `folder_out`, unless that is None."""
    arrays = {name: array[None] for name, array in trained.spec.extract(path, trained.settings).items()}
    probabilities = dict(zip(trained.labels, map(float, trained.probabilities(arrays)[0]), strict=True))
    prediction = Prediction(str(path), trained.spec.name, trained.labels, (Reading(probabilities),))
    return write_prediction(prediction, {}, folder_out, without=without) if folder_out else prediction
