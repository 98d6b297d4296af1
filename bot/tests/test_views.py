"""The views: what each of them sees in a message, and rows of features made of them."""

import numpy as np
import pytest
from bot.components.views import VIEWS, Features, _normalised
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import hstack

STRANGE = ["", " ", "😀", "?!", "a" * 5000, "<b>x</b>", "_"]


def _see(view, text):
    return list(VIEWS[view](Message(data={TEXT: text})))


@pytest.mark.parametrize(
    ("view", "text", "seen"),
    [
        ("folded_words", "nộp ở đâu", ["nop", "o", "dau", "^ nop", "nop o", "o dau", "dau $"]),
        ("folded_characters", "ở", [" o", "o ", " o "]),
        ("typed_words", "Ở đâu?", ["ở", "đâu?", "^ ở", "ở đâu?", "đâu? $"]),
        ("typed_characters", "Ở", [" ở", "ở ", " ở "]),
        ("accented_words", "Còn, con?", ["còn", "con", "còn con"]),
        ("distant_words", "mấy hôm nữa", ["^~hom", "^~nua", "^~$", "may~nua", "may~$", "hom~$"]),
        ("distant_words", "a", ["^~$"]),
    ],
)
def test_a_view_sees(view, text, seen):
    assert _see(view, text) == seen


@pytest.mark.parametrize(("view", "count"), [("last_5_words", 5), ("last_10_words", 10)])
def test_the_last_words_are_all_that_a_view_of_the_end_sees(view, count):
    one = _see(view, "bà nội tôi mới mất ở quê một hai ba bốn năm thì lệ phí bao nhiêu")
    other = _see(view, "cho hỏi về một hai ba bốn năm thì lệ phí bao nhiêu")
    assert one == other
    single = [words for words in one if " " not in words]
    assert len(single) == count
    assert single[-4:] == ["phi", "bao", "nhieu", "$"]
    assert {"bao nhieu $", "phi bao nhieu"} <= set(one)
    assert _see(view, "phí") == ["phi", "$", "phi $"]


@pytest.mark.parametrize("view", sorted(set(VIEWS) - {"spoken_words"}))
def test_underthesea_is_needed_for_its_own_view_only(view, read):
    text = "lệ phí bao nhiêu ạ"
    assert _see(view, text) == list(VIEWS[view](read(text)))
    assert _see("spoken_words", text) == []
    assert "lệ phí" in VIEWS["spoken_words"](read(text))


@pytest.mark.parametrize("view", sorted(VIEWS))
@pytest.mark.parametrize("text", STRANGE)
def test_no_text_is_too_strange_for_a_view(view, text, read):
    assert all(isinstance(seen, str) for seen in VIEWS[view](read(text)))
    assert list(VIEWS[view](Message(data={}))) == _see(view, "")


def test_rows_are_those_of_learning_and_of_loading(examples, tmp_path):
    shares = dict.fromkeys(VIEWS, 0.5)
    features = Features(shares)
    learnt = features.learn(examples.intent_examples)
    assert learnt.shape[0] == len(examples.intent_examples)
    again = features.rows(examples.intent_examples)
    assert np.allclose(learnt.toarray(), again.toarray())
    features.save(tmp_path)
    loaded = Features.load(shares, tmp_path).rows(examples.intent_examples)
    assert np.array_equal(again.toarray(), loaded.toarray())


def test_a_share_is_the_length_of_its_view_and_none_leaves_the_view_out(examples, tmp_path):
    features = Features({"folded_words": 0.25, "last_5_words": 0.0})
    rows = features.learn(examples.intent_examples)
    assert np.allclose(np.linalg.norm(rows.toarray(), axis=1), 0.25)
    features.save(tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == {"folded_words"}
    one = Features.load({"folded_words": 0.25, "last_5_words": 0.0}, tmp_path)
    assert one.rows(examples.intent_examples).shape == rows.shape


def test_a_view_nobody_wrote_is_refused():
    with pytest.raises(ValueError, match=r"unknown views: \['dense'\]"):
        Features({"dense": 1.0, "folded_words": 1.0})


def test_nothing_that_was_read_stays_in_the_process():
    messages = [Message(data={TEXT: text}) for text in ("mất bao nhiêu tiền", "bao lâu thì xong")]
    features = Features({"folded_words": 1.0})
    features.learn(messages)
    features.rows([Message(data={TEXT: "bà nội tôi mới mất"})])
    assert _normalised.cache_info().currsize == 0


def test_a_row_is_what_scikit_learn_makes_of_the_same_message(examples):
    shares = {view: 0.3 + number / 10 for number, view in enumerate(VIEWS)}
    features = Features(shares)
    features.learn(examples.intent_examples)
    asked = [*examples.intent_examples[::5], *(Message(data={TEXT: text}) for text in STRANGE)]
    expected = hstack([features._learnt[view].transform(asked) * share for view, share in shares.items()])
    assert abs(features.rows(asked) - expected).max() < 1e-12
    assert features.rows([]).shape[0] == 0
