"""The list of roles."""

from chassis.http.listing import Field, ListSpec
from security.read_models import role_versions
from security.read_models.role_list import RoleStatus, table

ROLES = ListSpec(
    "roles",
    table,
    casino_column=None,
    id_column=table.c.role_id,
    fields={
        "role_id": Field(table.c.role_id),
        "name": Field(table.c.name, sortable=True),
        "description": Field(table.c.description, ops=()),
        "owner": Field(table.c.owner),
        "review_by": Field(table.c.review_by),
        "status": Field(table.c.status, values=RoleStatus),
        "version": Field(table.c.version),
        "permissions": Field(table.c.permissions),
        "break_glass": Field(table.c.break_glass),
        "changed_at": Field(table.c.changed_at, sortable=True),
        "review_overdue": Field(None, kind="boolean"),
        "warnings": Field(None, kind="texts"),
    },
    default_order="name.asc",
)
"""A role is one thing for all casinos."""

_versions = role_versions.table

VERSIONS = ListSpec(
    "role versions",
    _versions,
    casino_column=None,
    id_column=_versions.c.version,
    fields={
        "version": Field(_versions.c.version, sortable=True),
        "description": Field(_versions.c.description, ops=()),
        "owner": Field(_versions.c.owner),
        "review_by": Field(_versions.c.review_by),
        "permissions": Field(_versions.c.permissions, kind="texts"),
        "published_at": Field(_versions.c.published_at, sortable=True),
        "published_by": Field(_versions.c.published_by, refers="staff"),
    },
    default_order="version.desc",
)
"""Of one role, which the address names."""
