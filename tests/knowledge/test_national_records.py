"""Reading a dump: a broken line is named with its number, and the rest is there."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from knowledge.national import DumpRefused, read_dump
from knowledge.national.records import read_lines
from tests.knowledge.portal import record, url, write


def _line(**changes: str | None) -> bytes:
    return json.dumps(record(**changes), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", ["cong.jsonl", "cong.jsonl.gz"])
def test_plain_and_compressed_files_are_read_alike(tmp_path: Path, name: str) -> None:
    dump = read_dump(write(tmp_path / name, [record(), record("9.100002")]))
    assert [item.code for item in dump.records] == ["9.100001", "9.100002"]
    assert dump.bad == []


def test_compression_is_told_by_the_content_and_not_by_the_name(tmp_path: Path) -> None:
    path = write(tmp_path / "cong.jsonl.gz", [record()])
    assert len(read_dump(path.rename(tmp_path / "cong.jsonl")).records) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{ khong phai json", "không phải JSON"),
        (b'["mot danh sach"]', "không phải một bản ghi JSON"),
        ('{"ma_thu_tuc": "Đơn"}'.encode("utf-16"), "không phải chữ UTF-8"),
        (_line(ma_thu_tuc=None), "không có mã thủ tục"),
        (_line(ma_thu_tuc=" "), "không có mã thủ tục"),
        (_line(ma_thu_tuc="1.12"), "mã thủ tục viết sai dạng: “1.12”"),
        (_line(ma_thu_tuc="1.001193.000.00.00.H26"), "mã thủ tục viết sai dạng"),
        (_line(ten_thu_tuc=None), "9.100001: không có tên thủ tục"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "không phải JSON"),
    ],
)
def test_a_line_that_is_no_record_is_named_and_left_out(line: bytes, said: str) -> None:
    dump = read_lines([_line(ma_thu_tuc="9.100009"), line, b"", _line(ma_thu_tuc="9.100010")])
    assert [item.line for item in dump.records] == [1, 4]
    (bad,) = dump.bad
    assert bad.line == 2
    assert said in bad.reason


def test_of_a_code_given_twice_the_first_stays() -> None:
    dump = read_lines([_line(ten_thu_tuc="Nuôi ong"), b"", _line(ten_thu_tuc="Nuôi bướm")])
    assert [item.fields["ten_thu_tuc"] for item in dump.records] == ["Nuôi ong"]
    assert [(bad.line, bad.reason) for bad in dump.bad] == [(3, "trùng mã 9.100001 với dòng 1")]


def test_a_broken_line_does_not_claim_its_code() -> None:
    dump = read_lines([_line(ten_thu_tuc=None), _line()])
    assert [item.line for item in dump.records] == [2]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"PK\x03\x04 zip", b"ma_thu_tuc,ten_thu_tuc\n1.000001,A\n"]
)
def test_a_file_without_records_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cong.jsonl"
    path.write_bytes(content)
    with pytest.raises(DumpRefused, match="không có bản ghi nào"):
        read_dump(path)


def test_half_a_download_is_refused_and_not_half_imported(tmp_path: Path) -> None:
    path = write(tmp_path / "cong.jsonl.gz", [record(f"9.1{number:05d}") for number in range(50)])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DumpRefused, match="Tệp nén hỏng"):
        read_dump(path)


def test_values_that_are_no_text_are_kept_as_text(tmp_path: Path) -> None:
    line = json.dumps({**record(), "phi": 12, "kenh": ["a", "b"], "trong": None, "trang": "  "})
    (item,) = read_dump(write(tmp_path / "cong.jsonl", [line])).records
    assert item.fields["phi"] == "12"
    assert item.fields["kenh"] == '["a", "b"]'
    assert not {"trong", "trang"} & item.fields.keys()


def test_a_lone_surrogate_does_not_stop_the_import() -> None:
    (item,) = read_lines([b'{"ma_thu_tuc": "9.100001", "ten_thu_tuc": "Nu\\ud83di ong"}']).records
    assert item.fields["ten_thu_tuc"] == "Nui ong"


def test_the_day_is_the_newest_that_the_links_tell() -> None:
    days = [date(2026, 3, 26), date(2026, 6, 8), date(2026, 4, 1)]
    lines = [_line(ma_thu_tuc=f"9.10000{place}", detail_url=url(day)) for place, day in enumerate(days)]
    assert read_lines(lines).newest_day() == date(2026, 6, 8)


@pytest.mark.parametrize("link", [None, "https://portal.example/2476", url()[:-4] + "zzzz"])
def test_links_of_another_kind_tell_no_day(link: str | None) -> None:
    assert read_lines([_line(detail_url=link)]).newest_day() is None
