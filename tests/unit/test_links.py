"""Links and short codes of printed sheets: read in any spelling, and only when they are nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.links import Leads, Link, asked_link, link_of, sent_link, zalo_url

OWN = "https://motcua.example.vn"
BIRTH = Link(Leads.PROCEDURE, "1.001193")
BA_DINH = Link(Leads.WARD, "00004")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("TT 1.001193", BIRTH), ("tt1001193", BIRTH), (" Tt: 1.001193. ", BIRTH), ("TT-1.001193", BIRTH),
        ("tt 1 001193", BIRTH), ("NOI 00004", BA_DINH), ("noi00004", BA_DINH), ("Nơi: 00004", BA_DINH),
        ("https://motcua.example.vn/?thu-tuc=1.001193", BIRTH),
        ("http://MOTCUA.example.vn?noi=00004", BA_DINH),
    ],
)  # fmt: skip
def test_a_short_code_or_an_address_of_ours_is_a_link(text: str, link: Link) -> None:
    assert sent_link(text, OWN) == link


@pytest.mark.parametrize(
    "text",
    [
        "", "tt", "noi", "1.001193", "00004", "tt 00004", "noi 1001193", "TT 1.00119", "tt 10011933",
        "tt 1.001193 cần giấy tờ gì", "nói 0000", "noi o dau", "tt 1.001193\x00", "tt １.００１１９３ x",
        "https://evil.example/?thu-tuc=1.001193", "https://motcua.example.vn.evil.example/?thu-tuc=1.001193",
        "https://motcua.example.vn:8443/?thu-tuc=1.001193", "https://motcua.example.vn/ban?thu-tuc=1.001193",
        "https://motcua.example.vn/?thu-tuc=x", "javascript:https://motcua.example.vn/?noi=00004",
        "https://[::1/?noi=00004", "https://motcua.example.vn/?" + "a=1&" * 100,
    ],
)  # fmt: skip
def test_anything_else_is_not(text: str) -> None:
    assert sent_link(text, OWN) is None


def test_a_link_is_found_again_in_what_it_prints() -> None:
    for link in (BIRTH, BA_DINH):
        assert sent_link(link.short, OWN) == link
        assert sent_link(link.web(OWN), OWN) == link
        assert sent_link(link.web("http://127.0.0.1:8080"), "http://127.0.0.1:8080") == link


def test_it_stands_for_the_command_of_a_button() -> None:
    assert BIRTH.command.model_dump() == {"intent": "ask_overview", "entities": {"procedure": "1.001193"}}
    assert BA_DINH.command.model_dump() == {"intent": "find_office", "entities": {"ward": "00004"}}


def test_the_query_of_an_address_is_read_and_checked() -> None:
    assert asked_link({"thu-tuc": "1.001193", "x": "y"}) == BIRTH
    assert asked_link({"noi": "00004"}) == BA_DINH
    assert asked_link({"noi": "4"}) is None
    assert asked_link({}) is None


def test_codes_are_checked_before_they_are_printed() -> None:
    assert link_of(Leads.PROCEDURE, "1.001193\n") is None
    assert link_of(Leads.WARD, "٠٠٠٠٤") is None
    assert zalo_url("388613") == "https://zalo.me/388613"


@given(st.text(max_size=60) | st.from_regex(r"(?i)(tt|noi)[ :.0-9]{0,12}"))
def test_no_text_makes_it_stumble(text: str) -> None:
    link = sent_link(text, OWN)
    assert link is None or link.short
