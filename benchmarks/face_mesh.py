"""Face mesh and blendshapes of a frame of 1280x960 with one face: ours, with the crop, against FaceLandmarker alone.

`FaceDetector.detect` looks through the frame as FaceLandmarker does, then through overlapping tiles of it, which finds
small faces that FaceLandmarker alone misses. So it is measured twice: the first look by itself, which is the like
work, and all of it, which is what a person waits for. Both start from an array of pixels, as a decoder gives it.
"""

from benchmarks.landmarker import ALONE, as_image, landmarker
from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic_faces import frame
from source.core.spec import spec_of

WIDTH, HEIGHT = 1280, 960
FRAMES = 20  # in a round


def measure(effort: Effort) -> list[Row]:
    from source.face.detector import FaceDetector
    from source.face.features import featurize

    picture, settings, frames = frame(WIDTH, HEIGHT), spec_of("face").default_settings, effort.of(FRAMES)
    with FaceDetector() as detector, landmarker() as alone:
        jobs = {
            "alone": lambda: alone.detect(as_image(picture)),
            "first look": lambda: [featurize(picture, face, settings) for face in detector.detect_single_pass(picture)],
            "all": lambda: [featurize(picture, face, settings) for face in detector.detect(picture)],
        }
        assert len(jobs["first look"]()) == len(jobs["all"]()) == 1, "the frame shows one face"
        timed = {name: lambda job=job: seconds(job, frames) * 1000 for name, job in jobs.items()}
        took = interleaved(timed, effort.repetitions)
    return [
        Row("first look, crop and features", "ms", took["first look"], ALONE, took["alone"], "ratio <= 1.15"),
        Row("the same with the look through tiles", "ms", took["all"], ALONE, took["alone"]),
    ]
