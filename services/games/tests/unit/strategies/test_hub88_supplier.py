"""What we ask of Hub88, and how its answers are read."""

import json
from typing import Any

import pytest
from services.games.tests.support import hub88 as other_side
from services.games.tests.support.facts import account

from chassis.domain import Invalid
from games.application.ports import SupplierReply, SupplierSilent
from games.strategies.suppliers.hub88 import Hub88

HUB88 = Hub88()
ACCOUNT = account(settings=other_side.settings(), secrets=other_side.secrets())


def catalogue(*entries: Any) -> SupplierReply:
    return SupplierReply(200, json.dumps(entries).encode())


def test_a_catalogue_is_read_with_what_matters_here() -> None:
    (game,) = HUB88.read_catalogue(
        catalogue(
            {
                "game_code": "clt_dragonrising",
                "name": "Dragon Rising",
                "category": "Video Slots",
                "product": "Caleta",
                "platforms": ["GPL_MOBILE", "GPL_DESKTOP", "GPL_SMART_FRIDGE"],
                "blocked_countries": ["us", "FR"],
                "restricted_countries": ["GB", "FR", "?"],
                "url_thumb": "https://cdn.hub88.test/1.png",
                "freebet_support": True,
                "certifications": {"MT": "x"},
            }
        )
    )
    assert (game.code, game.name, game.category, game.product) == (
        "clt_dragonrising",
        "Dragon Rising",
        "Video Slots",
        "Caleta",
    )
    assert game.platforms == ("desktop", "mobile")
    assert game.blocked_countries == ("FR", "GB", "US")
    assert (game.thumbnail_url, game.free_bets) == ("https://cdn.hub88.test/1.png", True)


def test_a_game_needs_no_more_than_a_code() -> None:
    (game,) = HUB88.read_catalogue(catalogue({"game_code": "x", "url_thumb": "javascript:alert(1)"}))
    assert (game.name, game.category, game.platforms, game.thumbnail_url) == ("x", "other", (), None)


def test_a_game_that_is_switched_off_over_there_is_not_on_offer() -> None:
    assert [
        game.code for game in HUB88.read_catalogue(catalogue({"game_code": "a"}, {"game_code": "b", "enabled": False}))
    ] == ["a"]


@pytest.mark.parametrize(
    "reply",
    [
        SupplierReply(500, b"[]"),
        SupplierReply(429, b"{}"),
        SupplierReply(200, b"{}"),
        SupplierReply(200, b"<html>"),
        SupplierReply(200, b"[" * 30_000),
        SupplierReply(200, b"[]"),
        catalogue({"game_code": 7}),
        catalogue({"name": "without a code"}),
    ],
)
def test_anything_that_is_no_catalogue_is_silence(reply: SupplierReply) -> None:
    with pytest.raises(SupplierSilent):
        HUB88.read_catalogue(reply)


@pytest.mark.parametrize(
    ("settings", "secrets", "field"),
    [
        ({"base_url": "ftp://x"}, {}, "settings.base_url"),
        ({"base_url": 7}, {}, "settings.base_url"),
        ({"base_url": "http://[::1"}, {}, "settings.base_url"),
        ({"operator_id": ...}, {}, "settings.operator_id"),
        ({"operator_id": True}, {}, "settings.operator_id"),
        ({"operator_id": ""}, {}, "settings.operator_id"),
        ({"public_key": "no key"}, {}, "settings.public_key"),
        ({"public_key": ...}, {}, "settings.public_key"),
        ({"base_ulr": "http://x"}, {}, "settings.base_ulr"),
        ({}, {"private_key": "no key"}, "secrets.private_key"),
        ({}, {"private_key": ...}, "secrets.private_key"),
    ],
)
def test_an_account_that_cannot_work_is_refused_by_its_field(settings: Any, secrets: Any, field: str) -> None:
    def merged(known: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**known, **changes}.items() if value is not ...}

    broken = account(
        settings=merged(other_side.settings(), settings), secrets=merged(dict(other_side.secrets()), secrets)
    )
    with pytest.raises(Invalid) as caught:
        HUB88.check(broken)
    assert caught.value.field == field


def test_a_refusal_never_shows_a_secret() -> None:
    assert "PRIVATE KEY" not in repr(ACCOUNT)
