"""Prediction of the demo picture: stage by stage with the models loaded, and the whole of a cold process.

Cold is the process; the disk's cache is warm, as the first round does not count.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.landmarker import ALONE, as_image, landmarker
from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic import untrained
from source.core import config
from source.doctor import DEMO_PICTURE

STAGES = ("decode", "find", "describe", "network")
PICTURES = 8  # rounds of one picture for each repetition
IMPORTS = "import torch, mediapipe"


def measure(effort: Effort) -> list[Row]:
    return [*_loaded(effort), _cold(effort)]


def _loaded(effort):
    from source.media.image import read_picture
    from source.results.predicting import predict

    trained = untrained("face")
    with TemporaryDirectory() as folder, landmarker() as alone:
        jobs = {
            "ours": lambda: stages(trained),
            "alone": lambda: seconds(lambda: alone.detect(as_image(read_picture(DEMO_PICTURE).pixels))) * 1000,
            "written": lambda: seconds(lambda: predict(DEMO_PICTURE, trained, Path(folder))) * 1000,
        }
        took = interleaved(jobs, effort.repetitions * effort.of(PICTURES))
    by_stage = dict(zip(STAGES, zip(*took["ours"], strict=True), strict=True))
    alternative = f"decode and {ALONE}", took["alone"]
    return [
        Row("a picture", "ms", tuple(map(sum, took["ours"])), *alternative),
        *(Row(f"of which {stage}", "ms", values) for stage, values in by_stage.items()),
        Row("a picture, all its files written", "ms", took["written"], *alternative),
    ]


def stages(trained) -> tuple[float, ...]:
    """Milliseconds of each of STAGES, as `source.face.predict` goes through them."""
    import numpy as np

    from source.face.features import face_detector, featurize
    from source.media.image import read_picture

    moments = [time.perf_counter()]
    picture = read_picture(DEMO_PICTURE).pixels
    moments.append(time.perf_counter())
    faces = face_detector().detect(picture)
    moments.append(time.perf_counter())
    described = [featurize(picture, face, trained.settings) for face in faces]
    moments.append(time.perf_counter())
    trained.probabilities({name: np.stack([inputs[name] for inputs in described]) for name in described[0]})
    moments.append(time.perf_counter())
    return tuple((end - start) * 1000 for start, end in zip(moments, moments[1:], strict=False))


def _cold(effort):
    what, imports = "first result, cold process", f"python -c '{IMPORTS}'"
    if not (config.MODELS_FOLDER / "face" / "face_model.safetensors").is_file():
        return Row(f"{what} (for want of a trained model)", "s", ())
    jobs = {"ours": lambda: seconds(_first_result), "imports": lambda: seconds(lambda: _python("-c", IMPORTS))}
    took = interleaved(jobs, effort.repetitions)
    return Row(what, "s", took["ours"], imports, took["imports"], "median <= 60")


def _first_result():
    """Predict a picture whose name is nobody's, so that its results can be taken away again."""
    with TemporaryDirectory(prefix="benchmark_") as folder:
        picture = Path(folder) / f"{Path(folder).name}.png"
        shutil.copy(DEMO_PICTURE, picture)
        try:
            _python("run.py", "face", "predict", str(picture))
        finally:
            shutil.rmtree(config.OUTPUT_FOLDER / picture.stem, ignore_errors=True)


def _python(*arguments):
    subprocess.run([sys.executable, *arguments], cwd=config.ROOT, capture_output=True, check=True)
