"""One text for one meaning, so that a hash says whether two people saw the same."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted names and no white space, as RFC 8785 writes it.

    Fractions are refused: no payload of ours has any, and their texts differ between languages.

    >>> canonical({"b": 1, "a": ["\u00e9", None]})
    '{"a":["\u00e9",null],"b":1}'
    >>> canonical({"amount": 0.1})
    Traceback (most recent call last):
    ValueError: a fraction has no one text
    """
    _refuse_fractions(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, in lower-case hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _refuse_fractions(value: Any) -> None:
    match value:
        case float():
            raise ValueError("a fraction has no one text")
        case dict():
            for one in value.values():
                _refuse_fractions(one)
        case list() | tuple():
            for one in value:
                _refuse_fractions(one)
