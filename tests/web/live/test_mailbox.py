"""Of frames the newest waits; all else waits in its order."""

from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from source.web.live.mailbox import Mailbox


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["frame", "other"]), st.integers())))
def test_others_come_in_order_and_of_frames_the_newest(things):
    box = Mailbox()
    for kind, thing in things:
        (box.put_frame if kind == "frame" else box.put)((kind, thing))
    others, frames = ([one for one in things if one[0] == kind] for kind in ("other", "frame"))
    taken = [box.take() for _ in range(len(others) + bool(frames))]
    assert taken == [*others, *frames[-1:]]


def test_whoever_waits_is_told_of_the_end():
    box, taken = Mailbox(), []
    waiting = Thread(target=lambda: taken.append(box.take()))
    waiting.start()
    box.close()
    waiting.join(5)
    assert taken == [None]
