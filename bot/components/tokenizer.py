"""Words of a Vietnamese message, by underthesea: "khai sinh" is one word written in two syllables."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from underthesea import word_tokenize


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """Splits a message into underthesea's words, each with its place in the text."""

    @staticmethod
    def required_packages() -> List[str]:
        """Packages this component imports."""
        return ["underthesea"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The options of Rasa's tokenizers, with intents left whole."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """The words of one attribute. A text without words gives itself as one token, because the
        parts behind this one expect at least one."""
        text = message.get(attribute)
        tokens: List[Token] = []
        at = 0
        for word in word_tokenize(text):
            found = text.find(word, at)
            if found < 0:
                continue  # underthesea rewrote what it cut out; the featurizer reads the text itself
            tokens.append(Token(word, found))
            at = found + len(word)
        return self._apply_token_pattern(tokens or [Token(text or " ", 0)])
