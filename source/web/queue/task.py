"""What the process that does a job is given. It imports nothing: that process decides what it needs."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """All that the process that does a job needs of it."""

    id: str
    source: str
    asked: str
    name: str
    model: str
    folder: Path
    """The job's own, which is emptied afterwards."""
    results: Path
    allow_private_links: bool = False
    """Whether a link may lead to this machine or its network."""
