"""The tables of a workbook: what stands in which sheet, under which heading, and where it belongs.

Every sheet begins with the procedure's code. The first has one row a procedure; in the others a procedure has
as many rows as it has papers, ways, questions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from knowledge.changes.diff import FIELD_LABELS
from knowledge.exchange.columns import Column
from knowledge.schema import Delegation, Document, FeeKind, Level, OnlineLevel, Provenance, TimeUnit, WayKind
from knowledge.wording import BUTTON
from motcua.reply import Facet

CODE = Column("Mã thủ tục", "code")
Item = dict[str, Any]
Placed = tuple[str, Item]
"""An item with the dotted path at which it stands in the content."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. ``take`` gives the items of a content, ``give`` puts items of rows into a content, which had
    none of its ``fields``, and tells the path of each."""

    title: str
    fields: tuple[str, ...]
    columns: tuple[Column, ...]
    take: Callable[[Item], list[Item]]
    give: Callable[[Item, Sequence[Item]], list[str]]
    one_row: bool = False


def _values(kind: Any) -> dict[str, str]:
    return {one.value: one.value for one in kind}


_FACETS = {facet.value: BUTTON[facet] for facet in Facet}
_SURENESS = {one: one for one in get_args(Provenance.model_fields["sureness"].annotation)}
_ACTIONS = {one: one for one in get_args(Document.model_fields["action"].annotation)}
_ALLOWED = {one: one for one in get_args(Delegation.model_fields["allowed"].annotation)}
_LINES = {name: FIELD_LABELS[name] for name in ("other_names", "audience", "steps", "conditions")}


def _time(path: str, before: str = "") -> tuple[Column, ...]:
    return (
        Column(f"{before}Thời hạn: số", f"{path}.amount", "number"),
        Column(f"{before}Thời hạn: đơn vị", f"{path}.unit", "choice", _values(TimeUnit)),
        Column(f"{before}Thời hạn: ghi chú", f"{path}.note"),
    )


def _fee(path: str, before: str = "") -> tuple[Column, ...]:
    return (
        Column(f"{before}Phí: loại", f"{path}.kind", "choice", _values(FeeKind)),
        Column(f"{before}Phí: số tiền (đồng)", f"{path}.amount", "number"),
        Column(f"{before}Phí: cho mỗi", f"{path}.per"),
        Column(f"{before}Phí: ghi chú", f"{path}.note"),
    )


def _source(path: str = "") -> tuple[Column, ...]:
    return (
        Column("Nguồn", f"{path}source"),
        Column("Nguồn: quyết định", f"{path}decision"),
        Column("Nguồn: liên kết", f"{path}url"),
        Column("Nguồn: ngày bản ghi", f"{path}record_date"),
        Column("Nguồn: ngày kiểm tra", f"{path}checked_on", "day"),
        Column("Nguồn: người kiểm tra", f"{path}checked_by"),
        Column("Nguồn: mức chắc chắn", f"{path}sureness", "choice", _SURENESS),
        Column("Nguồn: ghi chú", f"{path}note"),
    )


def _listed(name: str) -> tuple[Callable[[Item], list[Item]], Callable[[Item, Sequence[Item]], list[str]]]:
    """A field that is a list of things, a row each."""

    def take(content: Item) -> list[Item]:
        return [item for item in content.get(name) or [] if isinstance(item, dict)]

    def give(content: Item, items: Sequence[Item]) -> list[str]:
        if items:
            content[name] = list(items)
        return [f"{name}.{place}" for place in range(len(items))]

    return take, give


def _take_row(content: Item) -> list[Item]:
    return [content]


def _give_row(content: Item, items: Sequence[Item]) -> list[str]:
    for item in items:
        content.update(item)
    return ["" for _ in items]


def _take_lines(content: Item) -> list[Item]:
    return [{"field": name, "text": text} for name in _LINES for text in content.get(name) or []]


def _give_lines(content: Item, items: Sequence[Item]) -> list[str]:
    paths = []
    for item in items:
        name = item.get("field") or "steps"
        content.setdefault(name, []).append(item.get("text") or "")
        paths.append(f"{name}.{len(content[name]) - 1}")
    return paths


def _take_questions(content: Item) -> list[Item]:
    plain: list[Item] = [{"text": text} for text in content.get("sample_questions") or []]
    by_facet = content.get("questions") or {}
    return plain + [{"facet": facet, "text": text} for facet, texts in by_facet.items() for text in texts]


def _give_questions(content: Item, items: Sequence[Item]) -> list[str]:
    paths = []
    for item in items:
        facet, text = item.get("facet"), item.get("text") or ""
        if facet:
            texts = content.setdefault("questions", {}).setdefault(facet, [])
            path = f"questions.{facet}"
        else:
            texts, path = content.setdefault("sample_questions", []), "sample_questions"
        texts.append(text)
        paths.append(f"{path}.{len(texts) - 1}")
    return paths


def _take_cases(content: Item) -> list[Item]:
    return [{"slug": slug, "text": text} for slug, text in (content.get("cases") or {}).items()]


def _give_cases(content: Item, items: Sequence[Item]) -> list[str]:
    for item in items:
        content.setdefault("cases", {})[item.get("slug") or ""] = item.get("text") or ""
    return [f"cases.{item.get('slug') or ''}" for item in items]


def _take_checklist(content: Item) -> list[Item]:
    return [
        {"ask": question.get("ask"), **option}
        for question in content.get("checklist") or []
        for option in question.get("options") or []
    ]


def _give_checklist(content: Item, items: Sequence[Item]) -> list[str]:
    paths, questions = [], list[Item]()
    for item in items:
        ask = item.get("ask") or ""
        if not questions or questions[-1]["ask"] != ask:
            questions.append({"ask": ask, "options": []})
        option = {name: value for name, value in item.items() if name != "ask"}
        questions[-1]["options"].append(option)
        paths.append(f"checklist.{len(questions) - 1}.options.{len(questions[-1]['options']) - 1}")
    if questions:
        content["checklist"] = questions
    return paths


def _take_sources(content: Item) -> list[Item]:
    return [{"field": name, **said} for name, said in (content.get("field_provenance") or {}).items()]


def _give_sources(content: Item, items: Sequence[Item]) -> list[str]:
    for item in items:
        said = {name: value for name, value in item.items() if name != "field"}
        content.setdefault("field_provenance", {})[item.get("field") or ""] = said
    return [f"field_provenance.{item.get('field') or ''}" for item in items]


_ROW = (
    Column("Tên thường gọi", "name"),
    Column("Tên chính thức", "official_name"),
    Column("Tên ngắn", "short_name"),
    Column("Lĩnh vực", "field"),
    Column("Cấp nhận hồ sơ", "levels", "choices", _values(Level)),
    Column("Cơ quan thực hiện", "agency"),
    Column("Tóm tắt", "summary"),
    Column("Nơi nộp", "place"),
    Column("Mức dịch vụ trực tuyến", "online_level", "choice", _values(OnlineLevel)),
    Column("Cách nộp trực tuyến", "online"),
    Column("Thời gian", "time"),
    *_time("local_time.time", "Thành phố rút ngắn – "),
    Column("Thành phố rút ngắn – làm ngay, không chờ", "local_time.no_wait", "yes"),
    Column("Thành phố rút ngắn – quyết định", "local_time.decision"),
    Column("Lệ phí", "fee"),
    Column("Ghi chú về giấy tờ", "documents_note"),
    Column("Kết quả", "result"),
    Column("Nhờ người đi thay", "delegation.allowed", "choice", _ALLOWED),
    Column("Nhờ người đi thay: nội dung", "delegation.text"),
    Column("Quá hạn, trễ hẹn", "late"),
    Column("Thay cho thủ tục", "replaces", "words"),
    Column("Nguyên văn Cổng, chưa biên tập", "imported", "yes"),
    Column("Ngày có hiệu lực", "effective_from", "day"),
    Column("Ngày hết hiệu lực", "effective_to", "day"),
    Column("Xem lại trước ngày", "review_by", "day"),
    *_source("provenance."),
)
_WAY = (
    Column("Cách nộp", "kind", "choice", _values(WayKind)),
    *_time("time"),
    *_fee("fee"),
    *_fee("reduced.fee", "Giảm – "),
    Column("Giảm từ ngày", "reduced.begins", "day"),
    Column("Giảm đến hết ngày", "reduced.ends", "day"),
    Column("Giảm theo quyết định", "reduced.decision"),
    Column("Ghi chú", "note"),
)
_FACET = Column("Mặt", "facet", "choice", _FACETS)

SHEETS: tuple[Sheet, ...] = (
    Sheet("Thủ tục", tuple(column.path.split(".")[0] for column in _ROW), _ROW, _take_row, _give_row, True),
    Sheet(
        "Các dòng",
        tuple(_LINES),
        (Column("Mục", "field", "choice", _LINES), Column("Nội dung", "text")),
        _take_lines,
        _give_lines,
    ),
    Sheet("Cách nộp", ("ways",), _WAY, *_listed("ways")),
    Sheet(
        "Giấy tờ",
        ("documents",),
        (
            Column("Tên giấy tờ", "name"),
            Column("Nộp hay xuất trình", "action", "choice", _ACTIONS),
            Column("Số bản chính", "originals", "number"),
            Column("Số bản sao", "copies", "number"),
            Column("Mẫu", "form"),
            Column("Chỉ cho trường hợp", "cases", "words"),
            Column("Ghi chú", "note"),
        ),
        *_listed("documents"),
    ),
    Sheet(
        "Trường hợp",
        ("cases",),
        (Column("Ký hiệu", "slug"), Column("Tên trường hợp", "text")),
        _take_cases,
        _give_cases,
    ),
    Sheet(
        "Hỏi lọc giấy tờ",
        ("checklist",),
        (Column("Câu hỏi", "ask"), Column("Lựa chọn", "say"), Column("Thuộc trường hợp", "cases", "words")),
        _take_checklist,
        _give_checklist,
    ),
    Sheet(
        "Câu hỏi",
        ("sample_questions", "questions"),
        (_FACET, Column("Người dân hỏi", "text")),
        _take_questions,
        _give_questions,
    ),
    Sheet(
        "Trường hợp riêng",
        ("special_cases",),
        (
            _FACET,
            Column("Người dân hỏi (mỗi dòng một câu)", "questions", "lines"),
            Column("Trả lời", "answer"),
        ),
        *_listed("special_cases"),
    ),
    Sheet(
        "Mẫu đơn",
        ("forms",),
        (Column("Tên mẫu", "name"), Column("Mã mẫu", "code"), Column("Lấy ở đâu", "where")),
        *_listed("forms"),
    ),
    Sheet(
        "Căn cứ pháp lý",
        ("legal_basis",),
        (Column("Số hiệu", "number"), Column("Tên văn bản", "name")),
        *_listed("legal_basis"),
    ),
    Sheet(
        "Liên quan",
        ("linked",),
        (Column("Mã liên quan", "code"), Column("Nội dung", "text"), Column("Ngoài kho", "outside", "yes")),
        *_listed("linked"),
    ),
    Sheet(
        "Lưu ý có thời hạn",
        ("dated",),
        (
            _FACET,
            Column("Nội dung", "text"),
            Column("Từ ngày", "begins", "day"),
            Column("Đến hết ngày", "ends", "day"),
            Column("Văn bản quyết định", "decision"),
        ),
        *_listed("dated"),
    ),
    Sheet(
        "Nguồn từng mục",
        ("field_provenance",),
        (Column("Mục", "field", "choice", FIELD_LABELS), *_source()),
        _take_sources,
        _give_sources,
    ),
)
