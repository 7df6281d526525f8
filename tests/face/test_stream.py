"""Faces fed frame by frame: the same however often one looks, with people who come and go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.face.detector import Face
from source.face.stream import FaceStream
from source.face.tracker import TrackedFace
from tests.face.test_predict import toy_face, toy_trained

SECONDS = 12


class PeopleByPixel:
    """Stands for the tracker: the first pixels say who is there."""

    most_faces, has_too_many = 10, False

    def update(self, pixels, seconds):
        blendshapes = np.full(52, seconds / 100, np.float32)
        mesh = toy_face(side=10).mesh
        return [TrackedFace(int(person), Face(mesh + 5 * person, blendshapes)) for person in pixels[0, :3, 0] if person]

    def close(self):
        pass


def frames():
    """Ten a second: 1 all the time, 2 now and then, 3 once in the first second and again in the eighth."""
    for at in range(10 * SECONDS):
        pixels = np.random.default_rng(at).integers(0, 255, (120, 160, 3), np.uint8)
        pixels[0, :3, 0] = 1, 2 * (20 < at < 60 or at > 90), 3 * (at == 4 or 80 <= at < 84)
        yield pixels, at / 10


@pytest.fixture(scope="module")
def trained():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("source.face.recorder.FaceTracker", PeopleByPixel)
        yield toy_trained()


def streamed(trained, looks=()):
    """The prediction, and what was polled after the frames `looks` and at the end: person and start -> reading."""
    told = {}
    with FaceStream(trained) as stream:
        for at, frame in enumerate(frames()):
            stream.frame(*frame)
            if at in looks:
                told |= {(one.person, one.start_seconds): one for one in stream.poll()}
        told |= {(one.person, one.start_seconds): one for one in stream.poll()}
        assert stream.poll() == []
        return stream.finish(), told


def test_each_person_has_a_reading_for_each_second_they_are_seen(trained):
    made, _ = streamed(trained)
    seen = {person: {one.start_seconds for one in made.readings if one.person == person} for person in range(3)}
    assert seen == {0: set(range(SECONDS)), 1: {2, 3, 4, 5, 9, 10, 11}, 2: {0, 8}}, "numbered as they were confirmed"
    assert made.size == (160, 120) and made.seconds == pytest.approx(SECONDS) and len(made.people) == 3
    assert all(sum(one.probabilities.values()) == pytest.approx(1, abs=1e-5) for one in made.readings)


@given(st.sets(st.integers(0, 10 * SECONDS - 1), max_size=40))
@settings(deadline=None, max_examples=4, derandomize=True)
def test_however_often_one_looks_the_end_is_the_same_and_all_of_it_was_told(trained, looks):
    once, _ = streamed(trained)
    often, told = streamed(trained, looks)
    assert often == once
    for one in once.readings:
        last = told[one.person, one.start_seconds]
        assert last.probabilities == pytest.approx(one.probabilities, abs=1e-5)
    assert len(told) == len(once.readings)


def test_frames_that_come_twice_or_late_change_nothing(trained):
    once, _ = streamed(trained)
    with FaceStream(trained) as stream:
        for pixels, seconds in frames():
            for time in (seconds, seconds, seconds - 1):
                stream.frame(pixels, time)
        assert stream.finish() == once
