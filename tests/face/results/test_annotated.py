"""The annotated picture: boxes, numbers and cards."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from source.core import config
from source.core.figure import label_colours
from source.face.results.annotated import LONG_SIDE, annotated, card
from source.results.prediction import Reading

LABELS = config.EMOTIONS


def reading(person=0, box=(10, 10, 30, 30), labels=LABELS, top=0):
    shares = np.full(len(labels), 0.4 / (len(labels) - 1))
    shares[top] = 0.6
    return Reading(dict(zip(labels, map(float, shares), strict=True)), person, box)


@given(
    st.sampled_from([(48, 48), (6000, 4000), (30, 1200), (1200, 30), (1, 1), (640, 480)]), st.sampled_from([0, 1, 20])
)
@settings(deadline=None, max_examples=3, derandomize=True)
@example((30, 1200), 20)
def test_the_drawing_fits_any_picture(size, count):
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    readings = [reading(i, (i * 9.0, -5.0, i * 9.0 + 30, 44.0)) for i in range(count)]
    drawing = annotated(pixels, readings, LABELS, "" if count else "no face was found")
    assert max(drawing.size) <= LONG_SIDE[1] and max(drawing.size) >= LONG_SIDE[0]
    assert (pixels == 90).all()


def test_no_card_hides_a_face():
    boxes = [(x, y, x + 90.0, y + 110.0) for x in (20.0, 300.0, 600.0) for y in (40.0, 300.0)]
    pixels = np.full((500, 800, 3), 90, np.uint8)
    drawing = np.asarray(annotated(pixels, [reading(i, box) for i, box in enumerate(boxes)], LABELS))
    for left, top, right, bottom in boxes:
        inside = drawing[int(top) + 25 : int(bottom) - 8, int(left) + 8 : int(right) - 8]
        assert (inside == 90).all()


def test_a_long_answer_fits_its_card():
    labels = ("surprise/disgust/contempt and whatever else", "neutral")
    image = np.asarray(card(reading(labels=labels), labels, 15))
    assert (image[3:-3, -4:-2] == image[3:-3, -4:-3]).all()  # no letter reaches the right edge


def test_the_box_has_the_colour_of_the_answer():
    happy = reading(0, (100, 400, 300, 600), top=LABELS.index("happy"))
    red, green, blue = np.asarray(annotated(np.zeros((800, 800, 3), np.uint8), [happy], LABELS))[500, 101]
    assert f"#{red:02x}{green:02x}{blue:02x}" == label_colours(LABELS)["happy"]
