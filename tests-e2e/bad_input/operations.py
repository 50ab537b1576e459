"""The walk: every operation of every service, from the OpenAPI documents the services themselves make."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from tools.gateway import describe

from bad_input.ceremonies import OF_PROGRAMS
from contracts.registry import SERVICES

_READS = frozenset({"get", "head", "options"})


@dataclass(frozen=True)
class Operation:
    """One operation of a service.

    Attributes:
        template: the path with its parameters in braces.
        described: the operation as the document has it.
        components: the document's, for references.
    """

    service: str
    method: str
    template: str
    described: dict[str, Any]
    components: dict[str, Any]

    def __repr__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """`POST /api/payments/v1/deposits`."""
        return f"{self.method.upper()} {self.template}"

    @property
    def writes(self) -> bool:
        """Whether it may change anything. A list that is asked for by POST changes nothing: see `test_every_list`."""
        return self.method not in _READS and not self.template.endswith("/query")

    @property
    def path_parameters(self) -> list[str]:
        """Names, in order."""
        return [one["name"] for one in self.described.get("parameters", ()) if one["in"] == "path"]

    @property
    def takes_key(self) -> bool:
        """Whether it wants an idempotency key."""
        return any(one["name"] == "Idempotency-Key" for one in self.described.get("parameters", ()))

    @property
    def is_public(self) -> bool:
        """Whether anybody may call it."""
        return self.described.get("security") == []

    @property
    def media(self) -> frozenset[str]:
        """The forms of body it reads."""
        return frozenset(self.described.get("requestBody", {}).get("content", {}))

    @property
    def takes_json(self) -> bool:
        """Whether its body is a JSON document."""
        return "application/json" in self.media

    @cached_property
    def accepts(self) -> Draft202012Validator:
        """Tells whether a JSON body is what the document promises to take."""
        schema = self.described["requestBody"]["content"]["application/json"]["schema"]
        return Draft202012Validator({**schema, "components": self.components}, format_checker=FormatChecker())


def _operations() -> list[Operation]:
    return [
        Operation(service, method, path, described, document["components"])
        for service, document in DOCUMENTS.items()
        for path, item in document["paths"].items()
        for method, described in item.items()
    ]


DOCUMENTS: dict[str, dict[str, Any]] = {service: describe(service) for service in SERVICES}
OPERATIONS = _operations()
WRITES = [one for one in OPERATIONS if one.writes and one.key != OF_PROGRAMS]
