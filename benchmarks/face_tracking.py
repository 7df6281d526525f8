"""Faces of a video frame by frame, with the numbers of their persons: ours against FaceLandmarker alone, a frame.

The faces move a little from frame to frame, at five frames a second. Both get the same pixels, as a decoder gives them.
The alternative looks for as many faces as there are, in its mode for still pictures and in its mode for videos, which
smooths a single face's mesh and does not look for faces while it follows as many as it was told to; ours looks for
ten. The first frame, which ours also looks through in tiles, is measured by itself.
"""

import itertools

import numpy as np

from benchmarks.landmarker import ALONE, as_image
from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic_faces import frame

FRAMES = 20  # in a round
STEPS, STEP = 6, 4  # positions of everything in the frame, and pixels between them
FRAME_SECONDS = 0.2


def measure(effort: Effort) -> list[Row]:
    half = frame(640, 480)[:, 128:448]  # the face and no more beside it, so that FaceLandmarker alone finds it as well
    return [
        *_rows("one face, 640x480", frame(640, 480), 1, effort),
        *_rows("one face, 1280x960", frame(1280, 960), 1, effort),
        *_rows("two faces, 640x480", np.tile(half, (1, 2, 1)), 2, effort),
    ]


def _rows(what, picture, faces, effort):
    from source.face.tracker import FaceTracker

    frames, times = [_frames(picture) for _ in range(3)], effort.of(FRAMES)  # each goes on where it was
    with FaceTracker() as tracker, _landmarker(faces) as still, _landmarker(faces, video=True) as video:
        jobs = {
            "ours": lambda: tracker.update(*next(frames[0])),
            "still": lambda: still.detect(as_image(next(frames[1])[0])),
            "video": lambda: _in_video(video, *next(frames[2])),
        }
        first = seconds(jobs["ours"]) * 1000
        alone = still.detect(as_image(picture)).face_landmarks
        assert {face.person for face in jobs["ours"]()} == set(range(faces)), f"the frame shows {what}"
        assert len(alone) == faces, f"the frame shows {what}"
        timed = {name: lambda job=job: seconds(job, times) * 1000 for name, job in jobs.items()}
        took = interleaved(timed, effort.repetitions)
    return [
        Row(what, "ms", took["ours"], ALONE, took["still"], "ratio <= 1.15"),
        Row(f"{what}; its mode for videos", "ms", took["ours"], ALONE, took["video"]),
        Row(f"{what}; the first frame", "ms", (first,)),
    ]


def _frames(picture):
    """Frame after frame with its time in seconds, for ever: everything moves to the right and back."""
    ways = [*range(STEPS), *range(STEPS - 2, 0, -1)]
    moved = [np.roll(picture, way * STEP, axis=1) for way in ways]
    return ((moved[number % len(moved)], number * FRAME_SECONDS) for number in itertools.count())


def _landmarker(faces, video=False):
    from mediapipe.tasks.python import BaseOptions, vision

    from source.core import pretrained

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(pretrained.path("face_landmarker"))),
        running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
        num_faces=faces,
        output_face_blendshapes=True,
    )
    return vision.FaceLandmarker.create_from_options(options)


def _in_video(landmarker, picture, at):
    return landmarker.detect_for_video(as_image(picture), round(at * 1000))
