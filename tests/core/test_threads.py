"""Work in threads: in order, lazily, and with its errors."""

import pytest

from source.core.threads import ahead


def test_ahead_is_lazy_keeps_the_order_and_passes_errors_on():
    given, taken = iter(range(100)), ahead(iter(lambda: next(given), None))
    assert [next(taken) for _ in range(3)] == [0, 1, 2]
    taken.close()
    assert next(given) < 30

    def failing():
        yield 1
        raise OSError

    with pytest.raises(OSError):
        list(ahead(failing()))
