"""What we ask of Hub88: the catalogue and the address of a game. Every request is signed with the casino's own key."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chassis.domain import Invalid
from games.application.ports import (
    Launch,
    LaunchGranted,
    LaunchOutcome,
    LaunchRefused,
    LaunchUnanswered,
    OfferedGame,
    Outbound,
    SupplierAccount,
    SupplierReply,
    SupplierSilent,
)
from games.application.wallet_calls import Verdict
from games.strategies.suppliers.hub88 import signature
from games.strategies.suppliers.hub88.desk import OPERATIONS, Hub88Desk, refusal
from games.strategies.suppliers.hub88.wire import Fault, GameEntry, GameUrl

_PLATFORMS = {"desktop": "GPL_DESKTOP", "mobile": "GPL_MOBILE"}
_PLATFORM_NAMES = {word: name for name, word in _PLATFORMS.items()}
_SETTINGS = frozenset({"base_url", "operator_id", "public_key"})
_EXPLICIT_NO = frozenset({400, 401, 403, 404})
_COUNTRY_LENGTH = 2

_CATALOGUE = msgspec.json.Decoder(list[GameEntry])
_URL = msgspec.json.Decoder(GameUrl)
_FAULT = msgspec.json.Decoder(Fault)


class Hub88:
    """See GameSupplier.

    Settings of an account: `base_url` (their server), `operator_id` (who we are to them), `public_key` (theirs, PEM).
    Secret: `private_key` (ours, PEM).
    """

    name = "hub88"
    hosts = frozenset({"api.hub88.io", "api.as1.hub88.io", "api.am.hub88.io", "api.stage.hub88.io"})
    operations = OPERATIONS
    secret_names = frozenset({"private_key"})
    catalogue_interval_s = 60

    def check(self, account: SupplierAccount) -> None:
        for name in sorted(set(account.settings) - _SETTINGS):
            raise Invalid(f"Hub88 has the settings {', '.join(sorted(_SETTINGS))}.", field=f"settings.{name}")
        _base_url(account.settings)
        _operator_id(account.settings)
        try:
            signature.read_public_key(_text(account.settings, "public_key"))
        except ValueError as error:
            raise Invalid(
                "Hub88's public key must be an RSA key of 2048 bits or more, as PEM.", field="settings.public_key"
            ) from error
        try:
            signature.read_private_key(account.secrets.get("private_key", ""))
        except ValueError as error:
            raise Invalid(
                "Our private key must be an RSA key of 2048 bits or more, as PEM without a password.",
                field="secrets.private_key",
            ) from error

    def desk(self, account: SupplierAccount) -> Hub88Desk:
        return Hub88Desk(signature.read_public_key(_text(account.settings, "public_key")))

    def refusal(self, body: bytes, verdict: Verdict) -> bytes:
        return refusal(body, verdict)

    def catalogue_request(self, account: SupplierAccount) -> Outbound:
        return _signed(account, "/operator/generic/v2/game/list", {"operator_id": _operator_id(account.settings)})

    def read_catalogue(self, reply: SupplierReply) -> Sequence[OfferedGame]:
        if reply.status != 200:
            raise SupplierSilent(f"the catalogue was answered with status {reply.status}")
        try:
            entries = _CATALOGUE.decode(reply.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise SupplierSilent("the answer is not a catalogue") from error
        games = [_offered(entry) for entry in entries if entry.enabled is not False and "\x00" not in entry.game_code]
        if not games:
            raise SupplierSilent("the catalogue is empty; taking it over would close every game")
        return games

    def launch_request(self, account: SupplierAccount, launch: Launch) -> Outbound:
        body: dict[str, Any] = {
            "operator_id": _operator_id(account.settings),
            "user": str(launch.player_id),
            "token": launch.token,
            "game_code": launch.game_code,
            "platform": _PLATFORMS[launch.platform],
            "lang": launch.language,
            "currency": launch.currency,
            "country": launch.country,
            "lobby_url": launch.lobby_url,
        }
        if launch.ip:
            body["ip"] = launch.ip
        return _signed(account, "/operator/generic/v2/game/url", body)

    def read_launch(self, reply: SupplierReply) -> LaunchOutcome:
        try:
            if reply.status == 200:
                url = _URL.decode(reply.body).url
                return LaunchGranted(url) if _is_web_address(url) else LaunchUnanswered()
            if reply.status in _EXPLICIT_NO:
                return LaunchRefused(_FAULT.decode(reply.body).error[:200])
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            pass
        return LaunchUnanswered()


def _signed(account: SupplierAccount, path: str, document: Mapping[str, Any]) -> Outbound:
    body = msgspec.json.encode(document)
    key = signature.read_private_key(account.secrets["private_key"], checked_before=True)
    headers = {"Content-Type": "application/json", signature.HEADER: signature.sign(key, body)}
    return Outbound("POST", _base_url(account.settings) + path, body, headers)


def _text(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid(f"{name} is needed, as text.", field=f"settings.{name}")
    return value


def _base_url(settings: Mapping[str, Any]) -> str:
    url = _text(settings, "base_url")
    if not _is_web_address(url) or "?" in url or "#" in url:
        raise Invalid("base_url must be an http or https address without a query.", field="settings.base_url")
    return url.rstrip("/")


def _operator_id(settings: Mapping[str, Any]) -> int | str:
    value = settings.get("operator_id")
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise Invalid("operator_id is needed, as Hub88 gave it.", field="settings.operator_id")
    return value


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _offered(entry: GameEntry) -> OfferedGame:
    """Countries that are blocked and those that are restricted are both closed to us."""
    countries = {*(entry.blocked_countries or ()), *(entry.restricted_countries or ())}
    return OfferedGame(
        code=entry.game_code,
        name=_plain(entry.name) or entry.game_code,
        category=_plain(entry.category) or "other",
        product=_plain(entry.product),
        platforms=tuple(sorted(_PLATFORM_NAMES[word] for word in entry.platforms or () if word in _PLATFORM_NAMES)),
        blocked_countries=tuple(sorted(code.upper() for code in countries if len(code) == _COUNTRY_LENGTH)),
        thumbnail_url=entry.url_thumb if entry.url_thumb and _is_web_address(entry.url_thumb) else None,
        free_bets=bool(entry.freebet_support),
    )


def _plain(text: str | None) -> str:
    return (text or "").replace("\x00", "")[:200]
