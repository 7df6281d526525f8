"""Names that a caller gives."""

from collections.abc import Sequence


def several(names: Sequence[str]) -> Sequence[str]:
    """Return the names; of one that was given without a list around it, a list."""
    return [names] if isinstance(names, str) else names
