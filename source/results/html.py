"""HTML pages from jinja2 templates, each one self-contained file."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.figure import ink_on
from ..core.units import clock, signed

if TYPE_CHECKING:
    from jinja2 import Environment

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # HTML has no place for them, nor has UTF-8


def render_page(folder: Path, **values: Any) -> str:
    """Render `page.html.j2` of `folder` with `page.css` and, where there is one, `page.js` inlined.

    The template sees `values`, `style`, `script`, the filters `clock`, `signed`, `ink_on` and `whole_percent`, and
    `script_hash`, with which a Content-Security-Policy lets a browser run this script and no other. Every value is
    escaped; characters that HTML cannot hold become U+FFFD. Raises jinja2.UndefinedError for a name without a value.
    """
    return UNPRINTABLE.sub("\ufffd", _environment(folder).get_template("page.html.j2").render(values))


def script_hash(script: str) -> str:
    """Return what a Content-Security-Policy names an inlined script by, so that a browser runs it and no other.

    >>> script_hash("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


@cache
def _environment(folder: Path) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    files = {"style": folder / "page.css", "script": folder / "page.js"}
    inlined = {name: file.read_text(encoding="utf-8") if file.is_file() else "" for name, file in files.items()}
    environment.globals |= {name: Markup(text) for name, text in inlined.items()}
    environment.globals["script_hash"] = script_hash(inlined["script"])
    environment.filters |= {"clock": clock, "ink_on": ink_on, "signed": signed}
    environment.filters["whole_percent"] = lambda share: f"{100 * share:.0f} %"
    return environment
