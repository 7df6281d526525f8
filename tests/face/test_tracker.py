"""Following faces through a video: toy frames made of one face and of an altered copy of it."""

import numpy as np
import pytest

from source.core import config
from source.face import detector, identities
from source.face.appearance import describe_appearance
from source.face.detector import iou
from source.face.identities import People
from source.face.tracker import FaceTracker
from tests.support.faces import finds_faces

DEMO = config.INPUT_FOLDER / "demo_astronaut.png"
SIDE = 200  # pixels of the patch a face is shown in
STEP = 0.2  # seconds between frames


@pytest.fixture(scope="module")
def ann():
    from source.media.image import read_picture

    return np.ascontiguousarray(read_picture(DEMO).pixels[20 : 20 + SIDE, 125 : 125 + SIDE])


@pytest.fixture(scope="module")
def bob(ann):
    """Ann mirrored, narrower, of other colours, with other contours: nobody's double."""
    import cv2

    narrow = cv2.resize(ann[:, ::-1], (150, SIDE))
    rough = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 70, narrow.shape[:2]), (0, 0), 2)[..., None]
    changed = np.clip(narrow[..., [0, 2, 1]].astype(float) * 0.7 + 20 + rough, 0, 255).astype(np.uint8)
    return cv2.copyMakeBorder(changed, 0, 0, 25, 25, cv2.BORDER_REPLICATE)


@pytest.fixture
def tracker():
    with FaceTracker() as made:
        yield made


