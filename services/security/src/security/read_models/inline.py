"""The read models that are folded in the transaction of their events, in one list."""

from chassis.store import ReadModel
from security.read_models.assignment_list import assignment_list
from security.read_models.client_assignments import client_assignments
from security.read_models.client_keys import client_keys
from security.read_models.client_list import client_list
from security.read_models.elevation_list import elevation_list
from security.read_models.role_list import role_list
from security.read_models.staff_list import staff_list

READ_MODELS: list[ReadModel] = [
    staff_list,
    assignment_list,
    role_list,
    client_list,
    client_keys,
    client_assignments,
    elevation_list,
]
"""Those of staff, roles, clients and elevations. The audit log is folded from what other services say: it is none."""
