"""Which side of a procedure a question is about: papers, time, fee …

What a message is (a question about a procedure, a dossier, small talk, off topic) shows in all of its
words; which side is asked shows at its end. On one set of features the two get in each other's way, so the
sides have a machine of their own (docs/evaluation.md: six points).
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.svm import LinearSVC

from bot.components.views import Features

# Confidences are read to two decimals; a tighter fit takes several times as long.
TOLERANCE = 0.03
_ASKS = "ask_"
_RANKING = "intent_ranking"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AskedSide(GraphComponent):
    """Deals what the classifier gave to all ``ask_`` intents out among them anew."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``C`` as in LinearSVC; a higher ``sharpness`` makes confidences more extreme; ``but`` are ``ask_``
        intents that are no sides of a procedure."""
        return {
            "views": {
                "folded_words": 1.0,
                "accented_words": 0.5,
                "distant_words": 0.5,
                "last_5_words": 0.6,
                "last_10_words": 0.6,
            },
            "C": 0.7,
            "sharpness": 4.0,
            "ranking_length": 40,
            "but": ["ask_checklist"],
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        features: Optional[Features] = None,
        machine: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Keep the configuration; ``features`` and ``machine`` come from training or from storage."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._features = features or Features(config["views"])
        self._machine = machine or {}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AskedSide:
        """A component to be trained."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the sides from the examples of their intents."""
        examples = [
            message
            for message in training_data.intent_examples
            if message.get(TEXT) and self._is_side(message.get(INTENT))
        ]
        sides = [message.get(INTENT) for message in examples]
        if len(set(sides)) > 1:
            rows = self._features.learn(examples)
            machine = LinearSVC(C=self._config["C"], random_state=0, tol=TOLERANCE)
            machine.fit(rows, sides)
            self._machine = _weights(machine)
        with self._model_storage.write_to(self._resource) as folder:
            self._features.save(folder)
            for name, value in self._machine.items():
                np.save(folder / f"machine_{name}.npy", value, allow_pickle=False)
        return self._resource

    def _is_side(self, intent: Optional[str]) -> bool:
        return bool(intent) and intent.startswith(_ASKS) and intent not in self._config["but"]

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking of each message that may be a question about a procedure."""
        if not messages or not self._machine:
            return messages
        margins = self._features.rows(messages) @ self._machine["weights"] + self._machine["bias"]
        raised = np.exp(self._config["sharpness"] * (margins - margins.max(axis=1, keepdims=True)))
        for message, row in zip(messages, raised / raised.sum(axis=1, keepdims=True)):
            self._deal(message, row)
        return messages

    def _deal(self, message: Message, row: np.ndarray) -> None:
        ranking = message.get(_RANKING) or []
        asked = sum(
            item[PREDICTED_CONFIDENCE_KEY] for item in ranking if self._is_side(item[INTENT_NAME_KEY])
        )
        if not asked:
            return  # nothing to deal: no classifier before this one, or none of the sides in its ranking
        others = [item for item in ranking if not self._is_side(item[INTENT_NAME_KEY])]
        sides = [
            {INTENT_NAME_KEY: str(side), PREDICTED_CONFIDENCE_KEY: float(asked * share)}
            for side, share in zip(self._machine["sides"], row)
        ]
        dealt = sorted(sides, key=lambda item: -item[PREDICTED_CONFIDENCE_KEY])
        best_other = max((item[PREDICTED_CONFIDENCE_KEY] for item in others), default=0.0)
        if asked > best_other:  # first what the message is, then which side it asks about
            ordered = [*dealt, *others]
        else:
            ordered = sorted([*dealt, *others], key=lambda item: -item[PREDICTED_CONFIDENCE_KEY])
        ranking = ordered[: self._config["ranking_length"]]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(_RANKING, ranking, add_to_output=True)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AskedSide:
        """The trained component. Raises ValueError when the model does not hold it."""
        with model_storage.read_from(resource) as folder:
            stored = {path.stem.removeprefix("machine_"): path for path in folder.glob("machine_*.npy")}
            machine = {
                name: np.ascontiguousarray(np.load(path, allow_pickle=False)) for name, path in stored.items()
            }
            features = Features.load(config["views"], folder) if machine else None
        return cls(config, model_storage, resource, features, machine)


def _weights(machine: LinearSVC) -> Dict[str, Any]:
    """Sides, weights and bias, one column a side; of two sides scikit-learn keeps only the second."""
    weights, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    # In the order it is multiplied in; otherwise SciPy turns all of it round for every message.
    return {"sides": np.array(machine.classes_), "weights": np.ascontiguousarray(weights.T), "bias": bias}
