"""The beginning of a payment provider: its files, its line in the registry, and what there is to do.

What is written keeps every rule about form and none of the suite: each test says what is missing.
"""

import keyword
import re
from pathlib import Path

TEMPLATES = Path(__file__).parent / "provider"
PAYMENTS = Path("services/payments")
STRATEGIES = PAYMENTS / "src/payments/strategies/providers"
REGISTRY = STRATEGIES / "registry.py"

_NAME = re.compile(r"[a-z][a-z0-9]{1,29}")
_LISTED = re.compile(r"from payments\.strategies\.providers\.(\w+)\.strategy import (\w+)\n")
_ALL = re.compile(r"(_ALL: tuple\[PaymentProvider, \.\.\.\] = \(\n)(?:    \w+\(\),\n)+\)\n")
_TAKEN = frozenset({"reading", "references", "registry"})

_NEXT = """{title} is begun. `.venv/bin/pytest -n0 {test}` says what is missing. Then:

- simulate it: tests-e2e/simulators/{name}.py is a beginning; tests-e2e/simulators/app.py puts it into the world
- show it over HTTP: tests-e2e/{{banks,crypto,links,wallets}}/ have examples
- tell who uses it: docs/providers/{name}.md, a row in services/payments/README.md
- have it believe nobody: its name in PROVIDERS of tests-e2e/bad_input/test_bad_partner_calls.py"""


class Refused(Exception):
    """The name is no name, or has a provider already."""


def begin(root: Path, name: str) -> str:
    """Write the beginning of a provider beneath `root`; what to do next.

    Raises:
        Refused: the name is not 2 to 30 small letters and digits, or there is such a provider; nothing was written.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _TAKEN:
        raise Refused(f"{name!r} is not 2 to 30 small letters and digits that begin with a letter.")
    files = {root / _placed(template, name): _filled(template, name) for template in sorted(TEMPLATES.rglob("*.tmpl"))}
    standing = [file for file in files if file.exists()]
    if standing or (root / STRATEGIES / name).exists():
        raise Refused(f"There is a {name} already.")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    registry = root / REGISTRY
    registry.write_text(listed(registry.read_text(), name))
    return _NEXT.format(title=_title(name), name=name, test=PAYMENTS / f"tests/contract/providers/test_{name}.py")


def listed(registry: str, name: str) -> str:
    """The registry with one more provider in it, in the order of their names."""
    there = sorted({*_LISTED.findall(registry), (name, _title(name))})
    imports = [f"from payments.strategies.providers.{module}.strategy import {kind}\n" for module, kind in there]
    first = _LISTED.search(registry)
    assert first is not None, "the registry lists providers"
    without = _LISTED.sub("", registry)
    with_imports = without[: first.start()] + "".join(imports) + without[first.start() :]
    calls = "".join(f"    {kind}(),\n" for _, kind in there)
    written, count = _ALL.subn(rf"\g<1>{calls})\n", with_imports)
    assert count == 1, "the registry has one tuple of providers, a line for each"
    return written


def _placed(template: Path, name: str) -> Path:
    """Where a template's file belongs: its folder in `provider/` stands for one of the repository's."""
    relative = template.relative_to(TEMPLATES)
    file = relative.name.removesuffix(".tmpl").replace("NAME", name)
    places = {
        "strategy": STRATEGIES / name,
        "tests": PAYMENTS / "tests/contract/providers",
        "simulator": Path("tests-e2e/simulators"),
        "docs": Path("docs/providers"),
    }
    return places[relative.parent.name] / file


def _filled(template: Path, name: str) -> str:
    return template.read_text().replace("@name@", name).replace("@Title@", _title(name))


def _title(name: str) -> str:
    return name.capitalize()
