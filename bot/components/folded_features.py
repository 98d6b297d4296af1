"""Features that do not care whether a citizen types diacritics.

The text is folded and its shorthand written out (``vietnamese``), then read as words, one and two in
a row, and as characters, two to five. The words with their diacritics and underthesea's words are a
third view, for those who do type them. Each view is weighted by rarity and has length one.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterable, List, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from vietnamese import normalise

View = Callable[[Message], Iterable[str]]


def folded_words(message: Message) -> Iterable[str]:
    """Folded words, one and two in a row; where the message starts and ends counts."""
    tokens = ["^", *normalise(message.get(TEXT) or "").split(), "$"]
    yield from tokens[1:-1]
    yield from (f"{first} {second}" for first, second in zip(tokens, tokens[1:]))


def folded_characters(message: Message) -> Iterable[str]:
    """Runs of two to five characters of the folded text."""
    padded = f" {normalise(message.get(TEXT) or '')} "
    for size in range(2, 6):
        yield from (padded[at : at + size] for at in range(len(padded) - size + 1))


def spoken_words(message: Message) -> Iterable[str]:
    """underthesea's words as typed, in lower case."""
    yield from (token.text.lower() for token in message.get(TEXT_TOKENS) or [])


VIEWS: Dict[str, View] = {
    "folded_words": folded_words,
    "folded_characters": folded_characters,
    "spoken_words": spoken_words,
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class FoldedFeaturizer(SparseFeaturizer, GraphComponent):
    """Sentence features from the views named in the configuration."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Needs the words of a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``views``: share of each view in the features. A share of 0 leaves the view out."""
        return {
            **SparseFeaturizer.get_default_config(),
            "views": {"folded_words": 1.0, "folded_characters": 1.0, "spoken_words": 0.5},
        }

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Raises ValueError when a view is named that does not exist."""
        if unknown := config["views"].keys() - VIEWS.keys():
            raise ValueError(f"unknown views: {sorted(unknown)}")

    def __init__(
        self,
        config: Dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        vectorizers: Optional[Dict[str, TfidfVectorizer]] = None,
    ) -> None:
        """Keep the configuration; ``vectorizers`` come from training or from storage."""
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._shares = {view: share for view, share in config["views"].items() if share}
        self._vectorizers = vectorizers or {}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FoldedFeaturizer:
        """A featurizer to be trained."""
        return cls(config, execution_context.node_name, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the features of the examples and how rare each is."""
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        for view in self._shares:
            self._vectorizers[view] = _vectorizer(view).fit(messages)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the examples."""
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one row of features to each message."""
        if not messages:
            return messages
        parts = [self._vectorizers[view].transform(messages) * share for view, share in self._shares.items()]
        rows = csr_matrix(hstack(parts))
        for number, message in enumerate(messages):
            if message.get(TEXT) is not None:  # an empty text has features too: the classifier reads a row
                features = Features(rows[number], FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                message.add_features(features)
        return messages

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            for view, vectorizer in self._vectorizers.items():
                words = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
                (folder / f"{view}.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
                np.save(folder / f"{view}.npy", vectorizer.idf_, allow_pickle=False)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FoldedFeaturizer:
        """The trained featurizer. Raises ValueError when the model does not hold it."""
        vectorizers = {}
        with model_storage.read_from(resource) as folder:
            for view, share in config["views"].items():
                if not share:
                    continue
                words = json.loads((folder / f"{view}.json").read_text(encoding="utf-8"))
                vectorizer = _vectorizer(view, {word: number for number, word in enumerate(words)})
                vectorizer.idf_ = np.load(folder / f"{view}.npy", allow_pickle=False)
                vectorizers[view] = vectorizer
        return cls(config, execution_context.node_name, model_storage, resource, vectorizers)


def _vectorizer(view: str, vocabulary: Optional[Dict[str, int]] = None) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=VIEWS[view], sublinear_tf=True, min_df=1, vocabulary=vocabulary)
