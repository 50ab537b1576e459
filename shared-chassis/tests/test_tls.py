"""Whose certificates are believed."""

import ssl

import httpx
import pytest
from pydantic import SecretStr

from chassis import tls
from chassis.service_client import ServiceClient


def test_a_server_must_show_a_certificate_that_public_authorities_gave_to_its_name() -> None:
    believed = tls.believed()
    assert (believed.verify_mode, believed.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert believed.cert_store_stats()["x509_ca"] > 50


async def test_clients_do_not_read_the_authorities_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    tls.believed()

    def read(*_: object, **__: object) -> ssl.SSLContext:
        raise AssertionError("the authorities were read again")

    monkeypatch.setattr(ssl, "create_default_context", read)
    async with ServiceClient("https://security.test", "security", SecretStr("k" * 32), caller="payments"):
        pass
    with pytest.raises(AssertionError):
        httpx.AsyncClient()
