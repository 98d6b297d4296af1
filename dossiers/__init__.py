"""Dossiers: where a citizen's dossier stands. Nothing is said before the second factor is right."""

from dossiers import notice_words
from dossiers.codes import CodeProblem, DossierCode, Reading, find_code, parse_code
from dossiers.consent import consent
from dossiers.dialogue import status_turn
from dossiers.drop import DropWatcher
from dossiers.import_texts import report_text, summary
from dossiers.importer import (
    DEMO_FILE,
    ImportRefused,
    ImportReport,
    RowError,
    import_bytes,
    import_file,
)
from dossiers.notice_worker import NoticeWorker
from dossiers.receipts import Receipts, find_receipt
from dossiers.service import DossierDesk, UnreadableCode
from dossiers.sources import (
    BadSource,
    DossierRecord,
    DossierSource,
    Health,
    SourceBusy,
    SourcePlace,
    open_sources,
)
from dossiers.statuses import Status, read_status, status_texts
from dossiers.subscriptions import Followed, Subscriptions, TooMany, forget
from dossiers.unknown import UnknownStatus, unknown_statuses
from dossiers.views import Busy, DossierView, Found, Locked, NotHere, OtherProvince, Refused

__all__ = [
    "DEMO_FILE",
    "BadSource",
    "Busy",
    "CodeProblem",
    "DossierCode",
    "DossierDesk",
    "DossierRecord",
    "DossierSource",
    "DossierView",
    "DropWatcher",
    "Followed",
    "Found",
    "Health",
    "ImportRefused",
    "ImportReport",
    "Locked",
    "NotHere",
    "NoticeWorker",
    "OtherProvince",
    "Reading",
    "Receipts",
    "Refused",
    "RowError",
    "SourceBusy",
    "SourcePlace",
    "Status",
    "Subscriptions",
    "TooMany",
    "UnknownStatus",
    "UnreadableCode",
    "consent",
    "find_code",
    "find_receipt",
    "forget",
    "import_bytes",
    "import_file",
    "notice_words",
    "open_sources",
    "parse_code",
    "read_status",
    "report_text",
    "status_texts",
    "status_turn",
    "summary",
    "unknown_statuses",
]
