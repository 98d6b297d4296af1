"""The machine for the sides of a procedure: it deals out anew what the classifier gave to all of them."""

import pytest
from bot.components.asked_side import AskedSide
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

TEXTS = ("lệ phí bao nhiêu", "bao lau thi xong", "nop o dau z", "làm khai sinh", "", " ", "😀", "?" * 3000)


def _ranking(**shares):
    return [
        {"name": name, "confidence": share} for name, share in sorted(shares.items(), key=lambda one: -one[1])
    ]


UNDECIDED = _ranking(
    ask_fee=0.2, ask_time=0.3, ask_place=0.2, out_of_scope=0.15, greet=0.1, ask_checklist=0.05
)


@pytest.fixture
def train(parts, examples, configure):
    def make(data=examples, **changes):
        options = configure(AskedSide, **changes)
        component = AskedSide.create(options, *parts)
        assert component.train(data) == parts[1]
        return component, options

    return make


@pytest.fixture
def ask(read):
    def make(component, text, ranking=UNDECIDED):
        message = read(text, **{INTENT: ranking[0], "intent_ranking": [dict(item) for item in ranking]})
        assert component.process([message]) == [message]
        return message.get(INTENT), message.get("intent_ranking")

    return make


def _by_name(ranking):
    return {item["name"]: item["confidence"] for item in ranking}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("lệ phí bao nhiêu", "ask_fee"),
        ("lam khai sinh thi le phi bn", "ask_fee"),
        ("bao lâu thì xong", "ask_time"),
        ("ra đâu để làm vậy", "ask_place"),
    ],
)
def test_the_side_is_what_the_message_asks_whatever_was_guessed_first(train, ask, text, intent):
    component, _ = train()
    best, ranking = ask(component, text)
    assert best == ranking[0]
    assert best["name"] == intent


def test_the_end_of_a_message_says_the_side(train, ask):
    component, _ = train()
    story = "nộp ở đâu thì em biết rồi, chờ bao lâu cũng được, cho em hỏi "
    assert ask(component, story + "mất bao nhiêu tiền")[0]["name"] == "ask_fee"


@pytest.mark.parametrize("text", TEXTS)
def test_every_other_intent_keeps_its_share_and_the_sides_share_theirs(train, ask, text):
    component, _ = train()
    _, ranking = ask(component, text)
    dealt, before = _by_name(ranking), _by_name(UNDECIDED)
    assert dealt.keys() == before.keys()
    assert len(ranking) == len(before)
    for name in ("out_of_scope", "greet", "ask_checklist"):
        assert dealt[name] == before[name]
    assert sum(dealt[side] for side in ("ask_fee", "ask_time", "ask_place")) == pytest.approx(0.7)
    assert sum(dealt.values()) == pytest.approx(1.0)
    assert all(share >= 0 for share in dealt.values())


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_most_likely_off_topic_stays_so(train, ask, text):
    component, _ = train()
    before = _ranking(out_of_scope=0.6, ask_fee=0.25, ask_time=0.15)
    best, ranking = ask(component, text, before)
    assert best == {"name": "out_of_scope", "confidence": 0.6}
    shares = [item["confidence"] for item in ranking]
    assert shares == sorted(shares, reverse=True)


def test_sides_win_together_over_another_intent_that_is_likelier_than_each(train, ask):
    component, _ = train()
    before = _ranking(out_of_scope=0.4, ask_fee=0.3, ask_time=0.3)
    best, ranking = ask(component, "lệ phí bao nhiêu", before)
    assert best["name"] == "ask_fee"
    assert ranking[-1] == before[0]
    before = _ranking(ask_checklist=0.4, ask_fee=0.3, greet=0.3)
    assert ask(component, "lệ phí bao nhiêu", before)[0] == before[0]


def test_a_side_the_classifier_left_out_of_its_ranking_may_still_be_asked(train, ask):
    component, _ = train()
    best, ranking = ask(component, "nộp ở đâu", _ranking(ask_fee=0.7, greet=0.3))
    assert best["name"] == "ask_place"
    assert sum(item["confidence"] for item in ranking) == pytest.approx(1.0)


