"""Results in the formats of annotation programs."""

from __future__ import annotations

from pathlib import Path


def export(result: Path | str, form: str, *, output: Path | str | None = None) -> list[Path]:
    """Write a result as a file of ELAN, BORIS, Label Studio or Praat, and return the file's path.

    result: its folder or its result.json, looked up in output_files/ first, then as a path; of a run over several files
        there is a file for each.
    form: elan (tab-delimited text), eaf (ELAN's own document), boris, labelstudio or textgrid.
    output: folder for the files, made if it is not there (default: the result's own).

    Raises DemeanorError where there is no such result or format, or where the format cannot hold the result: all but
    labelstudio need times, which a picture and a plain text have not.

    >>> from source import api
    >>> api.export("demo_clip", "eaf")[0].name  # needs a result  # doctest: +SKIP
    'demo_clip.eaf'
    """
    from ..core.files import write_whole
    from ..results.export import format_named
    from ..results.kept import kept_in, result_folders
    from ..results.writing import explained

    written, format_ = [], format_named(form)
    for folder in result_folders(result):
        kept = kept_in(folder)
        target = Path(output).expanduser() if output else kept.folder
        content = format_.write(kept)
        with explained(target):
            target.mkdir(parents=True, exist_ok=True)
            written.append(write_whole(target / f"{kept.name}{format_.ending}", content))
    return written


def export_formats() -> dict[str, str]:
    """Return the names of the formats of `export`, each with what it is.

    >>> from source import api
    >>> list(api.export_formats())
    ['elan', 'eaf', 'boris', 'labelstudio', 'textgrid']
    """
    from ..results.export import FORMATS

    return {name: one.title for name, one in FORMATS.items()}
