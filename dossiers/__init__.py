"""Dossiers: where a citizen's dossier stands. Nothing is said before the second factor is right."""

from dossiers.codes import CodeProblem, DossierCode, Reading, find_code, parse_code
from dossiers.dialogue import status_turn
from dossiers.importer import (
    DEMO_FILE,
    ImportRefused,
    ImportReport,
    RowError,
    import_bytes,
    import_file,
)
from dossiers.service import (
    DossierDesk,
    DossierView,
    Found,
    Locked,
    OtherProvince,
    Refused,
    UnreadableCode,
)
from dossiers.statuses import Status, read_status, status_texts

__all__ = [
    "DEMO_FILE",
    "CodeProblem",
    "DossierCode",
    "DossierDesk",
    "DossierView",
    "Found",
    "ImportRefused",
    "ImportReport",
    "Locked",
    "OtherProvince",
    "Reading",
    "Refused",
    "RowError",
    "Status",
    "UnreadableCode",
    "find_code",
    "import_bytes",
    "import_file",
    "parse_code",
    "read_status",
    "status_texts",
    "status_turn",
]
