"""The fitted list of papers as the citizen meets it: a question with its answers, then the list."""

from __future__ import annotations

from knowledge import timed
from knowledge.answers import follow_ups, lines_of, sources
from knowledge.checklist import (
    CASE,
    NONE,
    Answers,
    Option,
    Question,
    fit,
    questions,
)
from knowledge.schema import Document, Procedure
from knowledge.shorten import clip
from knowledge.upcoming import Upcoming, with_upcoming
from knowledge.wording import FITTED, lower_first, paper, title_name
from motcua.clock import today
from motcua.reply import Button, Card, Command, Facet, Kind, ListSection, Reply, Section, TextSection
from vietnamese.short_answers import DIRECT, ONLINE, OTHER, SELF, SERVICE, SKIP, STOP, WAY, WHO

RESUME = "resume"
_LONGEST_BUTTON = 100
_SKIP_TITLE = "Bỏ qua câu này"
_STOP_TITLE = "Thôi, xem cả danh sách"
_RESUME_TITLE = "Làm tiếp danh sách"
_AGAIN_TITLE = "Trả lời lại từ đầu"
_LEAD = (
    "Để lập đúng danh sách giấy tờ cho anh/chị (thủ tục {name}), Một Cửa hỏi nhiều nhất {count} câu, câu nào "
    "cũng bỏ qua được."
)
_WHO_SAID = {
    SELF: "anh/chị tự đi nộp",
    OTHER: "nhờ người khác đi thay",
    SERVICE: "thuê bên dịch vụ",
}
_OPEN = "Thêm, chỉ khi gặp trường hợp sau"
_NOTHING_CHOSEN = "Anh/chị chưa chọn trường hợp nào, nên đây là danh sách chung."


def resume_button(code: str) -> Button:
    """The way back into a list that was begun."""
    return _button(_RESUME_TITLE, {"procedure": code, "answer": RESUME})


def ask_question(procedure: Procedure, question: Question, answers: Answers, *, again: bool = False) -> Reply:
    """A question with its answers as buttons; ``again`` after something that was no answer to it."""
    asked = questions(procedure)
    place = next((at for at, each in enumerate(asked, start=1) if each.key == question.key), 1)
    count = f"Câu {place}/{len(asked)}: " if len(asked) > 1 else ""
    text = f"{count}{question.ask}"
    if again:
        text = f"Anh/chị chọn giúp một câu trả lời dưới đây.\n{text}"
    elif not answers:
        text = f"{_LEAD.format(name=title_name(procedure), count=len(asked))}\n{text}"
    at = {"procedure": procedure.code, "question": question.key}
    buttons = [_button(option.say, {**at, "answer": option.key}) for option in question.options]
    buttons += [_button(_SKIP_TITLE, {**at, "answer": SKIP}), _button(_STOP_TITLE, {**at, "answer": STOP})]
    return Reply(
        kind=Kind.CLARIFY, text=text, buttons=buttons, procedure=procedure.code, facet=Facet.DOCUMENTS
    )


def fitted_list(procedure: Procedure, answers: Answers, *, upcoming: Upcoming | None = None) -> Reply:
    """The papers for the case that ``answers`` describe, to tick off and to print.

    ``upcoming`` is told of where it changes them.
    """
    reply = _fitted_list(procedure, answers)
    return with_upcoming(reply, _fitted_list(upcoming.later, answers), upcoming) if upcoming else reply


def _fitted_list(procedure: Procedure, answers: Answers) -> Reply:
    sections = _sections(procedure, answers) + timed.notes(procedure, Facet.DOCUMENTS, today())
    title = f"Giấy tờ cho trường hợp của anh/chị – {title_name(procedure)}"
    return Reply(
        kind=Kind.ANSWER,
        text="\n".join(lines_of(sections)),
        card=Card(title=title, sections=sections),
        procedure=procedure.code,
        facet=Facet.DOCUMENTS,
        buttons=_after(procedure),
        sources=sources(procedure, Facet.DOCUMENTS),
    )


def _sections(procedure: Procedure, answers: Answers) -> list[Section]:
    fitted = fit(procedure, answers)
    at_counter = answers.get(WAY) in (DIRECT, None)
    show = "Xuất trình (mang theo để cán bộ xem)" if at_counter else "Xuất trình"
    sections: list[Section] = [TextSection(text=_fitted_to(procedure, answers))]
    for heading, action in (("Nộp", "nộp"), (show, "xuất trình")):
        items = [paper(document) for document in fitted.sure if document.action == action]
        if items:
            sections.append(ListSection(kind="checklist", heading=heading, items=items))
    if answers.get(WHO) in (OTHER, SERVICE) and procedure.delegation:
        sections.append(TextSection(heading="Người đi thay", text=procedure.delegation.text))
    if answers.get(WAY) == ONLINE and procedure.online:
        sections.append(TextSection(heading="Nộp trực tuyến", text=procedure.online))
    if answers.get(WAY) == DIRECT and procedure.place:
        sections.append(TextSection(heading="Nơi nộp", text=procedure.place))
    if fitted.open:
        items = [f"{label}: {_papers(papers)}" for label, papers in fitted.open]
        sections.append(ListSection(kind="points", heading=_OPEN, items=items))
    if procedure.documents_note:
        sections.append(TextSection(text=procedure.documents_note))
    return sections


def _after(procedure: Procedure) -> list[Button]:
    """What usually interests next, and the same questions once more."""
    offered = follow_ups(procedure, Facet.DOCUMENTS)
    again = [
        button.model_copy(update={"title": _AGAIN_TITLE}) for button in offered if button.title == FITTED
    ]
    return [button for button in offered if button.title != FITTED] + again


def _fitted_to(procedure: Procedure, answers: Answers) -> str:
    """One line that says what the list was fitted to."""
    chosen = [
        _said(question, option)
        for question in questions(procedure)
        if (option := question.option(answers.get(question.key)))
    ]
    return f"Lập theo câu trả lời của anh/chị: {'; '.join(chosen)}." if chosen else _NOTHING_CHOSEN


def _said(question: Question, option: Option) -> str:
    if question.key == WHO and option.key in _WHO_SAID:
        return _WHO_SAID[option.key]
    if question.key == CASE:
        return "không thuộc trường hợp đặc biệt nào" if option.key == NONE else lower_first(option.say)
    if question.key == WAY:
        return lower_first(option.say)
    return f"{question.ask.removesuffix('?').removesuffix(' ạ')} – {lower_first(option.say)}"


def _papers(papers: tuple[Document, ...]) -> str:
    return "; ".join(paper(document) for document in papers)


def _button(title: str, entities: dict[str, str]) -> Button:
    command = Command(intent="answer_checklist", entities=entities)
    return Button(title=clip(title, _LONGEST_BUTTON), payload=command)
