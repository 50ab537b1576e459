"""What an entry of the audit log says about who did it, and who had agreed."""

from datetime import UTC, datetime
from uuid import UUID

from chassis.store.logs import received
from contracts.envelope import Envelope
from security.read_models.audit_log import audit_log


def test_an_entry_names_the_second_person_and_who_had_approved_before() -> None:
    withdrawal_id, casino_id = UUID(int=1), UUID(int=2)
    envelope = Envelope(
        id=UUID(int=3),
        source="/pitboss/payments",
        type="payments.withdrawal_approved",
        typeversion=1,
        subject=f"withdrawal-{withdrawal_id}",
        time=datetime(2026, 3, 1, tzinfo=UTC),
        partitionkey=str(UUID(int=4)),
        casinoid=casino_id,
        actorkind="staff",
        actorid="bob",
        authorisedby="ann",
        correlationid=UUID(int=5),
        data={
            "withdrawal_id": str(withdrawal_id),
            "player_id": str(UUID(int=4)),
            "casino_id": str(casino_id),
            "approved_by": "bob",
            "final": True,
        },
    )
    entry = audit_log.fold(None, received(envelope, 0))
    assert entry is not None
    assert (entry["actor_id"], entry["authorised_by"]) == ("bob", "ann")
