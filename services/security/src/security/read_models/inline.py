"""The read models that are folded in the transaction of their events, in one list."""

from chassis.store import ReadModel
from security.read_models.assignment_list import assignment_list
from security.read_models.break_glass_list import break_glass_list
from security.read_models.client_assignments import client_assignments
from security.read_models.client_keys import client_keys
from security.read_models.client_list import client_list
from security.read_models.elevation_list import elevation_list
from security.read_models.role_list import role_list
from security.read_models.role_versions import role_versions
from security.read_models.staff_list import staff_list

READ_MODELS: list[ReadModel] = [
    staff_list,
    assignment_list,
    role_list,
    role_versions,
    client_list,
    client_keys,
    client_assignments,
    elevation_list,
    break_glass_list,
]
"""All but the audit log, which is folded from what services say."""
