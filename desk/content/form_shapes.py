"""What kind of form field stands for what kind of content, read off the schema.

A schema field that is added tomorrow has its form field, its codec and its place on the page at once; only
its Vietnamese name (``form_words.yml``) has to be written.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from knowledge.schema import Procedure, Slug
from motcua.reply import Facet


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes, or nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of short texts, one a line."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Some of some words. No ``options``: the cases that the procedure declares."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the schema: named fields. ``defaults``: values that are not written down.

    ``model``: its name in the schema. ``optional``: it may be missing as a whole.
    """

    model: str
    fields: dict[str, Shape]
    defaults: dict[str, Any]
    optional: bool = False

    def requires(self, name: str) -> bool:
        """Whether this field must be there as soon as the part is."""
        return name not in self.defaults and not isinstance(self.fields[name], NamedRows | LinesBy)


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of parts."""

    item: Group


@dataclass(frozen=True, slots=True)
class NamedRows:
    """Parts by name. ``options``: the names there can be; none for names that are made from the text."""

    item: Group | Text
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinesBy:
    """Short texts by one of some words: a box each."""

    options: tuple[str, ...]


Shape = Text | Number | Day | Flag | Choice | Lines | Ticks | Group | Rows | NamedRows | LinesBy


@cache
def procedure_shape() -> Group:
    """The shape of a whole procedure."""
    return _group(Procedure)


def _group(model: type[BaseModel], *, optional: bool = False) -> Group:
    hints = get_type_hints(model, include_extras=True)
    fields = {name: _shape(hints[name]) for name in model.model_fields}
    defaults = {
        name: info.default
        for name, info in model.model_fields.items()
        if info.default is not PydanticUndefined
    }
    return Group(model.__name__, fields, defaults, optional)


def _shape(hint: Any) -> Shape:
    """Raises TypeError for a type that no form field has been thought of for."""
    optional = False
    while get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        (hint,) = (one for one in get_args(hint) if one is not type(None))
        optional = True
    origin, inner = get_origin(hint), get_args(hint)
    if origin is list:
        return _list(inner[0])
    if origin is dict:
        return _dict(*inner)
    if origin is Literal:
        return Choice(tuple(inner))
    return _shape(inner[0]) if origin is Annotated else _plain(hint, optional=optional)


def _plain(hint: Any, *, optional: bool) -> Shape:
    if isinstance(hint, type):
        if issubclass(hint, BaseModel):
            return _group(hint, optional=optional)
        if issubclass(hint, StrEnum):
            return Choice(tuple(hint))
        for kind, shape in ((bool, Flag), (int, Number), (date, Day), (str, Text)):
            if issubclass(hint, kind):
                return shape()
    raise TypeError(f"no form field for {hint}")


def _list(item: Any) -> Shape:
    if item == Slug:
        return Ticks()
    shape = _shape(item)
    if isinstance(shape, Choice):
        return Ticks(shape.options)
    if isinstance(shape, Group):
        return Rows(shape)
    if isinstance(shape, Text):
        return Lines()
    raise TypeError(f"no form field for a list of {item}")


def _dict(key: Any, value: Any) -> Shape:
    shape = _shape(value)
    if key is Facet and isinstance(shape, Lines):
        return LinesBy(tuple(Facet))
    if isinstance(shape, Group):
        return NamedRows(shape, tuple(name for name in Procedure.model_fields if name not in _NOT_SOURCED))
    if isinstance(shape, Text):
        return NamedRows(shape)
    raise TypeError(f"no form field for {value} by {key}")


_NOT_SOURCED = ("code", "provenance", "field_provenance", "imported")
