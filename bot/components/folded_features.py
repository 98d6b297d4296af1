"""Features that do not care whether a citizen types diacritics: several views of the message in one row."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features as RasaFeatures
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.views import VIEWS, Features


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
        features: Optional[Features] = None,
    ) -> None:
        """Keep the configuration; ``features`` come from training or from storage."""
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._features = features or Features(config["views"])

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
        self._features.learn([message for message in training_data.training_examples if message.get(TEXT)])
        with self._model_storage.write_to(self._resource) as folder:
            self._features.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the examples."""
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one row of features to each message."""
        if not messages:
            return messages
        rows = self._features.rows(messages)
        for number, message in enumerate(messages):
            if message.get(TEXT) is not None:  # an empty text has features too: the classifier reads a row
                features = RasaFeatures(rows[number], FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                message.add_features(features)
        return messages

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
        with model_storage.read_from(resource) as folder:
            features = Features.load(config["views"], folder)
        return cls(config, execution_context.node_name, model_storage, resource, features)
