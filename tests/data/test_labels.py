"""Emotion names and groupings."""

import numpy as np
import pytest

from source.core import config
from source.core.errors import DemeanorError
from source.data.labels import FINER, SPELLINGS, emotion_named, grouping_named


@pytest.mark.parametrize("emotion", config.EMOTIONS)
def test_an_emotion_is_known_by_name_in_any_case_and_by_index(emotion):
    index = str(config.EMOTIONS.index(emotion))
    assert {emotion_named(emotion), emotion_named(f" {emotion.upper()} "), emotion_named(index)} == {emotion}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_names_an_emotion(spelling):
    assert emotion_named(spelling) in config.EMOTIONS


def test_pleasant_surprise_is_surprise_and_not_neutral():
    assert emotion_named("pleasant_surprise") == emotion_named("Pleasant Surprise") == "surprise"


@pytest.mark.parametrize("text", ["contempt", "unknown", "", "7", "-1", "001", "²", "3.0", "happy face"])
def test_what_is_none_of_the_emotions_is_none_of_them(text):
    assert emotion_named(text) is None


def test_seven_means_seven():
    seven = grouping_named("seven")
    assert seven.labels == config.EMOTIONS
    assert [seven.label_of(emotion) for emotion in config.EMOTIONS] == list(config.EMOTIONS)


def test_the_five_merge_what_they_say_and_lose_no_emotion():
    five = grouping_named("five")
    assert five.label_of("sad") == five.label_of("fear") == "sad/fear"
    assert five.label_of("surprise") == five.label_of("disgust") == "surprise/disgust"
    assert len(five.labels) == 5 and all(five.label_of(emotion) for emotion in config.EMOTIONS)


@pytest.mark.parametrize("finer", FINER)
def test_a_finer_label_is_read_as_its_emotion_unless_the_grouping_names_it(finer):
    for grouping in map(grouping_named, config.GROUPINGS):
        label = grouping.label_of(FINER[finer], finer)
        assert label == (finer if finer in grouping.labels else grouping.label_of(FINER[finer]))


def test_the_setting_switches_the_grouping(monkeypatch):
    monkeypatch.setattr(config, "GROUPING", "five")
    assert grouping_named().name == "five"


def test_votes_of_a_group_are_the_sum_of_its_emotions():
    votes = np.arange(14, dtype=np.float32).reshape(2, 7)
    grouped = grouping_named("five").group_votes(votes)
    angry, disgust, fear, happy, sad, surprise, neutral = votes.T
    assert np.array_equal(grouped, np.stack([sad + fear, neutral, happy, angry, surprise + disgust], axis=1))
    assert grouped.dtype == votes.dtype


def test_a_grouping_may_leave_an_emotion_out(monkeypatch):
    monkeypatch.setitem(config.GROUPINGS, "two", {"good": ("happy",), "bad": ("sad", "angry")})
    assert grouping_named("two").label_of("neutral") is None


def test_an_unknown_grouping_says_which_there_are():
    with pytest.raises(DemeanorError, match="'six'.*seven, five"):
        grouping_named("six")


@pytest.mark.parametrize(
    "groups",
    [
        {"all": config.EMOTIONS},
        {"a": ("happy",), "b": ("happy", "sad")},
        {"a": ("happy",), "b": ("contempt",)},
        {},
    ],
)
def test_a_contradictory_grouping_is_refused(monkeypatch, groups):
    monkeypatch.setitem(config.GROUPINGS, "odd", groups)
    with pytest.raises(DemeanorError, match="'odd'"):
        grouping_named("odd")
