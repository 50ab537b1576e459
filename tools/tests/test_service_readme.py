"""The event tables in a service's README are those of the registry."""

import pytest

from contracts.event import SERVICES
from contracts.registry import consumed_by, produced_by
from tools.service_readme import END, START, block, with_block


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_in_and_out_is_told(service: str) -> None:
    out, _, received = block(service).partition("| it listens to |")
    assert [cls.label() for cls in produced_by(service) if f"[{cls.label()}]" not in out] == []
    assert [cls.label() for cls in consumed_by(service) if f"[{cls.label()}]" not in received] == []


def test_a_readme_without_the_block_gets_one_at_its_end() -> None:
    text = with_block("# Payments\n\nMoney.\n", "payments")
    assert text.startswith("# Payments\n\nMoney.\n\n## Events\n\n")
    assert text.rstrip().endswith(END)


def test_only_the_block_is_replaced() -> None:
    before = f"# Payments\n\n{START}\nold\n{END}\n\n## Running\n"
    after = with_block(before, "payments")
    assert "old" not in after
    assert after.startswith("# Payments\n\n" + START)
    assert after.endswith(END + "\n\n## Running\n")
    assert with_block(after, "payments") == after
