"""Every table of the project in one metadata: what migrations compare the database with."""

from __future__ import annotations

from channels.zalo import models as zalo
from conversations import models as conversations
from dossiers import models as dossiers
from knowledge import models as knowledge
from motcua.db import Base

ROOMS_WITH_TABLES = (conversations, dossiers, knowledge, zalo)
"""Imported for their tables, which register themselves."""

metadata = Base.metadata
