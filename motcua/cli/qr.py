"""``motcua qr``: sheets with QR codes for the wall of an office."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from knowledge import Procedure
from motcua.links import Leads, Link, zalo_url
from motcua.qr import Door, Sheet, save_sheets
from motcua.settings import Settings, get_settings

_FREE = "Giấy tờ cần nộp, lệ phí, bao lâu có, nộp ở đâu: hỏi trợ lý tự động, miễn phí, bất cứ giờ nào."
_OFFICE = "Hỏi trước khi đến: thủ tục nào, giấy tờ gì, hồ sơ đến đâu rồi. Miễn phí, bất cứ giờ nào."


@click.command()
@click.argument("procedures", nargs=-1)
@click.option("--ward", "wards", multiple=True, help="Code of a ward: its own sheet, its name on the others.")
@click.option("--all", "every", is_flag=True, help="A sheet for each procedure written by hand.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=".pdf, or .png for one sheet.",
)
def qr(procedures: tuple[str, ...], wards: tuple[str, ...], every: bool, out: Path) -> None:
    """Print sheets with QR codes: one a procedure, by its code, and one an office, by --ward.

    The codes lead to MOTCUA_PUBLIC_URL, and to Zalo if MOTCUA_ZALO_OA_ID is set.
    """
    from knowledge.wards import hanoi
    from motcua.clock import today

    settings = get_settings()
    if not settings.public_url:
        raise click.ClickException("set MOTCUA_PUBLIC_URL: a code on paper cannot lead to this machine")
    if not (procedures or wards or every):
        raise click.UsageError("name procedures, --ward or --all")
    if unknown := [code for code in wards if code not in hanoi().by_code]:
        raise click.ClickException(f"no such ward: {', '.join(unknown)}")
    offices = [hanoi().by_code[code].full_name for code in wards]
    found = asyncio.run(_procedures(settings, list(procedures), every)) if procedures or every else []
    sheets = [_office_sheet(settings, code, name) for code, name in zip(wards, offices, strict=True)]
    for office in offices or [""]:
        sheets += [_procedure_sheet(settings, procedure, office) for procedure in found]
    try:
        save_sheets(sheets, out, today())
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out}: {len(sheets)} sheet{'s' if len(sheets) > 1 else ''}")


async def _procedures(settings: Settings, codes: list[str], every: bool) -> list[Procedure]:
    """What is in force, in the order asked for. Raises ClickException for what is not."""
    from knowledge import store
    from motcua.clock import today
    from motcua.db import Database

    database = Database(settings.database)
    try:
        async with database.read() as session:
            current = {procedure.code: procedure for procedure in await store.in_force(session, today())}
    except DBAPIError as error:
        raise click.ClickException("the knowledge base is not there: run `motcua prepare` first") from error
    finally:
        await database.close()
    if missing := [code for code in codes if code not in current]:
        raise click.ClickException(f"not published: {', '.join(missing)} (motcua knowledge import)")
    edited = [code for code in sorted(current) if every and not current[code].imported and code not in codes]
    return [current[code] for code in dict.fromkeys([*codes, *edited])]


def _procedure_sheet(settings: Settings, procedure: Procedure, office: str) -> Sheet:
    from knowledge.answers import sources
    from motcua.reply import Facet, Kind, Reply
    from motcua.sourceline import source_line

    cited = Reply(kind=Kind.ANSWER, text=procedure.name, sources=sources(procedure, Facet.OVERVIEW))
    return Sheet(
        title=procedure.name,
        above=f"THỦ TỤC {procedure.code}",
        below=_FREE,
        doors=_doors(settings, Link(Leads.PROCEDURE, procedure.code)),
        hotline=_hotline(),
        source=source_line(cited, with_url=False),
        office=f"Bộ phận một cửa {office}" if office else "",
    )


def _office_sheet(settings: Settings, code: str, name: str) -> Sheet:
    from knowledge.office_answers import LAW

    return Sheet(
        title=name[:1].upper() + name[1:],
        above="BỘ PHẬN MỘT CỬA",
        below=_OFFICE,
        doors=_doors(settings, Link(Leads.WARD, code)),
        hotline=_hotline(),
        source=f"Tên theo {LAW.code}, kiểm tra {LAW.checked_on:%m/%Y}",
    )


def _doors(settings: Settings, link: Link) -> list[Door]:
    shown = settings.public_url.rstrip("/").partition("://")[2]
    doors = [Door(link.web(settings.public_url), "Mở trên web", f"hoặc gõ {shown}")]
    if settings.zalo.oa_id:
        doors.append(Door(zalo_url(settings.zalo.oa_id), "Mở trong Zalo", f"rồi nhắn: {link.short}"))
    return doors


def _hotline() -> str:
    from knowledge.offices import shipped_offices

    first = shipped_offices().city.hotlines[0]
    return f"Tổng đài 1022 ({first.number})" if first.number.endswith("1022") else f"Tổng đài {first.said}"
