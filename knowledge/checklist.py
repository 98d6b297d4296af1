"""The papers of one citizen's case: at most three questions, then who needs what.

Questions that an editor wrote come first, then who files and how. An answer puts the citizen into
cases or rules them out; what no answered question speaks of stays open and is listed as "only if", so
that a skipped question never makes the list too short. Decisions only, no wording of replies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from knowledge.schema import Document, Procedure, WayKind
from motcua.reply import Facet
from vietnamese import normalise
from vietnamese.short_answers import DIRECT, ONLINE, OTHER, POST, SELF, SERVICE, WAY, WHO

MOST_QUESTIONS = 3
CASE = "case"
"""The question made of the labels of the cases, where nobody wrote a better one."""
NONE = "none"

Answers = Mapping[str, str | None]

_MOST_LABELS = 5
_MOST_WRITTEN_BESIDE_TWO = 2
# Cases that mean the same in every procedure, by the name the procedure files give them.
_ANOTHER_PERSON = ("uy-quyen", "nguoi-di-thay", "dai-dien")
_SERVICE = ("thue-dich-vu",)
_ONLY_WITH_ANOTHER = ("chua-dinh-danh",)
_BY_POST = ("buu-chinh", "buu-dien")
_ONLINE_CASE = "truc-tuyen"
# What a citizen cannot know beforehand: whether the office's system finds the data.
_FOR_THE_OFFICE = ("cu-tru", "chua-co-du-lieu")
_ONESELF = {"toi", "tu", "minh"}
_UNSURE = ("không rõ", "không biết", "chưa rõ")


@dataclass(frozen=True, slots=True)
class Option:
    """An answer on offer: what it says, and the cases it puts the citizen in."""

    key: str
    say: str
    cases: tuple[str, ...] = ()

    @property
    def unsure(self) -> bool:
        """Whether it says that the citizen does not know, which settles nothing."""
        return self.say.lower().startswith(_UNSURE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that changes the list. ``rules_out`` are the cases it settles beside those chosen."""

    key: str
    ask: str
    options: tuple[Option, ...]
    rules_out: frozenset[str] = frozenset()

    def option(self, key: str | None) -> Option | None:
        """The option with this key, if it is offered."""
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The papers for a case: ``sure`` whatever happens, ``open`` only in the case beside them."""

    sure: tuple[Document, ...]
    open: tuple[tuple[str, tuple[Document, ...]], ...]


def questions(procedure: Procedure) -> tuple[Question, ...]:
    """The questions that change the papers of ``procedure``, in order; none if there is no list to fit.

    An imported record that no editor has gone through is not fitted to anybody's case.
    """
    if Facet.DOCUMENTS in procedure.unknown or not procedure.documents or procedure.imported:
        return ()
    written = _written(procedure)
    spoken_of = {case for question in written for option in question.options for case in option.cases}
    automatic = [
        question for question in (_who(procedure, spoken_of), _way(procedure, spoken_of)) if question
    ]
    if not written and (cases := _cases(procedure)):
        written = [cases]
    most = _MOST_WRITTEN_BESIDE_TWO if len(automatic) > 1 else MOST_QUESTIONS
    return tuple([*written[:most], *automatic][:MOST_QUESTIONS])


def next_question(procedure: Procedure, answers: Answers) -> Question | None:
    """The first question that was neither answered nor skipped; None when the list can be made."""
    posted = _chosen(procedure, answers) & set(_BY_POST)
    return next(
        (
            question
            for question in questions(procedure)
            if question.key not in answers and not (question.key == WAY and posted)
        ),
        None,
    )


def fit(procedure: Procedure, answers: Answers) -> Fitted:
    """The papers for the case that ``answers`` describe."""
    chosen = _chosen(procedure, answers)
    ruled_out = set(_ONLY_WITH_ANOTHER) if answers.get(WHO) == SELF else set()
    for question in questions(procedure):
        option = question.option(answers.get(question.key))
        if option and not option.unsure and (question.key != CASE or option.key == NONE):
            ruled_out |= question.rules_out
    sure = [paper for paper in procedure.documents if not paper.cases or chosen & set(paper.cases)]
    left = [case for case in procedure.cases if case not in chosen | ruled_out]
    return Fitted(tuple(sure), tuple(_open(procedure, left, sure)))


def _chosen(procedure: Procedure, answers: Answers) -> set[str]:
    picked = (question.option(answers.get(question.key)) for question in questions(procedure))
    return {case for option in picked if option for case in option.cases}


def _open(
    procedure: Procedure, cases: Iterable[str], sure: list[Document]
) -> Iterable[tuple[str, tuple[Document, ...]]]:
    for case in cases:
        papers = [paper for paper in procedure.documents if case in paper.cases and paper not in sure]
        if papers:
            yield procedure.cases[case], tuple(papers)


def _written(procedure: Procedure) -> list[Question]:
    found: list[Question] = []
    for number, written in enumerate(procedure.checklist, start=1):
        options = [
            Option(str(place), option.say, tuple(option.cases))
            for place, option in enumerate(written.options)
        ]
        asks_who = _asks_who(options) and not any(question.key == WHO for question in found)
        found.append(
            Question(
                key=WHO if asks_who else f"q{number}",
                ask=written.ask,
                options=tuple(_people(options) if asks_who else options),
                rules_out=frozenset(case for option in options for case in option.cases),
            )
        )
    return found


def _asks_who(options: list[Option]) -> bool:
    """Whether a written question is the one who files: oneself, or somebody in one's place."""
    keys = [_person(option) for option in options]
    oneself = [option for option, key in zip(options, keys, strict=True) if key == SELF]
    mixed = any(
        len(option.cases) > 1 and set(option.cases) & {*_ANOTHER_PERSON, *_SERVICE} for option in options
    )
    if mixed or len(oneself) != 1 or keys.count(OTHER) != 1 or keys.count(SERVICE) > 1:
        return False
    return bool(_ONESELF & set(normalise(oneself[0].say).split()))


