"""What verification can be told."""

from pydantic import Field

from chassis.settings import ServiceSettings
from chassis.settings.base import WebAddress


class Settings(ServiceSettings):
    """Beside what every service is told."""

    backoffice_url: WebAddress = Field(description="http(s)://host:port of the backoffice service")
    document_max_bytes: int = Field(
        default=10 * 1024 * 1024, ge=1024, le=32 * 1024 * 1024, description="bytes of one document, 1024 to 33554432"
    )
    uploads_at_once: int = Field(
        default=16, ge=1, le=64, description="documents held in memory at the same time, 1 to 64; an eighth from one"
    )
    screening_matcher: str = Field(default="tokens", pattern="^tokens$", description="tokens")
    screening_threshold_permille: int = Field(
        default=850, ge=700, le=1000, description="the least likeness that is put before a person, 700 to 1000"
    )
    required_documents: tuple[str, ...] = Field(
        default=("identity",), min_length=1, description='what proves a player where no profile says so: ["identity"]'
    )
