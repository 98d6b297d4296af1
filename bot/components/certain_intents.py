"""Intents that need no guessing: the shape of a message, and what the bot has just asked for.

Bare digits hold nothing a classifier could learn from. The committed context comes with the message
(``metadata``), so that "4521" is a second factor right after it was asked for, and a choice after a
list was offered.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from vietnamese import fold

# A unit code (H26, G15), a date of six digits and a running number, however they are joined.
_DOSSIER_CODE = re.compile(r"\b[hg] ?\d{2}\b.{0,24}?\d{2} ?\d{2} ?\d{2}[ .\-–/]{0,3}\d{3,6}\b")
_CODE_LIKE = re.compile(r"\b[hg] ?\d{2}\b|\d{6} ?[\-–. ] ?\d{3,}")
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)|(?<!\d)\d(?:[ .]\d){3}(?!\d)|\b0\d{8,9}\b|so dien thoai")
_BARE_NUMBER = re.compile(r"^(?:so |cai |y |muc )?\d$")


def certain_intent(text: str, awaiting: Optional[str]) -> Optional[str]:
    """The intent of ``text`` when its shape, after what was asked, leaves no doubt; else None."""
    said = fold(text)
    if _DOSSIER_CODE.search(said):
        return "check_dossier"
    if awaiting == "dossier_code" and _CODE_LIKE.search(said):
        return "check_dossier"
    if awaiting == "dossier_secret" and _FOUR_DIGITS.search(said):
        return "check_dossier"
    if awaiting == "choice" and _BARE_NUMBER.match(said):
        return "choose"
    return None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CertainIntents(GraphComponent):
    """Puts a certain intent in the place of the classifier's guess."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CertainIntents:
        """Nothing to configure."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent of each message whose shape is certain."""
        for message in messages:
            metadata = message.get("metadata") or {}
            context = metadata.get("context") or {}
            name = certain_intent(message.get(TEXT) or "", context.get("awaiting"))
            if name:
                intent = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: 1.0}
                message.set(INTENT, intent, add_to_output=True)
        return messages
