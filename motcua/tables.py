"""Every table of the project in one metadata: what migrations compare the database with."""

from __future__ import annotations

from channels.zalo import models as zalo
from conversations import attachments
from conversations import duty_models as duty
from conversations import gap_models as gaps
from conversations import models as conversations
from conversations import operation_models as operation
from conversations import ticket_models as tickets
from desk import models as desk
from desk.content import check_models as checks
from dossiers import models as dossiers
from dossiers import notice_models as notices
from knowledge import models as knowledge
from knowledge.national import models as national
from motcua import push
from motcua.db import Base

ROOMS_WITH_TABLES = (
    attachments,
    checks,
    conversations,
    duty,
    gaps,
    operation,
    desk,
    dossiers,
    notices,
    knowledge,
    national,
    zalo,
    tickets,
    push,
)
"""Imported for their tables, which register themselves."""

metadata = Base.metadata
