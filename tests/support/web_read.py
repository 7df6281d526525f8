"""What stands for reading where the page is tested: results as people get them, at once. Imports nothing slow."""

import json
import shutil
import time

from source.core.errors import DemeanorError
from source.core.workers import say
from tests.support.web_jobs import nothing

__all__ = ["TEMPLATE", "nothing", "read"]

TEMPLATE = ".web/template.json"  # in the folder of results: the document of every result, but for its name and model


def read(task):
    """Leave a copy of the template as the result; "bad" in a name: none; "slow": once a file named "go" is there."""
    say({"sentence": "Reading.", "done": 3, "total": 6, "unit": "seconds"})
    while "slow" in task.name and not (task.results / "go").exists():
        time.sleep(0.005)
    if "bad" in task.name:
        raise DemeanorError(f"{task.name} cannot be decoded.")
    document = json.loads((task.results / TEMPLATE).read_text())
    folder = task.results / f"result_{task.id}"
    folder.mkdir()
    (folder / ".job").write_text(task.id)
    if (task.folder / "upload").exists():
        shutil.copyfile(task.folder / "upload", folder / "original.mp4")
    (folder / "result.json").write_text(json.dumps(document | {"source": task.name, "model": task.model}))
    return [folder.name]
