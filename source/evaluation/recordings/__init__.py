"""Recordings side by side: what each displays, and people and groups of them, against a baseline.

Recordings are the cases, or the people in them, never the windows, which overlap and follow each other.
"""

from .cases import Case
from .comparison import Comparison, compare
from .estimates import Estimate
from .measures import Part, Recording
from .table import comparison_csv

__all__ = ["Case", "Comparison", "Estimate", "Part", "Recording", "compare", "comparison_csv"]
