"""What providers' notifications say of disputes, how we answer them, and where what proves our side is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.wire import HttpAnswer, HttpCall
from payments.domain.deposit.words import GivenBack, TakenBack
from payments.domain.dispute.words import AnswerWord, DisputeTold, Fee, Refused, Status, Unanswered

if TYPE_CHECKING:
    from payments.application.ports import NotThere, ProviderAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutDispute:
    """A notification says this about a dispute of the payment of our deposit.

    Attributes:
        reference: how the provider calls the dispute.
        deposit_id: our reference of the payment; None: it names the payment by its own alone (`word.payment`).
        money: what of it was taken, or given back.
        fee: what the provider charges for it.
        problem: the code of why the money it tells of cannot be read; the rest can.
    """

    reference: str
    deposit_id: UUID | None
    word: DisputeTold
    money: TakenBack | GivenBack | None = None
    fee: Fee | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWish:
    """A file that staff want to send. `document`: as which kind of the provider's; None: the usual one for its kind."""

    kind: str
    media_type: str
    size: int
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file as it goes to the provider. `document` is the provider's word for its kind."""

    evidence_id: UUID
    document: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOrder:
    """What a provider is told about a dispute. Its id is the idempotency key.

    `reference` is how the provider calls the dispute, `defence` its code of the reason why we are right.
    """

    answer_id: UUID
    reference: str
    status: Status
    defence: str | None = None
    files: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """The provider has the file, and calls it so."""

    name: str


FileWord = Kept | Refused | Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Defence:
    """A reason by which the provider lets us defend a dispute, and the kinds of documents it wants or takes for it."""

    code: str
    required: tuple[str, ...]
    optional: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Defences:
    """What the provider said when it was asked for them."""

    reasons: tuple[Defence, ...]


class DisputeFlow(Protocol):
    """How disputes are answered through their provider."""

    def check_evidence(self, defence: str | None, files: Sequence[FileWish]) -> tuple[str, ...]:
        """The provider's words for the files' kinds. Invalid (naming `defence` or `files`): it does not take them."""
        ...

    def build_file(self, account: "ProviderAccount", order: AnswerOrder, file: EvidenceFile) -> HttpCall | None:
        """The call that gives it a file; a repeat changes nothing. None: it goes with the answer itself."""
        ...

    def parse_file(self, file: EvidenceFile, answer: HttpAnswer | None) -> FileWord:
        """What the answer to `build_file` says."""
        ...

    def build_call(self, account: "ProviderAccount", order: AnswerOrder, kept: Mapping[UUID, str]) -> HttpCall:
        """The answer to the dispute; `kept`: what it calls the files. The same bytes are taken at most once."""
        ...

    def parse_answer(self, order: AnswerOrder, answer: HttpAnswer | None) -> AnswerWord:
        """What the answer says (None: there was none). Only a believable word is more than Unanswered."""
        ...

    def build_question(self, account: "ProviderAccount", order: AnswerOrder) -> HttpCall:
        """The call that asks whether the provider has our answer."""
        ...

    def parse_question(self, order: AnswerOrder, answer: HttpAnswer | None) -> "AnswerWord | NotThere":
        """What the answer to it says. NotThere only where the provider surely still awaits our answer."""
        ...

    def build_defences(self, account: "ProviderAccount", reference: str) -> HttpCall | None:
        """The call that asks for which reasons we may defend it. None: there are none to choose from."""
        ...

    def parse_defences(self, answer: HttpAnswer | None) -> Defences | Unanswered:
        """What the answer to it says."""
        ...


class EvidenceStore(Protocol):
    """Where the files are kept. Their content is unreadable there."""

    async def keep(self, connection: AsyncConnection, dispute_id: UUID, file: dict[str, Any], sealed: str) -> None:
        """Keep a file with what may be shown of it."""
        ...

    async def of(self, connection: AsyncConnection, dispute_id: UUID) -> list[dict[str, Any]]:
        """What may be shown of a dispute's files, the oldest first."""
        ...

    async def sealed(self, connection: AsyncConnection, dispute_id: UUID, evidence_id: UUID) -> tuple[str, str] | None:
        """The type and the unreadable content of one; None when there is none."""
        ...
