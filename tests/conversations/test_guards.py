"""What the bot need not be asked, and what it must never be told."""

from __future__ import annotations

import pytest

from conversations import InboundKind
from conversations.choices import Offer, pick
from conversations.guards import clean, guard, neutral
from motcua.reply import Command, Kind

SILENT = [InboundKind.IMAGE, InboundKind.FILE, InboundKind.AUDIO, InboundKind.VIDEO, InboundKind.STICKER]
SILENT += [InboundKind.LOCATION, InboundKind.LINK, InboundKind.OTHER]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  chào \n", "chào"),
        ("cha\u0300o", "chào"),
        ("cha\u200b\u0300o", "chào"),
        ("a\x00b\x07c", "abc"),
        ("a\u202eb\ufeffc", "abc"),
        ("a\ud800b", "ab"),
        ("dòng một\r\ndòng hai", "dòng một\ndòng hai"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("\u200b\u2060\u00a0", ""),
    ],
)
def test_text_is_cleaned_of_what_nobody_sees(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "  /restart",
        "//restart",
        "/ /restart",
        "/\u00a0/restart",
        "\u3000/restart",
        "\u2028/restart",
        "\u200b/restart",
        "/\u200b\ufeff/restart",
        "\r\n/restart",
        "\x1f/restart",
    ],
)
def test_nothing_typed_reaches_rasa_as_an_intent(text: str) -> None:
    # Rasa strips the text before it looks for the slash.
    assert neutral(text).strip() == "restart"
    assert neutral(clean(text)).strip() == "restart"


def test_a_slash_inside_a_text_stays() -> None:
    assert neutral("hộ khẩu/tạm trú") == "hộ khẩu/tạm trú"
    assert neutral("(/)") == "(/)"


@pytest.mark.parametrize("text", ["", "   ", "😀", "👍🏽👍🏽", "???", "/", "…", "❤️"])
@pytest.mark.parametrize("kind", [InboundKind.TEXT, InboundKind.PRESS])
def test_a_message_without_a_word_gets_a_friendly_line(kind: InboundKind, text: str) -> None:
    answer = guard(kind, text, 1000)
    assert answer
    assert answer.kind is Kind.SMALLTALK


@pytest.mark.parametrize("kind", SILENT)
def test_what_cannot_be_read_is_said_and_a_caption_is_understood(kind: InboundKind) -> None:
    answer = guard(kind, "", 1000)
    assert answer
    assert answer.kind is Kind.SMALLTALK
    assert guard(kind, "làm khai sinh cần gì", 1000) is None


def test_each_kind_gets_its_own_sentence() -> None:
    answers = {answer.text for kind in SILENT if (answer := guard(kind, "", 1000))}
    assert len(answers) == len(SILENT)


@pytest.mark.parametrize("kind", [InboundKind.TEXT, InboundKind.PRESS, InboundKind.IMAGE])
def test_a_long_message_is_asked_for_again_in_short(kind: InboundKind) -> None:
    answer = guard(kind, "a" * 1001, 1000)
    assert answer
    assert answer.kind is Kind.NO_ANSWER
    assert guard(kind, "a" * 1000, 1000) is None


OFFERS = [
    Offer("a", 1, "Bản sao (trích lục)", Command(intent="choose")),
    Offer("b", 3, "Đăng ký lại", Command(intent="choose")),
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 1),
        ("3.", 3),
        ("số 1 nhé", 1),
        ("so 3 a", 3),
        ("chọn 3", 3),
        ("chọn số 1", 1),
        ("dang ky lai", 3),
        ("ĐĂNG KÝ LẠI!", 3),
        ("bản sao (trích lục)", 1),
        ("2", None),
        ("9", None),
        ("13", None),
        ("1 con", None),
        ("đăng ký", None),
        ("", None),
    ],
)
def test_a_number_or_a_title_picks_its_offer_and_nothing_else_does(text: str, place: int | None) -> None:
    picked = pick(text, OFFERS)
    assert (picked.position if picked else None) == place
