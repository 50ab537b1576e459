"""HTTP/1 as uvicorn reads it with httptools, and a little stricter."""

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_VERSIONS: Final = frozenset({"1.0", "1.1"})


class MalformedTarget(Exception):
    """The request line names something else than a path of this server."""


class StrictProtocol(HttpToolsProtocol):
    """Takes requests for a path, and no others: they are answered with 400 and the connection is closed.

    An absolute-form target (`GET http://other/x`) names a host of its own beside the header Host, and the parser shows
    applications its path alone; so does a fragment, which no client sends. By the time an application is asked, both
    are gone.
    """

    def on_headers_complete(self) -> None:
        """Called by the parser, which treats what is raised here as a mistake in the request."""
        if not self.url.startswith(b"/") or b"#" in self.url or self.parser.get_http_version() not in _VERSIONS:
            raise MalformedTarget
        super().on_headers_complete()
