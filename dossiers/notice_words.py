"""How subscriptions are spoken about. Wording only; no decisions."""

from __future__ import annotations

from datetime import date

from dossiers import phrases
from dossiers.codes import DossierCode
from dossiers.consent import consent
from dossiers.notice_plan import is_over
from dossiers.subscriptions import MOST, Followed
from dossiers.views import DossierView
from motcua.clock import HANOI
from motcua.quiet import read_quiet
from motcua.settings import NoticeSettings

DECLINED = "Vâng ạ, Một Cửa không báo và không lưu gì. Anh/chị tra lại hồ sơ lúc nào cũng được."
NOT_NOW = "Lúc này Một Cửa chưa xem được hồ sơ nên chưa đăng ký được. Anh/chị thử lại sau ít phút nhé."
_STOP = "Muốn thôi, anh/chị nhắn “dừng”."


def ask_consent(code: DossierCode, settings: NoticeSettings) -> str:
    """The question for consent, with what the law wants said."""
    hours = read_quiet(settings.quiet)
    quiet = f"; không nhắn trong giờ nghỉ {hours.say()}" if hours else ""
    return consent().text.format(code=code.short, quiet=quiet, days=settings.keep_days)


def following(dossier: DossierView, settings: NoticeSettings, today: date) -> str:
    """Consent was given: what will come, and where the dossier stands now."""
    if is_over(dossier):
        return f"Hồ sơ {dossier.code.short} {dossier.words.state}, không còn thay đổi để báo."
    hours = read_quiet(settings.quiet)
    later = f" Tin đến trong giờ nghỉ {hours.say()} thì sáng ra mới nhắn." if hours else ""
    late = dossier.late_working_days(today)
    delay = f", đã trễ {late} ngày làm việc" if late else ""
    return (
        f"Đã đăng ký. Có gì mới về hồ sơ {dossier.code.short}, Một Cửa nhắn anh/chị tại đây.{later} "
        f"Hiện hồ sơ {dossier.words.state}{delay}. {_STOP}"
    )


def open_first(code: DossierCode | None) -> str:
    """Nobody is told about a dossier that they have not opened."""
    if code is None:
        return f"Anh/chị tra hồ sơ trước, rồi Một Cửa báo khi có tin mới. {phrases.ASK_CODE}"
    return f"Để báo tin hồ sơ {code.short}, Một Cửa cần chắc đó là hồ sơ của anh/chị. {phrases.ASK_DIGITS}"


def too_many() -> str:
    """As many as one conversation may follow."""
    return (
        f"Anh/chị đang theo dõi {MOST} hồ sơ, nhiều nhất có thể. Thôi theo dõi bớt rồi đăng ký lại giúp nhé."
    )


def listed(followed: list[Followed]) -> str:
    """What a conversation follows."""
    if not followed:
        return (
            "Anh/chị chưa theo dõi hồ sơ nào. Tra hồ sơ xong, bấm “Báo tôi khi có kết quả” để được nhắn tin."
        )
    lines = [
        f"• {each.code.short}, từ {phrases.day(each.since.astimezone(HANOI).date())}" for each in followed
    ]
    return "\n".join([f"Anh/chị đang theo dõi {len(followed)} hồ sơ:", *lines, f"{_STOP}"])


def stopped(ended: list[DossierCode], named: DossierCode | None) -> str:
    """What will not be told any more."""
    if ended:
        codes = ", ".join(code.short for code in ended)
        return (
            f"Đã dừng. Một Cửa không báo tin hồ sơ {codes} nữa. Cần lại, anh/chị tra hồ sơ rồi bấm báo tin."
        )
    which = f"hồ sơ {named.short}" if named else "hồ sơ nào"
    return (
        f"Anh/chị không theo dõi {which}, nên Một Cửa không gửi tin báo nào. Anh/chị không cần làm gì thêm."
    )
