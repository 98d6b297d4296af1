"""The tokenizer: every word stands where it says it stands, whatever is typed."""

import unicodedata

import pytest
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message

TEXTS = [
    "Làm giấy khai sinh cho con cần những gì?",
    "lam giay khai sinh cho con can nhung gi",
    "H26.34.5-240607-0007 tới đâu rồi!!!",
    "con con con chó con của con",
    "😀 khai sinh 😀👨‍👩‍👧 xong",
    "😀",
    "...",
    "<b>khai sinh</b> <script>alert('x')</script> &amp; &lt;",
    "dòng một\ndòng hai\t\tdòng ba  hai khoảng trắng",
    "   thụt vào và thừa đuôi   ",
    "20.000đ/lần, ngày 01/07/2026 lúc 15h30",
    "email a.b@c.vn và https://dichvucong.gov.vn/a?b=c#d",
    "KHAI SINH QUÁ HẠN",
    "a\u200bb\ufeffc",
    "ไทย 中文 العربية",
    unicodedata.normalize("NFD", "Đăng ký thường trú cho cháu"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_word_stands_where_it_says(tokenizer, text):
    tokens = tokenizer.tokenize(Message(data={TEXT: text}), TEXT)
    assert tokens
    for token in tokens:
        assert text[token.start : token.end] == token.text
    for one, next_one in zip(tokens, tokens[1:]):
        assert one.end <= next_one.start


def test_words_of_two_syllables_stay_together(tokenizer):
    tokens = tokenizer.tokenize(Message(data={TEXT: "đăng ký khai sinh ở Hà Nội"}), TEXT)
    words = [token.text for token in tokens]
    assert "khai sinh" in words
    assert "Hà Nội" in words


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_a_text_without_words_still_has_a_token(tokenizer, text):
    assert len(tokenizer.tokenize(Message(data={TEXT: text}), TEXT)) == 1


@pytest.mark.parametrize("text", ["khai sinh " * 1000, "a" * 10_000, "😀" * 10_000, "?" * 10_000])
def test_ten_thousand_characters_are_no_trouble(tokenizer, text):
    tokens = tokenizer.tokenize(Message(data={TEXT: text}), TEXT)
    assert all(text[token.start : token.end] == token.text for token in tokens)


def test_a_message_carries_its_words_and_its_intent_stays_whole(read):
    message = read("nộp ở đâu", intent="ask_place")
    assert message.get(TEXT_TOKENS)
    assert [token.text for token in message.get("intent_tokens")] == ["ask_place"]
