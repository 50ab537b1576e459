"""Where somebody may call from."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network


def comes_from(networks: Iterable[str], address: str | None) -> bool:
    """Whether the address lies in one of the networks. What is no address lies in none.

    >>> comes_from(["192.0.2.0/24"], "192.0.2.7"), comes_from(["192.0.2.0/24"], "2001:db8::1")
    (True, False)
    """
    try:
        came = ip_address(address or "")
    except ValueError:
        return False
    return any(came in ip_network(one) for one in networks)
