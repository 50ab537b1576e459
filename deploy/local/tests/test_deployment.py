"""What runs elsewhere, as far as it can be proved here: the image's helpers, the composition, the manifests."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import kubernetes_validate
import pytest
import yaml
from pitlocal import postgres
from pitlocal.paths import REPOSITORY
from pitlocal.postgres import EmbeddedServer
from pitlocal.privileges import discard, installed_package
from pitlocal.services import PROGRAMS
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from chassis.db.grants import give
from gateway.settings import Settings
from payments.application.reconciliation.files import FILES_AT_ONCE

MANIFESTS = REPOSITORY / "deploy" / "k8s"
INGRESS = MANIFESTS / "base" / "ingress.yaml"
EDGE = REPOSITORY / "deploy" / "compose" / "edge.conf"
KUBERNETES = "1.34"
SERVICES = [program.name for program in PROGRAMS if program.has_database]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=REPOSITORY, env={**os.environ, **environment}
    )


def documents(path: Path) -> Iterator[dict[str, Any]]:
    yield from (document for document in yaml.safe_load_all(path.read_text()) if document)


def test_the_image_installs_what_the_distributions_need_from_others() -> None:
    printed = run(sys.executable, "deploy/image/third_party.py", "shared-contracts", "shared-chassis").stdout.split()
    assert "pydantic" in printed
    assert not [line for line in printed if line.startswith("pitboss")]


def test_the_image_runs_without_rights_and_tells_its_health() -> None:
    text = (REPOSITORY / "Dockerfile").read_text()
    assert "USER 10001:10001" in text
    assert "HEALTHCHECK" in text
    assert run(sys.executable, "deploy/image/healthcheck.py", PORT="1").returncode == 1


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of its own: the script's roles are called like an installation's."""
    server = postgres.start_embedded(tmp_path)
    yield server
    server.stop()
    discard(tmp_path)


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    return loaded


def test_every_program_is_composed_with_its_migration_before_it(composition: dict[str, Any]) -> None:
    composed = composition["services"]
    assert set(composed) == {
        "postgres",
        "kafka",
        "gateway",
        "edge",
        *SERVICES,
        *(f"{name}-migrate" for name in SERVICES),
    }
    for name in SERVICES:
        assert composed[name]["depends_on"][f"{name}-migrate"] == {"condition": "service_completed_successfully"}
        assert "OWNER_DATABASE_URL" in composed[f"{name}-migrate"]["environment"]
        assert "OWNER_DATABASE_URL" not in composed[name]["environment"]
        assert composed[name]["read_only"] is True
        assert composed[name]["cap_drop"] == ["ALL"]


def test_only_the_gateway_and_the_way_in_are_believed_about_who_asks(composition: dict[str, Any]) -> None:
    composed = composition["services"]
    gateway, edge = (composed[name]["networks"]["services"]["ipv4_address"] for name in ("gateway", "edge"))
    pool = composition["networks"]["services"]["ipam"]["config"][0]
    for address in (gateway, edge):
        assert ip_address(address) in ip_network(pool["subnet"])
        assert ip_address(address) not in ip_network(pool["ip_range"])
    for name in SERVICES:
        assert composed[name]["environment"]["TRUSTED_PROXIES"].split(",") == [gateway, edge]
    assert composed["gateway"]["environment"]["TRUSTED_PROXIES"] == edge
    assert [name for name, one in composed.items() if "ports" in one] == ["edge"]


async def test_a_trusted_network_is_believed_and_others_are_not() -> None:
    network = next(documents(MANIFESTS / "settings" / "config.yaml"))["data"]["TRUSTED_PROXIES"]
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    for peer in ("10.244.3.7", "10.245.0.1"):
        scope: Any = {
            "type": "http",
            "client": (peer, 1),
            "scheme": "http",
            "headers": [(b"x-forwarded-for", b"9.9.9.9")],
        }
        await ProxyHeadersMiddleware(app, network)(scope, None, None)  # type: ignore[arg-type]
    assert seen == ["9.9.9.9", "10.245.0.1"]


