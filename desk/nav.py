"""What stands in the menu and who sees it, and the short notices after something was done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from aiohttp import web

from desk.keys import PREFIX
from desk.people import Person
from desk.roles import Permission, Role


@dataclass(frozen=True, slots=True)
class Item:
    """A place in the menu. ``short``: its name in a phone's bottom bar; ``icon``: a symbol of icons.svg."""

    path: str
    title: str
    short: str
    icon: str
    allowed: tuple[Role | Permission, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether the page at ``path`` belongs to it."""
        return path == self.path or path.startswith(f"{self.path}/")


ITEMS: list[Item] = [
    Item(f"{PREFIX}/phieu", "Hàng đợi", "Hàng đợi", "inbox", (Permission.ANSWER,)),
    Item(f"{PREFIX}/cau-mau", "Câu mẫu", "Câu mẫu", "edit", (Permission.ANSWER,)),
    Item(
        f"{PREFIX}/lich-truc",
        "Lịch trực",
        "Lịch trực",
        "calendar",
        (Permission.OWN_SHIFT, Permission.MANAGE_ROSTER),
    ),
    Item(f"{PREFIX}/thu-tuc", "Thủ tục", "Thủ tục", "book", (Permission.SEE_CONTENT,)),
    Item(
        f"{PREFIX}/duyet",
        "Chờ duyệt",
        "Duyệt",
        "check",
        (Permission.REVIEW_CONTENT, Permission.PUBLISH_URGENTLY),
    ),
    Item(f"{PREFIX}/con-thieu", "Câu còn thiếu", "Còn thiếu", "question", (Permission.EDIT_CONTENT,)),
    Item(f"{PREFIX}/viec-bo", "Bộ đổi gì", "Bộ đổi", "log", (Permission.EDIT_CONTENT,)),
    Item(f"{PREFIX}/nhac-xem", "Nhắc xem lại", "Nhắc", "clock", (Permission.EDIT_CONTENT,)),
    Item(f"{PREFIX}/niem-yet", "Niêm yết", "Niêm yết", "sheet", (Permission.SEE_CONTENT,)),
    Item(f"{PREFIX}/nhap-xuat", "Nhập, xuất", "Nhập xuất", "swap", (Permission.EDIT_CONTENT,)),
    Item(f"{PREFIX}/noi-nop", "Nơi nộp", "Nơi nộp", "place", (Permission.SEE_CONTENT,)),
    Item(f"{PREFIX}/bao-cao", "Báo cáo", "Báo cáo", "chart", (Permission.SEE_REPORTS,)),
    Item(f"{PREFIX}/nhan-su", "Nhân sự", "Nhân sự", "people", (Permission.SEE_PEOPLE,)),
    Item(f"{PREFIX}/nhat-ky", "Nhật ký", "Nhật ký", "log", (Permission.SEE_AUDIT,)),
    Item(f"{PREFIX}/tai-khoan", "Tài khoản", "Tôi", "person"),
]
"""In this order. The first one somebody may open is where they land after signing in."""

NOTICES: dict[str, str] = yaml.safe_load(Path(__file__).with_name("notices.yml").read_text(encoding="utf-8"))


def for_person(person: Person | None) -> list[Item]:
    """The menu of ``person``."""
    if person is None or person.must_change:
        return []
    return [item for item in ITEMS if not item.allowed or person.has(*item.allowed)]


def notice_of(request: web.Request) -> str:
    """The notice that ``?xong=`` names; empty for anything that is not in notices.yml."""
    return NOTICES.get(request.query.get("xong", ""), "")
