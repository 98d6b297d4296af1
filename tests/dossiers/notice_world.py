"""An office whose dossiers change, citizens in real conversations, and workers that may die anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from conversations import Conversations, Inbound, InboundKind
from dossiers import DossierDesk, DossierView, NoticeWorker, import_bytes
from dossiers.codes import parse_code
from dossiers.models import Dossier
from dossiers.notice_models import DossierNotice, DossierSubscription, DossierWorker
from motcua.clock import HANOI
from motcua.db import Database, now
from motcua.reply import Reply
from motcua.settings import NoticeSettings, Settings

HEAD = (
    "mã hồ sơ;trạng thái;4 số cuối điện thoại;ngày tiếp nhận;ngày hẹn trả;ngày kết thúc;ngày hẹn lại;lý do;"
    "việc cần làm;nơi giải quyết"
)
CODE = "H26-261110-0001"
BEFORE = date(2026, 11, 16)


def at(day: int, hour: int = 10, month: int = 11) -> datetime:
    """A moment in Hanoi in 2026."""
    return datetime(2026, month, day, hour, tzinfo=HANOI)


class Killed(BaseException):
    """The process is gone: nothing after this point has happened."""


@dataclass
class World:
    """Everything around one database."""

    database: Database
    settings: Settings
    citizens: int = 0
    conversations: Conversations = field(init=False)
    desk: DossierDesk = field(init=False)

    def __post_init__(self) -> None:
        self.conversations = Conversations(self.database, self.settings)
        self.desk = DossierDesk(self.database, self.settings)

    def worker(self, notices: NoticeSettings | None = None, **changes: object) -> NoticeWorker:
        """A worker of a gateway of its own."""
        settings = self.settings.model_copy(update={"notices": notices or NoticeSettings(), **changes})
        return NoticeWorker(self.database, settings, self.desk, self.conversations.tell)

    async def citizen(self, channel: str = "zalo") -> str:
        """Somebody who has written once: the id of the conversation."""
        self.citizens += 1
        named = f"citizen-{self.citizens}"
        accepted = await self.conversations.receive(
            Inbound(channel, f"message of {named}", named, InboundKind.TEXT, "chào", reachable=True)
        )
        return accepted.conversation_id

    async def office(self, status: str = "4", code: str = CODE, **cells: str) -> None:
        """What the office's software says now."""
        row = {
            "received": "02/11/2026", "due": "20/11/2026", "finished": "", "promised": "", "reason": "",
            "todo": "", "office": "UBND Bạch Mai", **cells,
        }  # fmt: skip
        line = ";".join(
            [code, status, "4521", row["received"], row["due"], row["finished"], row["promised"],
             row["reason"], row["todo"], row["office"]]
        )  # fmt: skip
        report = await import_bytes(
            self.database, self.settings, f"{HEAD}\n{line}".encode(), today=date(2027, 1, 1)
        )
        assert not report.errors, report.errors

    async def view(self, code: str = CODE) -> DossierView:
        """The dossier as its owner sees it."""
        read = parse_code(code)
        assert read
        found = await self.desk.current(read)
        assert isinstance(found, DossierView)
        return found

    async def follow(self, conversation: str, today: date = BEFORE, code: str = CODE) -> bool:
        """The citizen agrees to be told."""
        return await self.desk.subscriptions.begin(conversation, await self.view(code), "v1", today)

    async def told(self, conversation: str) -> list[Reply]:
        """What stands in the transcript beside what the citizen wrote."""
        messages = await self.conversations.messages_after(conversation, 0)
        return [message.reply for message in messages if message.reply]

    async def templates(self, conversation: str) -> list[str]:
        """The templates of the notices told, in order."""
        return [reply.notice.template for reply in await self.told(conversation) if reply.notice]

    async def look_again(self) -> None:
        """As if every dossier had not been looked at for long."""
        async with self.database.write() as session:
            await session.execute(update(DossierSubscription).values(looked_at=now() - timedelta(days=400)))

    async def free_lease(self) -> None:
        """As if the gateway that held it were long dead."""
        async with self.database.write() as session:
            await session.execute(update(DossierWorker).values(lease_until=now() - timedelta(days=1)))

    async def notices(self) -> list[tuple[str, str]]:
        """What is noted: about what, and what became of it."""
        async with self.database.read() as session:
            rows = await session.scalars(select(DossierNotice).order_by(DossierNotice.id))
            return [(row.about, row.state) for row in rows]

    async def forget_dossier(self) -> None:
        """The source does not know the dossier any more."""
        async with self.database.write() as session:
            await session.execute(update(Dossier).values(code="H26-261110-9999", code_key="H262611109999"))
