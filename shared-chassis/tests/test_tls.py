"""Whose certificates are believed."""

import ssl

from chassis import tls


def test_a_server_must_show_a_certificate_that_public_authorities_gave_to_its_name() -> None:
    believed = tls.believed()
    assert (believed.verify_mode, believed.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert believed.cert_store_stats()["x509_ca"] > 50


def test_the_authorities_are_read_once() -> None:
    assert tls.believed() is tls.believed()
