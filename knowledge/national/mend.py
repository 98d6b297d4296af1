"""Fields that the crawl cut in two.

It split each page at the names of its sections, and did so even where such a name stood in the middle of a
sentence: the rest of the sentence, with all that followed, is then found in the field of that section.
"""

from __future__ import annotations

import re

from knowledge.national.findings import Findings, Outcome
from knowledge.national.text import one_line
from knowledge.shorten import clip

STEPS = "trinh_tu_thuc_hien"
WAYS = "cach_thuc_thuc_hien"
PAPERS = "thanh_phan_ho_so"
LAWS = "can_cu_phap_ly"
RESULT = "ket_qua_xu_ly"
AGENCY = "co_quan_thuc_hien"
AUTHORITY = "co_quan_co_tham_quyen"
PAPER_HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
LAW_HEAD = "Tên văn bản pháp lýMã văn bản"
_FINISHED = re.compile(r"[.;!?…”]\s*$")
_RESULT_CODE = re.compile(r"^[\w.-]+$")
_LONGEST_AGENCY = 600


def mended(fields: dict[str, str], findings: Findings) -> dict[str, str]:
    """The fields with what was cut out of a sentence put back where it belongs."""
    whole = dict(fields)
    if _is_no_paper_table(whole.get(PAPERS, "")):
        _put_back(whole, PAPERS, "Thành phần hồ sơ", STEPS, findings)
    if (laws := whole.get(LAWS, "")) and laws.startswith(":"):
        _put_back(whole, LAWS, "Căn cứ pháp lý", WAYS, findings)
    if (result := whole.get(RESULT, "")) and result[0].islower() and "Mã:" not in result:
        _put_back(whole, RESULT, "Kết quả xử lý", PAPERS, findings)
    if (agency := whole.get(AGENCY, "")) and agency[0].islower() and len(agency) > _LONGEST_AGENCY:
        _put_back(whole, AGENCY, "cơ quan thực hiện", STEPS, findings)
    if (authority := whole.get(AUTHORITY, "")) and "Tên thủ tục" in authority:
        findings.add(AUTHORITY, Outcome.LEFT_OUT, authority, "không phải tên cơ quan mà là cả phần đầu trang")
        del whole[AUTHORITY]
    return whole


def _is_no_paper_table(text: str) -> bool:
    return bool(text.strip("- \n")) and PAPER_HEAD not in text and not _RESULT_CODE.match(text)


def _put_back(fields: dict[str, str], cut: str, label: str, into: str, findings: Findings) -> None:
    before = fields.get(into, "").rstrip()
    if not before or _FINISHED.search(before):
        return
    rest = fields.pop(cut)
    gap = "" if before.endswith("(") else " "
    after = "\n" if rest.startswith("Bước") else "" if rest[0] in "):;.," else " "
    fields[into] = f"{before}{gap}{label}{after}{rest}"
    seam = f"{one_line(before)[-60:]}{gap}[{label}]{after}{clip(one_line(rest), 100)}"
    findings.add(cut, Outcome.MENDED, seam, f"là phần sau của mục {into}, bị cắt ra; đã nối lại")
