"""The cookies of browsers, read in one way only."""

from collections.abc import Iterable

from chassis.http import RequestProblem

SESSION = "__Host-sid"
CSRF = "__Host-csrf"


def parse_cookies(header: bytes) -> dict[str, str]:
    """Names and values of a Cookie header (RFC 6265, section 4.2); RequestProblem 400 when ours comes twice.

    >>> parse_cookies(b"theme=dark; __Host-sid=abc")
    {'theme': 'dark', '__Host-sid': 'abc'}
    """
    found: dict[str, str] = {}
    for name, value in pairs(header):
        if name in found and name in (SESSION, CSRF):
            raise RequestProblem(400, "malformed_request", f"The cookie {name} came twice.")
        found[name] = value
    return found


def pairs(header: bytes) -> Iterable[tuple[str, str]]:
    """Every name with its value, in their order; never raises.

    >>> list(pairs(b"a=1; a=2; b"))
    [('a', '1'), ('a', '2')]
    """
    for part in header.decode("latin-1").split(";"):
        name, separator, value = part.strip(" \t").partition("=")
        if separator:
            yield name, value
