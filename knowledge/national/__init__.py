"""Records of the national portal as procedures: reading, building, storing, reporting."""

from knowledge.national.importing import build_all, import_dump
from knowledge.national.records import DumpRefused, read_dump
from knowledge.national.report import ImportReport, write_report

__all__ = ["DumpRefused", "ImportReport", "build_all", "import_dump", "read_dump", "write_report"]
