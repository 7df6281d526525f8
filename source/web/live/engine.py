"""The networks of live sessions, loaded once and warm: the first frame is answered as quickly as the last."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from ... import api
from ...combined.results import result_files
from ...combined.stream import CombinedStream
from ...combined.warm import warm
from ...core.errors import DemeanorError
from ...text.transcript.apart import RecogniserApart, recognising_process
from .protocol import Hello

if TYPE_CHECKING:
    from ...results.prediction import Prediction
    from ...results.writing import Written

NOT_READ = {"face": "Faces are not read", "audio": "The voice is not read", "text": "Words are not read"}


class Engine(AbstractContextManager["Engine"]):
    """The combined model, with Whisper in a process of its own. See `source.web.live.inside.Makes`."""

    def __init__(self) -> None:
        self._words = recognising_process()
        self._reads: tuple[str, ...] = ()  # modalities

    def __exit__(self, *_: object) -> None:
        """End the process of the words."""
        self._words.__exit__()

    def warm(self) -> tuple[str, ...]:
        """Load the networks and use each once; returns sentences on what cannot be read.

        Raises DemeanorError where nothing can.
        """
        self._trained = api.load("combined")
        modalities, missing = self._trained.settings.modalities, []
        for name in modalities:
            try:
                warm(self._trained, name)
                if name == "text":
                    RecogniserApart(self._words)
                self._reads += (name,)
            except DemeanorError as error:
                missing.append(f"{NOT_READ.get(name, name)}: {error}")
        if not self._reads:
            raise DemeanorError(missing[0])
        return tuple(missing)

    def stream(self, hello: Hello) -> CombinedStream:
        """Return a new stream that reads what can be read, and words only where they are wanted."""
        modalities = tuple(name for name in self._reads if name != "text" or name in hello.modalities)
        settings = replace(self._trained.settings, modalities=modalities or self._reads)
        trained = replace(self._trained, settings=settings)
        stream = CombinedStream(trained, live=True, recogniser=lambda: RecogniserApart(self._words))
        stream.load()
        return stream

    def files(self, stream: CombinedStream, prediction: Prediction) -> dict[str, Written]:
        """Return the result files that need no source, by name."""
        return result_files(None, prediction, stream.face_tracks, self._trained)
