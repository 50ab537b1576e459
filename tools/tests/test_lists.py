"""What is said of all lists, and what may be taken away of them."""

import re

from chassis.http.listing.registry import served_lists
from chassis.http.routes import declared_routes
from chassis.runtime import http_application
from contracts.registry import SERVICES
from security.application.seed_roles import SEED_ROLES
from tools.access_matrix import seed_policy, service_of
from tools.lists import generate

APPS = {name: http_application(service_of(name)) for name in SERVICES}
LISTS = [one for app in APPS.values() for one in served_lists(app)]
STAYS = {
    "bulk-jobs": "ids and results of what a desk did; the list that was acted on has one",
    "bulk-jobs/{job_id}/rows": "as the jobs: `result=eq.refused` is asked for page by page",
    "exports": "the files themselves are what leaves; who took which stands in the audit log, which is taken away",
    "fraud/entries": "what stands on lists against fraud is known by fingerprints that mean nothing elsewhere",
    "fraud/rules": "a casino's rules are read whole, as they are published, at `fraud/casinos/{casino_id}/rules`",
    "own-sessions": "where oneself is logged in; those of everybody are taken away as `sessions`",
    "views": "one's own questions; a shared one may hold values that only its author sees in clear",
    "views/{view_id}/versions": "as the views",
}
"""The lists of which there is no file, by their address within a service, and why."""


def test_every_list_the_staff_may_read_is_taken_away_or_there_is_a_reason() -> None:
    assert len(LISTS) > 70
    without = {one.path.partition("/v1/")[2] for one in LISTS if one.export is None}
    assert without == set(STAYS)


def test_a_list_that_is_not_taken_away_is_not_given_to_the_staff_as_csv() -> None:
    assert not [one.path for one in LISTS if one.export is None and one.spec.exportable]


def test_beneath_every_such_list_a_file_of_it_is_asked_for() -> None:
    routes = {route.path for app in APPS.values() for route in declared_routes(app) if "POST" in route.methods}
    assert {f"{one.path}/exports" for one in LISTS if one.export is not None} <= routes


def test_whoever_takes_a_list_away_in_a_seed_role_sees_it() -> None:
    specs = {spec.id: spec for one in map(service_of, SERVICES) for spec in one.permissions}
    policy = seed_policy(specs)
    useless = []
    assert len(policy.roles) >= len(SEED_ROLES)
    for role in policy.roles.values():
        held = {name for grant in role.grants if grant.effect == "allow" for name in grant.permissions}
        taken = {one.export for one in LISTS if one.export in held}
        seen = {one.export for one in LISTS if one.rule.permission is None or one.rule.permission in held}
        useless += [f"{role.name}: {name}" for name in sorted(map(str, taken - seen))]
    assert not useless


def test_what_a_list_shows_is_what_its_permissions_say_they_show() -> None:
    specs = {spec.id: spec for one in map(service_of, SERVICES) for spec in one.permissions}
    unsaid = []
    for one in LISTS:
        shown = {field.data_class for field in one.spec.fields.values()} - {"internal", "public"}
        for permission in filter(None, (one.rule.permission, one.export)):
            unsaid += [f"{one.path}: {kind} by {permission}" for kind in shown - set(specs[permission].data_classes)]
    assert not unsaid


def test_each_field_is_shown_in_clear_by_a_seed_role_beside_that_of_auditors() -> None:
    policy = seed_policy({spec.id: spec for one in map(service_of, SERVICES) for spec in one.permissions})
    working = [role for role in policy.roles.values() if role.name != "compliance_audit"]
    hidden = []
    for one in LISTS:
        grants = [grant for role in working for grant in role.grants if one.rule.permission in grant.permissions]
        for name, field in one.spec.fields.items():
            kind = field.data_class
            if grants and kind not in ("internal", "public") and not any(g.modes.get(kind) == "clear" for g in grants):
                hidden.append(f"{one.path}: {name}")
    assert not hidden


def test_what_the_page_of_all_lists_says_of_tokens_is_a_route() -> None:
    routes = {route.path for app in APPS.values() for route in declared_routes(app) if "POST" in route.methods}
    named = re.findall(r"from POST (/api/\S+)", generate())
    assert named
    assert set(named) <= routes
