"""The list of documents: staff see those of their casinos, a player sees their own."""

from chassis.http.listing import Field, ListSpec
from contracts.verification.permissions import VerificationPermission as P
from verification.domain.case.catalogue import PROVES
from verification.read_models.document_list import DocumentStatus, table

DOCUMENTS = ListSpec(
    "documents",
    table,
    casino_column=table.c.casino_id,
    owner_column=table.c.player_id,
    fields={
        "id": Field(table.c.id),
        "player_id": Field(table.c.player_id),
        "casino_id": Field(table.c.casino_id),
        "kind": Field(table.c.kind, values=PROVES, sortable=True),
        "status": Field(table.c.status, values=DocumentStatus, sortable=True),
        "media_type": Field(table.c.media_type),
        "size_bytes": Field(table.c.size_bytes),
        "uploaded_at": Field(table.c.uploaded_at, sortable=True),
        "decided_at": Field(table.c.decided_at, sortable=True),
        "reject_reason": Field(table.c.reject_reason, ops=()),
        "expires_on": Field(table.c.expires_on, sortable=True, data_class="pii_sensitive"),
        "final": Field(table.c.final, permission=P.DOCUMENT_LIST),
        "sha256": Field(table.c.sha256, permission=P.DOCUMENT_LIST, data_class="pii_sensitive"),
        "uploaded_by": Field(table.c.uploaded_by, permission=P.DOCUMENT_LIST),
        "decided_by": Field(table.c.decided_by, permission=P.DOCUMENT_LIST),
    },
    default_order="uploaded_at.desc",
)
