"""Components as Rasa builds them: over a real model storage, with real training data."""

from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest
from bot.components.tokenizer import VietnameseTokenizer
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

EXAMPLES = {
    "ask_fee": ["lệ phí bao nhiêu", "mất bao nhiêu tiền", "le phi the nao", "tốn mấy đồng", "het bn tien"],
    "ask_time": ["bao lâu thì xong", "mấy ngày có kết quả", "khi nao lay duoc", "chờ bao lâu", "may hom co"],
    "ask_place": ["nộp ở đâu", "làm ở chỗ nào", "nop o dau vay", "đến phường nào", "ra dau de lam"],
}


@pytest.fixture
def parts(tmp_path: Path) -> Tuple[LocalModelStorage, Resource, ExecutionContext]:
    """What Rasa hands to every component besides its configuration."""
    return LocalModelStorage(tmp_path), Resource("part"), ExecutionContext(GraphSchema({}), node_name="part")


@pytest.fixture
def tokenizer() -> VietnameseTokenizer:
    return VietnameseTokenizer(VietnameseTokenizer.get_default_config())


@pytest.fixture
def read(tokenizer: VietnameseTokenizer) -> Callable[[str], Message]:
    """A message as it comes out of the tokenizer."""

    def make(text: str, **data: Any) -> Message:
        return tokenizer.process([Message(data={TEXT: text, **data})])[0]

    return make


@pytest.fixture
def examples(read: Callable[..., Message]) -> TrainingData:
    """A few examples of three intents."""
    messages: List[Message] = [
        read(text, **{INTENT: intent}) for intent, texts in EXAMPLES.items() for text in texts
    ]
    return TrainingData(messages)


def config(part: Any, **changes: Any) -> Dict[str, Any]:
    """The configuration of a component with some options changed."""
    return {**part.get_default_config(), **changes}


@pytest.fixture
def configure() -> Callable[..., Dict[str, Any]]:
    return config
