"""Peak memory: predicting a photo of 6000x4000 with all files written, and preprocessing small faces by two processes.

The alternatives do no more than hold the same photo, or one of the small faces, and run FaceLandmarker on it.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.face_preprocessing import rate_alone
from benchmarks.landmarker import ALONE, as_image, landmarker
from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, peak_gigabytes
from benchmarks.store_made import WORKERS, preprocessed
from benchmarks.synthetic import CORPUS, untrained
from benchmarks.synthetic_faces import write_frame, write_small_faces

WIDTH, HEIGHT = 6000, 4000
PICTURES = 1024  # more than are under way at a time


def measure(effort: Effort) -> list[Row]:
    with TemporaryDirectory() as name:
        folder, photo = Path(name), Path(name) / "photo.jpg"
        # Not in this process, which has to stay small: see peak_gigabytes.
        in_fresh_process(write_frame, photo, WIDTH, HEIGHT)
        in_fresh_process(write_small_faces, folder / "training_faces" / CORPUS, effort.of(PICTURES, least=256))
        jobs = {
            "photo": partial(in_fresh_process, peak_of_prediction, photo, folder),
            "photo alone": partial(in_fresh_process, peak_of_finding, photo),
            "faces": partial(in_fresh_process, peak_of_preprocessing, folder),
            "faces alone": partial(in_fresh_process, peak_of_finding_small, folder),
        }
        peaks = interleaved(jobs, effort.repetitions)
    return [
        Row(f"prediction of {WIDTH}x{HEIGHT}", "GB", peaks["photo"], ALONE, peaks["photo alone"]),
        Row(f"preprocessing, {WORKERS} workers", "GB", peaks["faces"], ALONE, peaks["faces alone"], "median <= 1"),
    ]


def peak_of_prediction(photo: Path, folder: Path) -> float:
    from source.results.predicting import predict

    predict(photo, untrained("face"), folder / "output_files")
    return peak_gigabytes()


def peak_of_finding(photo: Path) -> float:
    from source.media.image import read_picture

    with landmarker() as finder:
        finder.detect(as_image(read_picture(photo).pixels))
    return peak_gigabytes()


def peak_of_preprocessing(folder: Path) -> float:
    preprocessed("face", folder)
    return peak_gigabytes(WORKERS)


def peak_of_finding_small(folder: Path) -> float:
    rate_alone(folder, most=1)
    return peak_gigabytes()
