"""Detection and alignment of faces: geometry alone, and FaceLandmarker where it is installed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core import config
from source.face import detector
from source.face.detector import TEMPLATE, Face, aligned_crop, aligned_mesh, alignment, iou, suppress_overlaps
from source.face.features import face_detector
from tests.support.faces import finds_faces

DEMO = config.INPUT_FOLDER / "demo_astronaut.png"


def face(side=100.0, angle=0.0, at=(0.0, 0.0)):
    """A face whose points fit the template in a square of `side` pixels, turned by `angle` and moved."""
    draw = np.random.default_rng(0)
    mesh = np.concatenate([draw.random((478, 2)), draw.normal(size=(478, 1)) / 10], 1)
    mesh[list(TEMPLATE), :2] = list(TEMPLATE.values())
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mesh = np.concatenate([mesh[:, :2] @ turn.T, mesh[:, 2:]], 1) * side
    return Face((mesh + [*at, 0]).astype(np.float32), np.zeros(52, np.float32))


@given(st.floats(48, 2000), st.floats(-3, 3), st.tuples(st.floats(-100, 700), st.floats(-100, 700)))
@settings(deadline=None, max_examples=20)
def test_the_aligned_mesh_does_not_depend_on_place_size_or_roll(side, angle, at):
    np.testing.assert_allclose(aligned_mesh(face(side, angle, at)), aligned_mesh(face()), atol=1e-3)


def test_alignment_is_the_least_squares_similarity():
    seen, draw = face(150, 0.4, (20, 10)), np.random.default_rng(1)
    seen.mesh[:, :2] += draw.normal(size=(478, 2)).astype(np.float32) * 3
    matrix, goals = alignment(seen), np.array(list(TEMPLATE.values()))
    points = seen.mesh[list(TEMPLATE), :2].astype(np.float64)
    # reference: linear least squares over (a, b, tx, ty)
    system = np.concatenate([np.array([[x, -y, 1, 0], [y, x, 0, 1]]) for x, y in points])
    (a, b, tx, ty), *_ = np.linalg.lstsq(system, goals.ravel(), rcond=None)
    np.testing.assert_allclose(matrix, [[a, -b, tx], [b, a, ty]], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("side", [48, 96, 1000])
def test_the_aligned_crop_is_where_the_template_is(side):
    """A picture that is aligned already comes out as it was, at every size."""
    across = np.linspace(0, 255, side, endpoint=False)
    picture = np.repeat(np.broadcast_to(across[None, :, None], (side, side, 1)), 3, 2).astype(np.uint8)
    crop = aligned_crop(picture, face(side), 48).astype(float)
    expected = np.linspace(0, 255, 48, endpoint=False) + 255 / 96 - 255 / side / 2
    np.testing.assert_allclose(crop[:, 3:-3].mean(0), expected[3:-3], atol=2)


def test_a_face_at_the_edge_is_cropped_by_repeating_the_edge():
    picture = np.full((60, 60, 3), 77, np.uint8)
    for at in ((-40, -40), (50, 50)):
        assert (aligned_crop(picture, face(50, 0.2, at), 48) == 77).all()


def test_overlap_is_intersection_over_union():
    assert iou((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert iou((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert iou((0, 0, 1, 1), (2, 2, 3, 3)) == 0


def test_tiles_cover_the_whole_picture_and_overlap():
    picture = np.zeros((1200, 2000, 3), np.uint8)
    seen = np.zeros((1200, 2000), int)
    for tile, left, top in detector._tiles(picture):
        assert tile.shape[0] == tile.shape[1]
        seen[top : top + tile.shape[0], left : left + tile.shape[1]] += 1
    assert seen.min() >= 2
    assert not list(detector._tiles(np.zeros((400, 500, 3), np.uint8)))


@finds_faces
@pytest.mark.parametrize("height, width, side", [(300, 900, 256), (2000, 3000, 160)])
def test_faces_are_found_in_wide_and_in_large_pictures(landmarker, astronaut, height, width, side):
    import cv2

    picture = np.full((height, width, 3), 120, np.uint8)
    for left in (0, width // 2 - side // 2, width - side):
        picture[20 : 20 + side, left : left + side] = cv2.resize(astronaut[:256, 90:346], (side, side))
    assert len(landmarker.detect(picture)) == 3


@finds_faces
def test_shapes_that_no_face_fits_into_or_that_the_native_code_would_abort_at_show_nobody(landmarker):
    for height, width in ((1, 1), (1, 192), (8, 10_000), (10_000, 8), (20, 900), (1, 33_000), (192, 40_000)):
        assert landmarker.detect(np.full((height, width, 3), 99, np.uint8)) == []
        assert landmarker.detect_enlarged(np.full((height, width, 3), 99, np.uint8)) == []


@finds_faces
def test_a_crowd_is_found_up_to_the_limit(landmarker, astronaut):
    import cv2

    one = cv2.resize(astronaut[20:220, 125:325], (150, 150), interpolation=cv2.INTER_AREA)
    crowd = np.tile(one, (4, 6, 1))
    assert len(landmarker.detect(crowd)) == 24
    with detector.FaceDetector(most_faces=5) as few:
        assert len(few.detect(crowd[:150])) == 5


@finds_faces
def test_faces_are_found_all_along_a_small_strip(landmarker, astronaut):
    import cv2

    small = cv2.resize(astronaut[20:220, 125:325], (60, 60), interpolation=cv2.INTER_AREA)
    for axis in (0, 1):
        assert len(landmarker.detect(np.concatenate([small] * 7, axis))) == 7


def test_overlapping_detections_are_one_face_and_the_largest_stays():
    large, small, apart = face(100), face(90, at=(5, 5)), face(80, at=(300, 0))
    assert suppress_overlaps([small, apart, large]) == [large, apart]


@pytest.fixture(scope="module")
def landmarker():
    with detector.FaceDetector() as found:
        yield found


@pytest.fixture(scope="module")
def astronaut():
    from source.media.image import read_picture

    return read_picture(DEMO).pixels


@finds_faces
def test_the_astronauts_face_is_found_where_it_is(landmarker, astronaut):
    [found] = landmarker.detect(astronaut)
    left, top, right, bottom = found.box
    assert 140 < left < 190 and 50 < top < 100 and 250 < right < 300 and 170 < bottom < 220
    smiling = detector.BLENDSHAPE_NAMES.index("mouthSmileLeft")
    assert found.mesh.shape == (478, 3) and found.blendshapes[smiling] > 0.5


@finds_faces
@pytest.mark.parametrize("turns", ["shrunk", "small in a large picture", "tight"])
def test_faces_are_found_small_and_tight(landmarker, astronaut, turns):
    import cv2

    if turns == "shrunk":
        picture, count = cv2.resize(astronaut[40:230, 120:320], (48, 48), interpolation=cv2.INTER_AREA), 1
    elif turns == "tight":
        picture, count = astronaut[70:215, 165:285], 1
    else:
        picture, count = np.full((1500, 2400, 3), 120, np.uint8), 2
        for left in (200, 2000):
            picture[600:760, left : left + 160] = cv2.resize(astronaut[:256, 90:346], (160, 160))
    found = landmarker.detect(picture)
    assert len(found) == count and found == sorted(found, key=lambda face: face.box[0])


@finds_faces
def test_nothing_is_found_where_nobody_is(landmarker):
    noise = np.random.default_rng(0).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    assert landmarker.detect(noise) == [] and landmarker.detect(np.zeros((48, 48, 3), np.uint8)) == []


@finds_faces
def test_a_rolled_face_gives_the_same_crop(landmarker, astronaut):
    import cv2

    turned = cv2.warpAffine(astronaut, cv2.getRotationMatrix2D((224, 130), 25, 1.0), (512, 512))
    straight, rolled = (aligned_crop(p, landmarker.detect(p)[0], 48).astype(float) for p in (astronaut, turned))
    assert np.corrcoef(straight.ravel(), rolled.ravel())[0, 1] > 0.95


@finds_faces
def test_the_head_s_pose_and_eyes_follow_the_picture(landmarker, astronaut):
    import cv2

    [plain], [mirrored] = (landmarker.detect(picture) for picture in (astronaut, astronaut[:, ::-1]))
    assert mirrored.pose == pytest.approx((-plain.pose[0], plain.pose[1], -plain.pose[2]), abs=3)
    assert mirrored.eye_aspect == pytest.approx(plain.eye_aspect[::-1], abs=0.03) and min(plain.eye_aspect) > 0.25
    turned = cv2.warpAffine(astronaut, cv2.getRotationMatrix2D((224, 130), -25, 1.0), (512, 512))
    assert landmarker.detect(turned)[0].pose[2] - plain.pose[2] == pytest.approx(25, abs=6), "clockwise"


def test_a_closed_eye_is_narrow_whichever_way_the_head_is_turned():
    open_eyes = face(100)
    open_eyes.mesh[detector.EYES[:, 0]] = [[(0, 0, 0), (30, 0, 0)]] * 2
    open_eyes.mesh[detector.EYES[:, 1:]] = [[[(10, -4, 0), (10, 4, 0)]] * 2, [[(10, -1, 0), (10, 1, 0)]] * 2]
    turn = np.array([[0.5, 0, 0.866], [0, 1, 0], [-0.866, 0, 0.5]])
    for mesh in (open_eyes.mesh, open_eyes.mesh @ turn.T):
        assert Face(mesh, open_eyes.blendshapes).eye_aspect == pytest.approx((8 / 30, 2 / 30), abs=1e-3)


@finds_faces
def test_a_process_has_one_detector():
    assert face_detector() is face_detector()