def cluster_ways() -> dict[str, str]:
    """Paths that the outside reaches in the cluster, and the service behind each."""
    rules = [rule for one in documents(INGRESS) for rule in one["spec"]["rules"]]
    paths = [one for rule in rules for one in rule["http"]["paths"]]
    return {one["path"]: one["backend"]["service"]["name"].removesuffix("-http") for one in paths}


def in_bytes(text: str) -> int:
    """
    >>> in_bytes("11m"), in_bytes("1Gi")
    (11534336, 1073741824)
    """
    found = re.fullmatch(r"(\d+)([kmg])i?", text.lower())
    assert found, text
    most: int = int(found[1]) * 1024 ** ("kmg".index(found[2]) + 1)
    return most


def large_ways() -> dict[str, int]:
    """Routes of the gateway that take more than the edge lets through everywhere, and how much."""
    routes = json.loads((REPOSITORY / "gateway" / "src" / "gateway" / "generated" / "routes.json").read_text())
    return {one["template"]: one["most_bytes"] for one in routes if (one["most_bytes"] or 0) > edge_default()}


def edge_default() -> int:
    """Bytes that the edge lets through wherever it says nothing else."""
    [by_default] = re.findall(r"^    client_max_body_size (\w+);", EDGE.read_text(), re.MULTILINE)
    return in_bytes(by_default)


def test_the_outside_reaches_no_metrics_or_probes() -> None:
    ways = cluster_ways()
    known = {"/.well-known/oauth-authorization-server", "/.well-known/jwks.json"}
    partners = {"/partner/payments", "/partner/hub88"}
    assert set(ways) == {"/api", "/docs", "/openapi.json", *known, *partners, *large_ways()}


def test_the_ways_into_the_composition_are_those_into_the_cluster() -> None:
    found = re.findall(r"location (?:= )?(\S+)\s+{ set \$service (\w+):8000;", EDGE.read_text())
    assert {path.rstrip("/"): service for path, service in found} == cluster_ways()


def test_partners_may_ask_as_much_of_the_cluster_as_of_the_composition() -> None:
    text = EDGE.read_text()
    rates = dict(re.findall(r"zone=(\w+):10m rate=(\d+)r/s;", text))
    limited = re.findall(r"location (/partner/\w+)/ .* zone=(\w+) burst=(\d+) nodelay; limit_conn \2_now (\d+);", text)
    there = {path: (int(rates[zone]), int(burst), int(at_once)) for path, zone, burst, at_once in limited}
    here = {}
    for one in documents(INGRESS):
        noted = one["metadata"]["annotations"]
        rps, times, at_once = (
            noted.get(f"nginx.ingress.kubernetes.io/limit-{name}")
            for name in ("rps", "burst-multiplier", "connections")
        )
        if rps:
            [path] = one["spec"]["rules"][0]["http"]["paths"]
            here[path["path"]] = (int(rps), int(rps) * int(times), int(at_once))
    assert here == there
    assert set(here) == {path for path in cluster_ways() if path.startswith("/partner/")}


