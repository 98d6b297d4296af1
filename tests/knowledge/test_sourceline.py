"""The small line under an answer: which record, which decision, checked when."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge import answer
from knowledge.files import read_folder
from motcua.reply import Facet, Kind, Reply, Source
from motcua.sourceline import source_line

RECORD = Source(
    code="1.001193",
    decision="163/QĐ-BTP",
    url="https://dichvucong.gov.vn/a",
    checked_on=date(2026, 7, 1),
)


def _reply(*sources: Source) -> Reply:
    return Reply(kind=Kind.ANSWER, text="Có.", sources=list(sources))


def test_the_line_names_record_decision_and_month() -> None:
    assert source_line(_reply(RECORD), with_url=False) == ("Nguồn: 1.001193, QĐ 163/QĐ-BTP, kiểm tra 07/2026")


def test_the_address_follows_where_there_is_room() -> None:
    assert source_line(_reply(RECORD)).endswith("kiểm tra 07/2026 · https://dichvucong.gov.vn/a")


def test_without_decision_and_address_the_line_is_shorter() -> None:
    plain = Source(code="9.000001", checked_on=date(2026, 12, 31))
    assert source_line(_reply(plain)) == "Nguồn: 9.000001, kiểm tra 12/2026"


def test_a_doubt_is_said() -> None:
    doubtful = RECORD.model_copy(update={"note": "khá chắc: theo 1022"})
    assert "(khá chắc: theo 1022)" in source_line(_reply(doubtful, RECORD))


def test_a_reply_that_rests_on_nothing_has_no_line() -> None:
    assert source_line(Reply(kind=Kind.SMALLTALK, text="Chào anh/chị.")) == ""


@pytest.mark.parametrize("facet", list(Facet))
def test_every_shipped_answer_has_its_line(facet: Facet) -> None:
    for procedure in read_folder().procedures:
        line = source_line(answer(procedure, facet))
        assert line.startswith(f"Nguồn: {procedure.code}, ")
        assert "kiểm tra " in line
        assert "\n" not in line
