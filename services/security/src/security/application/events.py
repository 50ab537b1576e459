"""Every event security keeps."""

from typing import get_args

from chassis.store import EventTypes
from security.domain.break_glass import events as break_glass
from security.domain.client import events as client
from security.domain.elevation import events as elevation
from security.domain.role import events as role
from security.domain.staff import events as staff

ALL = (staff.StaffEvent, role.RoleEvent, client.ClientEvent, elevation.ElevationEvent, break_glass.BreakGlassEvent)
TYPES = EventTypes(*(one for events in ALL for one in get_args(events)), upcasters=role.UPCASTERS)
