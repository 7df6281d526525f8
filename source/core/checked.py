"""Documents from outside as dataclasses, or what is wrong with them in one sentence."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from .errors import DemeanorError

Own = TypeVar("Own")
LONGEST_PLACE = 80  # characters: keys of a document are from outside too


def checked(kind: type[Own], document: Any, sentence: str) -> Own:
    """Return `kind`, such as a dataclass, made of a document; raises DemeanorError, begun by `sentence`, for others.

    document: as Python has it, or JSON as bytes.
    """
    try:
        adapter = _adapter(kind)
        return adapter.validate_json(document) if isinstance(document, bytes) else adapter.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))[:LONGEST_PLACE] or "the document"
        raise DemeanorError(f"{sentence}: {where}: {first['msg'].removeprefix('Value error, ')}.") from None


@cache
def _adapter(kind: type[Own]) -> TypeAdapter[Own]:
    return TypeAdapter(kind)
