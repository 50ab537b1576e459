"""Settings: what is needed, what is allowed, and what a wrong one says."""

import base64
from typing import Any

import pytest

from chassis.settings import HttpSettings, ServiceSettings, SettingsRefused, load, parse
from chassis.testing.environment import make_settings

MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
GOOD: dict[str, str] = {
    "INTERNAL_KEY": "an internal key of enough length",
    "SECURITY_URL": "http://127.0.0.1:8001/",
    "DATABASE_URL": "postgresql://payments:s3cret@127.0.0.1:5432/payments",
    "BUS_DATABASE_URL": "postgresql://bus:s3cret@127.0.0.1:5432/bus",
    "MASTER_KEY": MASTER_KEY,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ServiceSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_service_is_told_everything_by_the_environment() -> None:
    settings = load(ServiceSettings)
    assert settings.database_url == GOOD["DATABASE_URL"]
    assert settings.security_url == "http://127.0.0.1:8001"
    assert settings.event_bus == "postgres"
    assert settings.master_key_bytes == bytes(range(32))


def test_the_gateway_needs_no_database(environment: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "BUS_DATABASE_URL", "MASTER_KEY"):
        environment.delenv(name)
    assert load(HttpSettings).port == 8000


def test_there_is_no_default_for_any_secret(environment: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        environment.delenv(name)
    with pytest.raises(SettingsRefused) as refused:
        parse(ServiceSettings)
    assert {line.split()[0] for line in refused.value.problems} == set(GOOD)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("EVENT_BUS", "rabbit", "kafka or postgres"),
        ("PORT", "80800", "a port from 1 to 65535"),
        ("PORT", "http", "a port from 1 to 65535"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("LOG_FORMAT", "xml", "json or console"),
        ("SECURITY_URL", "security:8001", "http(s)://host:port"),
        ("SECURITY_URL", "", "http(s)://host:port"),
        ("OTLP_ENDPOINT", "collector:4318", "http(s)://host:port"),
        ("DATABASE_URL", "mysql://a:b@c/d", "postgresql://user:password@host:port/name"),
        ("DATABASE_URL", "postgresql://a:b@c", "postgresql://user:password@host:port/name"),
        ("MASTER_KEY", "not base64 at all", "32 random bytes in base64"),
        ("MASTER_KEY", base64.b64encode(bytes(16)).decode(), "32 random bytes in base64"),
        ("INTERNAL_KEY", "too short", "at least 32 bytes"),
        ("FILES_URL", "/var/files", "file://folder or s3://bucket/prefix"),
        ("TRACE_RATIO", "2", "from 0 to 1"),
        ("SHUTDOWN_GRACE_S", "-1", "seconds from 0 to 600"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    environment: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsRefused) as refused:
        parse(ServiceSettings)
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(f"{name} is ")
    assert allowed in refused.value.problems[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MASTER_KEY", "hunter2-hunter2"),
        ("INTERNAL_KEY", "hunter2"),
        ("DATABASE_URL", "hunter2"),
        ("BUS_DATABASE_URL", "http://u:hunter2@h/bus"),
    ],
)
def test_a_wrong_secret_is_never_shown(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsRefused) as refused:
        parse(ServiceSettings)
    assert name in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_process_with_wrong_settings_ends_with_78(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("EVENT_BUS", "rabbit")
    environment.delenv("MASTER_KEY")
    with pytest.raises(SystemExit) as ended:
        load(ServiceSettings)
    assert ended.value.code == 78
    lines = capsys.readouterr().err.splitlines()
    assert "  EVENT_BUS is 'rabbit'. Allowed: kafka or postgres." in lines
    assert any(line.startswith("  MASTER_KEY is missing. Allowed: 32 random bytes") for line in lines)
    assert len(lines) == 3


@pytest.mark.parametrize(("bus", "needed"), [("kafka", "KAFKA_BOOTSTRAP"), ("postgres", "BUS_DATABASE_URL")])
def test_each_bus_needs_its_own_address(environment: pytest.MonkeyPatch, bus: str, needed: str) -> None:
    environment.setenv("EVENT_BUS", bus)
    environment.delenv("BUS_DATABASE_URL")
    with pytest.raises(SettingsRefused) as refused:
        parse(ServiceSettings)
    assert [line.split()[0] for line in refused.value.problems] == [needed]


@pytest.mark.parametrize(("servers", "good"), [("a:9092,b:9092", True), ("localhost", False), (":9092", False)])
def test_kafka_servers_are_hosts_with_ports(environment: pytest.MonkeyPatch, servers: str, good: bool) -> None:
    environment.setenv("EVENT_BUS", "kafka")
    environment.setenv("KAFKA_BOOTSTRAP", servers)
    if good:
        assert parse(ServiceSettings).kafka_bootstrap == servers
    else:
        with pytest.raises(SettingsRefused):
            parse(ServiceSettings)


def test_settings_shown_by_accident_show_no_secret() -> None:
    shown = repr(load(ServiceSettings)) + str(load(ServiceSettings).model_dump())
    for secret in (GOOD["INTERNAL_KEY"], MASTER_KEY):
        assert secret not in shown
    assert "s3cret" not in repr(load(ServiceSettings))


def test_settings_do_not_change_after_the_start() -> None:
    settings: Any = load(ServiceSettings)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_an_empty_collector_means_none(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OTLP_ENDPOINT", "")
    assert load(ServiceSettings).otlp_endpoint is None


def test_made_up_settings_differ_each_time() -> None:
    first, second = make_settings(ServiceSettings), make_settings(ServiceSettings)
    assert first.master_key != second.master_key
    assert make_settings(HttpSettings, port=1234).port == 1234
