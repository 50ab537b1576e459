"""The embedded server: what it promises, and how it comes back."""

import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from pitlocal import postgres, processes
from pitlocal.postgres import DataDirectoryInUse, EmbeddedServer, PostgresFailed, Server
from pitlocal.privileges import discard


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "postgres"
    discard(tmp_path / "postgres")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    folder = tmp_path_factory.mktemp("server")
    server = postgres.start_embedded(folder)
    yield server
    server.stop()
    discard(folder)


async def ask(server: Server, statement: str) -> object:
    connection = await asyncpg.connect(server.superuser_url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_it_is_durable_and_takes_three_hundred_connections(server: EmbeddedServer) -> None:
    assert await ask(server, "SHOW fsync") == "on"
    assert await ask(server, "SHOW synchronous_commit") == "on"
    assert await ask(server, "SHOW max_connections") == "300"


async def test_it_wants_a_password(server: EmbeddedServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url_for("postgres", user="postgres", password="guess"))


async def test_what_was_committed_is_there_after_a_kill_on_the_same_port(server: EmbeddedServer) -> None:
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    url = server.superuser_url
    server.kill()
    assert server.pid is None
    server.restart()
    assert server.superuser_url == url
    assert await ask(server, "SELECT answer FROM kept") == 42


def test_one_folder_serves_one_process(folder: Path) -> None:
    server = postgres.start_embedded(folder)
    with pytest.raises(DataDirectoryInUse):
        postgres.start_embedded(folder)
    server.stop()


def test_a_stale_pid_file_of_another_program_is_no_obstacle(folder: Path) -> None:
    first = postgres.start_embedded(folder)
    first.kill()
    first.stop()
    data = folder.resolve() / "data"
    data = data if data.exists() else (folder / "server").resolve() / "data"
    pid_file = data / "postmaster.pid"
    assert pid_file.exists()
    # By now the number belongs to somebody else: to this very test.
    pid_file.write_text("\n".join([str(os.getpid()), *pid_file.read_text().splitlines()[1:]]))
    second = postgres.start_embedded(folder)
    assert second.pid is not None
    second.stop()


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    with pytest.raises(PostgresFailed, match=r'parameter "no_such_setting"'):
        postgres.start_embedded(folder, settings={"no_such_setting": "1"})


def test_the_address_of_a_given_server_is_used_and_never_stopped(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin:p%40ss@db.example:6543/postgres?sslmode=require")
    server = postgres.start(folder)
    server.stop()
    assert server.port == 6543
    assert server.url_for("payments") == "postgresql://admin:p%40ss@db.example:6543/payments?sslmode=require"
    assert (
        server.url_for("payments", user="payments", password="a/b")
        == "postgresql://payments:a%2Fb@db.example:6543/payments?sslmode=require"
    )
    with pytest.raises(PostgresFailed):
        server.kill()


def test_the_end_of_a_log_is_told_and_a_missing_log_is_empty(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    assert processes.tail(log) == ""
    log.write_text("\n".join(str(line) for line in range(100)))
    assert processes.tail(log, 2) == "98\n99"
