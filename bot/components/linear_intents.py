"""The intent classifier: Rasa's logistic regression with the strength of its fit as an option."""

from __future__ import annotations

from typing import Any, Dict, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntents(LogisticRegressionClassifier):
    """Features of length one need a looser fit than Rasa's fixed C=1, or every confidence is low."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Rasa's options and ``C``, the inverse of the regularisation."""
        return {**LogisticRegressionClassifier.get_default_config(), "C": 8.0, "class_weight": None}

    def __init__(
        self, config: Dict[Text, Any], name: Text, model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Build Rasa's classifier, then set what it does not offer."""
        super().__init__(config, name, model_storage, resource)
        self.clf.set_params(C=self.config["C"], class_weight=self.config["class_weight"])
