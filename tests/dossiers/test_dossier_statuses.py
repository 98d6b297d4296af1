"""The ten statuses and their wordings."""

from __future__ import annotations

import pytest

from dossiers import Status, read_status, status_texts
from vietnamese import fold


def test_every_status_says_what_happens_next_and_what_to_do() -> None:
    for text in status_texts().values():
        assert text.next.endswith(".")
        assert text.todo.endswith(".")
        assert not text.state.endswith(".")


def test_no_wording_means_two_statuses() -> None:
    wordings = [fold(w) for text in status_texts().values() for w in (text.name, *text.also)]
    assert len(wordings) == len(set(wordings))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("4", Status.PROCESSING),
        ("10", Status.RETURNED),
        ("Đang xử lý", Status.PROCESSING),
        ("DANG XU LY", Status.PROCESSING),
        (" chờ bổ sung. ", Status.SUPPLEMENT),
        ("Được tiếp nhận", Status.ACCEPTED),
        ("Không được tiếp nhận", Status.NOT_ACCEPTED),
        ("Đã trả kết quả", Status.RETURNED),
        ("Công dân yêu cầu rút hồ sơ", Status.WITHDRAWN),
    ],
)
def test_a_status_is_read_by_number_or_wording(said: str, status: Status) -> None:
    assert read_status(said) is status


@pytest.mark.parametrize("said", ["0", "11", "-1", "", "đang ở đâu đó", "²"])
def test_an_unknown_status_is_not_guessed(said: str) -> None:
    assert read_status(said) is None
