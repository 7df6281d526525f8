"""Where a study lives: a SQLite file, a database server, or Optuna's journal on a disk that machines share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.command_line import without_passwords
from ..core.errors import DemeanorError

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "mysql": "mysql+pymysql"}
SQLITE = "sqlite:///"
SQLITE_FILES = (".db", ".sqlite", ".sqlite3")
ATTEMPTS = 5  # at opening a new database, in which another process is making the tables at the same time
SECONDS_OF_PATIENCE = 60  # of SQLite with a file that another process is writing


def open_storage(place: str) -> Any:
    """The Optuna storage at `place`: the URL of a database, or the path of a journal file, which may be new.

    DemeanorError where it cannot be reached. SQLite serves processes of one machine; for several machines there are
    PostgreSQL, MySQL and the journal, whose file has to lie on a disk that they share.
    """
    place = _with_sqlite_named(place)
    if "://" not in place:
        return _journal(Path(place).expanduser())
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return _opened(place)
    except (SQLAlchemyError, OptunaError, ImportError, ValueError) as error:
        raise DemeanorError(f"The storage {without_passwords(place)} cannot be opened: {_first_line(error)}.") from None


def sqlite(file: Path) -> str:
    """The URL of a SQLite file, whose folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return f"{SQLITE}{file}"


def _with_sqlite_named(place):
    """Who names a SQLite file means what is in it, not a journal."""
    is_file = "://" not in place and place.endswith(SQLITE_FILES)
    return sqlite(Path(place).expanduser()) if is_file else place


@contextmanager
def one_at_a_time(place: str) -> Iterator[None]:
    """While this lasts, no other process is in it: SQLite would hand out one queued trial twice; others lock alone."""
    place = _with_sqlite_named(place)
    if not place.startswith(SQLITE):
        yield
        return
    from optuna.storages.journal import JournalFileSymlinkLock

    lock = JournalFileSymlinkLock(place.removeprefix(SQLITE))  # makes FILE.lock, and gives up on one of the dead
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def answering(place: str) -> Iterator[None]:
    """DemeanorError where the storage, once open, does not answer any more."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        why = f"The storage {without_passwords(place)} does not answer any more ({_first_line(error)})"
        raise DemeanorError(f"{why}; once it does, run the same again to go on.") from None


def _opened(url):
    """Tried again where two processes make the tables at the same time."""
    from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _database(url)
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            if attempt == ATTEMPTS or (isinstance(error, OperationalError) and "already exists" not in str(error)):
                raise
            time.sleep(0.3 * attempt)


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
        raise DemeanorError(f"The journal {file} cannot be opened: {_first_line(error)}.") from None


def _first_line(error):
    cause = getattr(error, "orig", None) or error.__cause__ or error
    return str(cause).strip().partition("\n")[0].rstrip(".")
