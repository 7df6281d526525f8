"""What went wrong, as the page and programs are told."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from ..core.errors import DemeanorError


class Trouble(DemeanorError):
    """What went wrong, in one sentence, with the status and the word that programs tell it by."""

    status, code = 400, "wrong"

    def __init__(self, sentence: str, **more: Any) -> None:
        """more: further fields of the answer."""
        super().__init__(sentence)
        self.more = more


class NotFound(Trouble):
    """There is no such thing."""

    status, code = 404, "not_found"


class Conflict(Trouble):
    """It cannot be done as things stand."""

    status, code = 409, "conflict"


class TooLarge(Trouble):
    """It is more than is taken."""

    status, code = 413, "too_large"


class Busy(Trouble):
    """It can be done later."""

    status, code = 429, "busy"


class DiskFull(Trouble):
    """There is no place for it."""

    status, code = 507, "disk_full"


def not_written(error: OSError) -> DiskFull:
    """Return the trouble with a disk that takes no more."""
    return DiskFull(f"It cannot be written down: {error.strerror or error}; free some space and try again.")


def trouble_response(error: Exception) -> JSONResponse:
    """Return what is answered where this was raised."""
    status, code = getattr(error, "status", 400), getattr(error, "code", "wrong")
    return JSONResponse({"trouble": str(error), "code": code, **getattr(error, "more", {})}, status)
