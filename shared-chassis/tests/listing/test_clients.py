"""Clients that other people wrote for PostgREST drive a served list, as they are."""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import postgrest
import pytest
from fastapi import FastAPI
from uvicorn import Server

from chassis.http.serving import uvicorn_config
from chassis.settings import ServiceSettings
from chassis.testing.environment import make_settings

from .bets import VISIBLE, A, staff

HERE = Path(__file__).parent / "clients"
LOCAL = Path(__file__).parents[3] / ".local"


@pytest.fixture(scope="module")
async def base(app: FastAPI) -> AsyncIterator[str]:
    """The list on a socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(uvicorn_config(app, make_settings(ServiceSettings)))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(20):
            while not server.started:
                await asyncio.sleep(0)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/api/example/v1"
        server.should_exit = True
        await serving


def expected(check: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [str(row["id"]) for row in VISIBLE if check(row)]


async def test_postgrest_for_python(base: str) -> None:
    made: Any = postgrest.AsyncPostgrestClient(base, headers={"Authorization": f"Bearer {staff()}"})
    async with made as client:
        bets = client.from_("bets")
        wanted = "rounds.gte.3,and(open.is.false,rounds.eq.1)"
        found = await (
            bets.select("id,rounds", count=postgrest.CountMethod.exact)
            .in_("status", ["a,b", 'lo"st'])
            .or_(wanted)
            .order("rounds", desc=True)
            .order("id")
            .range(1, 2)
            .execute()
        )
        rows = [row for row in VISIBLE if row["status"] != "won" and (row["rounds"] >= 3 or row["rounds"] == 1)]
        ordered = sorted(rows, key=lambda row: (-row["rounds"], str(row["id"])))
        assert found.count == len(rows)
        assert [row["id"] for row in found.data] == [str(row["id"]) for row in ordered[1:3]]
        csv = await client.from_("bets").select("id,status").eq("status", "a,b").limit(1).csv().execute()
        assert csv.data.splitlines()[1].endswith(',"a,b"')
        one = await client.from_("bets").select("*").limit(1).single().execute()
        assert one.data["casino_id"] == str(A)
        none = await client.from_("bets").select("*").eq("rounds", 99).maybe_single().execute()
        assert none is None
        with pytest.raises(postgrest.APIError) as refused:
            await client.from_("bets").select("*").eq("colour", "red").execute()
        assert (refused.value.code, refused.value.details) == ("LST101", "query.colour")
        assert "status" in str(refused.value.hint)


@pytest.fixture(scope="module")
def modules() -> Path:
    """A folder with the clients' packages, installed once for each lock file."""
    lock = HERE / "package-lock.json"
    folder = LOCAL / f"list-clients-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def run(*command: str, cwd: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    pipe = asyncio.subprocess.PIPE
    made = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env={**os.environ, "PATH": path}, stdout=pipe, stderr=pipe
    )
    out, err = await made.communicate()
    assert made.returncode == 0, err.decode()
    return out.decode()


async def installed(folder: Path) -> None:
    with (folder / "lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if (folder / "installed").exists():
            return
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        npm = ["npm", "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
        await run(*npm, cwd=folder)
        (folder / "installed").touch()


@pytest.mark.timeout(180)
async def test_three_clients_for_javascript(base: str, modules: Path) -> None:
    await installed(modules)
    got = json.loads(await run("node", str(HERE / "drive.mjs"), base, staff(), cwd=modules))
    wanted = [row for row in VISIBLE if row["status"] != "won" and (row["rounds"] >= 3 or row["rounds"] == 1)]
    ordered = sorted(wanted, key=lambda row: (-row["rounds"], str(row["id"])))
    assert got["js"]["error"] is None
    assert (got["js"]["status"], got["js"]["count"]) == (206, len(wanted))
    assert got["js"]["rows"] == [{"id": str(row["id"]), "status": row["status"]} for row in ordered[:3]]
    assert got["jsHead"] == len(expected(lambda row: row["rounds"] == 1))
    assert got["jsSingle"] == str(A)
    assert got["jsNotOne"]["code"] == "LST_NOT_ONE"
    assert got["jsCsv"].splitlines()[0] == "id,status"
    assert got["jsUnescaped"]["code"] == "LST111"
    assert (got["jsUnknown"]["code"], got["jsUnknown"]["details"]) == ("LST101", "query.colour")
    assert got["jsLike"] == sorted(expected(lambda row: row["status"] == "a,b"))
    assert got["ra"]["total"] == len(expected(lambda row: 1 <= row["rounds"] < 4 and row["status"] == "won"))
    assert got["raThree"] == len(expected(lambda row: row["rounds"] in (1, 3)))
    assert got["raOne"] == "a,b"
    assert got["raMany"] == sorted(got["jsLike"][:2])
    nested = expected(lambda row: row["open"] or (row["rounds"] == 1 and row["currency"] == "EUR"))
    assert got["raNested"] == len(nested)
    refined = expected(lambda row: row["rounds"] >= 1 and (row["status"] == "won" or row["open"]))
    assert got["refine"]["total"] == len(refined)
    assert "empty" in got["refineDropped"], "a condition that a client drops must not widen the list"
