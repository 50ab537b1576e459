"""One JSON Schema per event. The committed files are the promises that later changes are compared with."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from contracts.envelope import Envelope
from contracts.event import ContractEvent

Schema = dict[str, Any]

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
"""The dialect AsyncAPI 3.0 speaks; nothing in our events needs a later one."""


class _Plain(GenerateJsonSchema):
    """Without the titles that only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 (the base class' signature)
        return False


def event_schema(cls: type[ContractEvent]) -> Schema:
    """The schema of an event's data, with what the catalogue says about it under `x-` keywords."""
    shape = _inline(cls.model_json_schema(schema_generator=_Plain))
    return {
        "$schema": DRAFT_7,
        "$id": f"urn:pitboss:event:{cls.type}:{cls.version}",
        "title": cls.label(),
        "description": shape.pop("description"),
        "x-type": cls.type,
        "x-version": cls.version,
        "x-topic": cls.topic,
        "x-key": cls.key,
        "x-producers": list(cls.producers()),
        "x-consumers": list(cls.consumers),
        "type": "object",
        "properties": shape["properties"],
        "required": shape.get("required", []),
    }


def envelope_schema() -> Schema:
    """The schema of the envelope around every event."""
    shape = _inline(Envelope.model_json_schema(schema_generator=_Plain))
    return {"$schema": DRAFT_7, "$id": "urn:pitboss:envelope", **shape, "title": "envelope"}


def _inline(schema: Schema) -> Schema:
    """The schema with every local reference replaced by what it names; our events hold no recursive models."""
    definitions: Schema = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            named = resolve(definitions[node["$ref"].rsplit("/", 1)[-1]])
            return {**named, **{word: resolve(value) for word, value in node.items() if word != "$ref"}}
        return {word: resolve(value) for word, value in node.items() if not _repeats_the_class_name(word, node)}

    resolved: Schema = resolve(schema)
    return resolved


def _repeats_the_class_name(word: str, node: Schema) -> bool:
    return word == "title" and isinstance(node[word], str)
