"""What a procedure is: the schema of ``knowledge/procedures/*.yml`` and of every stored version.

One file holds one procedure and is written to be read by people. Free text is what a citizen will
read: short, plain Vietnamese. Numbers sit beside it as data, so that programs never parse prose.
A facet that nobody could settle is listed under ``unknown``; it is then answered with "chưa rõ" and
who knows, never guessed.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from motcua.reply import Facet

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]


class Part(BaseModel):
    """Base of all parts: unknown keys are mistakes, and a published version never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(StrEnum):
    """Administrative level that receives the dossier."""

    MINISTRY = "bộ"
    PROVINCE = "tỉnh"
    COMMUNE = "xã"
    OTHER = "khác"


class WayKind(StrEnum):
    """How a dossier can be handed in."""

    DIRECT = "trực tiếp"
    ONLINE = "trực tuyến"
    POST = "bưu chính"


class OnlineLevel(StrEnum):
    """Level of the online service (Decree 42/2022, article 11)."""

    FULL = "toàn trình"
    PARTIAL = "một phần"
    NONE = "không"
    UNKNOWN = "chưa rõ"


class TimeUnit(StrEnum):
    """Unit of a processing time. ``SAME_DAY`` carries the 15:00 rule in the text beside it."""

    HOURS = "giờ"
    SAME_DAY = "trong ngày"
    WORKING_DAYS = "ngày làm việc"
    CALENDAR_DAYS = "ngày"
    UNKNOWN = "chưa rõ"


class Duration(Part):
    """A processing time. ``amount`` is in ``unit``; an unsettled time has no amount."""

    amount: int | None = Field(default=None, ge=1, le=400)
    unit: TimeUnit
    note: Line | None = None

    @model_validator(mode="after")
    def _amount_fits_unit(self) -> Self:
        counted = self.unit not in (TimeUnit.UNKNOWN, TimeUnit.SAME_DAY)
        if counted != (self.amount is not None):
            raise ValueError("thời hạn tính bằng ngày/giờ phải có số; 'trong ngày' và 'chưa rõ' thì không")
        return self


class FeeKind(StrEnum):
    """What is known about a fee. ``COUNCIL``: set by the city's People's Council (HĐND), not free."""

    FREE = "miễn phí"
    AMOUNT = "mức tiền"
    COUNCIL = "hđnd quy định"
    UNKNOWN = "chưa rõ"


class Fee(Part):
    """What filing costs in one way. ``amount`` is in đồng, for each ``per``."""

    kind: FeeKind
    amount: int | None = Field(default=None, ge=0)
    per: Line | None = None
    note: Line | None = None

    @model_validator(mode="after")
    def _amount_fits_kind(self) -> Self:
        if (self.kind is FeeKind.AMOUNT) != (self.amount is not None):
            raise ValueError("'mức tiền' phải có số tiền; các loại khác thì không")
        return self


class Reduced(Part):
    """A fee that is lower for a while, and the decision that says so. It ends by itself."""

    fee: Fee
    begins: date | None = None
    ends: date
    decision: Line

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.begins and self.ends < self.begins:
            raise ValueError("ngày kết thúc giảm đứng trước ngày bắt đầu")
        return self

    def holds(self, day: date) -> bool:
        """Whether it is lower on ``day``."""
        return (self.begins is None or self.begins <= day) and day <= self.ends


class Way(Part):
    """One way to hand the dossier in, with its own time and fee."""

    kind: WayKind
    time: Duration
    fee: Fee
    reduced: Reduced | None = None
    note: Line | None = None


class Document(Part):
    """A paper the citizen needs. No ``cases`` means everybody needs it."""

    name: Line
    action: Literal["nộp", "xuất trình"]
    originals: int = Field(default=0, ge=0, le=20)
    copies: int = Field(default=0, ge=0, le=20)
    form: Line | None = None
    cases: list[Slug] = []
    note: Line | None = None


class Form(Part):
    """A form the citizen fills in, and where it comes from."""

    name: Line
    code: Line | None = None
    where: Line | None = None


class LegalBasis(Part):
    """A legal document the procedure rests on."""

    number: Line
    name: Line


class Delegation(Part):
    """Whether somebody else may file, and with what paper."""

    allowed: Literal["được", "không", "tùy trường hợp", "chưa rõ"]
    text: Line


class Linked(Part):
    """A procedure that is usually done together with this one, before it or after it.

    ``outside``: it exists, and has no file here.
    """

    code: Code
    text: Line
    outside: bool = False


class SpecialCase(Part):
    """A question about a special situation, as citizens ask it, and its answer."""

    questions: list[Line] = Field(min_length=1)
    facet: Facet
    answer: Line


class ChecklistOption(Part):
    """One answer to a question of the checklist, and the cases it puts the citizen in (none: plain)."""

    say: Line
    cases: list[Slug] = []


class ChecklistQuestion(Part):
    """A question that tells which papers this citizen needs. It can always be skipped."""

    ask: Line
    options: list[ChecklistOption] = Field(min_length=2, max_length=5)


class LocalTime(Part):
    """A time the city promises that is shorter than the statutory one."""

    time: Duration
    no_wait: bool = False
    decision: Line


class DatedNote(Part):
    """A sentence that is said between two days only, after what a facet answers."""

    facet: Facet
    text: Line
    begins: date | None = None
    ends: date | None = None
    decision: Line | None = None

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.begins is None and self.ends is None:
            raise ValueError("lưu ý có thời hạn phải có ngày bắt đầu hoặc ngày kết thúc")
        if self.begins and self.ends and self.ends < self.begins:
            raise ValueError("ngày kết thúc đứng trước ngày bắt đầu")
        return self

    def holds(self, day: date) -> bool:
        """Whether it is said on ``day``."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)


class Provenance(Part):
    """Where the content comes from and who compared it, when."""

    source: Line
    decision: Line | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https://")] | None = None
    record_date: Line | None = None
    checked_on: date
    checked_by: Line
    sureness: Literal["chắc chắn", "khá chắc", "cần kiểm tra lại"] = "chắc chắn"
    note: Line | None = None


class Procedure(Part):
    """One administrative procedure, complete: what the bot may say about it."""

    code: Code
    name: Line
    official_name: Line
    short_name: Line
    other_names: list[Line] = []
    sample_questions: list[Line] = Field(min_length=1)
    # More of them, sorted by the facet they ask for: the bot's training data as well (bot/train.py).
    questions: dict[Facet, list[Line]] = {}
    field: Line
    audience: list[Line] = []
    levels: list[Level] = Field(min_length=1)
    agency: Line

    summary: Line
    place: Line | None = None
    online_level: OnlineLevel
    online: Line | None = None
    ways: list[Way] = Field(min_length=1)
    time: Line | None = None
    local_time: LocalTime | None = None
    fee: Line | None = None
    cases: dict[Slug, Line] = {}
    documents: list[Document] = []
    documents_note: Line | None = None
    checklist: list[ChecklistQuestion] = Field(default=[], max_length=3)
    steps: list[Line] = []
    result: Line | None = None
    conditions: list[Line] = []
    forms: list[Form] = []
    legal_basis: list[LegalBasis] = []
    delegation: Delegation | None = None
    late: Line | None = None
    linked: list[Linked] = []
    special_cases: list[SpecialCase] = []
    dated: list[DatedNote] = []
    unknown: list[Facet] = []
    # A record of the national portal in its own words, which no editor has gone through yet.
    imported: bool = False

    replaces: list[Code] = []
    effective_from: date | None = None
    effective_to: date | None = None
    # The day by which an editor compares it with its sources again.
    review_by: date | None = None
    provenance: Provenance
    field_provenance: dict[str, Provenance] = {}

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        used = {case for document in self.documents for case in document.cases}
        used |= {case for question in self.checklist for option in question.options for case in option.cases}
        if missing := used - self.cases.keys():
            raise ValueError(
                f"giấy tờ hoặc câu hỏi nhắc đến trường hợp chưa khai báo: {', '.join(sorted(missing))}"
            )
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to đứng trước effective_from")
        if stray := self.field_provenance.keys() - type(self).model_fields.keys():
            raise ValueError(f"field_provenance có trường không tồn tại: {', '.join(sorted(stray))}")
        said = facets_with_content(self)
        for facet in Facet:
            if (facet in said) == (facet in self.unknown):
                state = "vừa có nội dung vừa ghi là chưa rõ" if facet in said else "thiếu nội dung"
                raise ValueError(f"mục '{facet}' {state}: điền nội dung hoặc ghi vào 'unknown'")
        return self


def facets_with_content(procedure: Procedure) -> set[Facet]:
    """The facets this procedure has an answer for."""
    content: dict[Facet, object] = {
        Facet.OVERVIEW: procedure.summary,
        Facet.DOCUMENTS: procedure.documents,
        Facet.STEPS: procedure.steps,
        Facet.TIME: procedure.time,
        Facet.FEE: procedure.fee,
        Facet.PLACE: procedure.place,
        Facet.ONLINE: procedure.online,
        Facet.RESULT: procedure.result,
        Facet.CONDITIONS: procedure.conditions,
        Facet.FORM: procedure.forms,
        Facet.LEGAL_BASIS: procedure.legal_basis,
        Facet.DELEGATE: procedure.delegation,
        Facet.LATE: procedure.late,
        Facet.LINKED: procedure.linked,
    }
    return {facet for facet, value in content.items() if value}
