"""Days off and make-up days that the package does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from motcua import public_days, working_days
from motcua.public_days import PublicDaysError, read_days
from motcua.settings import Settings

FRIDAY, SATURDAY = date(2026, 12, 4), date(2026, 12, 12)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The operator's own file; the days are read again before and after."""
    monkeypatch.setattr(public_days, "get_settings", lambda: Settings(data_dir=tmp_path))
    caches = public_days.exceptions, working_days.is_working_day
    for cached in caches:
        cached.cache_clear()
    yield tmp_path / "public_days.yml"
    for cached in caches:
        cached.cache_clear()


def test_the_shipped_days_are_counted() -> None:
    assert not working_days.is_working_day(date(2026, 1, 2))
    assert working_days.is_working_day(date(2026, 1, 10))


def test_what_the_operator_writes_is_counted_beside_and_before_what_is_shipped(written: Path) -> None:
    written.write_text(
        f"closed:\n- {{day: {FRIDAY}, name: Nghỉ, source: thông báo}}\n"
        f"open:\n- {{day: {SATURDAY}, name: Làm bù, source: thông báo}}\n"
        "- {day: 2026-01-02, name: Vẫn làm, source: thông báo}\n",
        encoding="utf-8",
    )
    assert not working_days.is_working_day(FRIDAY)
    assert working_days.is_working_day(SATURDAY)
    assert working_days.is_working_day(date(2026, 1, 2))
    assert working_days.is_working_day(date(2026, 1, 10)), "what is shipped still counts"


@pytest.mark.parametrize(
    "content",
    [
        "closed:\n- {day: 2026-12-04, name: Nghỉ}",
        "closed:\n- {day: 04/12/2026, name: Nghỉ, source: thông báo}",
        "closed:\n- {day: 2026-12-04, name: a, source: b}\nopen:\n- {day: 2026-12-04, name: a, source: b}",
        "nghỉ: []",
        "- 2026-12-04",
        "closed: [",
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "public_days.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PublicDaysError, match=r"public_days\.yml"):
        read_days(path)


def test_no_file_and_an_empty_file_change_nothing(tmp_path: Path) -> None:
    assert read_days(tmp_path / "none.yml") == {}
    empty = tmp_path / "empty.yml"
    empty.write_text("# trống\n", encoding="utf-8")
    assert read_days(empty) == {}
