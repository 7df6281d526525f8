"""Where to cut: pieces of about a window's length, in pauses where there are any within reach."""

from collections.abc import Iterable

LEAST_WINDOWS, MOST_WINDOWS = 0.5, 1.5  # length of a piece
STEPS = 16  # places in a window where a cut is tried, beside the middles of pauses
MARGIN_SECONDS = 0.1  # from speech: its beginnings and ends are too faint to be heard as such
# Of a cut in speech; of a piece, the square of by how much it misses the window. So a cut is moved by up to about a
# third of a window to meet a pause.
IN_SPEECH = 0.25


def cut_points(seconds: float, pauses: Iterable[tuple[float, float]], window_seconds: float) -> list[float]:
    """The ends of the pieces of a recording this long, 0 and its own end among them, in seconds.

    pauses: from when to when nobody speaks. The pieces are the cheapest of all ways to cut (dynamic programming).

    >>> cut_points(10.0, [(3.0, 4.0)], 4.0)
    [0.0, 3.5, 6.75, 10.0]
    """
    quiet = [
        (start + MARGIN_SECONDS, end - MARGIN_SECONDS) for start, end in pauses if end - start > 2 * MARGIN_SECONDS
    ]
    places = _places(seconds, quiet, window_seconds)
    costs = _costs(places, quiet)
    best: list[tuple[float, int]] = [(0.0, 0)]
    first = 0
    for at in range(1, len(places)):
        while places[at] - places[first] > MOST_WINDOWS * window_seconds + 1e-9:
            first += 1
        best.append(_cheapest(at, first, places, best, window_seconds, costs[at]))
    return _way_back(places, best)


def _places(seconds, quiet, window_seconds):
    count, step = max(round(seconds / window_seconds), 1), window_seconds / STEPS
    even = [seconds * number / count for number in range(count + 1)]
    steps = [number * step for number in range(int(seconds / step) + 1)]
    middles = [(start + end) / 2 for start, end in quiet if 0 < (start + end) / 2 < seconds]
    return sorted({*even, *steps, *middles, 0.0, seconds})


def _costs(places, quiet):
    """What a cut at each place costs."""
    costs, pauses = [], iter([*quiet, (float("inf"), float("inf"))])
    pause = next(pauses)
    for place in places:
        while pause[1] < place:
            pause = next(pauses)
        costs.append(0.0 if pause[0] <= place else IN_SPEECH)
    return [*costs[:-1], 0.0]  # the end is no cut


def _cheapest(at, first, places, best, window_seconds, cost):
    """Cost of the best way to cut up to this place, and the place before on it."""
    ways = [(float("inf"), at)]
    for before in range(first, at):
        windows = (places[at] - places[before]) / window_seconds
        if windows < LEAST_WINDOWS - 1e-9:
            break
        ways.append((best[before][0] + (windows - 1) ** 2 + cost, before))
    return min(ways)


def _way_back(places, best):
    way = [len(places) - 1]
    while way[-1]:
        way.append(best[way[-1]][1])
    return [places[at] for at in reversed(way)]
