"""Where a study lives: a SQLite file, a database server, or Optuna's journal on a disk that machines share."""

from pathlib import Path
from typing import Any

from source.shared.documents import without_passwords
from source.shared.errors import Trouble

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "mysql": "mysql+pymysql"}
SECONDS_OF_PATIENCE = 60  # of SQLite with a file that another process is writing


def open_storage(place: str) -> Any:
    """The Optuna storage at `place`: the URL of a database, or the path of a journal file, which may be new.

    Trouble where it cannot be reached. SQLite serves processes of one machine; for several machines there are
    PostgreSQL, MySQL and the journal, whose file has to lie on a disk that they share.
    """
    if "://" not in place:
        return _journal(Path(place).expanduser())
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return _database(place)
    except (SQLAlchemyError, OptunaError, ImportError, ValueError) as error:
        raise Trouble(f"The storage {without_passwords(place)} cannot be opened: {_first_line(error)}.") from None


def sqlite(file: Path) -> str:
    """The URL of a SQLite file, whose folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{file}"


def _database(url):
    from optuna.storages import RDBStorage

    kind, _, rest = url.partition("://")
    patience = {"timeout": SECONDS_OF_PATIENCE} if kind == "sqlite" else {}
    # A connection that the server has closed meanwhile, as MySQL does at night, is noticed before it is used.
    engine = {"pool_pre_ping": True, "connect_args": patience}
    return RDBStorage(f"{DRIVERS.get(kind, kind)}://{rest}", engine_kwargs=engine)


def _journal(file):
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return JournalStorage(JournalFileBackend(str(file)))
    except (OSError, ValueError) as error:
        raise Trouble(f"The journal {file} cannot be opened: {_first_line(error)}.") from None


def _first_line(error):
    cause = getattr(error, "orig", None) or error.__cause__ or error
    return str(cause).strip().partition("\n")[0].rstrip(".")
