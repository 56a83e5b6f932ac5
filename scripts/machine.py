"""What this machine offers to the tests and the benchmark: PostgreSQL, Redis, Chromium."""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import redis
from psycopg import sql

OLDEST_POSTGRESQL = 150_000  # the oldest server that we test on
BINARY_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A throw-away cluster holds nothing worth keeping, so it need not survive a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Database:
    """A PostgreSQL that the caller may create databases in. `url` names one that need not exist yet."""

    url: str
    origin: str


@contextlib.contextmanager
def postgresql(settings: Mapping[str, str] = FORGETFUL) -> Iterator[Database | None]:
    """Yields the PostgreSQL to use, or None when this machine has none.

    In this order: the one in DATABASE_URL; one that listens on localhost and lets us create databases;
    a cluster of our own, started with `settings`, and deleted at the end.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://", "psql://", "pgsql://")):
        yield Database(given, f"DATABASE_URL ({urlsplit(given).hostname or 'local socket'})")
        return
    if found := _postgresql_on_localhost():
        try:
            yield found
        finally:
            _drop_test_databases(found.url)
        return
    if binaries := _postgresql_binaries():
        with _throw_away_cluster(binaries, settings) as cluster:
            yield cluster
        return
    yield None


def _postgresql_on_localhost() -> Database | None:
    host = "localhost"
    port = os.environ.get("PGPORT", "5432")
    # A name of our own, so that two runs on one machine never share a test database.
    name = f"anteroom_{os.getpid()}"
    users = [os.environ.get("PGUSER"), getpass.getuser(), "postgres"]
    for user in dict.fromkeys(user for user in users if user):
        try:
            with psycopg.connect(
                host=host, port=port, user=user, dbname="postgres", connect_timeout=3
            ) as connection:
                may_create = connection.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
                version = connection.info.server_version
        except psycopg.Error:
            continue
        if version >= OLDEST_POSTGRESQL and may_create and may_create[0]:
            url = f"postgres://{quote(user, safe='')}@{host}:{port}/{name}"
            return Database(url, f"{host}:{port} as {user}, version {version // 10_000}")
    return None


def _drop_test_databases(url: str) -> None:
    """Removes what an interrupted run left behind; a run that ended well has removed it already."""
    parts = urlsplit(url)
    pattern = f"test{parts.path.replace('/', '_')}".replace("_", r"\_") + "%"
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection,
    ):
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]
        ).fetchall():
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


def _postgresql_binaries() -> Path | None:
    """The folder of the newest server installed here; package managers keep it off PATH."""
    folders = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    for pattern in BINARY_FOLDERS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), key=_trailing_version, reverse=True)
    for folder in folders:
        if all((folder / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            return folder
    return None


def _trailing_version(folder: Path) -> int:
    digits = "".join(character for character in folder.parent.name if character.isdigit())
    return int(digits or 0)


@contextlib.contextmanager
def _throw_away_cluster(binaries: Path, settings: Mapping[str, str]) -> Iterator[Database]:
    home = Path(tempfile.mkdtemp(prefix="anteroom-postgresql-", dir="/tmp"))
    password = secrets.token_urlsafe(24)
    (home / "password").write_text(password)
    port = _free_port()
    as_owner = _unprivileged_owner(home)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        **settings,
    }
    flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [binaries / program, "-D", home / "data", *arguments],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **as_owner,
        )
        if done.returncode:
            log = home / "log"
            raise RuntimeError(f"{program} failed:\n{done.stdout}\n{log.read_text() if log.exists() else ''}")

    try:
        run(
            *("initdb", "--username=anteroom", "--auth=scram-sha-256", f"--pwfile={home / 'password'}"),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        )
        run("pg_ctl", "start", "--wait", "--silent", f"--log={home / 'log'}", f"--options={flags}")
        try:
            url = f"postgres://anteroom:{password}@127.0.0.1:{port}/anteroom"
            yield Database(url, f"a throw-away cluster from {binaries}")
        finally:
            run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged_owner(home: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root: hand `home` to somebody else, and run as them."""
    if os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            for path in (home, home / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise RuntimeError("Root may not run PostgreSQL, and there is neither a postgres nor a nobody account.")


@contextlib.contextmanager
def redis_server() -> Iterator[tuple[str, str] | None]:
    """Yields (URL, origin) of the Redis to use, or None: REDIS_URL, localhost, or a process of our own."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        yield given, f"REDIS_URL ({urlsplit(given).hostname})"
        return
    # The last database of a default server: the first is likely to hold somebody's work.
    if _redis_answers("redis://localhost:6379/15"):
        yield "redis://localhost:6379/15", "localhost:6379, database 15"
        return
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="anteroom-redis-") as home:
        port = _free_port()
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", home],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"redis://127.0.0.1:{port}/0"
        try:
            yield (url, f"a throw-away server from {program}") if _redis_answers(url, attempts=50) else None
        finally:
            process.terminate()
            process.wait(timeout=10)


def _redis_answers(url: str, attempts: int = 1) -> bool:
    from redis.backoff import ConstantBackoff
    from redis.retry import Retry

    retry = Retry(ConstantBackoff(0.1), retries=attempts - 1)
    with redis.Redis.from_url(url, socket_connect_timeout=2, retry=retry) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    given = os.environ.get("ANTEROOM_TEST_CHROMIUM")
    if given:
        return given
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
