"""Hub88 keeps the suite, and what only Hub88 has."""

import base64
import json
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from services.games.tests.contract.supplier_contract import OtherSide, Said, SupplierContract
from services.games.tests.support import hub88
from services.games.tests.support.facts import GAME, PLAYER, TOKEN, account

from games.application.ports import Launch, SupplierAccount, SupplierReply
from games.strategies.suppliers.hub88 import Hub88

WORDS = {
    "RS_OK": "ok",
    "RS_ERROR_UNKNOWN": "unknown",
    "RS_ERROR_NOT_ENOUGH_MONEY": "no money",
    "RS_ERROR_DUPLICATE_TRANSACTION": "duplicate",
    "RS_ERROR_INVALID_SIGNATURE": "bad signature",
    "RS_ERROR_WRONG_CURRENCY": "wrong currency",
    "RS_ERROR_TRANSACTION_DOES_NOT_EXIST": "unknown transaction",
    "RS_ERROR_TRANSACTION_ROLLED_BACK": "rolled back",
    "RS_ERROR_INVALID_TOKEN": "no such token",
    "RS_ERROR_TOKEN_EXPIRED": "token expired",
    "RS_ERROR_INVALID_GAME": "no such game",
    "RS_ERROR_USER_DISABLED": "player disabled",
}
PLACES = {"EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}
OPERATION = {
    "info": "user/info",
    "balance": "user/balance",
    "bet": "transaction/bet",
    "win": "transaction/win",
    "rollback": "transaction/rollback",
}


class Hub88Side(OtherSide):
    supplier = Hub88()
    request: ClassVar[str] = "583c985f-fee6-4c0e-bbf5-308aad6265af"

    def account(self) -> SupplierAccount:
        return account(settings=hub88.settings(), secrets=hub88.secrets())

    def call(self, kind: str, **facts: Any) -> tuple[str, dict[str, str], bytes]:
        operation = OPERATION[kind]
        changes: dict[str, Any] = {"request_uuid": self.request}
        names = {
            "user": "user",
            "token": "token",
            "game": "game_code",
            "currency": "currency",
            "tx": "transaction_uuid",
            "reference": "reference_transaction_uuid",
            "round": "round",
            "closed": "round_closed",
            "free": "is_free",
            "promo": "is_supplier_promo",
        }
        changes |= {names[name]: value for name, value in facts.items() if name in names}
        if "minor" in facts:
            changes["amount"] = facts["minor"] * 100_000 // 10 ** PLACES[facts.get("currency", "EUR")]
        if facts.get("promo") and "reference" not in facts:
            changes["reference_transaction_uuid"] = ...
        body = hub88.body(operation, **changes)
        return operation, hub88.signed(body), body

    def spoil(self, headers: dict[str, str], body: bytes, how: str) -> tuple[dict[str, str], bytes]:
        match how:
            case "missing":
                return {"Content-Type": "application/json"}, body
            case "wrong":
                return hub88.signed(body, owner="a stranger"), body
            case _:
                return headers, json.dumps(dict(reversed(json.loads(body).items()))).encode()

    def read(self, body: bytes) -> Said:
        answer = json.loads(body)
        assert answer["request_uuid"] == self.request
        balance = None
        if "balance" in answer:
            scaled = answer["balance"] * 10 ** PLACES[answer["currency"]]
            balance, rest = divmod(scaled, 100_000)
            assert rest == 0
        return Said(WORDS[answer["status"]], balance, answer)

    def launch_answer(self, kind: str) -> SupplierReply:
        if kind == "granted":
            return SupplierReply(200, b'{"url":"http://game.test/x"}')
        return SupplierReply(403, b'{"error":"country is not enabled"}')

    def unclear(self) -> list[SupplierReply]:
        return [
            SupplierReply(500, b'{"error":"internal"}'),
            SupplierReply(502, b"<html>"),
            SupplierReply(404, b"<html>"),
            SupplierReply(429, b'{"error":"slow down"}'),
            SupplierReply(200, b"{}"),
            SupplierReply(200, b'{"url":"javascript:alert(1)"}'),
            SupplierReply(200, b'{"url":"http://['),
            SupplierReply(302, b""),
        ]


class TestHub88(SupplierContract):
    @pytest.fixture
    def other(self) -> Hub88Side:
        return Hub88Side()

    async def test_info_is_answered_without_a_token(self, say: Any) -> None:
        answer = (await say("info")).raw
        assert (answer["status"], answer["user"], answer["country"]) == ("RS_OK", str(PLAYER), "MT")

    async def test_a_win_that_reuses_its_bets_id_is_a_duplicate(self, say: Any) -> None:
        await say("bet", minor=100, tx="b")
        assert (await say("win", minor=100, tx="b", reference="b")).word == "duplicate"

    async def test_a_rollback_may_carry_the_id_of_what_it_undoes(self, say: Any) -> None:
        await say("bet", minor=100, tx="b")
        answer = await say("rollback", tx="b", reference="b")
        assert (answer.word, answer.balance) == ("ok", 1000)

    async def test_a_reused_rollback_id_is_a_duplicate(self, say: Any) -> None:
        await say("bet", minor=100, tx="b")
        await say("bet", minor=100, tx="c")
        await say("rollback", tx="r", reference="b")
        assert (await say("rollback", tx="r", reference="c")).word == "duplicate"

    async def test_a_promotion_bet_stakes_nothing(self, say: Any) -> None:
        answer = await say("bet", minor=100, tx="b", promo=True)
        assert (answer.word, answer.balance) == ("ok", 1000)

    def test_a_launch_carries_our_signature_over_the_bytes_we_send(self, other: Hub88Side) -> None:
        launch = Launch(
            player_id=PLAYER,
            token=TOKEN,
            game_code=GAME,
            platform="desktop",
            language="en",
            currency="EUR",
            country="MT",
            lobby_url="https://casino.test",
            ip="",
        )
        sent = other.supplier.launch_request(other.account(), launch)
        signature = base64.b64decode(sent.headers["X-Hub88-Signature"])
        hub88.key("casino").public_key().verify(signature, sent.body, padding.PKCS1v15(), hashes.SHA256())
        assert json.loads(sent.body) == {
            "operator_id": 7,
            "user": str(PLAYER),
            "token": TOKEN,
            "game_code": GAME,
            "platform": "GPL_DESKTOP",
            "lang": "en",
            "currency": "EUR",
            "country": "MT",
            "lobby_url": "https://casino.test",
        }
        assert (sent.method, sent.url) == ("POST", "http://hub88.test/operator/generic/v2/game/url")

    def test_the_catalogue_is_asked_for_with_our_id(self, other: Hub88Side) -> None:
        sent = other.supplier.catalogue_request(other.account())
        assert json.loads(sent.body) == {"operator_id": 7}
        assert sent.url == "http://hub88.test/operator/generic/v2/game/list"

    def test_two_requests_for_the_catalogue_lie_a_minute_apart(self, other: Hub88Side) -> None:
        assert other.supplier.catalogue_interval_s >= 60
