"""Whether a message goes on about the procedure in hand, leaves it, or answers what was asked back."""

from __future__ import annotations

import pytest

from knowledge.going_on import goes_on
from knowledge.labelled_turns import ANY, labelled_turns
from knowledge.library import Edition
from knowledge.resolution import STAYS, Outcome, resolve
from motcua.reply import Facet

BIRTH, MARRIAGE, RESIDENCE, DEATH = "1.001193", "1.000894", "1.004222", "1.000656"


def test_the_turns_name_procedures_and_sides_there_are(catalogue: Edition) -> None:
    for turn in labelled_turns():
        assert turn.held in catalogue.procedures or turn.held == ANY
        assert turn.wanted is None or turn.wanted in catalogue.procedures or turn.goes_on
        assert (turn.facet is None) == (turn.wanted is None)
    assert {turn.held for turn in labelled_turns()} > catalogue.procedures.keys()
    assert len({turn.text for turn in labelled_turns()}) > 800


@pytest.mark.parametrize("held", [BIRTH, MARRIAGE, RESIDENCE])
@pytest.mark.parametrize(
    "text",
    [
        "hết nhiêu tiền vậy cô",
        "muộn nhất là hôm nào phải nộp",
        "dì ruột đi hộ có được không",
        "thế bao lâu thì họ trả",
        "xong xuôi rồi có phải báo ai nữa không",
    ],
)
def test_what_names_nothing_goes_on(catalogue: Edition, held: str, text: str) -> None:
    assert resolve(catalogue, text, held, Facet.TIME).outcome is Outcome.IN_HAND


def test_words_of_another_procedure_do_not_lead_away_by_themselves(catalogue: Edition) -> None:
    text = "bố cháu mất rồi thì có phải mang giấy chứng tử của ông ấy theo không"
    alone, within = (catalogue.search.look(text), resolve(catalogue, text, BIRTH, Facet.DOCUMENTS))
    assert alone.hits[0].code != BIRTH
    assert within.outcome is not Outcome.FOUND or within.code == BIRTH


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("à thế còn đăng ký kết hôn thì cần giấy gì", MARRIAGE),
        ("tiện thể cho em hỏi khai tử cho ông thì nộp ở đâu", DEATH),
    ],
)
def test_a_plain_change_is_followed(catalogue: Edition, text: str, wanted: str) -> None:
    resolution = resolve(catalogue, text, BIRTH, Facet.DOCUMENTS)
    assert (resolution.outcome, resolution.code) == (Outcome.FOUND, wanted)


@pytest.mark.parametrize(
    "text", ["vay tiêu dùng ở Home Credit thì thủ tục thế nào", "đăng ký gói 4G Viettel tháng này"]
)
def test_what_is_about_nothing_held_is_not_answered_with_the_procedure_in_hand(
    catalogue: Edition, text: str
) -> None:
    assert resolve(catalogue, text, MARRIAGE, Facet.OVERVIEW).outcome in (Outcome.CLOSE, Outcome.NONE)


def test_the_chance_is_one_and_higher_for_what_is_in_hand(catalogue: Edition) -> None:
    finding = catalogue.search.look("đăng ký kết hôn mất bao lâu")
    about, elsewhere = (goes_on(finding, code, linked=False) for code in (MARRIAGE, RESIDENCE))
    assert 0 <= elsewhere < STAYS <= about <= 1


def test_a_follow_up_to_a_question_back_is_asked_again_about_the_same(catalogue: Edition) -> None:
    offered = ("2.000635", "1.004884")
    resolution = resolve(catalogue, "mất bao lâu thì có", None, Facet.TIME, offered)
    assert (resolution.outcome, resolution.candidates) == (Outcome.CLOSE, offered)


def test_words_that_fit_one_of_the_procedures_offered_pick_it(catalogue: Edition) -> None:
    offered = ("2.000635", "1.004884")
    resolution = resolve(catalogue, "trích lục thôi, bản sao ấy", None, Facet.OVERVIEW, offered)
    assert (resolution.outcome, resolution.code) == (Outcome.FOUND, "2.000635")


def test_another_procedure_named_plainly_is_not_one_of_those_offered(catalogue: Edition) -> None:
    resolution = resolve(
        catalogue, "thôi, đăng ký kết hôn cần gì", None, Facet.DOCUMENTS, ("2.000635", "1.004884")
    )
    assert (resolution.outcome, resolution.code) == (Outcome.FOUND, MARRIAGE)


@pytest.mark.parametrize(
    ("text", "plain", "special"),
    [
        ("em làm rơi hộ chiếu ở Đà Nẵng thì phải báo ai", "1.001456", "1.010386"),
        ("lt khai tử gồm gì", "1.000656", "2.002913"),
    ],
)
def test_a_mark_of_the_special_procedure_is_asked_about(
    catalogue: Edition, text: str, plain: str, special: str
) -> None:
    resolution = resolve(catalogue, text, None, Facet.OVERVIEW)
    assert resolution.code == special or resolution.candidates[:2] == (special, plain)


def test_where_the_marks_go_one_way_their_absence_says_nothing(catalogue: Edition) -> None:
    resolution = resolve(catalogue, "tôi muốn trình báo hộ chiếu không còn nữa", None, Facet.OVERVIEW)
    assert resolution.code != "1.001456"


def test_another_procedure_called_by_its_name_is_never_answered_with_the_one_in_hand(
    catalogue: Edition,
) -> None:
    astray = []
    for asked in catalogue.procedures.values():
        text = f"{asked.short_name or asked.name} cần giấy tờ gì"
        astray += [
            (text, held)
            for held in (BIRTH, MARRIAGE, RESIDENCE, DEATH, "1.004194", "1.014063")
            if held != asked.code
            and resolve(catalogue, text, held, Facet.DOCUMENTS).outcome is Outcome.IN_HAND
        ]
    assert astray == []
    assert resolve(catalogue, "làm khai sinh cần giấy tờ gì", "1.004194", Facet.DOCUMENTS).code == BIRTH
