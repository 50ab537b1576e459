"""A service without migrations, or with two newest revisions, is found before anything is migrated."""

from pathlib import Path

from pitlocal import postgres

from tools.migrations import complaints

NOBODY = postgres.Server("postgresql://nobody@127.0.0.1:1/postgres")

REVISION = 'revision = "{name}"\ndown_revision = None\n'


def folder(root: Path) -> Path:
    found = root / "services" / "payments" / "migrations"
    (found / "versions").mkdir(parents=True)
    return found


def test_a_service_without_migrations_is_found(tmp_path: Path) -> None:
    assert complaints("payments", NOBODY, tmp_path) == ["payments: there is no migrations/env.py"]


def test_two_newest_revisions_are_found(tmp_path: Path) -> None:
    made = folder(tmp_path)
    (made / "env.py").write_text("")
    for name in ("0001", "0002"):
        (made / "versions" / f"{name}_x.py").write_text(REVISION.format(name=name))
    (found,) = complaints("payments", NOBODY, tmp_path)
    assert found.startswith("payments: 2 newest revisions")
