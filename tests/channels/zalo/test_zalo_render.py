"""What a citizen reads in Zalo."""

from __future__ import annotations

import unicodedata
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from channels.zalo import render
from motcua.reply import Button, Kind, Reply, Source

PAPERS = Reply(
    kind=Kind.ANSWER,
    text="Làm khai sinh, anh/chị chuẩn bị:\n✓ Tờ khai\n✓ Giấy chứng sinh",
    buttons=[
        Button(title="Lệ phí", payload="A" * 22),
        Button(title="Nhờ người đi thay", payload="B" * 22),
        Button(title="Làm trực tuyến", url="https://dichvucong.gov.vn"),
    ],
    sources=[
        Source(
            code="1.001193",
            decision="163/QĐ-BTP",
            url="https://dichvucong.gov.vn/1",
            checked_on=date(2026, 7, 3),
        )
    ],
)


def pieces(text: str, limit: int = render.LIMIT) -> list[str]:
    found, start = [], 0
    while start < len(text):
        end = render.end_of_piece(text, start, limit)
        assert start < end
        found.append(text[start:end])
        start = end
    return found


def test_a_whole_answer_is_one_text_with_menu_and_source_last() -> None:
    assert render.text_of(PAPERS) == (
        "Làm khai sinh, anh/chị chuẩn bị:\n✓ Tờ khai\n✓ Giấy chứng sinh\n\n"
        "Anh/chị trả lời bằng số:\n1. Lệ phí\n2. Nhờ người đi thay\nLàm trực tuyến: https://dichvucong.gov.vn\n\n"
        "Nguồn: 1.001193, QĐ 163/QĐ-BTP, kiểm tra 07/2026 · Xem trên Cổng: https://dichvucong.gov.vn/1"
    )
    assert len(pieces(render.text_of(PAPERS))) == 1


def test_the_number_of_a_choice_is_its_place_among_all_buttons() -> None:
    reply = PAPERS.model_copy(update={"buttons": [PAPERS.buttons[2], PAPERS.buttons[0]]})
    assert "2. Lệ phí" in render.text_of(reply)
    assert "1." not in render.text_of(reply).replace("1.001193", "")


def test_native_buttons_carry_the_opaque_id_and_are_five_at_most() -> None:
    native = (render.native_buttons(PAPERS) or {})["buttons"]
    assert native[0] == {"title": "Lệ phí", "type": "oa.query.hide", "payload": "#b:" + "A" * 22}
    assert native[2] == {
        "title": "Làm trực tuyến", "type": "oa.open.url", "payload": {"url": "https://dichvucong.gov.vn"},
    }  # fmt: skip
    many = PAPERS.model_copy(update={"buttons": [PAPERS.buttons[0]] * 8})
    assert len((render.native_buttons(many) or {})["buttons"]) == 5
    assert render.native_buttons(PAPERS.model_copy(update={"buttons": []})) is None


def test_a_question_with_two_to_four_choices_is_a_list_that_begins_with_the_question() -> None:
    choices = [Button(title=f"Loại {n}", payload=str(n) * 22) for n in range(4)]
    question = Reply(kind=Kind.CLARIFY, text="Anh/chị cần loại nào ạ?", buttons=choices)
    native = render.native_list(question)
    assert native is not None
    titles = [element["title"] for element in native["elements"]]
    assert titles == [question.text, *(choice.title for choice in choices)]
    assert native["elements"][0]["subtitle"]
    assert native["elements"][1]["default_action"] == {"type": "oa.query.hide", "payload": "#b:" + "0" * 22}
    for not_fit in (choices[:1], choices * 2):
        assert render.native_list(question.model_copy(update={"buttons": not_fit})) is None
    assert render.native_list(question.model_copy(update={"kind": Kind.ANSWER})) is None


def test_decomposed_text_is_composed_and_control_characters_vanish() -> None:
    reply = Reply(
        kind=Kind.ANSWER, text=unicodedata.normalize("NFD", "Tiếng Việt") + "\x00\x07  x \r\n\n\n\ny"
    )
    assert render.text_of(reply) == "Tiếng Việt x\n\ny"


def test_a_long_answer_is_cut_at_the_ends_of_lines_then_sentences_then_words() -> None:
    by_line = pieces(("Dòng có vài chữ\n" * 10).strip(), 50)
    assert all(piece.strip().endswith("chữ") for piece in by_line)
    by_sentence = pieces(("Câu này ngắn. " * 10).strip(), 40)
    assert all(piece.strip().endswith(".") for piece in by_sentence)
    assert all(not piece.strip().startswith(("ữ", " ")) for piece in pieces("chữ " * 50, 33))


def test_a_decimal_number_is_not_the_end_of_a_sentence() -> None:
    text = "Mức thu là 20.000 đồng cho mỗi lần nộp hồ sơ trực tiếp tại quầy. Nộp trực tuyến 10.000 đồng."
    assert pieces(text, 80)[0].strip().endswith("tại quầy.")


LETTERS = st.text(st.sampled_from("aáậ ệ\n. !?đ1,;́"), max_size=400)


@given(LETTERS, st.integers(10, 60))
def test_nothing_is_lost_or_said_twice_by_cutting(text: str, limit: int) -> None:
    whole = render.text_of(Reply(kind=Kind.ANSWER, text=text or "x"))
    found = pieces(whole, limit)
    assert "".join(found) == whole
    assert all(len(piece) <= limit and piece.strip() for piece in found)


def test_a_message_never_splits_a_letter_from_its_marks() -> None:
    text = "q̣" * 40  # has no composed form
    assert all(unicodedata.category(piece[0]) != "Mn" for piece in pieces(text, 15))
