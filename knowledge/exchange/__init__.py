"""Content in and out: procedure files, workbooks and CSV. Nothing here publishes."""

from knowledge.exchange.files import LARGEST, FileRefused, csv_archive, workbook
from knowledge.exchange.folder import Exported, export_folder
from knowledge.exchange.incoming import Fate, Incoming, Plan, Planned, carry_out, plan, read_incoming
from knowledge.exchange.outgoing import Published, published
from knowledge.exchange.splice import spliced, written
from knowledge.exchange.tables import CellProblem, to_tables, with_unknown

__all__ = [
    "LARGEST",
    "CellProblem",
    "Exported",
    "Fate",
    "FileRefused",
    "Incoming",
    "Plan",
    "Planned",
    "Published",
    "carry_out",
    "csv_archive",
    "export_folder",
    "plan",
    "published",
    "read_incoming",
    "spliced",
    "to_tables",
    "with_unknown",
    "workbook",
    "written",
]
