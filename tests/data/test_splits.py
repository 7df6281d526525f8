"""Splits never share a person, whatever the corpus offers."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core.errors import DemeanorError
from source.data.splits import assert_disjoint, person_of, speakers_disjoint, with_splits
from tests.support.toy import face_clips


def sides(clips):
    return {split: [c for c in clips if c.split == split] for split in ("train", "val", "test")}


@settings(max_examples=12, deadline=None)
@given(count=st.integers(1, 200), speakers=st.integers(1, 30))
def test_no_speaker_is_on_two_sides(count, speakers):
    clips = with_splits(face_clips(count, speakers))
    by_person = {}
    for clip in clips:
        by_person.setdefault(person_of(clip), set()).add(clip.split)
    assert all(len(found) == 1 for found in by_person.values())
    assert [replace(clip, split="") for clip in clips] == face_clips(count, speakers)


def test_shares_and_emotions_are_spread():
    parts = sides(with_splits(face_clips(1400, speakers=100)))
    assert 0.65 < len(parts["train"]) / 1400 < 0.85
    for part in parts.values():
        assert len(Counter(clip.emotion for clip in part)) == 7


@pytest.mark.parametrize("count", [1, 8, 21, 60])
def test_a_few_clips_of_each_emotion_can_be_split_too(count):
    parts = sides(with_splits(face_clips(count)))
    assert sum(map(len, parts.values())) == count and parts["train"]
    assert (parts["val"] and parts["test"]) or count < 21


def test_the_corpus_own_partition_stays_and_val_is_carved_out_of_train():
    clips = face_clips(140, speakers=20, split="train") + face_clips(35, speakers=0, split="test")
    parts = sides(with_splits(clips))
    assert len(parts["test"]) == 35 and parts["val"]
    assert {c.number for c in parts["test"]} == set(range(35))


def test_a_partition_with_val_is_left_alone():
    clips = face_clips(14, split="train") + face_clips(14, split="val")
    assert with_splits(clips) == clips


def test_frames_of_one_recording_stay_together_where_nobody_is_known():
    clips = [replace(clip, source=f"film {clip.number // 10}") for clip in face_clips(100)]
    split = with_splits(clips)
    assert all(clip.split == split[clip.number // 10 * 10].split for clip in split)


def test_splitting_twice_gives_the_same():
    assert with_splits(face_clips(70, 9)) == with_splits(face_clips(70, 9))


def test_shared_people_are_refused():
    one = face_clips(7, speakers=1)
    with pytest.raises(DemeanorError, match="share 1 people"):
        assert_disjoint(one, [replace(one[0], path=one[0].path.with_name("other.png"))])
    assert_disjoint(one, [replace(one[0], speaker="somebody else", path=one[0].path.with_name("other.png"))])


def test_unknown_speakers_are_said_to_be_unknown():
    assert speakers_disjoint(face_clips(3), face_clips(3, speakers=2)) is None
    assert speakers_disjoint(face_clips(3, speakers=1), face_clips(3, speakers=1)) is False
