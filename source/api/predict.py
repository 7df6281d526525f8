"""Predictions of files that a person hands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import config
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec, spec_of
from ..media.selection import WHOLE, Selection
from .inputs import Link, Words, are_several, asked_for
from .links import fetched
from .load import load, weights_file, with_voice_baseline
from .names import several
from .predict_many import predict_many

if TYPE_CHECKING:
    import numpy as np

    from ..results.prediction import Prediction

    Source = str | Path | np.ndarray


def predict(
    model: str,
    source: Source | Sequence[Source],
    *,
    sample_rate_hz: int | None = None,
    weights: Path | str | None = None,
    write: bool = True,
    output: Path | str | None = None,
    without: Sequence[str] = (),
    selection: Selection = WHOLE,
    voice_baseline: Path | str | None = None,
    workers: int = 1,
    cluster: str | None = None,
    resume: bool = False,
    brief: bool = False,
    allow_private_links: bool = False,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
    on_fetch: OnProgress = silent,
) -> list[Prediction]:
    """Predict with `model` what a file, every file of a folder, an array or a text displays; or each of a list.

    source: a file, a folder or a pattern such as *.jpg, looked up in input_files/ first, then as a path; a link to a
        file or to a page that shows a recording; for the face model also pixels (H, W, 3) uint8 RGB; for the audio
        model also a waveform (samples,), float in [-1, 1] or int16; for the text model also words; or a list or tuple
        of one kind of these.
    sample_rate_hz: of a waveform.
    weights: see `load`.
    write: leave the result files in a new folder of `output`, which `Prediction.folder` then names.
    output: folder for the results, made if it is not there (default: output_files/).
    without: result files not to be written, of those that the model's `SPEC.layout` names.
    selection: what of a recording is read, and how finely; only what the model's `SPEC.selectable` names.
    voice_baseline: an earlier recording of the same person's ordinary speech, against which the audio model reads them;
        looked up as files are.
    allow_private_links: whether a link may lead to this machine or its network.
    on_fetch: counts the bytes of a link's file.
    on_progress: counts what `SPEC.progress_unit` says, seconds of a recording, or the files of several.

    A folder, a pattern and a list of files are read by processes of their own, so that no file can end the run: one
    that cannot be read has a note with the reason. Their results lie in one folder, with a summary. A link of several
    that cannot be fetched is left out.

    workers: processes that share the files; 0: none, files are read in this one.
    cluster: address of a Dask scheduler whose workers read the files instead. They see these, and `output`, under the
        same paths.
    resume: go on in the folder of a run over these files that was stopped, where there is one.
    brief: of several recordings return no readings, only what is said of the whole, to save memory.

    Returns a Prediction for each file, array or text. Raises DemeanorError where there is no such file, where none can
    be read, where results cannot be written, where a list mixes kinds, or where `voice_baseline` cannot serve.

    >>> from source import api
    >>> first, second = api.predict("text", ["What a wonderful day!", "How could you do that to me?"], write=False)
    >>> first.readings[0].likeliest
    'happy'
    >>> import numpy
    >>> silence = numpy.zeros(16_000, numpy.float32)
    >>> api.predict("audio", silence, sample_rate_hz=16_000, write=False)[0].summary
    'no speech in 1.0 s'
    >>> from PIL import Image
    >>> pixels = numpy.asarray(Image.open(api.input_named("demo_astronaut.png")).convert("RGB"))
    >>> api.predict("face", pixels, write=False)[0].readings[0].likeliest
    'happy'
    """
    from ..results.predicting import predict as predict_one
    from ..results.predicting import refuse_unselectable
    from ..results.readers import Options

    spec, without = spec_of(model), several(without)
    known = spec.layout.can_be_left_out
    unknown = [name for name in without if name not in known]
    if unknown:
        raise DemeanorError(f"{unknown[0]} is no result file that can be left out; there are: {', '.join(known)}.")
    refuse_unselectable(spec, selection)
    sources = source if isinstance(source, Sequence) and not isinstance(source, str | bytes) else [source]
    asked = [_asked_for(spec, one, sample_rate_hz) for one in sources]
    if not asked or len({Path if isinstance(one, Path | Link | list) else type(one) for one in asked}) > 1:
        raise DemeanorError("Give files, arrays or texts; a list holds one kind of them.")
    target = (Path(output).expanduser() if output else config.OUTPUT_FOLDER) if write else None
    hooks, several_files = {"notify": notify, "on_progress": on_progress}, are_several(asked)
    with fetched(spec, asked, allow_private_links, notify, on_fetch) as (asked, links):
        if several_files:
            options = Options(tuple(without), selection, brief, links=links)
            if voice_baseline is not None:  # heard once, here, whoever reads the files
                trained = with_voice_baseline(load(model, weights), voice_baseline, notify)
                options = replace(options, person=trained.person)
            return predict_many(
                spec, asked, weights_file(model, weights), target, options,
                workers=workers, cluster=cluster, resume=resume, **hooks,
            )  # fmt: skip
        trained = with_voice_baseline(load(model, weights), voice_baseline, notify)
        hooks |= {"write": write, "without": without, "selection": selection, "links": links}
        return [prediction for one in asked for prediction in predict_one(one, trained, target, **hooks)]


def _asked_for(spec: ModelSpec, source: Source, sample_rate_hz: int | None) -> Any:
    """Return what `spec.read` takes for `source`; a list of files for a pattern."""
    if isinstance(source, Words) and spec.typed:
        return str(source)
    if isinstance(source, str | Path):
        return asked_for(spec.name, str(source))
    if spec.from_array is None:
        kinds = "files, words or lists of words" if spec.typed else "files or lists of files"
        raise DemeanorError(f"The {spec.name} model takes {kinds}, not {type(source).__name__}.")
    import numpy as np

    return spec.from_array(np.asarray(source), sample_rate_hz)
