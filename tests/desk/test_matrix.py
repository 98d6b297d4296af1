"""Every route of the desk × every role: a new route without a declared rule fails here."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from aiohttp import web

from desk.auth import Rule, rule_of
from desk.keys import PREFIX
from desk.roles import TABLE, Permission, Role
from tests.desk.conftest import BACH_MAI, ClientFor, DeskServer, Hire

V, L, E, R, A = Role
EVERYBODY = frozenset(Role)
ANSWER = frozenset({V, L})
PEOPLE = frozenset({L, A})
ROSTER = frozenset({L, A})
REPORTS = frozenset({L, E, R, A})

# Written down a second time, on purpose: a rule that somebody loosens by mistake differs from this.
# None: open to whoever is not signed in, too.
EXPECTED: dict[tuple[str, str], frozenset[Role] | None] = {
    ("GET", "/tinh/{version}/{path}"): None,
    ("GET", "/dang-nhap"): None,
    ("POST", "/dang-nhap"): None,
    ("GET", "/dang-nhap/co-quan"): None,
    ("GET", "/dang-nhap/co-quan/ve"): None,
    ("GET", "/moi/{link}"): None,
    ("POST", "/moi/{link}"): None,
    ("GET", "/"): EVERYBODY,
    ("GET", ""): EVERYBODY,
    ("GET", "/them"): EVERYBODY,
    ("GET", "/tai-khoan"): EVERYBODY,
    ("GET", "/mat-khau"): EVERYBODY,
    ("POST", "/mat-khau"): EVERYBODY,
    ("POST", "/dang-xuat"): EVERYBODY,
    ("POST", "/dang-xuat-moi-noi"): EVERYBODY,
    ("GET", "/nhan-su"): PEOPLE,
    ("GET", "/nhan-su/moi"): PEOPLE,
    ("POST", "/nhan-su/moi"): PEOPLE,
    ("GET", "/nhan-su/{id}"): PEOPLE,
    ("POST", "/nhan-su/{id}"): PEOPLE,
    ("POST", "/nhan-su/{id}/lien-ket"): PEOPLE,
    ("POST", "/nhan-su/{id}/khoa"): PEOPLE,
    ("POST", "/nhan-su/{id}/mo"): PEOPLE,
    ("POST", "/nhan-su/{id}/doi-mat-khau"): PEOPLE,
    ("GET", "/lich-truc"): ANSWER | ROSTER,
    ("POST", "/lich-truc/toi"): ANSWER,
    ("POST", "/lich-truc/ca"): ROSTER,
    ("POST", "/lich-truc/ngay"): ROSTER,
    ("POST", "/lich-truc/ca/{id}/bo"): ROSTER,
    ("POST", "/lich-truc/ngay/{id}/bo"): ROSTER,
    ("GET", "/bao-cao"): REPORTS,
    ("GET", "/bao-cao/{tab}"): REPORTS,
    ("GET", "/bao-cao/{tab}.csv"): REPORTS,
    ("GET", "/bao-cao/chua-tra-loi"): REPORTS,
    ("GET", "/bao-cao/ho-so"): REPORTS,
    ("GET", "/bao-cao/ho-so.csv"): REPORTS,
    ("GET", "/nhat-ky"): frozenset({A}),
    ("GET", "/con-thieu"): frozenset({E, R}),
    ("GET", "/con-thieu/{group}"): frozenset({E, R}),
    ("POST", "/con-thieu/{group}/dua-vao"): frozenset({E, R}),
    ("POST", "/con-thieu/{group}/bo"): frozenset({E, R}),
    ("POST", "/con-thieu/{group}/xong"): frozenset({E, R}),
    ("POST", "/con-thieu/{group}/mo-lai"): frozenset({E, R}),
    ("GET", "/viec-bo"): frozenset({E, R}),
    ("GET", "/viec-bo/{task}"): frozenset({E, R}),
    ("POST", "/viec-bo/{task}/xong"): frozenset({E, R}),
    ("POST", "/viec-bo/{task}/bo-qua"): frozenset({E, R}),
    ("POST", "/viec-bo/{task}/mo-lai"): frozenset({E, R}),
    ("POST", "/viec-bo/{task}/ban-sua"): frozenset({E, R}),
    ("GET", "/nhap-xuat"): frozenset({E, R}),
    ("GET", "/nhap-xuat/{kind}"): frozenset({E, R}),
    ("POST", "/nhap-xuat/thu"): frozenset({E, R}),
    ("POST", "/nhap-xuat/nhap"): frozenset({E, R}),
    ("GET", "/noi-nop"): frozenset({E, R, A}),
    ("GET", "/noi-nop/{ward}/{place}"): frozenset({E, R, A}),
    ("POST", "/noi-nop/{ward}/{place}"): frozenset({E, R}),
    ("POST", "/noi-nop/de-xuat/{id}/xac-nhan"): frozenset({R}),
    ("POST", "/noi-nop/de-xuat/{id}/tu-choi"): frozenset({R}),
    ("POST", "/noi-nop/de-xuat/{id}/rut"): frozenset({E, R}),
    ("GET", "/thu-tuc"): frozenset({E, R, A}),
    ("GET", "/thu-tuc/tim"): frozenset({E, R, A}),
    ("GET", "/thu-tuc/{code}"): frozenset({E, R, A}),
    ("GET", "/thu-tuc/moi"): frozenset({E, R}),
    ("POST", "/thu-tuc/moi"): frozenset({E, R}),
    ("POST", "/thu-tuc/{code}/sua"): frozenset({E, R}),
    ("GET", "/sua-doi/{id}"): frozenset({E, R}),
    ("POST", "/sua-doi/{id}"): frozenset({E, R}),
    ("POST", "/sua-doi/{id}/luu"): frozenset({E, R}),
    ("POST", "/sua-doi/{id}/chon"): frozenset({E, R}),
    ("POST", "/sua-doi/{id}/dang-mo"): frozenset({E, R}),
    ("GET", "/duyet"): frozenset({R, A}),
    ("GET", "/sua-doi/{id}/so-sanh"): frozenset({E, R, A}),
    ("GET", "/sua-doi/{id}/gui"): frozenset({E, R}),
    ("POST", "/sua-doi/{id}/gui"): frozenset({E, R}),
    ("GET", "/sua-doi/{id}/duyet"): frozenset({R, A}),
    ("POST", "/sua-doi/{id}/duyet"): frozenset({R}),
    ("POST", "/sua-doi/{id}/tra-lai"): frozenset({R}),
    ("POST", "/sua-doi/{id}/rut"): frozenset({E, R}),
    ("POST", "/sua-doi/{id}/bo"): frozenset({E, R, A}),
    ("GET", "/sua-doi/{id}/khan"): frozenset({A}),
    ("POST", "/sua-doi/{id}/khan"): frozenset({A}),
    ("GET", "/sua-doi/{id}/xem"): frozenset({E, R, A}),
    ("GET", "/sua-doi/{id}/xem/web"): frozenset({E, R, A}),
    ("GET", "/sua-doi/{id}/hoi-thu"): frozenset({E, R, A}),
    ("POST", "/sua-doi/{id}/hoi-thu"): frozenset({E, R, A}),
    ("GET", "/sua-doi/{id}/kiem-tra"): frozenset({E, R, A}),
    ("POST", "/sua-doi/{id}/kiem-tra"): frozenset({E, R, A}),
    ("GET", "/sua-doi/{id}/kiem-tra/ket-qua"): frozenset({E, R, A}),
    ("GET", "/thu-tuc/{code}/lich-su"): frozenset({E, R, A}),
    ("GET", "/thu-tuc/{code}/lich-su/so-sanh"): frozenset({E, R, A}),
    ("GET", "/thu-tuc/{code}/lich-su/{ban}"): frozenset({E, R, A}),
    ("GET", "/thu-tuc/{code}/lich-su/{ban}/web"): frozenset({E, R, A}),
    ("POST", "/thu-tuc/{code}/lich-su/{ban}/khoi-phuc"): frozenset({E, R}),
    ("GET", "/thu-tuc/{code}/ngung"): frozenset({R, A}),
    ("POST", "/thu-tuc/{code}/ngung"): frozenset({R, A}),
    ("GET", "/nhac-xem"): frozenset({E, R, A}),
    ("GET", "/niem-yet"): frozenset({E, R, A}),
    ("GET", "/niem-yet/in"): frozenset({E, R, A}),
    ("GET", "/niem-yet/{code}"): frozenset({E, R, A}),
    ("GET", "/niem-yet/{code}/qr.png"): frozenset({E, R, A}),
}
# Where citizens' conversations are worked on: the rows are in the tests of those pages, the rule is here.
OF_TICKETS = ("/phieu", "/cau-mau", "/ban-giao", "/luat")


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    rule: Rule | None

    @property
    def address(self) -> str:
        """An address of it, of things that do not exist."""
        values = {"version": "999999", "path": "khong-co.css", "link": "khong-co", "tab": "ngay"}
        values |= {"code": "9.999999", "ward": "00004", "place": "mot-cua"}
        return PREFIX + re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], "999999"), self.path)


def routes(server: DeskServer) -> list[Route]:
    found = []
    for resource in server.app.router.resources():
        if resource.canonical != PREFIX:
            continue
        assert isinstance(resource, web.PrefixedSubAppResource)
        for route in resource:
            if route.method == "HEAD":
                continue  # the handler of its GET
            assert route.resource is not None
            path = route.resource.canonical.removeprefix(PREFIX)
            found.append(Route(route.method, path, rule_of(route.handler)))
    return found


def allowed(rule: Rule) -> frozenset[Role] | None:
    """The roles that a rule lets pass."""
    if rule.public:
        return None
    if not rule.allowed:
        return EVERYBODY
    sets = [TABLE[one] if isinstance(one, Permission) else frozenset({one}) for one in rule.allowed]
    return frozenset().union(*sets)


async def test_every_route_declares_its_rule(server: DeskServer) -> None:
    found = routes(server)
    assert len(found) > 30
    assert [route for route in found if route.rule is None] == []


async def test_every_rule_is_the_one_written_down_here(server: DeskServer) -> None:
    for route in routes(server):
        assert route.rule is not None
        key = (route.method, route.path)
        if key in EXPECTED:
            assert allowed(route.rule) == EXPECTED[key], key
        elif route.path.startswith(OF_TICKETS):
            assert (allowed(route.rule) or EVERYBODY) <= ANSWER, key
        else:
            # Pages of other rooms: whatever they are, nothing of theirs is open to the street.
            assert allowed(route.rule) not in (None, EVERYBODY), f"say in EXPECTED who may open {key}"


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_route_refuses_who_may_not(
    server: DeskServer, client: ClientFor, hire: Hire, role: Role | None
) -> None:
    who = await hire("Người thử", role, wards=[BACH_MAI]) if role else None
    browser = await client(who)
    if who is None:
        await browser.get("/ban/dang-nhap")
    checked = 0
    for route in routes(server):
        assert route.rule is not None
        roles = allowed(route.rule)
        if route.method not in ("GET", "POST") or route.path.endswith(("dang-xuat", "dang-xuat-moi-noi")):
            continue
        send = browser.get if route.method == "GET" else browser.post
        if "su-kien" in route.path and (roles is None or role in roles):
            continue  # a stream that does not end; its own tests read it
        answer = await send(route.address, follow=False)
        may = roles is None or (role is not None and role in roles)
        checked += 1
        if may:
            # A ticket that is not there, or a ward that is not theirs, may be refused by the page itself.
            refused = (401,) if route.path.startswith(OF_TICKETS) else (401, 403)
            assert answer.status not in refused, (route, answer.status)
            assert answer.status < 500, (route, answer.status)
        elif role is None:
            assert answer.status == 303, route
            assert answer.headers["Location"].startswith("/ban/dang-nhap"), route
        else:
            assert answer.status == 403, (route, answer.status)
    assert checked > 30


async def test_a_handler_without_a_rule_is_closed_to_everybody(
    server: DeskServer, client: ClientFor, hire: Hire
) -> None:
    sub = next(r for r in server.app.router.resources() if r.canonical == PREFIX)
    route = next(r for r in sub if r.resource and r.resource.canonical == f"{PREFIX}/tai-khoan")
    handler = route.handler.__func__  # type: ignore[attr-defined]
    rule = handler.__desk_rule__
    browser = await client(await hire("Quản trị", *Role, whole_city=True))
    del handler.__desk_rule__
    try:
        assert (await browser.get("/ban/tai-khoan")).status == 403
    finally:
        handler.__desk_rule__ = rule
    assert (await browser.get("/ban/tai-khoan")).status == 200
