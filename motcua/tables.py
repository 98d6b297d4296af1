"""Every table of the project in one metadata: what migrations compare the database with."""

from __future__ import annotations

import knowledge.models  # noqa: F401 - imported for its tables, like the rooms above
from motcua.db import Base

metadata = Base.metadata
