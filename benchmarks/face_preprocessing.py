"""Preprocessing, pictures a second: small faces as FER2013's, from the files to a store, by two processes.

The alternative finds the same faces in the same pixels, ready in memory and already enlarged, on one core. The share
of the pictures in which the face is found is shown, for a picture without a face is looked through more cheaply.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.landmarker import ALONE, as_image, landmarker
from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, seconds
from benchmarks.store_made import WORKERS, Run, keep_to_one_core, preprocessed
from benchmarks.synthetic import CORPUS
from benchmarks.synthetic_faces import write_small_faces
from source.core.spec import spec_of
from source.data.preprocessing import CLIPS_PER_JOB

CHUNKS = 20  # for each worker in a round, so that a round takes over ten seconds
PICTURES_ALONE = 512  # that the alternative looks through in a round


def measure(effort: Effort) -> list[Row]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_small_faces(folder / "training_faces" / CORPUS, WORKERS * CLIPS_PER_JOB * effort.of(CHUNKS, least=2))
        jobs = {
            "ours": partial(in_fresh_process, preprocessed_faces, folder),
            "alone": partial(in_fresh_process, rate_alone, folder, effort.of(PICTURES_ALONE)),
        }
        measured = interleaved(jobs, effort.repetitions)
    ours, found = zip(*measured["ours"], strict=True)
    alternative = f"{ALONE}, 1 core", measured["alone"]
    return [
        Row(f"{WORKERS} workers", "a second", tuple(r.rate for r in ours), *alternative, target="median >= 170"),
        Row("the same with start-up", "a second", tuple(r.whole_rate for r in ours), *alternative),
        Row("start-up", "s", tuple(r.start_up_seconds for r in ours)),
        Row("faces found", "%", found),
    ]


def preprocessed_faces(data_folder: Path) -> tuple[Run, float]:
    """Preprocess the pictures in `data_folder` as the command does; how it went, and percent of faces found."""
    import numpy as np

    run = preprocessed("face", data_folder)
    found = np.load(spec_of("face").store_folder / CORPUS / "face_found.npy")
    return run, float(found.mean() * 100)


def rate_alone(data_folder: Path, most: int) -> float:
    """Pictures a second of the alternative, kept to one core where the system can do that."""
    keep_to_one_core()
    files = sorted((data_folder / "training_faces" / CORPUS).glob("*.png"))[:most]
    images = [as_image(pixels) for file in files for pixels in _enlarged(file)]
    with landmarker() as alone:
        alone.detect(images[0])  # the first call sets things up
        return len(images) / sum(seconds(partial(alone.detect, image)) for image in images)


def _enlarged(file):
    """Return the pixels that our detector gives the FaceLandmarker for this picture."""
    from source.face.detector import FaceDetector
    from source.media.image import read_picture

    class Recorder(FaceDetector):
        def __init__(self):
            self.seen = []

        def detect_single_pass(self, picture):
            self.seen.append(picture)
            return []

    recorder = Recorder()
    recorder.detect(read_picture(file).pixels)
    return recorder.seen
