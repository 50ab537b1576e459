"""What every call to TrueLayer has in common: the access token, and for one that changes something a signature."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from payments.application.ports import AccessToken, HttpAnswer, HttpCall, Login, ProviderAccount
from payments.strategies.providers.reading import decoded_object, section, word
from payments.strategies.providers.truelayer.signature import Message, Signer, sign

SCOPE = "payments"
KEY_HEADER = "Idempotency-Key"

KNOWN_FOR = timedelta(hours=6)
"""How long it surely knows a repeat: the shorter of the two times its documentation has had (the other is 30 days)."""

_LONGEST_S = 86_400
_ERRORS = "error-types#"
_REFUSED_AS_IT_IS = ("invalid-parameters", "invalid-state")
_REFUSES_US = ("unauthenticated", "forbidden")


def ask_for(account: ProviderAccount, path: str) -> HttpCall:
    """A question. It is not signed."""
    return HttpCall("GET", f"{_base(account)}{path}", {"Accept": "application/json"}, login=login(account))


def order(account: ProviderAccount, path: str, facts: Mapping[str, Any] | None, key: str) -> HttpCall:
    """A signed POST, done once per key; None: without a body. What is signed is the path as the server sees it."""
    body = b"" if facts is None else json.dumps(facts).encode()
    url = f"{_base(account)}{path}"
    signed = Message("POST", urlsplit(url).path, {KEY_HEADER: key}, body)
    signer = Signer(str(account.settings["key_id"]), account.secrets["private_key"])
    headers = {KEY_HEADER: key, "Tl-Signature": sign(signer, signed), "Accept": "application/json"}
    if body:
        headers["Content-Type"] = "application/json"
    return HttpCall("POST", url, headers, body, key, login=login(account), repeatable_for=KNOWN_FOR)


def login(account: ProviderAccount) -> Login:
    """How an access token is had (RFC 6749, 4.4)."""
    form = {
        "grant_type": "client_credentials",
        "client_id": account.settings["client_id"],
        "client_secret": account.secrets["client_secret"],
        "scope": SCOPE,
    }
    url = f"{str(account.settings['auth_url']).rstrip('/')}/connect/token"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return Login(HttpCall("POST", url, headers, urlencode(form).encode()), token_of)


def token_of(answer: HttpAnswer) -> AccessToken | None:
    """The token in an answer; None when there is none that could be sent in a header."""
    body = section(decoded_object(answer))
    token, seconds = body.get("access_token"), body.get("expires_in")
    fits = isinstance(token, str) and 0 < len(token) <= 8_192 and token.isascii() and token.isprintable()
    if answer.status != 200 or not fits or str(body.get("token_type")).lower() != "bearer":
        return None
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= _LONGEST_S:
        seconds = 0
    return AccessToken(str(token), timedelta(seconds=seconds))


def refusal(answer: HttpAnswer) -> tuple[str, bool] | None:
    """The code of an error (RFC 9457), and whether an equal call can never succeed; None: what it did is not known."""
    address = word(section(decoded_object(answer)).get("type")) or ""
    code = address.rpartition(_ERRORS)[2]
    if 400 <= answer.status < 500 and code in _REFUSED_AS_IT_IS:
        return code, True
    if 400 <= answer.status < 500 and code in _REFUSES_US:
        return code, False
    return None  # A key that is in use, or was used for something else; too many calls; a server that does not work.


def _base(account: ProviderAccount) -> str:
    return str(account.settings["base_url"]).rstrip("/")
