"""Two needs in one message: where it may be cut, and the way of the pieces through the pipeline."""

import json

import pytest
from bot.components.asked_side import AskedSide
from bot.components.certain_intents import CertainIntents
from bot.components.folded_features import FoldedFeaturizer
from bot.components.linear_intents import LinearIntents
from bot.components.needs import LONGEST, MOST_CUTS, PIECE, CutNeeds, GatherNeeds, cuts
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

TWO = "làm khai sinh cần gì với cả mất bao nhiêu tiền"


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        (TWO, "làm khai sinh cần gì", "mất bao nhiêu tiền"),
        ("lam khai sinh can gi voi ca mat bao nhieu tien", "lam khai sinh can gi", "mat bao nhieu tien"),
        ("Nộp ở đâu, bao lâu thì xong?", "Nộp ở đâu", "bao lâu thì xong"),
        ("nộp ở đâu?\n\nbao lâu có", "nộp ở đâu", "bao lâu có"),
        ("nộp ở đâu... bao lâu có", "nộp ở đâu", "bao lâu có"),
        ("nộp ở đâu bao lâu thì có", "nộp ở đâu", "bao lâu thì có"),
        ("khai tử mất bao nhiêu, còn bao lâu thì xong", "khai tử mất bao nhiêu", "bao lâu thì xong"),
        ("khai tử mất bao nhiêu rồi còn bao lâu có", "khai tử mất bao nhiêu", "bao lâu có"),
        ("khai tử mất bao nhiêu với cả còn bao lâu có", "khai tử mất bao nhiêu", "bao lâu có"),
        ("khai tử mất bao nhiêu ĐỒNG THỜI nộp chỗ nào", "khai tử mất bao nhiêu", "nộp chỗ nào"),
        # "còn" without its diacritics joins, also where blanks are doubled or a sign stands behind it
        ("khai tu mat bao nhieu con may hom co", "khai tu mat bao nhieu", "may hom co"),
        ("khai tu  mat bao nhieu\ncon may hom co", "khai tu  mat bao nhieu", "may hom co"),
        # a child is no joint, and stays in its piece
        ("ly hôn xong rồi con ai nuôi ạ", "ly hôn", "con ai nuôi ạ"),
        ("nhập khẩu vợ và con nhỏ cần gì", "nhập khẩu vợ", "con nhỏ cần gì"),
    ],
)
def test_a_message_may_turn_where_the_next_need_starts(text, left, right):
    assert (left, right) in cuts(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?!,.",
        "😀, 😀",
        "làm giấy khai sinh",
        "làm thế mất bao nhiêu",
        "khai sinh cho con mất bao nhiêu tiền vậy",
        "Con tôi, Con",
        # a piece of one word is none
        "khai sinh, phí",
        "chào, làm khai sinh thế nào",
        "làm khai sinh thế nào, ạ?",
        # what is behind the joint, or before it, is missing
        "nộp ở đâu và",
        "và nộp ở đâu",
        "và với còn rồi xong cũng",
        # too long
        "bố tôi mất, " * (LONGEST // 3) + "lệ phí bao nhiêu",
    ],
)
def test_one_need_stays_whole(text):
    assert cuts(text) == []


def test_the_word_for_a_child_is_never_a_joint_among_diacritics():
    joined, child = cuts("mẹ hỏi lệ phí còn giấy tờ gì"), cuts("mẹ hỏi lệ phí con giấy tờ gì")
    assert ("mẹ hỏi lệ phí", "giấy tờ gì") in joined
    assert joined != child
    assert all("con" in " ".join(pair).split() for pair in child)


