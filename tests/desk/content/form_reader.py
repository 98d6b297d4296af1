"""Reads the form of a change as a browser would send it, and fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.desk.conftest import Answer, Client

Pairs = list[tuple[str, str]]


class _Reader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: Pairs = []
        self._action = action
        self._in_form, self._templates = False, 0
        self._area: str | None = None
        self._select: str | None = None
        self._chosen: list[str] = []
        self._options: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._templates += 1
        if tag == "form" and had.get("action") == self._action:
            self._in_form = True
        if not self._in_form or self._templates:
            return
        name = had.get("name", "")
        if tag == "input":
            if had.get("type") not in ("checkbox", "radio") or "checked" in had:
                self.pairs.append((name, had.get("value", "")))
        elif tag == "textarea":
            self._area = ""
            self.pairs.append((name, ""))
        elif tag == "select":
            self._select, self._chosen, self._options = name, [], []
        elif tag == "option" and self._select is not None:
            self._options.append(had["value"])
            if "selected" in had:
                self._chosen.append(had["value"])

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._templates -= 1
        elif tag == "form":
            self._in_form = False
        elif tag == "textarea" and self._area is not None:
            # A browser drops the line break after the opening tag.
            self.pairs[-1] = (self.pairs[-1][0], self._area.removeprefix("\n"))
            self._area = None
        elif tag == "select" and self._select is not None:
            self.pairs.append((self._select, (self._chosen or self._options)[0]))
            self._select = None


def pairs_of(html: str, action: str) -> Pairs:
    """What a browser sends of the form that posts to ``action``."""
    reader = _Reader(action)
    reader.feed(html)
    return [pair for pair in reader.pairs if pair[0] != "csrf"]


@dataclass
class OpenForm:
    """A form as one browser has it open."""

    client: Client
    path: str
    pairs: Pairs
    html: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return next(value for key, value in self.pairs if key == name)

    def fill(self, **values: str) -> OpenForm:
        """Write into fields; two underscores in a keyword stand for a dot."""
        for name, value in values.items():
            self.put(name.replace("__", ".") if not name.startswith("_") else name, value)
        return self

    def put(self, name: str, value: str) -> None:
        """Write into one field, which comes last when it is not there yet."""
        for at, (key, _) in enumerate(self.pairs):
            if key == name:
                self.pairs[at] = (name, value)
                return
        self.pairs.insert(len(self.pairs) - 1, (name, value))

    async def send(self, *, op: str = "", follow: bool = True) -> Answer:
        """Press Save, or a button of a row."""
        pairs = [*([("_op", op)] if op else []), *self.pairs]
        return await self.client.post(self.path, pairs, follow=follow)

    async def autosave(self) -> tuple[int, dict[str, Any]]:
        """What the page sends by itself; the page then knows the new revision and marks."""
        headers = {"X-CSRF-Token": self.client.token, "Origin": self.client.server.url}
        url = self.client.server.url + self.path + "/luu"
        async with self.client.http.post(url, json={"pairs": self.pairs}, headers=headers) as response:
            answer = await response.json() if response.content_type == "application/json" else {}
        if response.status == 200:
            self.put("_revision", str(answer["revision"]))
            self.put("_marks", answer["marks"])
        return response.status, answer


async def open_form(client: Client, change_id: int) -> OpenForm:
    """Open the form of a change."""
    path = f"/ban/sua-doi/{change_id}"
    page = await client.get(path)
    assert page.status == 200, page.status
    return OpenForm(client, path, pairs_of(page.text, path), page.text)
