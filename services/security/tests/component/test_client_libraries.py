"""A standard OAuth client, over a real socket: it reads the metadata, proves itself, and uses its token."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT

from chassis.http.serving import uvicorn_config
from chassis.runtime import Service, http_application

from .api import enter
from .clients_api import TOKEN, Program, register

pytestmark = pytest.mark.enable_socket


@pytest.fixture
async def server(service: Service) -> AsyncIterator[str]:
    """The service behind uvicorn; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn_config(http_application(service), service.settings))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)  # until the socket listens: uvicorn tells by a flag alone
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running


@pytest.fixture
async def program(server: str, first_password: str, algorithm: str) -> Program:
    async with httpx.AsyncClient(base_url=server) as http:
        admin = (await enter(http, "admin@example.com", first_password))["access_token"]
        return await register(http, admin, Program.new(algorithm), addresses=["127.0.0.1"])


def library(program: Program, issuer: str, key: Any = None) -> AsyncOAuth2Client:
    """Authlib as its documentation says, but for the hour that its assertions live unless told otherwise."""
    pair = key or program.pair
    client = AsyncOAuth2Client(program.client_id, pair, token_endpoint_auth_method="private_key_jwt")
    now = int(time.time())
    claims = {"iat": now - 60, "exp": now + 120}  # The clock of the service stands still since the test began.
    client.register_client_auth_method(
        PrivateKeyJWT(issuer + TOKEN, claims=claims, headers={"kid": program.kid}, alg=program.algorithm)
    )
    return client


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_authlib_gets_a_token(server: str, program: Program) -> None:
    async with httpx.AsyncClient(base_url=server) as http:
        told = (await http.get("/.well-known/oauth-authorization-server")).json()
    async with library(program, told["issuer"]) as client:
        token = await client.fetch_token(server + TOKEN, grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 300)
    assert token["access_token"].count(".") == 2


@pytest.mark.parametrize("algorithm", ["ES256"])
async def test_authlib_understands_a_refusal(server: str, program: Program) -> None:
    async with library(program, "http://127.0.0.1:8000", Program.new("ES256").pair) as client:
        with pytest.raises(OAuthError) as refused:
            await client.fetch_token(server + TOKEN, grant_type="client_credentials")
    assert refused.value.error == "invalid_client"
