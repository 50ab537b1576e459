"""Calls to Trustly and the answers to them: both are JSON-RPC 1.1, both are signed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from payments.application.ports import HttpAnswer, HttpCall, ProviderAccount
from payments.strategies.providers.reading import section
from payments.strategies.providers.trustly.signature import Signed, Unreadable, parsed, sign, verify


def algorithm(account: ProviderAccount) -> str:
    """How this account signs."""
    return str(account.settings.get("algorithm", "RS256"))


@dataclass(frozen=True, slots=True)
class AnswerTo:
    """Whether an answer is Trustly's, and to the call of this method and UUID."""

    method: str
    uuid: str
    public_keys: tuple[str, ...]
    algorithm: str

    def __call__(self, answer: HttpAnswer) -> bool:
        part = part_of(answer)
        return bool(part) and self.signs(part)

    def signs(self, part: Mapping[str, Any]) -> bool:
        """The same of an answer that was read already."""
        if part.get("method") != self.method or part.get("uuid") != self.uuid:
            return False
        try:
            signed = Signed(self.method, self.uuid, part.get("data"))
            said = part.get("signature")
            return any(verify(key, self.algorithm, said, signed) for key in self.public_keys)
        except Unreadable:
            return False


def answer_to(account: ProviderAccount, method: str, uuid: str) -> AnswerTo:
    """Tells answers of this account's Trustly to one call from everything else.

    While its key is being replaced either counts: it answers with the one it has until it has changed.
    """
    keys = (account.settings["public_key"], account.replaced.get("public_key"))
    return AnswerTo(method, uuid, tuple(str(one) for one in keys if one), algorithm(account))


def call(account: ProviderAccount, method: str, uuid: str, data: Mapping[str, Any]) -> HttpCall:
    """A signed call; of two with the same UUID and content Trustly carries out one."""
    signature = sign(account.secrets["private_key"], algorithm(account), Signed(method, uuid, data))
    message = {"method": method, "params": {"Signature": signature, "UUID": uuid, "Data": data}, "version": "1.1"}
    base = str(account.settings["base_url"]).rstrip("/")
    return HttpCall(
        "POST",
        f"{base}/api/1",
        {"Content-Type": "application/json; charset=utf-8"},
        json.dumps(message, ensure_ascii=False).encode(),
        uuid,
        genuine=answer_to(account, method, uuid),
    )


def part_of(answer: HttpAnswer | None) -> Mapping[str, Any]:
    """The signed part of a result or of an error; empty when there is none."""
    return result_of(answer) or error_of(answer)


def result_of(answer: HttpAnswer | None) -> Mapping[str, Any]:
    """The signed part of an answer that says yes; empty when it does not."""
    return section(_message(answer).get("result"))


def error_of(answer: HttpAnswer | None) -> Mapping[str, Any]:
    """The signed part of an answer that says no; empty when it does not."""
    return section(section(_message(answer).get("error")).get("error"))


def _message(answer: HttpAnswer | None) -> Mapping[str, Any]:
    try:
        return {} if answer is None else parsed(answer.body)
    except Unreadable:
        return {}
