"""What is generated from the registry is current, valid and complete."""

import json
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.errors import CommonError
from contracts.registry import EVENTS
from gateway.settings import Settings as GatewaySettings
from tools.contracts import asyncapi, asyncapi_check, baseline, catalogue, golden
from tools.contracts.__main__ import broken_promises, generated_files
from tools.contracts.enumerations import ERRORS, PERMISSIONS
from tools.repository import EXAMPLES, GENERATED, ROOT, SCHEMAS, relative


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for item in node for found in references(item)] if isinstance(node, list) else []


def resolve(document: Any, reference: str) -> Any:
    for word in reference.removeprefix("#/").split("/"):
        document = document[word]
    return document


def test_the_committed_files_are_what_the_code_generates() -> None:
    stale = [relative(path) for path, text in generated_files().items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make contracts`"


def test_the_gateway_lets_through_what_a_service_says_it_takes() -> None:
    """A field that may be longer than other bodies: its route says so, or it ends at the gateway with 413."""
    document = json.loads((ROOT / "gateway/src/gateway/generated/openapi.json").read_text("utf-8"))
    longest = GatewaySettings.model_fields["max_body_bytes"].default
    refused = [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        for field in fields(document, operation.get("requestBody", {}))
        if field.get("maxLength", 0) > operation.get("x-max-body-bytes", longest)
    ]
    assert refused == []


def fields(document: Any, node: Any) -> list[Any]:
    """Every part of a description, what it refers to as well."""
    found = [resolve(document, one) for one in references(node)]
    return [node, *found, *(part for one in found for part in one.get("properties", {}).values())]


def test_no_promise_is_broken() -> None:
    assert broken_promises() == []


def test_the_asyncapi_document_is_valid_and_its_references_lead_somewhere() -> None:
    document = yaml.safe_load((GENERATED / "asyncapi.yaml").read_text("utf-8"))
    assert asyncapi_check.violations(document) == []
    found = references(document)
    assert len(found) > len(EVENTS)
    assert all(resolve(document, reference) for reference in found)


def test_an_invalid_asyncapi_document_is_found_out() -> None:
    document = {**asyncapi.document(EVENTS.values()), "operations": {"x": {"action": "shout"}}}
    assert asyncapi_check.violations(document) != []


def test_every_producer_sends_and_every_consumer_receives_in_the_asyncapi_document() -> None:
    operations = asyncapi.document(EVENTS.values())["operations"]
    for cls in EVENTS.values():
        reference = {"$ref": f"#/channels/{cls.topic}/messages/{cls.label()}"}
        for action, services in (("send", cls.producers()), ("receive", cls.consumers)):
            for service in services:
                assert reference in operations[f"{service}.{action}.{cls.topic}"]["messages"]


def test_the_events_page_tells_every_event_and_every_field() -> None:
    page = catalogue.events_page(EVENTS.values())
    for cls in EVENTS.values():
        section = page.split(f"### {cls.label()}\n")[1].split("\n### ")[0]
        assert [name for name in cls.model_fields if f"| `{name}` |" not in section] == []


@pytest.mark.parametrize("enumeration", [CommonError, *ERRORS.values(), *PERMISSIONS.values()])
def test_every_code_and_every_permission_has_its_meaning(enumeration: type[StrEnum]) -> None:
    told = {name for name, meaning in catalogue.member_meanings(enumeration).items() if meaning}
    assert {member.name for member in enumeration} - told == set()


@pytest.mark.parametrize("cls", EVENTS.values(), ids=lambda cls: cls.label())
def test_the_maker_of_first_examples_makes_the_same_one_every_time(cls: Any) -> None:
    assert golden.example(cls) == golden.example(cls)
    assert cls.model_validate(json.loads(golden.example(cls))["data"])


def git(root: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        cwd=root,
        check=True,
        capture_output=True,
    )


def test_the_promises_of_the_branch_point_are_read_from_history(tmp_path: Path) -> None:
    schema, example = tmp_path / relative(SCHEMAS), tmp_path / relative(EXAMPLES)
    for folder in (schema, example):
        folder.mkdir(parents=True)
    (schema / "payments.thing_done.v1.json").write_text('{"x-topic": "then"}')
    (example / "payments.thing_done.v1.json").write_text("{}")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "then")
    git(tmp_path, "checkout", "-q", "-b", "change")
    (schema / "payments.thing_done.v1.json").write_text('{"x-topic": "now"}')
    git(tmp_path, "commit", "-q", "-a", "-m", "now")

    found = baseline.merge_base(tmp_path)

    assert found is not None
    assert found.promises == {"payments.thing_done.v1": {"x-topic": "then"}}
    assert found.examples == {"payments.thing_done.v1.json": b"{}"}
    assert baseline.committed(schema) == {"payments.thing_done.v1": {"x-topic": "now"}}


def test_without_history_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert baseline.merge_base(tmp_path) is None
