"""What a conversation remembers between turns.

The context is committed with the replies of the turn that produced it and travels to Rasa in the
metadata of the next message. A turn that has to run again after a crash therefore starts from
exactly what the citizen last saw, and Rasa itself may forget everything at any moment.
"""

from __future__ import annotations

from enum import StrEnum

from motcua.reply import Contract, Facet


class Awaiting(StrEnum):
    """What the bot has just asked for, if anything."""

    CHECKLIST = "checklist"
    CHOICE = "choice"
    DOSSIER_CODE = "dossier_code"
    DOSSIER_SECRET = "dossier_secret"  # noqa: S105 - the name of a question, not a secret
    NOTICE_CONSENT = "notice_consent"
    ERASE = "erase"
    MESSAGE = "message"
    PROCEDURE = "procedure"
    WARD = "ward"


class ChecklistState(Contract):
    """A list of papers being fitted to a case, in the middle of its questions.

    ``answers`` holds the key of the option chosen for each question by its key, None where it was
    skipped; ``question`` is the one that is open and ``options`` its answers: key and words.
    """

    procedure: str
    answers: dict[str, str | None] = {}
    question: str = ""
    options: dict[str, str] = {}


class Context(Contract):
    """The memory of a conversation.

    ``procedure`` is the procedure in hand, ``facet`` the side last asked about, ``candidates`` the
    codes last offered in a clarifying question, ``dossier_code`` a code waiting for its second
    factor, ``misses`` how many turns in a row the bot had no answer, ``ward`` the code of the ward the
    citizen named (``knowledge.wards``), ``checklist`` a list of papers that was begun and not finished,
    ``opened_dossiers`` the codes whose second factor was right here, the newest last.
    """

    procedure: str | None = None
    facet: Facet | None = None
    awaiting: Awaiting | None = None
    candidates: list[str] = []
    dossier_code: str | None = None
    misses: int = 0
    ward: str | None = None
    checklist: ChecklistState | None = None
    opened_dossiers: list[str] = []
