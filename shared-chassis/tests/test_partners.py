"""Which servers of partners may be called."""

import pytest

from chassis.partners import PartnerAddressNotAllowed, PartnerHosts

OWN = frozenset({"api.partner.example", "test.partner.example"})
NOBODY_ADDED = PartnerHosts()


@pytest.mark.parametrize(
    "address",
    [
        "https://api.partner.example",
        "https://api.partner.example/",
        "https://test.partner.example:443/v1/things?x=http://evil.example",
        "HTTPS://API.Partner.Example/v1",
    ],
)
def test_a_partners_own_servers_are_called_by_https(address: str) -> None:
    assert NOBODY_ADDED.allow(address, OWN)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.partner.example/",
        "https://api.partner.example:8443/",
        "https://api.partner.example.evil.example/",
        "https://evil-api.partner.example/",
        "https://api.partner.example./",
        "https://api.partner.example@evil.example/",
        "https://user:word@api.partner.example/",
        "https://evil.example\\@api.partner.example/",
        "https://evil.example#@api.partner.example/",
        "https://evil.example?@api.partner.example/",
        "https://api.partner.example?x=1",
        "https://api%2epartner.example/",
        "https://api.partner.example\t/",
        "https://api.partner.example/\n",
        " https://api.partner.example/",
        "https:///api.partner.example/",
        "//api.partner.example/",
        "ftp://api.partner.example/",
        "https://api.partner.\u0435xample/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://payments:8000/internal/v1/wallet/transfers",
        "",
    ],
)
def test_nothing_else_is_called_unless_somebody_adds_it(address: str) -> None:
    assert not NOBODY_ADDED.allow(address, OWN)


@pytest.mark.parametrize(
    "host", ["a1-acme-live.partner.example", "A1-ACME-LIVE.partner.example", "x-live.partner.example"]
)
def test_a_partners_server_for_one_customer_is_known_by_its_end(host: str) -> None:
    assert NOBODY_ADDED.allow(f"https://{host}/checkout", {"*-live.partner.example"})


@pytest.mark.parametrize(
    "address",
    [
        "http://a-live.partner.example/",
        "https://a-live.partner.example:8443/",
        "https://-live.partner.example/",
        "https://live.partner.example/",
        "https://a.b-live.partner.example/",
        "https://evil.example.a-live.partner.example/",
        "https://a-live.partner.example.evil.example/",
        "https://a-live-partner.example/",
        "https://evil.example/a-live.partner.example",
        "https://evil.example@a-live.partner.example/",
    ],
)
def test_its_end_alone_is_not_enough(address: str) -> None:
    assert not NOBODY_ADDED.allow(address, {"*-live.partner.example"})


@pytest.mark.parametrize(
    ("added", "allowed", "refused"),
    [
        ("proxy.example", "https://proxy.example/x", "http://proxy.example/x"),
        ("proxy.example", "https://proxy.example:443", "https://proxy.example:8443"),
        ("proxy.example:8443", "https://proxy.example:8443", "https://proxy.example"),
        ("http://proxy.example", "http://proxy.example:80", "https://proxy.example"),
        ("http://127.0.0.1:*", "http://127.0.0.1:40123/stripe", "http://127.0.0.2:40123/stripe"),
        ("http://[::1]:8080", "http://[::1]:8080/x", "http://[::2]:8080/x"),
        (" a.example , b.example,", "https://b.example", "https://c.example"),
    ],
)
def test_an_added_server_is_meant_exactly(added: str, allowed: str, refused: str) -> None:
    hosts = PartnerHosts.parsed(added)
    assert hosts.allow(allowed, OWN)
    assert not hosts.allow(refused, OWN)


@pytest.mark.parametrize("entry", ["*", "*.example", "ftp://x", "host/path", "u@host", "host:port", "http://", "a b"])
def test_an_entry_that_means_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        PartnerHosts.parsed(f"good.example,{entry}")


def test_a_refusal_names_the_field_and_what_is_allowed() -> None:
    with pytest.raises(PartnerAddressNotAllowed, match=r"test\.partner\.example") as refusal:
        NOBODY_ADDED.require("http://127.0.0.1", OWN, name="settings.base_url")
    assert (refusal.value.code, refusal.value.status) == ("partner_address_not_allowed", 422)
    assert refusal.value.field == "settings.base_url"


def test_where_a_partner_has_no_server_of_its_own_the_refusal_names_none() -> None:
    with pytest.raises(PartnerAddressNotAllowed) as refusal:
        NOBODY_ADDED.require("https://pay.casino.example", (), name="settings.base_url")
    assert str(refusal.value) == "Allowed is what the operator adds with PARTNER_HOSTS."
