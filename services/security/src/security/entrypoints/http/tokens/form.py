"""The form of a token request, and refusals in the shape of RFC 6749 section 5.2."""

from typing import Final, Literal
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.responses import JSONResponse

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MOST_BYTES: Final = 8192

_KNOWN: Final = ("grant_type", "client_assertion_type", "client_assertion", "client_id", "scope")

Refusal = Literal["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"]


class TokenRefused(Exception):
    """The request is answered with this error code and sentence."""

    def __init__(self, error: Refusal, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description

    def response(self) -> JSONResponse:
        """RFC 6749 section 5.2: 401 for a client that did not prove itself, 400 for everything else."""
        status = 401 if self.error == "invalid_client" else 400
        headers = {"Pragma": "no-cache", "Cache-Control": "no-store"}
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, status_code=status, headers=headers)


async def token_form(request: Request) -> dict[str, str]:
    """The parameters of a client credentials request that is complete.

    Raises:
        TokenRefused: it is none. Nothing of what was sent is repeated.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise TokenRefused("invalid_request", "Send the parameters as application/x-www-form-urlencoded.")
    if "authorization" in request.headers:
        raise TokenRefused("invalid_request", "One way to prove the client is enough: the assertion.")
    form = _parsed(await request.body())
    if "grant_type" not in form:
        raise TokenRefused("invalid_request", "grant_type is missing.")
    if form["grant_type"] != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "The grant is client_credentials.")
    if form.get("scope"):
        raise TokenRefused("invalid_scope", "What a client may do is in its roles, not in scopes.")
    if form.get("client_assertion_type") != JWT_BEARER or not form.get("client_assertion"):
        raise TokenRefused("invalid_client", "A client proves itself by private_key_jwt (RFC 7523).")
    return form


def _parsed(raw: bytes) -> dict[str, str]:
    if len(raw) > MOST_BYTES:
        raise TokenRefused("invalid_request", f"At most {MOST_BYTES} bytes are accepted.")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, strict_parsing=bool(raw), errors="strict")
    except ValueError:
        raise TokenRefused("invalid_request", "This is no form.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenRefused("invalid_request", "A parameter is given once.")
    return {name: form[name] for name in _KNOWN if name in form}
