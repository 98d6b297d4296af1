"""Roles, and which role may do what (``permissions.yml``)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import yaml


class Role(StrEnum):
    """What somebody is at the desk. Nobody has a role through another one; a person may have several."""

    VOLUNTEER = "volunteer"
    LEAD = "lead"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """Its name as people read it."""
        return _LABELS[self]

    @property
    def does(self) -> str:
        """What it is for, as people read it."""
        return _DOES[self]


class Permission(StrEnum):
    """Something that not everybody may do."""

    ANSWER = "answer"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    OWN_SHIFT = "own_shift"
    MANAGE_ROSTER = "manage_roster"
    SEE_REPORTS = "see_reports"
    SEE_AUDIT = "see_audit"
    EDIT_CONTENT = "edit_content"
    REVIEW_CONTENT = "review_content"
    SEE_CONTENT = "see_content"
    PUBLISH_URGENTLY = "publish_urgently"


_LABELS = {
    Role.VOLUNTEER: "Tình nguyện viên",
    Role.LEAD: "Tổ trưởng",
    Role.EDITOR: "Biên tập viên",
    Role.REVIEWER: "Người duyệt",
    Role.ADMIN: "Quản trị",
}
_DOES = {
    Role.VOLUNTEER: "Trả lời người dân trong phường, xã của mình",
    Role.LEAD: "Trả lời, xếp lịch trực, mời tình nguyện viên của phường, xã mình",
    Role.EDITOR: "Sửa nội dung thủ tục",
    Role.REVIEWER: "Duyệt nội dung do người khác sửa",
    Role.ADMIN: "Quản lý nhân sự, lịch trực, báo cáo, nhật ký",
}


def _read_table(path: Path) -> dict[Permission, frozenset[Role]]:
    """The table in ``path``. Raises ValueError for an unknown name, KeyError for one that is missing."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    table = {Permission(name): frozenset(Role(role) for role in row["roles"]) for name, row in rows.items()}
    return {permission: table[permission] for permission in Permission}


TABLE = _read_table(Path(__file__).with_name("permissions.yml"))
"""Who may do what."""
