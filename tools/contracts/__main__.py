"""`python -m tools.contracts` writes what is generated from the registry; `--check` only says what is out of date.

Neither lets a promise be broken: the promises already committed, and those of the branch this one started from, are
compared with the code first. An event that was never released may be redone with `--redo TYPE.vN`.
"""

import argparse
import json
import sys
from pathlib import Path

from pydantic import ValidationError

from contracts.envelope import Envelope, UnknownEvent
from contracts.errors import CommonError, GatewayError
from contracts.registry import EVENTS
from tools.contracts import asyncapi, asyncapi_check, baseline, catalogue, golden
from tools.contracts.breaking import Promises, breaks
from tools.contracts.enumerations import ERRORS, PERMISSIONS
from tools.contracts.schemas import envelope_schema, event_schema
from tools.repository import EXAMPLES, GENERATED, SCHEMAS, relative

_PERMISSIONS_INTRODUCTION = (
    "What a member of staff may be allowed to do, by the service that asks for it. A role is a set of these, given for "
    "the whole operator or for some casinos."
)
_ERRORS_INTRODUCTION = (
    "The stable codes in problem documents (`code`). Clients branch on them; the other words are for people and may "
    "change."
)


def main() -> int:
    """Generate, or check; 1 when something is broken, out of date or missing."""
    parser = argparse.ArgumentParser(prog="python -m tools.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail when something is out of date")
    parser.add_argument("--redo", metavar="TYPE.vN", action="append", default=[], help="forget an unreleased event")
    arguments = parser.parse_args()
    for label in arguments.redo:
        _forget(label)
    if broken := broken_promises():
        print("A promise to other services would be broken:")
        print(*(f"  {one}" for one in broken), sep="\n")
        print("Keep the old shape and add an optional field, or publish a new version beside the old one.")
        return 1
    files = generated_files()
    return _check(files) if arguments.check else _write(files)


def _forget(label: str) -> None:
    """Take back the promise of an event, and its example where the event as it is now cannot read it."""
    (SCHEMAS / f"{label}.json").unlink(missing_ok=True)
    example = EXAMPLES / f"{label}.json"
    try:
        readable = json.loads(example.read_text("utf-8")) == json.loads(_read_back(example))
    except (FileNotFoundError, UnknownEvent, ValidationError):
        readable = False
    if not readable:
        example.unlink(missing_ok=True)


def _read_back(example: Path) -> str:
    envelope = Envelope.from_json(example.read_bytes())
    return envelope.model_copy(update={"data": envelope.event().model_dump(mode="json")}).to_json().decode()


def broken_promises() -> list[str]:
    """What the code breaks, compared with the committed promises and with the merge base."""
    now = promises()
    found = [str(one) for one in breaks(baseline.committed(), now)]
    base = baseline.merge_base()
    if base is not None:
        older = [one for one in breaks(base.promises, now) if str(one) not in found]
        found += [f"{one} (As promised in {base.name}.)" for one in older]
        for name, content in base.examples.items():
            path = EXAMPLES / name
            if not path.exists() or path.read_bytes() != content:
                found.append(f"golden example {name} was changed or removed since {base.name}; they are only added")
    return sorted(set(found))


def promises() -> Promises:
    """What the code promises now."""
    return {cls.label(): event_schema(cls) for cls in EVENTS.values()}


def generated_files() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    events = list(EVENTS.values())
    files = {SCHEMAS / f"{label}.json": _json(schema) for label, schema in promises().items()}
    files[SCHEMAS / "envelope.json"] = _json(envelope_schema())
    files[GENERATED / "asyncapi.yaml"] = asyncapi.as_yaml(asyncapi.document(events))
    files[GENERATED / "EVENTS.md"] = catalogue.events_page(events)
    files[GENERATED / "PERMISSIONS.md"] = catalogue.enumeration_page(
        "Permissions", _PERMISSIONS_INTRODUCTION, PERMISSIONS.items()
    )
    files[GENERATED / "ERRORS.md"] = catalogue.enumeration_page(
        "Errors", _ERRORS_INTRODUCTION, [("Every service", CommonError), ("The gateway", GatewayError), *ERRORS.items()]
    )
    return files


def _write(files: dict[Path, str]) -> int:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, "utf-8")
    for path in _left_over(files):
        path.unlink()
    for cls in EVENTS.values():
        path = EXAMPLES / f"{cls.label()}.json"
        if not path.exists():
            path.write_text(golden.example(cls), "utf-8")
            print(f"new example, check it by hand before it is committed: {relative(path)}")
    return _validate()


def _check(files: dict[Path, str]) -> int:
    drifted = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    missing = [cls.label() for cls in EVENTS.values() if not (EXAMPLES / f"{cls.label()}.json").exists()]
    stale = [*drifted, *_left_over(files)]
    for path in stale:
        print(f"out of date, run `make contracts`: {relative(path)}")
    for label in missing:
        print(f"no golden example, run `make contracts`: {label}")
    return 1 if stale or missing else _validate()


def _left_over(files: dict[Path, str]) -> list[Path]:
    return [path for path in GENERATED.rglob("*.*") if path.is_file() and path not in files]


def _validate() -> int:
    violations = asyncapi_check.violations(asyncapi.document(EVENTS.values()))
    print(*(f"asyncapi.yaml is not valid AsyncAPI 3.0: {one}" for one in violations), sep="\n", end="")
    return 1 if violations else 0


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