def test_a_large_body_has_a_way_in_of_its_own_and_no_other_takes_as_much() -> None:
    large = large_ways()
    assert large, "settlement files"
    inside = {
        path: in_bytes(most)
        for path, most in re.findall(r"location = (\S+)\s+{[^}]*client_max_body_size (\w+);", EDGE.read_text())
    }
    assert inside == large
    cluster = {
        path["path"]: in_bytes(one["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"])
        for one in documents(INGRESS)
        for rule in one["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    assert {path: cluster.pop(path) for path in large} == large
    [everything_else] = set(cluster.values())
    assert everything_else == edge_default()
    documents_most = Settings.model_fields["upload_bytes"].default
    assert documents_most <= everything_else < min(large.values())


def test_two_large_files_at_once_have_room_where_they_pass_through(composition: dict[str, Any]) -> None:
    [most] = large_ways().values()
    patched = yaml.safe_load((MANIFESTS / "services" / "payments" / "kustomization.yaml").read_text())["patches"]
    [room] = (one for one in patched if "sizeLimit" in one["patch"])
    [change] = yaml.safe_load(room["patch"])
    for name in ("api", "worker"):
        assert re.fullmatch(room["target"]["name"], name)
        pod = next(documents(MANIFESTS / "service" / f"{name}.yaml"))["spec"]["template"]["spec"]
        assert change["path"] == "/spec/template/spec/volumes/0/emptyDir/sizeLimit"
        [volume] = pod["volumes"]
        assert {"name": volume["name"], "mountPath": "/tmp"} in pod["containers"][0]["volumeMounts"]
        assert in_bytes(change["value"]) >= FILES_AT_ONCE * most + in_bytes(volume["emptyDir"]["sizeLimit"])
    composed = composition["services"]["payments"]
    assert not composed["tmpfs"], "a tmpfs is memory"
    assert [one for one in composed["volumes"] if one.endswith(":/tmp")]


def test_payments_find_the_rates_that_are_brought_to_them(composition: dict[str, Any]) -> None:
    config = next(documents(MANIFESTS / "settings" / "config.yaml"))["data"]
    composed = composition["services"]["payments"]
    assert config["RATES_FILE"] == composed["environment"]["RATES_FILE"] == "/rates/eurofxref-daily.xml"
    assert "${RATES:-./deploy/rates}:/rates:ro" in composed["volumes"]
    assert (REPOSITORY / "deploy" / "rates" / "eurofxref-daily.xml").is_file()
    patched = yaml.safe_load((MANIFESTS / "services" / "payments" / "kustomization.yaml").read_text())["patches"]
    [brought] = (one for one in patched if "configMap" in one["patch"])
    volume, mount = (one["value"] for one in yaml.safe_load(brought["patch"]))
    assert (volume["name"], volume["configMap"]["optional"], mount["mountPath"]) == (mount["name"], True, "/rates")


def test_the_gateway_answers_to_its_published_names_alone(composition: dict[str, Any]) -> None:
    config = next(documents(MANIFESTS / "settings" / "config.yaml"))["data"]
    hosts = {rule["host"] for one in documents(INGRESS) for rule in one["spec"]["rules"]}
    assert set(config["ALLOWED_HOSTS"].split(",")) == hosts
    assert urlsplit(config["PUBLIC_BASE_URL"]).hostname in config["ALLOWED_HOSTS"].split(",")
    assert "*" not in composition["services"]["gateway"]["environment"]["ALLOWED_HOSTS"]


def test_figures_of_the_gateway_are_read_at_a_port_that_is_not_published(composition: dict[str, Any]) -> None:
    gateway = composition["services"]["gateway"]
    assert "ports" not in gateway
    port = int(gateway["environment"]["METRICS_PORT"])
    patched = (MANIFESTS / "gateway" / "kustomization.yaml").read_text()
    assert f"containerPort: {port}" in patched
    entered = {one["metadata"]["name"]: one["spec"] for one in documents(MANIFESTS / "base" / "network.yaml")}
    assert {"port": port} in entered["metrics"]["ingress"][0]["ports"]
    for name in ("from-outside", "between-programs"):
        assert {"port": port} not in entered[name]["ingress"][0]["ports"]


def test_no_secret_has_a_default_and_the_script_makes_each(tmp_path: Path) -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text()
    named = set(re.findall(r"\$\{(\w*(?:KEY|PASSWORD)):\?[^}]+\}", text))
    assert len(named) == 2 * len(SERVICES) + 3
    assert not re.findall(r"\$\{\w*(?:KEY|PASSWORD)(?::?-[^}]*)?\}", text)
    file = tmp_path / ".env"
    assert run("deploy/make-secrets", str(file)).returncode == 0
    made = dict(line.split("=", 1) for line in file.read_text().splitlines() if not line.startswith("#"))
    assert set(made) == named
    assert file.stat().st_mode & 0o077 == 0
    assert run("deploy/make-secrets", str(file)).returncode == 1
    assert file.read_text().count(made["MASTER_KEY"]) == 1


async def test_in_the_composition_one_role_owns_a_database_and_one_serves(server: EmbeddedServer) -> None:
    make_databases(server)
    owner = await asyncpg.connect(server.url_for("games", user="games_owner", password="owns games"))
    await owner.execute("CREATE TABLE mine ()")
    await owner.close()
    serving = await asyncpg.connect(server.url_for("games", user="games", password="it's games"))
    await serving.execute("CREATE TEMPORARY TABLE for_a_moment ()")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await serving.execute("CREATE TABLE mine_too ()")
    await serving.close()
    for stranger, password in (("games", "it's games"), ("games_owner", "owns games")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(server.url_for("payments", user=stranger, password=password))


async def test_what_belonged_to_who_serves_is_handed_over(server: EmbeddedServer) -> None:
    admin = await asyncpg.connect(server.superuser_url)
    await admin.execute("CREATE ROLE games LOGIN PASSWORD 'of before'")
    await admin.execute("CREATE DATABASE games OWNER games")
    await admin.close()
    serving = await asyncpg.connect(server.url_for("games", user="games", password="of before"))
    await serving.execute("CREATE TABLE bet (minor bigint)")
    await serving.execute("INSERT INTO bet VALUES (100)")
    await serving.close()
    make_databases(server)
    make_databases(server)
    owner, serving_now = (
        server.url_for("games", user=user, password=password)
        for user, password in (("games_owner", "owns games"), ("games", "it's games"))
    )
    await give(owner, "games")
    serving = await asyncpg.connect(serving_now)
    assert await serving.fetchval("SELECT minor FROM bet") == 100
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await serving.execute("DROP TABLE bet")
    await serving.close()


def make_databases(server: EmbeddedServer) -> None:
    address = urlsplit(server.superuser_url)
    made = run(
        "deploy/compose/make-databases.sh",
        PATH=f"{installed_package() / 'pginstall' / 'bin'}:{os.environ['PATH']}",
        POSTGRES_USER=address.username or "",
        PGPASSWORD=address.password or "",
        PGHOST="127.0.0.1",
        PGPORT=str(server.port),
        **{f"{name.upper()}_DB_PASSWORD": f"it's {name}" for name in SERVICES},
        **{f"{name.upper()}_OWNER_DB_PASSWORD": f"owns {name}" for name in SERVICES},
    )
    assert made.returncode == 0, made.stderr


def test_every_manifest_holds_against_the_kubernetes_schemas() -> None:
    checked = 0
    for path in sorted(MANIFESTS.rglob("*.yaml")):
        for document in documents(path):
            if path.name == "kustomization.yaml":
                assert document["kind"] == "Kustomization"
            else:
                kubernetes_validate.validate(document, KUBERNETES, strict=True)
                checked += 1
    assert checked > 15


def test_every_program_has_its_place_in_the_cluster() -> None:
    base = next(documents(MANIFESTS / "base" / "kustomization.yaml"))["resources"]
    assert [name for name in SERVICES if f"../services/{name}" not in base] == []
    migrated = next(documents(MANIFESTS / "migrate" / "kustomization.yaml"))["resources"]
    assert [name for name in SERVICES if name not in migrated] == []
    config = next(documents(MANIFESTS / "settings" / "config.yaml"))["data"]
    assert [name for name in SERVICES if config[f"{name.upper()}_URL"] != f"http://{name}-http:8000"] == []


def test_games_knows_every_process_that_writes_the_ledger() -> None:
    asked = next(documents(MANIFESTS / "settings" / "config.yaml"))["data"]["WALLET_URLS"].split(",")
    (writers,) = (
        one for one in documents(MANIFESTS / "services" / "payments" / "wallet.yaml") if one["kind"] == "StatefulSet"
    )
    host = f"payments-{writers['spec']['serviceName']}"
    assert asked == [f"http://payments-wallet-{n}.{host}:8000" for n in range(writers["spec"]["replicas"])]


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed; the parts are checked above")
@pytest.mark.parametrize("folder", ["base", "migrate"])
def test_kustomize_renders_valid_objects_of_a_restricted_namespace(folder: str) -> None:
    rendered = run("kubectl", "kustomize", str(MANIFESTS / folder))
    assert rendered.returncode == 0, rendered.stderr
    objects = [one for one in yaml.safe_load_all(rendered.stdout) if one]
    for one in objects:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
    for one in (one for one in objects if one["kind"] in {"Deployment", "StatefulSet", "Job"}):
        pod = one["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        name = one["metadata"]["labels"]["app.kubernetes.io/name"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["image"] == f"pitboss/{name}"
            secrets = [one["secretRef"]["name"] for one in container["envFrom"] if "secretRef" in one]
            assert secrets == [f"{name}-secrets", *([f"{name}-owner"] if one["kind"] == "Job" else [])]
