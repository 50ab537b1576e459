"""Where bets and wins go, as the environment says."""

import pytest

from chassis.settings.loading import SettingsRefused
from chassis.testing.environment import make_settings
from games.settings import Settings

PAYMENTS = "http://payments:8000"


@pytest.mark.parametrize(
    ("said", "writers"),
    [
        ("", [PAYMENTS]),
        (" , ", [PAYMENTS]),
        ("http://a:1", ["http://a:1"]),
        ("http://a:1/, http://b:2", ["http://a:1", "http://b:2"]),
    ],
)
def test_writers_are_read_one_by_one_and_without_any_payments_is_the_writer(said: str, writers: list[str]) -> None:
    settings = make_settings(Settings, payments_url=PAYMENTS, wallet_urls=said)
    assert settings.wallet_writers == writers


@pytest.mark.parametrize("said", ["a:1", "http://a:1,ftp://b", "http://"])
def test_what_is_no_address_is_refused_at_the_start(said: str) -> None:
    with pytest.raises(SettingsRefused, match="WALLET_URLS"):
        make_settings(Settings, payments_url=PAYMENTS, wallet_urls=said)
