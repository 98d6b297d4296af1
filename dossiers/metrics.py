"""Numbers about dossiers for Prometheus: no code, no person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

LOOKUPS = Counter("motcua_dossier_lookups", "Look-ups by outcome", ["outcome"])
SOURCE_ANSWERS = Counter(
    "motcua_dossier_source_answers", "What a source said to a look-up", ["source", "outcome"]
)
UNKNOWN_STATUSES = Gauge(
    "motcua_dossier_unknown_statuses", "Wordings of a source that its status mapping lacks", ["source"]
)
DROPPED_FILES = Counter("motcua_dossier_files", "Files taken from the watched folder", ["outcome"])
NOTICES = Counter("motcua_dossier_notices", "Notices told to subscribers", ["template"])
