"""Long work, one job at a time in a process of its own; written down, so that it outlives the page and this process."""

from .job import Job
from .queue import Queue

__all__ = ["Job", "Queue"]
