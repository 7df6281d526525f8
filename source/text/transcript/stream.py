"""The words of a stream of sound, recognised beside it in a thread of their own.

Whoever feeds the stream goes on with faces and voices meanwhile: torch computes without holding Python's lock.
"""

import atexit
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Condition, Thread
from typing import Self

import numpy as np

from ...core.errors import DemeanorError
from ...media.sound.speech_activity import Speech
from ..utterances import Document
from .apart import RecogniserApart
from .blocks import CHUNKS_A_SECOND, MOST_CHUNKS, Block, Blocks, Segmenter
from .recogniser import SAMPLE_RATE_HZ, Recogniser, Stopped
from .words import Transcript, speech_after, uncertainty_notes, why_withheld

MOST_WAITING_SECONDS = 120.0  # of speech; `add` waits for the recogniser when it is so far behind
STOP_SECONDS = 2.0  # for which `close` waits


class TranscriptStream:
    """Takes the sound of a stream and recognises its words, block by block.

    How the sound is cut makes no difference. After the last sound call `finish`; `close` at any time, or use it as a
    context manager, to give up what is not recognised yet.
    """

    def __init__(
        self,
        recogniser: Callable[[], Recogniser | RecogniserApart] | None,
        speech: Speech,
        patience_seconds: float | None = None,
    ) -> None:
        """Prepare to recognise; without a `recogniser` there will be no words.

        recogniser: Makes one, in the thread, when somebody speaks. A DemeanorError that it raises becomes a note.
        speech: Where somebody speaks, told of each chunk before `add` gets it.
        patience_seconds: The longest that speech waits for its words, at least 4; a pause of half a second ends the
            wait as well. None: until a block of 30 s is full, as suits a file.
        """
        import torch

        self._threads = max(torch.get_num_threads() // 2, 1)  # of the recogniser; the others are the caller's
        self._speech, self._is_live = speech, patience_seconds is not None
        self._segmenter = Segmenter(round(patience_seconds * CHUNKS_A_SECOND) if patience_seconds else MOST_CHUNKS)
        self._changed = Condition()  # guards what follows
        self._blocks, self._transcript = Blocks(), Transcript()
        self._recogniser: Recogniser | RecogniserApart | None = None
        self._notes: tuple[str, ...] = ()
        self._error: BaseException | None = None
        self._is_last = self._is_over = False
        self.revision = 0
        """Grows when `document` changes."""
        self._working: Block | None = None
        self._thread = Thread(target=self._work, args=(recogniser,), daemon=True) if recogniser else None
        if self._thread:
            self._thread.start()
            atexit.register(self.close)  # torch aborts a process that ends while it computes

    def add(self, samples: np.ndarray, probabilities: np.ndarray) -> None:
        """Add samples (n,) float32 at 16 kHz, without a gap, and the probability of speech in each chunk they complete.

        Waits while more than MOST_WAITING_SECONDS of speech are not recognised yet.
        """
        if self._thread:
            self._segmenter.add(samples, probabilities)
            self._hand_over()

    def document(self) -> Document:
        """Return what is recognised so far, an Utterance for each of Whisper's segments; later sound may revise it.

        Words that the model made up, of a language that it does not know, are withheld, with a note.
        """
        with self._changed:
            if not self._thread or self._notes:
                return Document((), notes=self._notes)
            recogniser = self._recogniser
            document = self._transcript.document(recogniser.language or "" if recogniser else "")
        if recogniser and (reason := why_withheld(document, recogniser)):
            return Document((), notes=(f"the words are withheld: {reason}",))
        return replace(document, notes=(*document.notes, *uncertainty_notes(document, recogniser)))

    @property
    def settled_seconds(self) -> float:
        """Until when all that was said is recognised; infinity where there will be no words, or nobody speaks."""
        with self._changed:
            if not self._thread or self._is_over:
                return np.inf
            starts = [self._blocks.start, self._segmenter.start]
            starts += [self._working.segments[0].start] if self._working else []
        return min(starts) / SAMPLE_RATE_HZ

    @property
    def behind_seconds(self) -> float:
        """How much speech, in seconds, waits for its words or is being recognised, without the phrase under way."""
        with self._changed:
            working = len(self._working.samples) / SAMPLE_RATE_HZ if self._working else 0.0
            return 0.0 if self._is_over else self._blocks.waiting_seconds + working

    def finish(self) -> Document:
        """Return all that was said. Raises what the recogniser raised."""
        if self._thread:
            self._hand_over(last=True)
            self._thread.join()
        self.close()
        if self._error:
            raise self._error
        return self.document()

    def close(self) -> None:
        """Give up what is not recognised yet."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        if self._thread and self._thread.is_alive():
            if self._recogniser:
                self._recogniser.stop()
            self._thread.join(STOP_SECONDS)
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        """Return the stream itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _hand_over(self, last: bool = False) -> None:
        segments = list(self._segmenter.complete(last))
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self._blocks.waiting_seconds < MOST_WAITING_SECONDS)
            self._blocks.add(() if self._is_over else segments)
            self._is_last = last
            self._changed.notify_all()

    def _work(self, make_recogniser: Callable[[], Recogniser | RecogniserApart]) -> None:
        import torch

        torch.set_num_threads(self._threads)  # here alone: the caller has asked for its own before
        try:
            while block := self._next_block():
                recogniser = self._recogniser = self._recogniser or make_recogniser()
                segments = recogniser(block.samples, partial(speech_after, block, self._speech))
                with self._changed:
                    self._transcript.add(block, segments, self._speech)
                    self._working = None
                    self.revision += 1
        except Stopped:
            pass
        except DemeanorError as error:
            self._notes = (f"not transcribed: {error}",)
            self.revision += 1
        except BaseException as error:
            self._error = error  # for `finish`
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _next_block(self) -> Block | None:
        """Wait for a block and return it; None where there will be none."""
        with self._changed:
            while not self._is_over:
                if block := self._blocks.take(last=self._is_last or self._is_live):
                    self._working = block
                    self._changed.notify_all()
                    return block
                if self._is_last:
                    break
                self._changed.wait()
        return None