def shown(*patches_at, size=(240, 520), ground=120):
    """A frame with each (patch, left, top)."""
    frame = np.full((*size, 3), ground, np.uint8)
    for patch, left, top in patches_at:
        frame[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return frame


def people(tracker, *frames, start=0.0):
    """Of each frame the persons, from left to right."""
    return [[seen.person for seen in tracker.update(frame, start + at * STEP)] for at, frame in enumerate(frames)]


@finds_faces
def test_a_moving_face_keeps_its_number_and_is_where_stills_have_it(tracker, ann):
    frames = [shown((ann, left, 20)) for left in (0, 20, 120, 310)]
    seen = [tracker.update(frame, at * STEP) for at, frame in enumerate(frames)]
    assert [[tracked.person for tracked in faces] for faces in seen] == [[0]] * 4
    with detector.FaceDetector() as still:
        for [tracked], frame in zip(seen, frames, strict=True):
            [expected] = still.detect(frame)
            assert iou(tracked.face.box, expected.box) > 0.8 and tracked.face.blendshapes.shape == (52,)


@finds_faces
def test_two_faces_keep_their_numbers_when_they_cross(tracker, ann, bob):
    apart, near = shown((ann, 0, 20), (bob, 320, 20)), shown((ann, 50, 20), (bob, 260, 20))
    crossed, away = shown((bob, 50, 20), (ann, 260, 20)), shown((bob, 0, 20), (ann, 320, 20))
    assert people(tracker, apart, near, crossed, away) == [[0, 1], [0, 1], [1, 0], [1, 0]]


@finds_faces
def test_one_who_leaves_and_comes_back_has_the_same_number(tracker, ann, bob):
    both, alone = shown((ann, 0, 20), (bob, 320, 20)), shown((bob, 320, 20))
    assert people(tracker, both, alone, alone) == [[0, 1], [1], [1]]
    assert people(tracker, shown((bob, 0, 20), (ann, 320, 20)), start=60.0) == [[1, 0]]


@finds_faces
def test_a_cut_to_another_face_in_the_same_place_gives_a_new_number_and_a_cut_back_the_old(tracker, ann, bob):
    one, other = shown((ann, 160, 20)), shown((bob, 160, 20), ground=60)
    assert people(tracker, one, one, other, other, one) == [[0], [0], [1], [1], [0]]


@finds_faces
def test_twins_in_one_frame_are_two_and_ten_are_ten(tracker, ann):
    import cv2

    small = cv2.resize(ann, (160, 160), interpolation=cv2.INTER_AREA)
    seen = []
    for at, move in enumerate((0, 10)):
        places = [(10 + x * 170 + move, 10 + y * 170) for x in range(5) for y in range(2)]
        faces = tracker.update(shown(*((small, *place) for place in places), size=(350, 880)), at * STEP)
        boxes = {one.person: one.face.box for one in faces}
        seen.append({person: (int(left - move) // 170, int(top) // 170) for person, (left, top, *_) in boxes.items()})
    assert sorted(seen[0]) == list(range(10)) and seen[0] == seen[1] and len(set(seen[0].values())) == 10


@finds_faces
def test_where_nobody_is_there_is_nothing_and_a_blank_frame_between_changes_nothing(tracker, ann):
    noise = np.random.default_rng(0).integers(0, 255, (240, 520, 3), dtype=np.uint8)
    blank, one = np.zeros((240, 520, 3), np.uint8), shown((ann, 160, 20))
    assert people(tracker, noise, blank, one, blank, one) == [[], [], [0], [], [0]]


@finds_faces
@pytest.mark.parametrize("size", [(520, 240), (180, 320), (1600, 900)])
def test_portrait_small_and_large_frames(tracker, ann, size):
    """A small frame, and a large one that is shrunk first: boxes are in the pixels given."""
    import cv2

    side = 160 if size[0] < 1000 else 500
    patch = cv2.resize(ann, (side, side))
    for at, left in enumerate((10, 30)):
        [seen] = tracker.update(shown((patch, left, 10), size=size), at * STEP)
        assert seen.person == 0
        expected = [left + side * 0.27, 10 + side * 0.25, left + side * 0.73, 10 + side * 0.79]
        assert iou(seen.face.box, tuple(expected)) > 0.7


@finds_faces
def test_a_small_face_is_found_in_tiles_once_and_then_followed(tracker, ann, monkeypatch):
    import cv2

    calls = []
    whole = detector.FaceDetector.detect
    monkeypatch.setattr(detector.FaceDetector, "detect", lambda self, picture: calls.append(1) or whole(self, picture))
    small = cv2.resize(ann, (90, 90), interpolation=cv2.INTER_AREA)
    frames = [shown((small, 200 + 15 * at, 300), size=(720, 1280)) for at in range(4)]
    assert tracker._detector.detect_single_pass(frames[0]) == []
    assert people(tracker, *frames) == [[0]] * 4 and len(calls) == 1


@finds_faces
def test_a_view_into_another_array_works(tracker, ann):
    large = np.repeat(shown((ann, 160, 20)), 2, 1)
    view = large[:, ::2]
    assert not view.flags.c_contiguous and people(tracker, view, view[:, ::-1][:, ::-1]) == [[0], [0]]


@finds_faces
def test_times_that_stand_still_or_go_back_or_are_no_number_do_not_matter(tracker, ann):
    frame = shown((ann, 160, 20))
    assert [tracker.update(frame, at)[0].person for at in (5.0, 5.0, 1.0, float("nan"), 1.2, 90.0)] == [0] * 6


@finds_faces
def test_the_landmarker_is_built_once_a_file_and_closing_twice_is_closing_once(ann, monkeypatch):
    from mediapipe.tasks.python import vision

    built, make = [], vision.FaceLandmarker.create_from_options
    monkeypatch.setattr(vision.FaceLandmarker, "create_from_options", lambda how: built.append(1) or make(how))
    tracker = FaceTracker()
    people(tracker, *[shown((ann, 160, 20))] * 3)
    tracker.close()
    tracker.close()
    assert len(built) == 1


@finds_faces
def test_no_more_faces_than_asked_for_and_those_the_largest(ann, bob):
    import cv2

    with FaceTracker(most_faces=1) as tracker:
        assert tracker.update(np.zeros((240, 520, 3), np.uint8), 0) == [] and not tracker.has_too_many
        [seen] = tracker.update(shown((cv2.resize(bob, (120, 120)), 0, 20), (ann, 320, 20)), 1)
    assert seen.face.box[0] > 320 and tracker.has_too_many


def test_known_people_are_bounded_and_numbers_are_never_given_twice(monkeypatch):
    monkeypatch.setattr(identities, "MOST_PEOPLE", 9)
    known, face = People(), detector.Face(np.random.default_rng(0).random((478, 3), np.float32) * 99, np.zeros(52))
    blank = np.zeros((120, 120, 3), np.uint8)
    for at in range(14):
        appearance = describe_appearance(blank, face)
        appearance.patterns[:] = np.eye(1, len(appearance.patterns), at)  # nobody looks like anybody
        assert known.assign([face], [appearance], at * 10.0) == [at]
    assert len(known.recent(1e9, 1e9)) == 9
