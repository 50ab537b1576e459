"""Which servers of partners may be called: their own by name, and those the operator of the installation adds.

The address of a partner's server is a setting of a casino. Were it believed as it stands, whoever may change it could
have this installation call itself, the cluster's metadata, or a server that collects our credentials.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator

from chassis.domain import Invalid

_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
# Stricter than any standard, so that no two readers see two hosts in one address: no user, no escapes, and what comes
# after the host begins with a slash.
_ADDRESS = re.compile(rf"(?P<scheme>https?)://{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?:/[!-~]*)?", re.IGNORECASE)
_ENTRY = re.compile(rf"(?:(?P<scheme>https?)://)?{_HOST}(?::(?P<port>[0-9]{{1,5}}|\*))?", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_ANY_PORT = "*"

Server = tuple[str, str, int | None]
"""Scheme, host, and port; None for any port."""


class PartnerAddressNotAllowed(Invalid):
    """The server is neither the partner's own nor one the operator of this installation allows."""

    code: ClassVar[str] = "partner_address_not_allowed"


@dataclass(frozen=True, slots=True)
class PartnerHosts:
    """The servers an operator adds to those that partners' protocols know.

    >>> hosts = PartnerHosts.parsed("stripe.proxy.example, http://127.0.0.1:*")
    >>> hosts.allow("https://api.stripe.com/v1", {"api.stripe.com"}), hosts.allow("http://127.0.0.1:8071", ())
    (True, True)
    >>> hosts.allow("http://api.stripe.com/v1", {"api.stripe.com"}), hosts.allow("https://169.254.169.254/", ())
    (False, False)

    A partner who gives each customer a server of his own says so with a name that begins with `*`:

    >>> PartnerHosts().allow("https://a1-acme-live.partner.example/v1", {"*-live.partner.example"})
    True
    """

    added: frozenset[Server] = field(default=frozenset())

    @classmethod
    def parsed(cls, text: str) -> Self:
        """From `[scheme://]host[:port]`, comma separated. Without a scheme it is https; the port `*` is any port.

        Raises:
            ValueError: an entry is something else; it is named.
        """
        return cls(frozenset(_entry(one.strip()) for one in text.split(",") if one.strip()))

    def allow(self, address: str, own: Collection[str]) -> bool:
        """Whether the address may be called. `own`: host names of the partner, reached by https at its usual port.

        A name that begins with `*` is any name that ends with the rest and puts no dot before it.
        """
        found = _ADDRESS.fullmatch(address)
        if found is None:
            return False
        scheme, host = found["scheme"].lower(), found["host"].lower()
        port = int(found["port"] or _PORTS[scheme])
        if (scheme, port) == ("https", _PORTS["https"]) and any(_is(host, name) for name in own):
            return True
        return (scheme, host, port) in self.added or (scheme, host, None) in self.added

    def require(self, address: object, own: Collection[str], *, name: str) -> None:
        """Raise PartnerAddressNotAllowed, naming the field, unless the address may be called."""
        if not isinstance(address, str) or not self.allow(address, own):
            theirs = f"https at {', '.join(sorted(own))}, and " if own else ""
            raise PartnerAddressNotAllowed(f"Allowed is {theirs}what the operator adds with PARTNER_HOSTS.", field=name)


def _is(host: str, name: str) -> bool:
    if not name.startswith("*"):
        return host == name
    before = host.removesuffix(name[1:])
    return 0 < len(before) < len(host) and "." not in before


def _entry(text: str) -> Server:
    found = _ENTRY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not [scheme://]host[:port]")
    scheme = (found["scheme"] or "https").lower()
    port = None if found["port"] == _ANY_PORT else int(found["port"] or _PORTS[scheme])
    return scheme, found["host"].lower(), port


def _readable(text: str) -> str:
    PartnerHosts.parsed(text)
    return text


PartnerHostList = Annotated[str, AfterValidator(_readable)]
"""A setting that `PartnerHosts.parsed` reads."""

PARTNER_HOSTS_ALLOWED = (
    "comma-separated [scheme://]host[:port] that may be called as a partner's server beside the partner's own;"
    " https unless it says http://, the port * is any"
)
"""The description of that setting."""
