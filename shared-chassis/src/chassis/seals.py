"""Seals that were kept elsewhere, on a command line: `--expect 1200:5f3a... --expect 1300:c0de...`."""

from argparse import Action, ArgumentError, ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

from contracts.seals import Seal


def expects(parser: ArgumentParser, metavar: str, help_: str) -> None:
    """Adds `--expect`, with any number of seals; `options.expect` has the values of the chain by number."""
    parser.add_argument("--expect", action=_Seals, nargs="+", type=_seal, default={}, metavar=metavar, help=help_)


class _Seals(Action):
    def __call__(self, _: ArgumentParser, namespace: Namespace, values: Any, __: str | None = None) -> None:
        held: dict[int, bytes] = dict(getattr(namespace, self.dest))
        for seal in values:
            if held.setdefault(seal.number, seal.chain) != seal.chain:
                raise ArgumentError(self, f"{seal.number} is named twice, with values that differ")
        setattr(namespace, self.dest, held)


def _seal(text: str) -> Seal:
    try:
        return Seal.parsed(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
