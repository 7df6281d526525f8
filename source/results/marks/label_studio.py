"""Label Studio's JSON: what its annotators marked in the time of a recording."""

import json
from collections import defaultdict
from typing import Any

from ...core.errors import DemeanorError
from ..annotations import Mark
from ..tracks import Track
from .times import mark_between


def tracks(text: str) -> list[Track]:
    """Return a track for each annotator; without annotations, those of the predictions. Raises DemeanorError else."""
    try:
        document = json.loads(text)
        tasks = document if isinstance(document, list) else [document]
        found: defaultdict[str, list[Mark]] = defaultdict(list)
        for task in tasks:
            for made in task.get("annotations") or task.get("predictions") or []:
                name = str(made.get("completed_by") or made.get("model_version") or "annotator")
                found[name] += [mark for region in made["result"] for mark in _marks(region, name)]
    except DemeanorError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DemeanorError("It is no JSON that Label Studio exports for a recording.") from None
    return [Track(name, tuple(marks)) for name, marks in found.items() if marks]


def _marks(region: dict[str, Any], where: str) -> list[Mark]:
    value = region.get("value", {})
    if "start" not in value or not isinstance(value.get("labels"), list):
        return []
    begin, end = float(value["start"]), float(value["end"])
    return [mark_between(begin, end, str(label), where) for label in value["labels"]]