def test_where_no_side_was_thought_of_nothing_changes(train, ask, read):
    component, _ = train()
    before = _ranking(greet=0.9, ask_checklist=0.1)
    assert ask(component, "lệ phí bao nhiêu", before) == (before[0], before)
    message = read("lệ phí bao nhiêu")
    component.process([message])
    assert message.get(INTENT) is None
    assert message.get("intent_ranking") is None
    assert component.process([]) == []


def test_messages_together_are_read_as_each_alone(train, ask, read):
    component, _ = train()
    texts = [*TEXTS, "lệ phí bao nhiêu"]
    together = [read(text, **{INTENT: UNDECIDED[0], "intent_ranking": UNDECIDED}) for text in texts]
    component.process(together)
    for message, text in zip(together, texts):
        alone = _by_name(ask(component, text)[1])
        assert _by_name(message.get("intent_ranking")) == pytest.approx(alone)


def test_the_ranking_is_as_long_and_as_sharp_as_the_configuration_says(train, ask):
    short, _ = train(ranking_length=2)
    assert len(ask(short, "lệ phí")[1]) == 2
    (blunt, _), (sharp, _) = train(sharpness=0.0), train(sharpness=50.0)
    even = _by_name(ask(blunt, "lệ phí bao nhiêu")[1])
    assert even["ask_fee"] == pytest.approx(even["ask_time"]) == pytest.approx(0.7 / 3)
    assert ask(sharp, "lệ phí bao nhiêu")[0]["confidence"] == pytest.approx(0.7, abs=0.01)


def test_what_is_loaded_says_the_same(train, parts, ask):
    component, options = train()
    loaded = AskedSide.load(options, *parts)
    for text in TEXTS:
        assert ask(component, text) == ask(loaded, text)


def test_two_sides_are_told_apart_too_and_after_loading(train, parts, examples, ask):
    two = TrainingData([one for one in examples.intent_examples if one.get(INTENT) != "ask_place"])
    component, options = train(two)
    before = _ranking(ask_fee=0.45, ask_time=0.45, greet=0.1)
    for by in (component, AskedSide.load(options, *parts)):
        assert ask(by, "mất bao nhiêu tiền", before)[0]["name"] == "ask_fee"
        assert ask(by, "mấy ngày có kết quả", before)[0]["name"] == "ask_time"
        assert sum(_by_name(ask(by, "qwrt", before)[1]).values()) == pytest.approx(1.0)


@pytest.mark.parametrize("kept", [["ask_fee"], []])
def test_with_one_side_or_none_there_is_nothing_to_tell_apart(train, parts, examples, ask, kept):
    one = TrainingData([message for message in examples.intent_examples if message.get(INTENT) in kept])
    component, options = train(one)
    for by in (component, AskedSide.load(options, *parts)):
        assert ask(by, "lệ phí bao nhiêu") == (UNDECIDED[0], UNDECIDED)


def test_only_sides_are_learnt_and_training_data_stay_as_they_are(train, examples, read, ask):
    more = [read("danh sách giấy tờ của tôi", **{INTENT: "ask_checklist"}), read("chào", **{INTENT: "greet"})]
    data = TrainingData([*examples.training_examples, *more, Message(data={INTENT: "ask_fee"})])
    before = [dict(message.data) for message in data.training_examples]
    component, _ = train(data)
    assert [message.data for message in data.training_examples] == before
    assert ask(component, "danh sách giấy tờ")[1][-1]["name"] == "ask_checklist"
    other, _ = train(data, but=["ask_fee", "ask_checklist"])
    assert _by_name(ask(other, "lệ phí bao nhiêu")[1])["ask_fee"] == 0.2
    assert all(message.get(TEXT) is None or message.get(INTENT) for message in data.training_examples)


def test_a_view_that_does_not_exist_is_refused(parts, configure):
    with pytest.raises(ValueError, match="unknown views"):
        AskedSide.create(configure(AskedSide, views={"dense": 1.0}), *parts)
