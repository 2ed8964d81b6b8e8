"""Protocols between the services and the world. What stands below this line is replaceable.

Every implementation of a port passes the same contract suite (tests/contracts).
Times are UTC throughout.
"""

from __future__ import annotations

from desk.ports.accounts import AccountCase, Accounts, OtherUse, OwnLink
from desk.ports.agency import (
    Agency,
    AgencyFactory,
    Asking,
    Begun,
    Composed,
    ComposedFile,
    Composer,
    Difference,
    FieldInfo,
    SchemaReader,
    ServiceSchema,
)
from desk.ports.approvals import Approvals
from desk.ports.backup import BackupMade, Backups, Restored
from desk.ports.batches import Batches, NearFile
from desk.ports.cases import Cases, Drafts, NewRevision, Occurrence, SavedDraft, Stored
from desk.ports.elsewhere import Elsewhere, Walk
from desk.ports.figures import FigureFacts
from desk.ports.filings import (
    CoveredCase,
    FilingDocument,
    FilingRow,
    Filings,
    JournalEntry,
    Leased,
    NewFiling,
    Receipt,
    Reported,
)
from desk.ports.hashes import Hashes, Unhashed
from desk.ports.hooks import HookCall, HookCalls, HookClient, HookReply
from desk.ports.preservation import PreservationCounts, PreservationTable
from desk.ports.queue import (
    SORTS,
    CaseFilter,
    CasePage,
    QueueBook,
    QueueChoices,
    QueueCounts,
    SavedFilter,
    view_names,
)
from desk.ports.reports import ReportFilter, ReportPlace, ReportRow, Reports, ReportState
from desk.ports.routing import Routing, Waiting
from desk.ports.second_reviews import Outcomes, SecondReviews
from desk.ports.signin import Passwords, SignIns
from desk.ports.store import Audit, People, SettingsTable, Store, UnitOfWork, Viewings
from desk.ports.world import (
    CaseKey,
    Clock,
    Previewer,
    Reel,
    SecretStore,
    Speaker,
    StoredMedia,
    Vault,
)

__all__ = [
    "Elsewhere",
    "Walk",
    "CaseKey",
    "Clock",
    "Previewer",
    "Reel",
    "SecretStore",
    "Speaker",
    "Stored",
    "StoredMedia",
    "Vault",
    "SORTS",
    "view_names",
    "CaseFilter",
    "CasePage",
    "QueueBook",
    "QueueChoices",
    "SavedFilter",
    "Cases",
    "Drafts",
    "NewRevision",
    "Occurrence",
    "QueueCounts",
    "SavedDraft",
    "CoveredCase",
    "FilingDocument",
    "FilingRow",
    "Filings",
    "JournalEntry",
    "Leased",
    "NewFiling",
    "Receipt",
    "Reported",
    "Hashes",
    "Passwords",
    "SignIns",
    "Unhashed",
    "Approvals",
    "FigureFacts",
    "Outcomes",
    "SecondReviews",
    "BackupMade",
    "Backups",
    "Restored",
    "ReportFilter",
    "ReportPlace",
    "ReportRow",
    "ReportState",
    "Reports",
    "Routing",
    "Waiting",
    "PreservationCounts",
    "PreservationTable",
    "Audit",
    "HookCall",
    "HookCalls",
    "HookClient",
    "HookReply",
    "AccountCase",
    "Accounts",
    "OtherUse",
    "OwnLink",
    "Batches",
    "NearFile",
    "People",
    "SettingsTable",
    "Store",
    "UnitOfWork",
    "Viewings",
    "Agency",
    "AgencyFactory",
    "Asking",
    "Begun",
    "Composed",
    "ComposedFile",
    "Composer",
    "Difference",
    "FieldInfo",
    "SchemaReader",
    "ServiceSchema",
]
