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
ATTEMPTS = 5  # at opening a new database while another process creates its tables
SQLITE_TIMEOUT_SECONDS = 60  # for a file that another process is writing


def open_storage(place: str) -> Any:
    """Open the Optuna storage at `place`: the URL of a database, or the path of a journal file, which may be new.

    SQLite serves the processes of one machine; several machines share PostgreSQL, MySQL, or a journal file on a disk
    that they share. Raises DemeanorError where it cannot be reached.
    """
    from optuna.exceptions import OptunaError
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    from sqlalchemy.exc import SQLAlchemyError

    place = _with_sqlite_named(place)
    file = None if "://" in place else Path(place).expanduser()
    try:
        if file is None:
            return _open_database(place)
        file.parent.mkdir(parents=True, exist_ok=True)
        return JournalStorage(JournalFileBackend(str(file)))
    except (SQLAlchemyError, OptunaError, ImportError, ValueError, OSError) as error:
        what = f"journal {file}" if file else f"storage {without_passwords(place)}"
        raise DemeanorError(f"The {what} cannot be opened: {_first_line(error)}.") from None


def sqlite(file: Path) -> str:
    """Return the URL of a SQLite file, and create its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return f"{SQLITE}{file}"


def _with_sqlite_named(place: str) -> str:
    """Return the URL where `place` is the path of a SQLite file, which is no journal."""
    is_file = "://" not in place and place.endswith(SQLITE_FILES)
    return sqlite(Path(place).expanduser()) if is_file else place


@contextmanager
def one_at_a_time(place: str) -> Iterator[None]:
    """Lock a SQLite storage, which would hand out a queued trial twice; the other storages lock by themselves."""
    place = _with_sqlite_named(place)
    if not place.startswith(SQLITE):
        yield
        return
    from optuna.storages.journal import JournalFileSymlinkLock

    lock = JournalFileSymlinkLock(place.removeprefix(SQLITE))  # creates FILE.lock, and ignores that of a dead process
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def answering(place: str) -> Iterator[None]:
    """Raise DemeanorError where the storage, once open, stops answering."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        why = f"The storage {without_passwords(place)} stopped answering ({_first_line(error)})"
        raise DemeanorError(f"{why}; run the same command again once it does.") from None


def _open_database(url: str) -> Any:
    """Open a database, and try again where another process creates its tables at the same time."""
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

    kind, _, rest = url.partition("://")
    # pool_pre_ping: a connection that the server has closed meanwhile, as MySQL does at night, is noticed before use.
    engine = {"pool_pre_ping": True, "connect_args": {"timeout": SQLITE_TIMEOUT_SECONDS} if kind == "sqlite" else {}}
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return RDBStorage(f"{DRIVERS.get(kind, kind)}://{rest}", engine_kwargs=engine)
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            if attempt == ATTEMPTS or (isinstance(error, OperationalError) and "already exists" not in str(error)):
                raise
            time.sleep(0.3 * attempt)


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error.__cause__ or error
    return str(cause).strip().partition("\n")[0].rstrip(".")
