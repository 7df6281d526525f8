"""What is installed, found and missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..doctor import Finding


def examine() -> list[Finding]:
    """Return what is installed, found and missing, each with what to do about it.

    >>> from source import api
    >>> api.examine()[0].name
    'Python'
    """
    from .. import doctor

    return doctor.examine()
