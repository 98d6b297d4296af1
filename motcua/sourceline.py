"""The source line under an answer: which record, which decision, checked when."""

from __future__ import annotations

from motcua.reply import Reply


def source_line(reply: Reply, *, with_url: bool = True) -> str:
    """One line naming the source of ``reply``, or nothing when it rests on none.

    The month is given, not the day: the portal's records are read month by month.
    """
    if not reply.sources:
        return ""
    record = reply.sources[0]
    parts = [record.code]
    if record.decision:
        parts.append(f"QĐ {record.decision}")
    parts.append(f"kiểm tra {record.checked_on:%m/%Y}")
    line = f"Nguồn: {', '.join(parts)}"
    if record.note:
        line += f" ({record.note})"
    return f"{line} · {record.url}" if with_url and record.url else line
