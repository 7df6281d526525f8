"""What waits between two sides of which one is quicker."""

from collections import deque
from threading import Condition
from typing import Generic, TypeVar

Frame = TypeVar("Frame")
Other = TypeVar("Other")


class Mailbox(Generic[Frame, Other]):
    """Holds one frame, the newest: an older one is dropped. All else is held, in its order, and comes first."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._frame: Frame | None = None
        self._others: deque[Other] = deque()
        self._is_closed = False

    def put_frame(self, frame: Frame) -> None:
        """Put a frame in, in place of one that waits."""
        with self._changed:
            self._frame = frame
            self._changed.notify()

    def put(self, other: Other) -> None:
        """Put anything else in."""
        with self._changed:
            self._others.append(other)
            self._changed.notify()

    def close(self) -> None:
        """Let `take` return None from now on."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def take(self) -> Frame | Other | None:
        """Wait for the next thing and return it; None where there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._others or self._frame is not None or self._is_closed)
            if self._is_closed:
                return None
            if self._others:
                return self._others.popleft()
            frame, self._frame = self._frame, None
            return frame
