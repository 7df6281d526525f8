"""Valence and arousal of an answer, and what an answer was read from, in words."""

import doctest

import numpy as np
import pytest

from source.core import config
from source.results import attribution, circumplex, video_timeline
from source.results.attribution import attribution_text
from source.results.circumplex import PLACES, emoji, place_of, valence_arousal
from source.results.prediction import Reading


def test_the_examples_in_the_docstrings():
    assert all(doctest.testmod(module).failed == 0 for module in (circumplex, attribution, video_timeline))


@pytest.mark.parametrize("grouping", config.GROUPINGS)
def test_every_label_of_every_grouping_has_a_place_and_a_face(grouping):
    for label in config.GROUPINGS[grouping]:
        place = place_of(label)
        assert place is not None and max(map(abs, place)) <= 1 and emoji(label)


def test_emotions_lie_in_the_quadrants_that_russell_gives_them():
    signs = {label: tuple(np.sign(place)) for label, place in PLACES.items()}
    assert signs["happy"] == signs["surprise"] == (1, 1)
    assert signs["angry"] == signs["fear"] == signs["disgust"] == (-1, 1)
    assert signs["sad"] == (-1, -1) and signs["calm"] == (1, -1) and PLACES["neutral"] == (0, 0)
    assert PLACES["happy"][0] == max(valence for valence, _ in PLACES.values())


def test_an_answer_lies_where_its_probabilities_expect_it():
    shares = np.random.default_rng(1).dirichlet(np.ones(len(config.EMOTIONS)))
    expected = shares @ np.array([PLACES[label] for label in config.EMOTIONS])
    assert valence_arousal(dict(zip(config.EMOTIONS, shares, strict=True))) == pytest.approx(tuple(expected))
    assert valence_arousal({"angry": 0.4, "sad": 0.4}) == pytest.approx(
        (-0.57, 0.16)
    )  # what does not sum to 1 is scaled


def test_a_group_lies_between_its_members():
    both = np.mean([PLACES["sad"], PLACES["fear"]], axis=0)
    assert valence_arousal({"sad/fear": 1.0}) == pytest.approx(tuple(both)) and emoji("sad/fear") == emoji("sad")


def test_nothing_and_the_unknown_have_no_place():
    assert valence_arousal({}) is None and valence_arousal({"happy": 0.0}) is None
    assert valence_arousal({"happy": 0.9, "contempt": 0.1}) is None and place_of("happy/contempt") is None
    assert emoji("contempt") == emoji(None) == emoji("") == ""


@pytest.mark.parametrize(
    "given, said",
    [
        ({"face": 0.3, "audio": 0.02, "text": 0.0}, "mostly the face"),
        ({"face": 0.3, "audio": 0.1, "text": -0.2}, "mostly the face, then the voice; the words spoke against"),
        ({"face": 0.06, "audio": 0.25, "text": 0.2}, "the voice, the words and the face"),
        ({"face": 0.01, "audio": 0.0, "text": -0.01}, "the face, the voice and the words alike"),
        ({"face": -0.1, "audio": -0.2, "text": 0.5}, "mostly the words; the face and the voice spoke against"),
    ],
)
def test_what_an_answer_was_read_from(given, said):
    asked = {name: {"happy": 1.0} for name in given}
    assert attribution_text(Reading({"happy": 0.8}, modalities=asked, attribution=given)) == said


def test_where_nothing_was_read_nothing_drove_it():
    assert (
        attribution_text(Reading({}, modalities={}, attribution={})) == attribution_text(Reading({"happy": 1.0})) == ""
    )
