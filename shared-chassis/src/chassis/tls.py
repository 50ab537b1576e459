"""Whose certificates are believed by those who call servers."""

import functools
import ssl

import httpx


@functools.cache
def believed() -> ssl.SSLContext:
    """What every HTTP client of the process takes as `verify`: public authorities, whatever the environment says.

    To read them takes 25 ms in which nothing else is done, so they are read once and not by each client.
    """
    return httpx.create_ssl_context(trust_env=False)
