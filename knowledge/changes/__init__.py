"""Changes of procedures on their way from a draft to what citizens are told.

``procedure_versions`` holds what was published and never changes; ``content_changes`` what is being worked
on. Every function works in the caller's transaction, and every write names the ``revision`` it saw.
"""

from knowledge.changes.checking import problems_of, validated
from knowledge.changes.deciding import (
    any_due,
    approve,
    first_day,
    publish_due,
    publish_urgently,
    request_changes,
    submit,
    withdraw_procedure,
)
from knowledge.changes.errors import (
    EDITABLE,
    OPEN,
    AlreadyOpen,
    ChangeError,
    Invalid,
    NotAllowed,
    Problem,
    StaleChange,
    State,
)
from knowledge.changes.job import PublishingJob
from knowledge.changes.provenance import Evidence
from knowledge.changes.reading import (
    Newest,
    VersionLine,
    content_of,
    find,
    history,
    listed,
    newest,
    open_of,
)
from knowledge.changes.writing import (
    UNSET,
    Editor,
    open_change,
    open_new,
    rebase,
    restore,
    save,
    take_back,
    withdraw,
)
from knowledge.models import ContentChange

__all__ = [
    "EDITABLE",
    "OPEN",
    "UNSET",
    "AlreadyOpen",
    "ChangeError",
    "ContentChange",
    "Editor",
    "Evidence",
    "Invalid",
    "Newest",
    "NotAllowed",
    "Problem",
    "PublishingJob",
    "StaleChange",
    "State",
    "VersionLine",
    "any_due",
    "approve",
    "content_of",
    "find",
    "first_day",
    "history",
    "listed",
    "newest",
    "open_change",
    "open_new",
    "open_of",
    "problems_of",
    "publish_due",
    "publish_urgently",
    "rebase",
    "request_changes",
    "restore",
    "save",
    "submit",
    "take_back",
    "validated",
    "withdraw",
    "withdraw_procedure",
]
