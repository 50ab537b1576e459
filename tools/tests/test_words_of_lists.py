"""Which words the lists take: a field that can hold a few alone says so, or there is a reason."""

import re
from typing import Final, get_args

from sqlalchemy import CheckConstraint, Column

from chassis.db.states import ApprovalState
from chassis.http.listing import Field
from chassis.http.listing.registry import served_lists
from chassis.runtime import http_application
from contracts.platform.events import ApprovalClosed
from contracts.registry import SERVICES
from tools.access_matrix import service_of

LISTS = [one for name in SERVICES for one in served_lists(http_application(service_of(name)))]
FIELDS = {
    (one.path.partition("/v1/")[2], name): field
    for one in LISTS
    for name, field in one.spec.fields.items()
    if field.operators and field.type in ("text", "texts")
}
OF_A_FEW: Final = re.compile(
    r"(.*_)?(status|state|outcome|result|decision|kind|type|class|level|risk|tier|format|visibility|direction|platforms?|"
    r"operation|scopable|birth)\Z"
)
ANY_TEXT: Final = {
    ("approvals", "subject_kind"): "each guarded command names what it is about",
    ("approvals/awaiting-me", "subject_kind"): "as approvals",
    ("approvals/mine", "subject_kind"): "as approvals",
    ("audit", "decision"): "the codes of a policy's decisions",
    ("audit", "type"): "the events of all services, of newer versions too",
    ("documents", "media_type"): "what the inspection of files takes",
    ("parked-messages", "type"): "also of events that this version does not know",
    ("players/{player_id}/timeline", "type"): "as the audit log",
    ("provider-notifications", "kind"): "the provider's own word",
    ("reconciliation/files", "format"): "the installation's strategies, as providers are",
}


def test_a_field_that_holds_a_few_words_names_them_or_there_is_a_reason() -> None:
    named = {at for at in FIELDS if OF_A_FEW.match(at[1])}
    assert len(named) > 30
    assert {at for at in named if not FIELDS[at].words} == set(ANY_TEXT)


def test_a_word_stands_once_and_is_one_to_write_in_a_query() -> None:
    for at, field in FIELDS.items():
        assert len(set(field.words)) == len(field.words), at
        assert all(re.fullmatch(r"[a-z0-9_.-]+", word) for word in field.words), at


def test_the_database_lets_no_other_words_in_than_the_list_takes() -> None:
    seen = [
        (at, set(re.findall(r"'([^']*)'", words)), set(field.words))
        for at, field in FIELDS.items()
        for words in checked(field)
    ]
    assert seen
    assert not [(at, words - taken) for at, words, taken in seen if not words <= taken]


def checked(field: Field) -> list[str]:
    """What the table's constraints say the field's column may hold, as they are written."""
    if not isinstance(field.column, Column):
        return []
    texts = [str(one.sqltext) for one in field.column.table.constraints if isinstance(one, CheckConstraint)]
    return [words for text in texts for words in re.findall(rf"\b{field.column.name} IN \(([^)]*)\)", text)]


def test_what_becomes_of_a_proposal_is_told_in_the_words_of_its_list() -> None:
    assert set(get_args(ApprovalClosed.model_fields["outcome"].annotation)) < set(ApprovalState)
