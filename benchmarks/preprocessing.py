"""Preprocessing, pictures a second: small faces as FER2013's, from the files to a store, by two processes.

The alternative finds the same faces in the same pixels, ready in memory and already enlarged, on one core. The share
of the pictures in which the face is found is shown, for a picture without a face is looked through more cheaply.
"""

import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import config
from benchmarks.landmarker import ALONE, as_image, landmarker
from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, seconds
from benchmarks.synthetic import CORPUS, write_small_faces
from source.shared.preprocessing import CHUNK, preprocess
from source.shared.spec import spec_of

WORKERS = 2
CHUNKS = 20  # for each worker in a round, so that a round takes over ten seconds
PICTURES_ALONE = 512  # that the alternative looks through in a round


@dataclass(frozen=True)
class Run:
    """How one preprocessing went; rates in pictures a second."""

    rate: float
    """Once all workers are under way."""
    whole_rate: float
    start_up_seconds: float
    found_percent: float


def measure(effort: Effort) -> list[Row]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_small_faces(folder / "training_faces" / CORPUS, WORKERS * CHUNK * effort.of(CHUNKS, least=2))
        jobs = {
            "ours": partial(in_fresh_process, preprocessed, folder),
            "alone": partial(in_fresh_process, rate_alone, folder, effort.of(PICTURES_ALONE)),
        }
        measured = interleaved(jobs, effort.repetitions)
    ours, alternative = measured["ours"], (f"{ALONE}, 1 core", measured["alone"])
    return [
        Row(f"{WORKERS} workers", "a second", tuple(r.rate for r in ours), *alternative, target="median >= 170"),
        Row("the same with start-up", "a second", tuple(r.whole_rate for r in ours), *alternative),
        Row("start-up", "s", tuple(r.start_up_seconds for r in ours)),
        Row("faces found", "%", tuple(r.found_percent for r in ours)),
    ]


def preprocessed(data_folder: Path) -> Run:
    """Preprocess the pictures in `data_folder` as the command does."""
    config.DATA_FOLDER = data_folder
    spec, moments = spec_of("face"), []

    def note(done, _):
        moments.append((time.perf_counter(), done))

    started = time.perf_counter()
    preprocess(spec, spec.default_config, CORPUS, workers=WORKERS, resume=False, on_progress=note)
    whole = time.perf_counter() - started
    # Chunks are noted in order, so at the note of this number every worker has done its first one.
    (warm_at, warm), (end_at, count) = moments[WORKERS - 1], moments[-1]
    rate = (count - warm) / (end_at - warm_at)
    return Run(rate, count / whole, whole - count / rate, _found_percent(spec.store_folder))


def rate_alone(data_folder: Path, most: int) -> float:
    """Pictures a second of the alternative, kept to one core where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    files = sorted((data_folder / "training_faces" / CORPUS).glob("*.png"))[:most]
    images = [as_image(pixels) for file in files for pixels in _enlarged(file)]
    with landmarker() as alone:
        alone.detect(images[0])  # the first call sets things up
        return len(images) / sum(seconds(partial(alone.detect, image)) for image in images)


def _enlarged(file):
    """The pixels that our finder gives the FaceLandmarker for this picture."""
    from source.face.landmarks import FaceFinder
    from source.shared.media import read_picture

    class Recorder(FaceFinder):
        def __init__(self):
            self.seen = []

        def _in_whole(self, picture):
            self.seen.append(picture)
            return []

    recorder = Recorder()
    recorder.find(read_picture(file).pixels)
    return recorder.seen


def _found_percent(store_folder):
    import numpy as np

    return float(np.load(store_folder / CORPUS / "face_found.npy").mean() * 100)
