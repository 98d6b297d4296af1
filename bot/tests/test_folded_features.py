"""The featurizer: the same words give the same features, typed with diacritics or without."""

import numpy as np
import pytest
from bot.components.folded_features import FoldedFeaturizer
from bot.components.views import VIEWS
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

FOLDED = {"folded_words": 1.0, "folded_characters": 1.0, "spoken_words": 0.0}


def _features(featurizer, message):
    featurizer.process([message])
    return message.get_sparse_features(TEXT, [])[1].features


@pytest.fixture
def train(parts, examples, configure):
    def make(**changes):
        options = configure(FoldedFeaturizer, **changes)
        featurizer = FoldedFeaturizer.create(options, *parts)
        assert featurizer.train(examples) == parts[1]
        return featurizer, options

    return make


def test_what_is_loaded_gives_the_same_features(train, parts, read):
    featurizer, options = train()
    loaded = FoldedFeaturizer.load(options, *parts)
    for text in ("mất bao nhiêu tiền vậy ạ", "bao lau thi xong", "chưa thấy bao giờ qwrt", "😀"):
        before, after = _features(featurizer, read(text)), _features(loaded, read(text))
        assert before.shape == after.shape
        assert np.array_equal(before.toarray(), after.toarray())


@pytest.mark.parametrize(
    ("accented", "plain"),
    [
        ("mất bao nhiêu tiền", "mat bao nhieu tien"),
        ("Lệ phí BAO NHIÊU?", "le phi bao nhieu"),
        ("có đc ko", "co duoc khong"),
        ("nộp ở đâu", "nop o dau"),
    ],
)
def test_diacritics_and_shorthand_make_no_difference_to_folded_features(train, read, accented, plain):
    featurizer, _ = train(views=FOLDED)
    one, other = _features(featurizer, read(accented)), _features(featurizer, read(plain))
    assert one.nnz > 0
    assert np.array_equal(one.toarray(), other.toarray())


def test_words_as_typed_are_a_view_of_their_own(train, read):
    featurizer, _ = train(views={"spoken_words": 1.0})
    accented, plain = _features(featurizer, read("lệ phí")), _features(featurizer, read("le phi"))
    assert accented.nnz > 0
    assert not np.array_equal(accented.toarray(), plain.toarray())


def test_each_view_has_its_share(train, read):
    whole, _ = train(views={"folded_words": 1.0})
    half, _ = train(views={"folded_words": 0.5})
    one, other = _features(whole, read("lệ phí")), _features(half, read("lệ phí"))
    assert np.linalg.norm(one.toarray()) == pytest.approx(1.0)
    assert np.linalg.norm(other.toarray()) == pytest.approx(0.5)


def test_a_share_of_nothing_leaves_the_view_out(train, parts, read):
    full, _ = train()
    less, options = train(views=FOLDED)
    assert _features(less, read("lệ phí")).shape[1] < _features(full, read("lệ phí")).shape[1]
    loaded = FoldedFeaturizer.load(options, *parts)
    assert np.array_equal(
        _features(loaded, read("lệ phí")).toarray(), _features(less, read("lệ phí")).toarray()
    )


def test_a_view_that_does_not_exist_is_refused(configure):
    with pytest.raises(ValueError, match="unknown views"):
        FoldedFeaturizer.validate_config(configure(FoldedFeaturizer, views={"dense": 1.0}))
    FoldedFeaturizer.validate_config(configure(FoldedFeaturizer))
    assert set(FoldedFeaturizer.get_default_config()["views"]) < set(VIEWS)


@pytest.mark.parametrize("text", ["", " ", "😀", "a" * 10_000, "<b>x</b>"])
def test_no_text_is_too_strange(train, read, text):
    featurizer, _ = train()
    row = _features(featurizer, read(text))
    assert row.shape[0] == 1
    assert np.isfinite(row.toarray()).all()


def test_a_message_without_text_gets_no_features_and_no_messages_are_fine(train):
    featurizer, _ = train()
    message = Message(data={"intent": "ask_fee"})
    featurizer.process([message])
    assert message.get_sparse_features(TEXT, []) == (None, None)
    assert featurizer.process([]) == []


def test_training_data_get_their_features(train, examples):
    featurizer, _ = train()
    done = featurizer.process_training_data(examples)
    assert isinstance(done, TrainingData)
    assert all(message.get_sparse_features(TEXT, [])[1] for message in done.training_examples)
