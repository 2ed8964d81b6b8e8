"""All services of one open workspace, as the screens and commands get them."""

from __future__ import annotations

from dataclasses import dataclass

from desk.ports import Clock
from desk.services.access import AccessService
from desk.services.accounts import Accounts
from desk.services.approvals import Approvals
from desk.services.auditing import Auditing
from desk.services.backup import BackupService
from desk.services.channels import ChannelService
from desk.services.checkpoints import Checkpoints
from desk.services.configuration import Configuration
from desk.services.confirmation import Confirmation
from desk.services.credentials import CredentialService
from desk.services.drafting import Drafting
from desk.services.evidence import EvidenceService
from desk.services.figures import FigureService
from desk.services.guidance import GuideService
from desk.services.hashing import Hashing
from desk.services.hooks import Hooks
from desk.services.intake import Intake
from desk.services.likeness import Likeness
from desk.services.others import Others
from desk.services.outbox import Outbox
from desk.services.outcomes import OutcomeService
from desk.services.people import PeopleService
from desk.services.preservation import PreservationService
from desk.services.queue import Queue
from desk.services.reports import ReportService
from desk.services.resting import Resting
from desk.services.review import Review
from desk.services.routing import Routing
from desk.services.rules import ReportingRules
from desk.services.saved_filters import SavedFilters
from desk.services.schema import SchemaKeeper
from desk.services.second_review import SecondReviewing
from desk.services.signin import SignIn
from desk.services.soundness import Soundness
from desk.services.violations import Violations


@dataclass(frozen=True)
class Desk:
    """One open workspace. Made by the composition root only."""

    clock: Clock
    workspace_id: str
    place: str
    practice: bool
    intake: Intake
    queue: Queue
    filters: SavedFilters
    review: Review
    drafting: Drafting
    confirmation: Confirmation
    outbox: Outbox
    auditing: Auditing
    checkpoints: Checkpoints
    evidence: EvidenceService
    preservation: PreservationService
    people: PeopleService
    configuration: Configuration
    credentials: CredentialService
    schema: SchemaKeeper
    hashing: Hashing
    channels: ChannelService
    guide: GuideService
    likeness: Likeness
    accounts: Accounts
    hooks: Hooks
    resting: Resting
    approvals: Approvals
    backup: BackupService
    soundness: Soundness
    second_review: SecondReviewing
    outcomes: OutcomeService
    reports: ReportService
    figures: FigureService
    rules: ReportingRules
    routing: Routing
    violations: Violations
    signin: SignIn
    access: AccessService
    others: Others
