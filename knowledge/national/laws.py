"""The table of legal documents (``can_cu_phap_ly``): titles and numbers, written together without a gap.

A title may itself hold numbers. A number of the second column is one that is written right behind its title,
or right before the next one; the issuers known here tell where it ends.
"""

from __future__ import annotations

import re

from knowledge.national.findings import Findings, Outcome
from knowledge.national.mend import LAW_HEAD, LAWS
from knowledge.national.text import NOTHING, capital, composed, one_line
from knowledge.schema import LegalBasis

_MINISTRIES = (
    "BTC|BTP|BCA|BXD|BNNMT|BNNPTNT|BNN|BTNMT|NNMT|BGTVT|GTVT|NHNN|BKHĐT|BKHDT|BKHCN|BYT|BLĐTBXH|BLDTBXH|BCT|BGDĐT"
    "|BTTTT|BNV|BQP|BNG|VPCP|TTCP|BVHTTDL|TANDTC|VKSNDTC|BHXH|UBCK|UBDT|BTNMT|BDTTG|TTg|TTG|CP|UBND|HĐND|UBTVQH\\d{2}"
    "|QH\\d{2}|BTM|BTS|BXDBTC|KTNN|TCHQ|TCT|CTN|UBTVQH|MTTW|TLĐ|ĐCT|LĐTBXH|KHĐT|VPQH|VPCTN"
)
_KINDS = "NĐ|ND|NQ|QĐ|QD|TTLT|TT|CT|PL|VBHN|L|CĐ|KH|HD|TB|SL"
_ISSUED = rf"(?:{_KINDS})[-–]?(?:{_MINISTRIES})(?:[-–](?:{_MINISTRIES}))*"
_SUFFIX = rf"(?:{_ISSUED}|UBTVQH\d{{2}}|QH\d{{2}}|(?:NĐ|NQ|TT|QĐ)\b)"
_NUMBER = re.compile(rf"\d{{1,4}}(?:\.\d{{1,2}})?[a-zA-Z]?/(?:\d{{4}}/)?{_SUFFIX}")
_PREFIX = re.compile(
    r"(?:Bộ luật|Luật|Nghị định|Thông tư liên tịch|Thông tư|Quyết định|Nghị quyết|Pháp lệnh|NĐ|TT|QĐ|NQ)?"
    r"(?:\s*[Ss]ố)?:?\s*$"
)
_GOES_ON = re.compile(r"(?:ngày|của|và|được|đã)\b", re.IGNORECASE)
_TWO_IN_ONE = re.compile(r"[a-zà-ỹ\d)](?:Luật|Nghị định|Thông tư|Quyết định|Nghị quyết)\b")
_DIGITS_BEFORE = re.compile(r"\d+$")
_YEAR = re.compile(r"(?:19|20)\d\d(?=\d)")
_UNNUMBERED = "Cổng không ghi số"


def read_laws(text: str, findings: Findings) -> list[LegalBasis]:
    """The legal documents in ``text``; one whose number is not to be found says so."""
    if one_line(text).startswith(NOTHING):
        findings.add(LAWS, Outcome.FURNITURE, text, "Cổng ghi không có thông tin")
        return []
    body = composed(text).replace("\n", " ").removeprefix(LAW_HEAD)
    laws: list[LegalBasis] = []
    start = 0
    for at, end, number in _column(body):
        title = one_line(body[start:at]).strip(" ;,")
        laws.append(LegalBasis(number=number, name=capital(title) or number))
        start = end
    if rest := one_line(body[start:]).strip(" ;,."):
        known = _NUMBER.search(rest)
        laws.append(LegalBasis(number=known.group() if known else _UNNUMBERED, name=capital(rest)))
        findings.add(LAWS, Outcome.KEPT, rest, "không có số ở cột số hiệu, giữ nguyên tên văn bản")
    for law in laws:
        if _TWO_IN_ONE.search(law.name):
            findings.add(LAWS, Outcome.KEPT, law.name, "hai văn bản dính nhau, giữ nguyên chữ")
    return list({(law.number, law.name): law for law in laws}.values())


def _column(body: str) -> list[tuple[int, int, str]]:
    """Begin (with its words, as in "Thông tư số"), end and number of every cell of the second column."""
    spans = [(_behind_a_year(body, found.start()), found.end()) for found in _NUMBER.finditer(body)]
    cells: list[tuple[int, int, str]] = []
    for place, (at, end) in enumerate(spans):
        number = body[at:end]
        following = spans[place + 1] if place + 1 < len(spans) else (-1, -1)
        begin = _begin(body, at, cells[-1][1] if cells else 0)
        glued = begin > 0 and not body[begin - 1].isspace() and body[begin - 1] not in '(/-–,;:“"'
        if following[0] == end:
            # A title that ends in its own number: the cell is the next.
            is_cell = glued and body[slice(*following)] != number
        else:
            is_cell = _ends_a_row(body, end, alone=glued or (begin == at and not _is_named(body, at)))
        if is_cell:
            cells.append((begin, end, number))
    return cells


def _behind_a_year(body: str, at: int) -> int:
    """Where a number begins that is written right behind a year: "năm 202538/2026/NĐ-CP"."""
    run = _DIGITS_BEFORE.search(body, max(0, at - 4), at)
    start = run.start() if run else at
    year = _YEAR.match(body, start)
    return year.end() if start < at and year else at


def _ends_a_row(body: str, end: int, *, alone: bool) -> bool:
    """``alone``: no word such as "Thông tư số" makes the number a part of a title."""
    after = body[end : end + 1]
    if after.isalpha():
        return not _GOES_ON.match(body, end)
    rest = body[end:].lstrip(" .;")
    return not after or (alone and after in " .;" and (not rest or rest[0].isupper()))


def _is_named(body: str, at: int) -> bool:
    prefix = _PREFIX.search(body, max(0, at - 25), at)
    return bool(prefix and prefix.group().strip()) or at == 0 or body[at - 1] in '(/-–,;:“"'


def _begin(body: str, at: int, earliest: int) -> int:
    """Where the cell begins: its words belong to it only when they too are written right behind the title."""
    prefix = _PREFIX.search(body, max(earliest, at - 25), at)
    start = prefix.start() if prefix else at
    while start < at and body[start].isspace():
        start += 1
    if start == at:
        return at
    return start if start == earliest or not body[start - 1].isspace() else at
