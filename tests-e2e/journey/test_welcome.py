"""What the demo prints for a newcomer to paste gives the names that the pages use, in any POSIX shell."""

import re
import subprocess

from pitlocal.paths import REPOSITORY

from journey.documented import PAGES
from journey.opening import ROLES
from journey.welcome import ROLE_OF, Colleague, first_looks, log_ins, names_block, tries

STAFF = {
    name: Colleague(f"id-of-{name}", f"{name}@pitboss.example", f"-secret_of-{name}", role)
    for name, role in ROLE_OF.items()
}
BLOCK = names_block("http://127.0.0.1:8080", "id-of-bernstein", STAFF)
USED = re.compile(r"\$([A-Z][A-Z_]*)")
GIVEN = re.compile(r"(?:^|; )\s*([A-Z][A-Z_]*)=", re.MULTILINE)


def names_of_the_pages() -> set[str]:
    text = "\n".join((REPOSITORY / page).read_text() for page in PAGES)
    made_by_examples = set(re.findall(r"^# \$([A-Z_]+) is \w+$", text, re.MULTILINE))
    return set(USED.findall(text)) - made_by_examples


def test_exactly_the_names_that_the_pages_use_are_given() -> None:
    assert set(GIVEN.findall("\n".join(BLOCK))) == names_of_the_pages()


def test_the_calls_to_try_use_these_names_and_what_they_make_themselves() -> None:
    lines = "\n".join([*first_looks(STAFF), *tries(STAFF, simulators="http://127.0.0.1:8081")])
    assert set(USED.findall(lines)) <= names_of_the_pages() | set(GIVEN.findall(lines))
    assert not set(GIVEN.findall(lines)) & names_of_the_pages(), "one name means one thing"


def test_the_pasted_lines_give_everybody_a_token_of_their_own() -> None:
    answers = """curl() { for body; do :; done; printf %s "$body" | python3 -c '
import json, sys
told = json.load(sys.stdin)
print(json.dumps({"access_token": "token of " + told["login"] + " by " + told["password"]}))'; }"""
    shown = [f'echo "{name}=${name}"' for name in sorted(names_of_the_pages())]
    ran = subprocess.run(
        ["/bin/sh"], input="\n".join([answers, *BLOCK, *shown]), capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "ADMIN=token of admin@pitboss.example by -secret_of-admin",
        "ANALYST=token of analyst@pitboss.example by -secret_of-analyst",
        "API=http://127.0.0.1:8080/api",
        "CASINO=id-of-bernstein",
        "MANAGER=token of manager@pitboss.example by -secret_of-manager",
        "OFFICER=token of officer@pitboss.example by -secret_of-officer",
        "OFFICER_ID=id-of-officer",
        "SUPPORT=token of support@pitboss.example by -secret_of-support",
    ]


def test_the_role_stands_beside_each_log_in() -> None:
    told = [line.split() for line in log_ins(STAFF)]
    assert {words[0]: words[2] for words in told} == {f"{name}@pitboss.example": role for name, role in ROLE_OF.items()}


def test_who_works_with_money_is_among_them() -> None:
    assert {"payments", "risk_fraud"} <= {role for _, _, role, *_ in (line.split() for line in log_ins(STAFF))}


def test_support_takes_nothing_away() -> None:
    patterns = ROLES["support_agent"]
    assert not [one for one in patterns if one.endswith((".export", ".*"))]