def _people(options: list[Option]) -> list[Option]:
    """The same options under the keys that answers like "nhờ chồng" are known by."""
    return [replace(option, key=_person(option) or option.key) for option in options]


def _person(option: Option) -> str | None:
    if not option.cases:
        return SELF
    if len(option.cases) > 1:
        return None
    return OTHER if option.cases[0] in _ANOTHER_PERSON else SERVICE if option.cases[0] in _SERVICE else None


def _cases(procedure: Procedure) -> Question | None:
    """One question out of the labels. They may hold together, so a pick rules no other out."""
    elsewhere = (*_ANOTHER_PERSON, *_SERVICE, *_ONLY_WITH_ANOTHER, *_BY_POST, *_FOR_THE_OFFICE)
    needed = {case for paper in procedure.documents for case in paper.cases}
    offered = [case for case in procedure.cases if case in needed and case not in elsewhere][:_MOST_LABELS]
    if not offered:
        return None
    labels = [Option(case, procedure.cases[case], (case,)) for case in offered]
    none = Option(NONE, "Không trường hợp nào")
    ask = "Anh/chị thuộc trường hợp nào dưới đây ạ?"
    return Question(CASE, ask, (*labels, none), rules_out=frozenset(offered))


def _who(procedure: Procedure, spoken_of: set[str]) -> Question | None:
    """Who files. Asked only where somebody else may, and where that changes papers or text."""
    if procedure.delegation is None or procedure.delegation.allowed == "không":
        return None
    theirs = [case for case in procedure.cases if case in _ANOTHER_PERSON]
    hired = [case for case in procedure.cases if case in _SERVICE]
    if spoken_of & {*theirs, *hired}:
        return None
    if not theirs and not hired and procedure.delegation.allowed == "chưa rõ":
        return None
    options = [Option(SELF, "Tôi tự đi nộp"), Option(OTHER, "Nhờ người khác đi thay", tuple(theirs))]
    if hired:
        options.append(Option(SERVICE, "Thuê bên dịch vụ", tuple(hired)))
    return Question(WHO, "Ai đi nộp ạ?", tuple(options), rules_out=frozenset((*theirs, *hired)))


def _way(procedure: Procedure, spoken_of: set[str]) -> Question | None:
    """At the counter or online, where both are open; by post too where that is."""
    kinds = {way.kind for way in procedure.ways}
    by_post = tuple(case for case in procedure.cases if case in _BY_POST)
    if not {WayKind.DIRECT, WayKind.ONLINE} <= kinds or not (procedure.online or by_post):
        return None
    if any(case.endswith(_ONLINE_CASE) for case in spoken_of):
        return None
    options = [Option(DIRECT, "Nộp tại quầy"), Option(ONLINE, "Nộp trực tuyến")]
    if WayKind.POST in kinds and not spoken_of & set(by_post):
        options.append(Option(POST, "Gửi qua bưu điện", by_post))
    settled = frozenset(case for option in options for case in option.cases)
    return Question(WAY, "Nộp ở quầy hay trực tuyến ạ?", tuple(options), rules_out=settled)
