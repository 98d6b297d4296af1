"""Intents: the classifier and its option C, and the shapes that leave no doubt."""

import pytest
from bot.components.certain_intents import CertainIntents, certain_intent
from bot.components.folded_features import FoldedFeaturizer
from bot.components.linear_intents import LinearIntents
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message


@pytest.fixture
def classify(parts, examples, configure, read):
    featurizer = FoldedFeaturizer.create(configure(FoldedFeaturizer), *parts)
    featurizer.train(examples)
    featurizer.process_training_data(examples)

    def make(**changes):
        options = configure(LinearIntents, **changes)
        classifier = LinearIntents.create(options, *parts)
        classifier.train(examples)

        def ask(text, by=classifier):
            message = by.process(featurizer.process([read(text)]))[0]
            return message.get(INTENT), message.get("intent_ranking")

        return classifier, ask, options

    return make


@pytest.mark.parametrize("strength", [0.01, 3.0])
def test_the_strength_of_the_fit_is_what_the_configuration_says(classify, strength):
    classifier, _, _ = classify(C=strength)
    assert classifier.clf.get_params()["C"] == strength


def test_a_looser_fit_is_surer_of_itself(classify):
    (_, loose, _), (_, tight, _) = classify(C=10.0), classify(C=0.001)
    assert loose("lệ phí bao nhiêu")[0]["confidence"] > tight("lệ phí bao nhiêu")[0]["confidence"]


def test_intent_and_ranking_agree_and_confidences_are_shares(classify):
    _, ask, _ = classify()
    for text in ("lệ phí bao nhiêu", "bao lau thi xong", "nộp ở đâu", "qwrt"):
        intent, ranking = ask(text)
        assert ranking[0] == intent
        shares = [item["confidence"] for item in ranking]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1.0)
    assert ask("le phi bn z")[0]["name"] == "ask_fee"


@pytest.mark.parametrize("text", ["", " ", "😀", "?" * 5000])
def test_a_text_without_words_is_classified_without_an_error_and_without_certainty(classify, text):
    _, ask, _ = classify()
    assert ask(text)[0]["confidence"] < 0.9


def test_the_ranking_is_as_long_as_the_configuration_says(classify):
    _, ask, _ = classify(ranking_length=2)
    assert len(ask("lệ phí")[1]) == 2


def test_what_is_loaded_says_the_same(classify, parts):
    _, ask, options = classify()
    loaded = LinearIntents.load(options, *parts)
    for text in ("lệ phí bao nhiêu", "qwrt"):
        assert ask(text)[0]["name"] == ask(text, loaded)[0]["name"]
        assert ask(text)[0]["confidence"] == pytest.approx(ask(text, loaded)[0]["confidence"])


@pytest.mark.parametrize(
    ("text", "awaiting", "intent"),
    [
        ("H26.34.5-240607-0007", None, "check_dossier"),
        ("hồ sơ H26-240607-0007 đến đâu rồi", None, "check_dossier"),
        ("ho so h26 231115 0001 den dau roi", None, "check_dossier"),
        ("h26.34.5 240607 0007", None, "check_dossier"),
        ("G15.99-240607-0007", None, "check_dossier"),
        ("h26 23 11 15 0001", None, "check_dossier"),
        ("H26", "dossier_code", "check_dossier"),
        ("240607-0007", "dossier_code", "check_dossier"),
        ("4521", "dossier_secret", "check_dossier"),
        ("4 5 2 1", "dossier_secret", "check_dossier"),
        ("số cuối là 4521 ạ", "dossier_secret", "check_dossier"),
        ("0912004521", "dossier_secret", "check_dossier"),
        ("2", "choice", "choose"),
        ("số 1", "choice", "choose"),
        ("cái 3", "choice", "choose"),
        # no certainty
        ("4521", None, None),
        ("4521", "choice", None),
        ("4521", "dossier_code", None),
        ("2", None, None),
        ("2", "dossier_secret", None),
        ("12", "choice", None),
        ("240607-0007", None, None),
        ("làm giấy khai sinh", "choice", None),
        ("lệ phí bao nhiêu", "dossier_secret", None),
        ("thủ tục 1.001193", None, None),
        ("gọi 0912.004.521 nhé", None, None),
        ("15h30 ngày 20/11/2026 số 0007", None, None),
        ("nghị định 123/2015/NĐ-CP", None, None),
        ("", "choice", None),
        ("", None, None),
    ],
)
def test_a_shape_is_certain_only_where_it_was_asked_for(text, awaiting, intent):
    assert certain_intent(text, awaiting) == intent


@pytest.mark.parametrize(
    ("metadata", "intent"),
    [
        ({"context": {"awaiting": "choice"}}, "choose"),
        ({"context": {"awaiting": None}}, "greet"),
        ({"context": None}, "greet"),
        ({}, "greet"),
        (None, "greet"),
    ],
)
def test_a_certain_intent_takes_the_place_of_the_guess(parts, metadata, intent):
    message = Message(data={TEXT: "2", INTENT: {"name": "greet", "confidence": 0.4}, "metadata": metadata})
    CertainIntents.create({}, *parts).process([message])
    assert message.get(INTENT)["name"] == intent
    assert message.get(INTENT)["confidence"] == (1.0 if intent == "choose" else 0.4)
