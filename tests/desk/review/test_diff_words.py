"""Words that changed are marked, lines that belong together stand beside each other, nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desk.content.diff_words import Row, Span, side_by_side

WORDS = st.text(alphabet="aăâ bé 1.,", max_size=30)


def marked(row: Row) -> tuple[list[str], list[str]]:
    sides = (row.before or (), row.after or ())
    before, after = ([span.text for span in side if span.changed] for side in sides)
    return before, after


def test_only_the_words_that_differ_are_marked() -> None:
    (row,) = side_by_side(["Lệ phí 20.000 đồng/lần."], ["Lệ phí 15.000 đồng/lần."])
    assert marked(row) == (["20.000"], ["15.000"])
    assert row.before is not None
    assert row.before[0] == Span("Lệ phí ", False)


def test_words_in_a_row_are_one_mark() -> None:
    (row,) = side_by_side(["nộp tại phường nơi ở"], ["nộp tại sở tư pháp nơi ở"])
    assert marked(row) == (["phường"], ["sở tư pháp"])


def test_a_line_put_in_between_leaves_the_others_as_they_are() -> None:
    rows = side_by_side(
        ["Một. Nộp đơn", "Hai. Chờ"], ["Một. Nộp đơn", "Mới hoàn toàn khác", "Hai. Chờ thẩm tra"]
    )
    assert [row.same for row in rows] == [True, False, False]
    assert rows[1].before is None
    assert marked(rows[2]) == ([], [" thẩm tra"])


def test_a_rewritten_line_is_one_gone_and_one_new() -> None:
    rows = side_by_side(["Miễn phí"], ["Do HĐND Thành phố quy định"])
    assert [(row.before is None, row.after is None) for row in rows] == [(False, True), (True, False)]


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6))
def test_both_texts_can_be_read_back(before: list[str], after: list[str]) -> None:
    rows = side_by_side(before, after)
    for side, text in (("before", before), ("after", after)):
        lines = [getattr(row, side) for row in rows]
        assert ["".join(span.text for span in line) for line in lines if line is not None] == text
    if before == after:
        assert all(row.same for row in rows)
