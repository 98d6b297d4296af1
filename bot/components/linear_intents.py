"""The intent classifier: a linear support vector machine whose margins are read as confidences.

On our features it is two points better than logistic regression and trains in seconds
(docs/evaluation.md). Reading features and storage are those of Rasa's own linear classifier.
"""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntents(LogisticRegressionClassifier):
    """Rasa's linear classifier with another machine inside."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``C`` as in LinearSVC; a higher ``sharpness`` makes confidences more extreme."""
        return {**LogisticRegressionClassifier.get_default_config(), "C": 1.0, "sharpness": 4.0, "tol": 0.03}

    def __init__(
        self, config: Dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Put our machine in the place of Rasa's."""
        super().__init__(config, name, model_storage, resource)
        self.clf = LinearSVC(
            C=self.config["C"], random_state=self.config["random_state"], tol=self.config["tol"]
        )

    def _create_X(self, messages: List[Message]) -> csr_matrix:
        """One row of features a message; Rasa builds four matrices for each."""
        rows = [message.get_sparse_features(TEXT)[1].features for message in messages]
        return rows[0] if len(rows) == 1 else csr_matrix(vstack(rows, format="csr"))

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking; confidences are the softmax of the margins times ``sharpness``."""
        if not messages:
            return messages
        if not self.clf.coef_.flags.f_contiguous:
            # Turned round, as it is multiplied; otherwise SciPy turns all of it for every message.
            self.clf.coef_ = np.asfortranarray(self.clf.coef_)
        margins = self.config["sharpness"] * self.clf.decision_function(self._create_X(messages))
        raised = np.exp(margins - margins.max(axis=1, keepdims=True))
        for message, row in zip(messages, raised / raised.sum(axis=1, keepdims=True)):
            best_first = np.argsort(-row)[: self.config["ranking_length"]]
            ranking = [
                {INTENT_NAME_KEY: self.clf.classes_[at], PREDICTED_CONFIDENCE_KEY: float(row[at])}
                for at in best_first
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages
