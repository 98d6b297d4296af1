"""How a dossier is told: plain words, dates, apology, next step. Wording only; no decisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dossiers.codes import CodeProblem, DossierCode
from dossiers.statuses import Clock, Status, status_texts
from dossiers.views import DossierView
from motcua.clock import HANOI
from motcua.working_days import working_days_between

# Working days for which nobody need be told how old the data are.
_FRESH_DAYS = 2
PORTAL_URL = "https://dichvucong.gov.vn"

ASK_CODE = (
    "Anh/chị cho biết mã hồ sơ. Mã in trên Giấy tiếp nhận hồ sơ và hẹn trả kết quả (giấy hẹn), "
    "ví dụ H26.34.5-240607-0007. Viết liền, bỏ dấu hay đọc từng số đều được."
)
NO_CODE = (
    "Mất giấy hẹn hoặc quên mã, anh/chị đăng nhập Cổng Dịch vụ công quốc gia dichvucong.gov.vn, mục "
    "Thông tin cá nhân → Dịch vụ công của tôi để xem mã; hoặc mang giấy tờ tùy thân đến quầy đã nộp. "
    "Có mã rồi, anh/chị gửi vào đây."
)
ASK_DIGITS = "Để bảo vệ thông tin, anh/chị cho biết 4 số cuối điện thoại đã đăng ký khi nộp."
WRONG_LENGTH = "Một Cửa cần đúng 4 số cuối của số điện thoại đã đăng ký khi nộp, ví dụ 0123."
DEMO = "Hồ sơ mẫu, không phải hồ sơ thật."
_ASK = "anh/chị hỏi quầy hoặc gọi 1022 (nhánh 7, 8)"
_UNCLEAR = f"đã qua; chưa rõ đã xong chưa, {_ASK}"
_LOOKS = "Mã hồ sơ có phần đầu H26, rồi 6 số ngày nộp, rồi số thứ tự, ví dụ H26.34.5-240607-0007."
_PROBLEMS = {
    CodeProblem.NONE: "",
    CodeProblem.INCOMPLETE: "Mã này còn thiếu.",
    CodeProblem.BAD_DATE: "Mã này có chỗ chưa đúng: 6 số ở giữa phải là ngày nộp (năm, tháng, ngày).",
    CodeProblem.NO_UNIT: "Mã này thiếu phần đầu (bắt đầu bằng H26).",
}


def day(value: date) -> str:
    """A date as people write it."""
    return f"{value:%d/%m/%Y}"


def ask_digits_again(code: DossierCode) -> str:
    """The question for the digits of a code that was given some turns ago."""
    return (
        f"Hồ sơ {code.short}: anh/chị cho biết 4 số cuối điện thoại đã đăng ký. Tra hồ sơ khác thì gửi mã đó."
    )


def unreadable(problem: CodeProblem) -> str:
    """What is wrong with a code, what codes look like, and where to find it."""
    return f"{_PROBLEMS[problem]} {_LOOKS} Anh/chị xem lại trên giấy hẹn rồi gửi lại giúp.".strip()


def refused(tries_left: int) -> str:
    """The same words whether the code or the digits are wrong."""
    return (
        f"Mã hồ sơ hoặc 4 số cuối chưa khớp. Anh/chị còn {tries_left} lần thử: "
        "gửi lại 4 số cuối, hoặc gửi lại mã nếu mã nhầm."
    )


def busy(systems: tuple[str, ...]) -> str:
    """A system that may know the dossier cannot be asked now. Says nothing about code and digits."""
    return (
        f"Hệ thống tra cứu của {' và '.join(systems)} đang bận, Một Cửa chưa xem được hồ sơ. Anh/chị gửi lại "
        "4 số cuối sau ít phút; cần ngay thì gọi 1022 (nhánh 7, 8)."
    )


def locked(until: datetime, today: date) -> str:
    """Until when look-ups are paused, and who can help meanwhile. Minutes are rounded up."""
    local = (until + timedelta(seconds=59)).astimezone(HANOI)
    at = f"{local:%H:%M}" + ("" if local.date() == today else f" ngày {day(local.date())}")
    return (
        f"Tra cứu tạm dừng đến {at} vì đã sai nhiều lần; việc này để giữ kín hồ sơ của anh/chị. "
        "Cần ngay, anh/chị mang giấy hẹn đến quầy một cửa hoặc gọi 1022 (nhánh 7, 8)."
    )


def other_province(code: DossierCode) -> str:
    """Where to look up a dossier that no Hanoi unit received."""
    whose = "một bộ, ngành" if code.province.startswith("G") else "tỉnh, thành phố khác"
    return (
        f"Hồ sơ {code.short} (mã {code.province}) do {whose} tiếp nhận, Một Cửa không tra được. "
        "Anh/chị tra trên Cổng Dịch vụ công quốc gia dichvucong.gov.vn hoặc gọi 18001096."
    )


def not_here(code: DossierCode) -> str:
    """A true receipt of a dossier that no source knows yet."""
    return (
        f"Phiếu của hồ sơ {code.short} đúng, nhưng Một Cửa chưa nhận được dữ liệu của hồ sơ này. "
        f"Anh/chị tra lại sau ít giờ; cần ngay thì {_ASK.removeprefix('anh/chị ')}."
    )


def told(dossier: DossierView, today: date) -> str:
    """Where the dossier stands, when it is due, what to do, what happens next."""
    parts = [_state(dossier), due(dossier, today), f"Việc của anh/chị: {todo(dossier)}"]
    if afterwards(dossier):
        parts.append(f"Tiếp theo: {_lower_first(afterwards(dossier))}")
    parts.append(as_of(dossier, today))
    if dossier.demo:
        parts.append("(Đây là hồ sơ mẫu để dùng thử, không phải hồ sơ thật.)")
    return " ".join(part for part in parts if part)


def _state(dossier: DossierView) -> str:
    at = f" tại {dossier.office}" if dossier.office else ""
    step = _step(dossier)
    return f"Hồ sơ {dossier.code.short}: {dossier.words.state}{at}{f' (bước: {step})' if step else ''}."


def _step(dossier: DossierView) -> str:
    """What the office's own software calls the state of a dossier that is being dealt with."""
    step = _lower_first(dossier.status_text)
    return step if dossier.status is Status.PROCESSING and step != dossier.words.state else ""


def plain_state(dossier: DossierView) -> str:
    """The state in plain words where its official name does not say what it means."""
    told_by_name = dossier.status not in (Status.UNKNOWN, Status.REGISTERED, Status.DONE)
    return "" if told_by_name else _sentence(dossier.words.state)


def where(dossier: DossierView) -> str:
    """Who deals with it and at which step, as far as it is known."""
    step = _step(dossier)
    parts = [dossier.office, f"bước: {step}" if step else ""]
    return _sentence(", ".join(part for part in parts if part)) if any(parts) else ""


def due(dossier: DossierView, today: date) -> str:
    """When the result is, was or will be there; with an apology if that is later than promised."""
    received = f"Tiếp nhận {day(dossier.received_on)}. " if dossier.received_on else ""
    return (received + _due_sentence(dossier, today)).strip()


def _due_sentence(dossier: DossierView, today: date) -> str:
    late = dossier.late_working_days(today)
    if dossier.words.clock is Clock.ENDED:
        return _ended(dossier, late)
    if dossier.due_on is None:
        return "Ngày hẹn trả chưa rõ; anh/chị xem trên giấy hẹn hoặc hỏi quầy."
    if dossier.words.clock is Clock.CITIZEN:
        return f"Hẹn trả ban đầu {day(dossier.due_on)}; ngày này có thể đổi, quầy sẽ báo nếu có ngày mới."
    if late:
        return _late(dossier, late, today)
    if dossier.due_on < today:  # late by days on which nobody works, or nobody knows
        unclear = f" {_UNCLEAR}" if dossier.words.clock is Clock.UNKNOWN else ""
        return f"Hẹn trả {day(dossier.due_on)}{unclear}." + _promise(dossier)
    left = working_days_between(today, dossier.due_on)
    when = "hôm nay" if dossier.due_on == today else f"còn {left} ngày làm việc"
    return f"Hẹn trả {day(dossier.due_on)} ({when})." + _promise(dossier)


def new_date(dossier: DossierView, today: date) -> tuple[str, str]:
    """Heading and words for what is to be said about dates beside due date and delay themselves.

    Both are empty when nothing is left to say.
    """
    late = dossier.late_working_days(today)
    if dossier.words.clock is Clock.ENDED:
        return ("Trả muộn", f"{_who(dossier)} xin lỗi anh/chị vì đã trễ hẹn.") if late else ("", "")
    if dossier.due_on is None:
        return "Ngày hẹn trả", "Chưa rõ; anh/chị xem trên giấy hẹn hoặc hỏi quầy."
    if dossier.words.clock is Clock.CITIZEN:
        return "Ngày hẹn trả", "Có thể đổi; quầy sẽ báo nếu có ngày mới."
    if late or dossier.promised_on:
        return "Hẹn trả mới", _new_promise(dossier, late, today)
    if dossier.due_on < today:  # late by days on which nobody works, or nobody knows
        return ("Ngày hẹn trả", f"{_UNCLEAR}.") if dossier.words.clock is Clock.UNKNOWN else ("", "")
    left = working_days_between(today, dossier.due_on)
    return "Ngày hẹn trả", "Hôm nay." if dossier.due_on == today else f"Còn {left} ngày làm việc."


def _new_promise(dossier: DossierView, late: int, today: date) -> str:
    sorry, promised = f"{_who(dossier)} xin lỗi anh/chị", dossier.promised_on
    if promised is None:
        return f"Chưa có; {_ASK}. {sorry}{_because(dossier)}."
    if late and promised < today:
        return f"{day(promised)}{_because(dossier)}, cũng đã qua. {sorry}; {_ASK}."
    return f"{day(promised)}{_because(dossier)}. {sorry}."


def _promise(dossier: DossierView) -> str:
    """The new date, when it was given before the old one has passed."""
    if dossier.promised_on is None:
        return ""
    return f" Ngày trả mới: {day(dossier.promised_on)}{_because(dossier)}. {_who(dossier)} xin lỗi anh/chị."


def _late(dossier: DossierView, late: int, today: date) -> str:
    due_on = f"Hẹn trả {day(dossier.due_on)}" if dossier.due_on else ""
    start = f"{due_on} – đã trễ {late} ngày làm việc; {_lower_who(dossier)} xin lỗi anh/chị"
    promised = dossier.promised_on
    if promised is None:
        return f"{start}{_because(dossier)}. Chưa có ngày trả mới; {_ASK}."
    if promised < today:
        return f"{start}. Ngày hẹn lại {day(promised)}{_because(dossier)} cũng đã qua; {_ASK}."
    return f"{start} và hẹn lại {day(promised)}{_because(dossier)}."


def _ended(dossier: DossierView, late: int) -> str:
    if dossier.finished_on is None:
        return ""
    if dossier.status not in (Status.DONE, Status.RETURNED):
        return f"Kết thúc {day(dossier.finished_on)}."
    if late and dossier.due_on:
        return (
            f"Xong {day(dossier.finished_on)}, trễ {late} ngày làm việc so với hẹn {day(dossier.due_on)}; "
            f"{_lower_who(dossier)} xin lỗi anh/chị."
        )
    return f"Xong {day(dossier.finished_on)}."


def todo(dossier: DossierView) -> str:
    """What the citizen has to do now."""
    return _sentence(_lower_first(dossier.todo)) if dossier.todo else dossier.words.todo


def afterwards(dossier: DossierView) -> str:
    """What happens next; nothing once the result is in the citizen's hands."""
    return "" if dossier.status is Status.RETURNED else dossier.words.next


def timeline(dossier: DossierView, today: date) -> list[str]:
    """What has happened up to ``today`` as points, oldest first: receipt, changes we saw, end."""
    points: list[tuple[date, str]] = []
    if dossier.received_on:
        points.append((dossier.received_on, "tiếp nhận"))
    ended = dossier.finished_on if dossier.words.clock is Clock.ENDED else None
    # The first event is our first look at the dossier, not a change.
    for at, status in dossier.history[1:]:
        # We see an end later than it was; its own date says it better.
        if not (ended and status is not Status.RETURNED and status in (Status.DONE, dossier.status)):
            points.append((at, status_texts()[status].state))
    if ended:
        # The end is that of the work; the result may be fetched days later.
        worked = dossier.status in (Status.DONE, Status.RETURNED)
        points.append((ended, "giải quyết xong" if worked else dossier.words.state))
    points.sort(key=lambda point: point[0])
    return [f"{day(at)}: {what}" for at, what in dict.fromkeys(points) if at <= today]


def apology_letter(dossier: DossierView, today: date) -> str:
    """What the office owes a citizen in writing when it is late (form 04 of Circular 03/2025/TT-VPCP)."""
    if dossier.words.clock is not Clock.RUNNING or not dossier.late_working_days(today):
        return ""
    return (
        "Cơ quan phải gửi anh/chị văn bản xin lỗi ghi rõ lý do và ngày trả mới (Mẫu 04). "
        "Chưa nhận được thì anh/chị hỏi quầy đã nộp."
    )


def as_of(dossier: DossierView, today: date) -> str:
    """Of which day the data are, when that is some days ago and the dossier goes on."""
    if dossier.as_of is None or dossier.words.clock is Clock.ENDED:
        return ""
    of = dossier.as_of.astimezone(HANOI).date()
    return f"Theo dữ liệu ngày {day(of)}." if working_days_between(of, today) > _FRESH_DAYS else ""


def _who(dossier: DossierView) -> str:
    return dossier.office or "Cơ quan giải quyết"


def _lower_who(dossier: DossierView) -> str:
    return dossier.office or "cơ quan giải quyết"


def _because(dossier: DossierView) -> str:
    return f" vì {_lower_first(dossier.late_reason).rstrip('. ')}" if dossier.late_reason else ""


def _lower_first(text: str) -> str:
    """Lower-case the first letter, unless the word is an abbreviation such as UBND."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
