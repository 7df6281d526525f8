"""The page's clock and the recording's."""

from bisect import bisect_right

MOST_LEAP_SECONDS = 30.0  # ahead or back; by more, the page's clock leapt, or the machine slept
MOST_CUTS = 1_000


class SessionClock:
    """Turns the page's seconds into the recording's, which begins with what comes first and has no pauses.

    >>> clock = SessionClock()
    >>> clock(5.0), clock(5.2)
    (0.0, 0.2)
    >>> clock.cut()
    >>> clock(65.0), clock.page_seconds(0.1), clock.page_seconds(0.3)
    (0.2, 5.1, 65.1)
    """

    def __init__(self) -> None:
        self._cuts: list[tuple[float, float]] = []  # from which of our seconds on the page's are later by how much
        self._is_cut = True
        self.seconds = 0.0
        """The latest so far."""

    def cut(self) -> None:
        """Go on where we are with whatever comes next."""
        self._is_cut = True

    def __call__(self, page_seconds: float) -> float:
        """Return our time of what the page did then; it moves the clock."""
        seconds = page_seconds - (self._cuts[-1][1] if self._cuts else 0.0)
        if self._is_cut or abs(seconds - self.seconds) > MOST_LEAP_SECONDS:
            self._is_cut, seconds = False, self.seconds
            self._cuts = [*self._cuts[-MOST_CUTS:], (seconds, page_seconds - seconds)]
        self.seconds = max(self.seconds, seconds)
        return round(seconds, 6)

    def page_seconds(self, seconds: float) -> float:
        """Return the page's time of ours."""
        at = max(bisect_right(self._cuts, (seconds, float("inf"))) - 1, 0)
        return round(seconds + (self._cuts[at][1] if self._cuts else 0.0), 3)
