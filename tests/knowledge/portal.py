"""Made-up records in the shape of the national portal's: tables flattened, page furniture left in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

DAY = date(2026, 5, 20)
WAYS = "Hình thức nộpThời gianPhí, lệ phíMô tả"
PAPERS = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
LAWS = "Tên văn bản pháp lýMã văn bản"
PAGE = "Chọn cơ quan thực hiệnTỉnh/ Thành phốBộ ngành-- Chọn Tỉnh/ Thành phố --Nộp hồ sơ"
NOTHING = "Không có thông tin"


def way(kind: str, time: str, fee: str, fee_note: str = "", note: str = "") -> str:
    """One row of the table of ways."""
    return f"{kind}{time}{fee}" + (f"({fee_note})" if fee_note else "") + note


def ways(*rows: str) -> str:
    """The table of ways."""
    return WAYS + "".join(rows)


def paper(name: str, originals: int = 1, copies: int = 0, file: str = "") -> str:
    """One row of a table of papers."""
    return f"{name}{file}{originals} bản chính" + (f",{copies} bản sao" if copies else "")


def papers(*rows: str, heading: str = "--") -> str:
    """One table of papers; several are written one behind the other."""
    return heading + PAPERS + "".join(rows)


def laws(*rows: tuple[str, str]) -> str:
    """The table of legal documents: titles and numbers."""
    return LAWS + "".join(title + number for title, number in rows)


def result(*names: str, words: str = NOTHING, about: str = NOTHING) -> str:
    """The results with their codes, and the end of the page."""
    coded = "".join(f"{name}Mã: KQ.G99.{place:06d}" for place, name in enumerate(names, start=1))
    return f"{coded}Từ khóa{words}Mô tả{about}{PAGE}"


def url(day: date = DAY) -> str:
    """A link with an identifier that carries ``day`` (UUID version 7)."""
    stamp = f"{int(datetime(day.year, day.month, day.day, 5, tzinfo=UTC).timestamp() * 1000):012x}"
    return f"https://portal.example/thu-tuc-hanh-chinh/{stamp[:8]}-{stamp[8:]}-7abc-8def-0123456789ab"


def record(code: str = "9.100001", **changes: str | None) -> dict[str, str]:
    """A whole record; what is given replaces its fields, None leaves one out."""
    fields: dict[str, str | None] = {
        "ma_thu_tuc": code,
        "detail_url": url(),
        "formality_id": "0190-noi-bo",
        "ten_thu_tuc": "Thủ tục đăng ký nuôi ong trong khu dân cư",
        "so_quyet_dinh": "12/QĐ-BNO",
        "cap_thuc_hien": "Cấp tỉnh, Cấp xã",
        "loai_thu_tuc": "Loại khác",
        "linh_vuc": "Nuôi ong",
        "doi_tuong_thuc_hien": "Công dân Việt Nam, Tổ chức (không bao gồm doanh nghiệp, HTX)",
        "trinh_tu_thuc_hien": "- Bước 1: Người nuôi gửi đơn.\n- Bước 2: Phường xem tổ ong.\n+ Xem ban ngày.",
        "cach_thuc_thuc_hien": ways(
            way("Trực tuyến", "5 Ngày làm việc", "Miễn phí"), way("Trực tiếp", "5 Ngày làm việc", "Miễn phí")
        ),
        "thanh_phan_ho_so": papers(
            paper("Đơn xin nuôi ong theo Mẫu số 02", file="Mau02.docx"),
            paper("- Giấy khám sức khỏe của đàn ong;", originals=0, copies=2),
        ),
        "can_cu_phap_ly": laws(("Luật Nuôi ong", "12/2020/QH14"), ("Quy định về tổ ong", "34/2021/NĐ-CP")),
        "yeu_cau_dieu_kien": "- Vườn rộng từ 20 m2.\n- Cách trường học 50 m.",
        "ket_qua_xu_ly": result("Giấy phép nuôi ong"),
        "co_quan_thuc_hien": "Ủy ban nhân dân cấp xã",
        "bo_nganh": "bo-nuoi-ong",
    }
    fields.update(changes)
    return {name: text for name, text in fields.items() if text is not None}


def write(path: Path, records: Iterable[dict[str, str] | str]) -> Path:
    """A dump of ``records``; a plain string is written as a line of its own. Compressed when so named."""
    lines = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in records]
    content = "\n".join(lines).encode() + b"\n"
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path
