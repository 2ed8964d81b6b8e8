"""Who reports: the platform itself, and which of the agency's endpoints it reports to."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from desk.domain.rules import Contact


@dataclass(frozen=True, slots=True)
class Company:
    """The reporting platform (API: reporter). ``reporting`` must have an email."""

    name: str = ""
    reporting: Contact = field(default_factory=Contact)
    contact: Contact | None = None
    company_template: str | None = None
    terms_of_service: str | None = None
    legal_url: str | None = None
    esp_service: str | None = None


class EndpointKind(enum.StrEnum):
    PRODUCTION = "production"
    TEST = "test"
    PRACTICE = "practice"
    CUSTOM = "custom"  # a proxy's or a test server's URL


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of the agency's endpoints. Credentials are stored for each ``url`` apart."""

    kind: EndpointKind
    url: str


PRODUCTION_URL = "https://report.cybertip.org/ispws"
TEST_URL = "https://exttest.cybertip.org/ispws"


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name and password for one endpoint. The repr shows neither."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(…)"