def test_a_message_has_as_many_words_as_a_cut_allows():
    half = " ".join(["từ"] * (LONGEST // 2))
    assert cuts(f"{half}, {half}") == [(half, half)]
    assert cuts(f"{half}, {half} từ") == []
    short = " ".join(["từ"] * PIECE)
    assert cuts(f"{short}, {short}") == [(short, short)]
    assert cuts(f"{short}, từ") == []


def test_a_message_of_many_turns_is_cut_a_few_times_only():
    text = ", ".join(["lệ phí bao nhiêu"] * 12)
    assert len(cuts(text)) == MOST_CUTS


@pytest.mark.parametrize(
    "text", [TWO, "Nộp ở đâu, bao lâu (mấy ngày) thì có; và phí?", "a,b;c.d\ne f va g h i"]
)
def test_a_piece_is_the_start_or_the_end_of_the_message(text):
    for left, right in cuts(text):
        assert text.startswith(left)
        assert right in text
        assert text.rstrip(" ,;.?!\n").endswith(right)
        assert len(left) + len(right) < len(text)


@pytest.fixture
def understand(parts, examples, configure, tokenizer):
    """The pipeline from cutting to gathering, trained on the examples."""
    featurizer = FoldedFeaturizer.create(configure(FoldedFeaturizer), *parts)
    featurizer.train(examples)
    featurizer.process_training_data(examples)
    classifier = LinearIntents.create(configure(LinearIntents), *parts)
    classifier.train(examples)
    sides = AskedSide.create(configure(AskedSide), *parts)
    sides.train(examples)
    middle = [tokenizer, featurizer, classifier, sides, CertainIntents.create({}, *parts)]
    whole = [CutNeeds.create({}, *parts), *middle, GatherNeeds.create({}, *parts)]

    def make(*texts, pipeline=whole, **data):
        messages = [Message(data={TEXT: text, **data}) for text in texts]
        for component in pipeline:
            messages = component.process(messages)
        return messages

    make.middle = middle
    return make


def test_the_pieces_arrive_on_the_message_with_what_they_want(understand):
    text = "nộp ở đâu với cả mất bao nhiêu tiền"
    (message,) = understand(text)
    assert message.get(TEXT) == text
    found = message.get("cuts")
    assert [(left["text"], right["text"]) for left, right in found] == cuts(text)
    left, right = found[0]
    assert (left["intent"], right["intent"]) == ("ask_place", "ask_fee")
    assert 0 < left["confidence"] <= 1
    output = message.as_dict(only_output_properties=True)
    assert json.loads(json.dumps(output))["cuts"][0] == [left, right]


@pytest.mark.parametrize("text", [TWO, "lệ phí bao nhiêu", "", "nop o dau, bao lau co"])
def test_the_message_itself_is_read_as_without_its_pieces(understand, text):
    (message,) = understand(text)
    (alone,) = understand(text, pipeline=understand.middle)
    assert message.get(INTENT)["name"] == alone.get(INTENT)["name"]
    assert message.get(INTENT)["confidence"] == pytest.approx(alone.get(INTENT)["confidence"])


@pytest.mark.parametrize("text", ["", "làm hết bao nhiêu", "chào"])
def test_a_message_with_one_need_has_no_cuts(understand, text):
    (message,) = understand(text)
    assert message.get("cuts") is None


def test_a_batch_of_messages_is_left_alone(understand):
    texts = [TWO, "nộp ở đâu, bao lâu có"]
    messages = understand(*texts)
    assert [message.get(TEXT) for message in messages] == texts
    assert [message.get("cuts") for message in messages] == [None, None]
    assert understand() == []


def test_the_context_of_the_message_is_not_that_of_its_pieces(understand, parts):
    metadata = {"context": {"awaiting": "choice"}}
    first, *pieces = CutNeeds.create({}, *parts).process([Message(data={TEXT: TWO, "metadata": metadata})])
    assert first.get("metadata") == metadata
    assert pieces
    assert not [piece for piece in pieces if piece.get("metadata")]


def test_pieces_that_nobody_classified_want_nothing(parts):
    messages = CutNeeds.create({}, *parts).process([Message(data={TEXT: TWO})])
    (message,) = GatherNeeds.create({}, *parts).process(messages)
    assert {piece["intent"] for pair in message.get("cuts") for piece in pair} == {None}
    assert {piece["confidence"] for pair in message.get("cuts") for piece in pair} == {0.0}


def test_examples_stay_whole(examples, parts, read):
    examples.training_examples.append(read(TWO, **{INTENT: "ask_fee"}))
    before = [dict(message.data) for message in examples.training_examples]
    done = CutNeeds.create({}, *parts).process_training_data(examples)
    assert done is examples
    assert [message.data for message in done.training_examples] == before
