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
        ("4521", None, "give_number"),
        ("4521", "choice", "give_number"),
        ("4521", "dossier_code", "give_number"),
        ("số 4 5 2 1", None, "give_number"),
        # no certainty
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


MARRIED = {"question": "q1", "options": {"0": "Rồi", "1": "Chưa đăng ký"}}
PEOPLE = {"question": "who", "options": {"self": "Tôi tự đi nộp", "other": "Nhờ người khác đi thay"}}
WAYS = {"question": "way", "options": {"direct": "Nộp tại quầy", "online": "Nộp trực tuyến"}}


@pytest.mark.parametrize(
    ("text", "checklist"),
    [
        ("chưa", MARRIED),
        ("rồi ạ", MARRIED),
        ("2", MARRIED),
        ("cái đầu", MARRIED),
        ("bỏ qua", MARRIED),
        ("không biết", MARRIED),
        ("thôi, xem cả danh sách", MARRIED),
        ("tự đi", PEOPLE),
        ("nhờ chồng", PEOPLE),
        ("online nha", WAYS),
    ],
)
def test_a_short_answer_in_the_middle_of_a_checklist_is_one(text, checklist):
    context = {"awaiting": "checklist", "checklist": checklist}
    assert certain_intent(text, "checklist", context) == "answer_checklist"
    left = {"awaiting": None, "checklist": checklist}
    assert certain_intent(text, None, left) is None
    assert certain_intent(text, None, {}) is None


@pytest.mark.parametrize(
    "text", ["lệ phí bao nhiêu", "nhờ chồng được không", "thôi cho hỏi lệ phí", "làm giấy khai sinh", ""]
)
@pytest.mark.parametrize("checklist", [MARRIED, PEOPLE, WAYS])
def test_a_question_in_the_middle_of_a_checklist_is_left_to_the_classifier(text, checklist):
    context = {"awaiting": "checklist", "checklist": checklist}
    assert certain_intent(text, "checklist", context, {"name": "ask_fee", "confidence": 0.9}) is None


def test_a_few_words_of_an_option_count_unless_the_classifier_is_sure_of_a_question():
    context = {"awaiting": "checklist", "checklist": PEOPLE}
    unsure, sure = {"name": "ask_fee", "confidence": 0.3}, {"name": "ask_delegate", "confidence": 0.9}
    assert certain_intent("đi thay thì người khác", "checklist", context, unsure) == "answer_checklist"
    assert certain_intent("nộp", "checklist", {**context, "checklist": WAYS}, sure) is None
    assert (
        certain_intent("trực tuyến nộp", "checklist", {**context, "checklist": WAYS}, sure)
        == "answer_checklist"
    )


@pytest.mark.parametrize("guess", ["affirm", "deny", "choose", "give_number"])
def test_a_bare_reply_that_fits_no_option_is_for_the_checklist_to_ask_again(guess):
    context = {"awaiting": "checklist", "checklist": PEOPLE}
    assert (
        certain_intent("ừ thì có", "checklist", context, {"name": guess, "confidence": 0.9})
        == "answer_checklist"
    )
    assert certain_intent("ừ thì có", None, {}, {"name": guess, "confidence": 0.9}) is None


@pytest.mark.parametrize(
    "text",
    [
        "làm tiếp danh sách",
        "lam tiep danh sach di",
        "quay lại lập tiếp danh sách giấy tờ",
        "danh sách đang dở",
    ],
)
@pytest.mark.parametrize("awaiting", [None, "checklist"])
def test_a_checklist_that_was_left_is_taken_up_again(text, awaiting):
    assert certain_intent(text, awaiting, {"checklist": MARRIED}) == "ask_checklist"
    assert certain_intent(text, None, {}) is None


@pytest.mark.parametrize(
    "text",
    [
        "nộp hôm nay thì bao giờ lấy",
        "nộp thứ 6 này thì hôm nào có",
        "mai tôi nộp thì đến ngày nào",
        "mai tôi nộp sau 3 giờ chiều thì hôm nào có",
        "nop t6 nay bh co",
    ],
)
def test_a_day_of_filing_and_a_question_when_is_about_time(text):
    assert certain_intent(text, None, {"procedure": "1.001193", "facet": "documents"}) == "ask_time"
    assert certain_intent(text, None, {}) is None


@pytest.mark.parametrize(
    "text",
    [
        "nộp 30/4",
        "nộp mai",
        "thế nộp thứ 7 thì sao",
        "sau 3 giờ chiều",
        "nộp sau 3h chiều thì sao",
        "nộp ngày 25",
    ],
)
def test_a_day_of_filing_alone_goes_on_about_time(text):
    assert certain_intent(text, None, {"procedure": "1.001193", "facet": "time"}) == "ask_time"
    assert certain_intent(text, None, {"procedure": "1.001193", "facet": "fee"}) is None
    assert certain_intent(text, "choice", {"procedure": "1.001193", "facet": "time"}) is None


@pytest.mark.parametrize(
    "text", ["nộp mai được không", "nộp hôm nay ở đâu", "nộp lệ phí hôm nay", "nộp", "mai", "nộp mai cần gì"]
)
def test_another_question_with_a_day_in_it_is_left_to_the_classifier(text):
    assert certain_intent(text, None, {"procedure": "1.001193", "facet": "time"}) is None


def test_the_guess_and_the_context_reach_the_shape(parts):
    metadata = {"context": {"awaiting": "checklist", "checklist": MARRIED}}
    message = Message(
        data={TEXT: "chưa ạ", INTENT: {"name": "deny", "confidence": 0.8}, "metadata": metadata}
    )
    CertainIntents.create({}, *parts).process([message])
    assert message.get(INTENT) == {"name": "answer_checklist", "confidence": 1.0}
