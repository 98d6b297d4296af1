"""Every event of the catalogue is understood or acknowledged; none makes the webhook stumble."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo.events import Nature, Ours, Typed, ZaloEvent, read_event
from conversations import Inbound, InboundKind
from motcua.reply import Command

OA, USER = "388613388613388613", "9007199254740993001"
OURS = Ours(OA, "https://motcua.example.vn", ("zdn.vn", "zadn.vn", "zalo.me"))


def read(**body: Any) -> ZaloEvent:
    raw = json.dumps(body).encode()
    return read_event(json.loads(raw), raw, OURS)


def from_citizen(name: str, message: dict[str, Any]) -> Inbound:
    event = read(event_name=name, sender={"id": USER}, recipient={"id": OA}, message=message)
    assert event.nature is Nature.MESSAGE
    assert event.inbound is not None
    return event.inbound


def test_a_text_becomes_an_inbound_message() -> None:
    inbound = from_citizen(
        "user_send_text", {"text": "Thủ tục khai sinh?", "msg_id": "m1", "quote_msg_id": "m0"}
    )
    assert inbound == Inbound(
        channel="zalo", channel_message_id="m1", address=USER, kind=InboundKind.TEXT,
        text="Thủ tục khai sinh?", account=OA, reachable=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("user_send_image", InboundKind.IMAGE), ("user_send_gif", InboundKind.IMAGE),
        ("user_send_link", InboundKind.LINK), ("user_send_audio", InboundKind.AUDIO),
        ("user_send_video", InboundKind.VIDEO), ("user_send_sticker", InboundKind.STICKER),
        ("user_send_location", InboundKind.LOCATION), ("user_send_business_card", InboundKind.OTHER),
        ("user_send_file", InboundKind.FILE), ("user_send_hologram", InboundKind.OTHER),
    ],
)  # fmt: skip
def test_every_kind_of_message_is_taken_in(name: str, kind: InboundKind) -> None:
    assert from_citizen(name, {"msg_id": "m1"}).kind is kind


def test_a_pressed_button_is_a_press_and_its_payload_is_not_text() -> None:
    inbound = from_citizen("user_send_text", {"text": "#b:AbCdEfGhIjKlMnOpQrSt_-", "msg_id": "m1"})
    assert (inbound.kind, inbound.button, inbound.text) == (InboundKind.PRESS, "AbCdEfGhIjKlMnOpQrSt_-", "")


@pytest.mark.parametrize(
    "text", ["#b:short", "#b:", "#b:AbCdEfGhIjKlMnOpQrSt_-x", "xem #b:AbCdEfGhIjKlMnOpQrSt_-"]
)
def test_what_only_looks_like_a_press_stays_text(text: str) -> None:
    inbound = from_citizen("user_send_text", {"text": text, "msg_id": "m1"})
    assert (inbound.kind, inbound.text) == (InboundKind.TEXT, text)


def test_a_follow_has_no_sender_and_is_known_by_its_bytes() -> None:
    body = {"oa_id": OA, "follower": {"id": USER}, "event_name": "follow", "timestamp": "1760000000000"}
    inbound = read(**body).inbound
    assert inbound is not None
    assert (inbound.kind, inbound.address, inbound.extra) == (InboundKind.FOLLOW, USER, {"what": "greeting"})
    assert inbound.channel_message_id == hashlib.sha256(json.dumps(body).encode()).hexdigest()


def test_ids_larger_than_a_double_can_hold_are_kept_to_the_last_digit() -> None:
    sides = f'"sender":{{"id":{USER}}},"recipient":{{"id":{OA}}}'
    raw = f'{{"event_name":"user_send_text",{sides},"message":{{"msg_id":12}}}}'
    inbound = read_event(json.loads(raw), raw.encode(), OURS).inbound
    assert inbound is not None
    assert (inbound.address, inbound.account, inbound.channel_message_id) == (USER, OA, "12")


def a_place(latitude: Any, longitude: Any) -> Inbound:
    payload = {"coordinates": {"latitude": latitude, "longitude": longitude}}
    attachment = {"type": "location", "payload": payload}
    return from_citizen(
        "user_send_location", {"text": "Số 1 Bạch Mai", "msg_id": "m", "attachments": [attachment]}
    )


def test_of_a_place_only_the_nearest_wards_are_kept() -> None:
    inbound = a_place("21.0047", "105.8440")
    assert inbound.text == ""
    assert inbound.extra["what"] == "place"
    assert inbound.extra["wards"][0] == "00292"
    assert "21.0" not in json.dumps(inbound.extra)


@pytest.mark.parametrize(
    "where", [("NaN", "105"), ("inf", "105"), ("91", "105"), ("21", "181"), ({}, 1), (None, None), ("", ""),
              ("9" * 400, "1")]
)  # fmt: skip
def test_what_is_no_position_keeps_nothing(where: tuple[Any, Any]) -> None:
    assert a_place(*where).extra == {}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://f1-zpc.zdn.vn/a.jpg?x=%2F1", True), ("http://b.zadn.vn/a.jpg", True),
        ("https://zalo.me/x", True),
        ("https://evil.example/a.jpg", False), ("https://zdn.vn.evil.example/a", False),
        ("https://notzdn.vn/a", False),
        ("file:///etc/passwd", False), ("javascript:alert(1)", False), ("https://[::1", False), (5, False),
        ("https://zdn.vn:8443/a", False), ("https://a@zdn.vn/a", False),
        ("https://zdn.vn\\@evil.example", False),
        ("https://zdn.vn/a b", False), ("https://zdn.vn/" + "a" * 2000, False), ("https:/zdn.vn", False),
        ("https://evil.example#.zdn.vn", False), ("https://zdn.vn%2eevil.example/", False),
    ],
)  # fmt: skip
def test_pictures_are_looked_for_only_on_the_hosts_of_zalo_and_over_https(url: Any, kept: bool) -> None:
    attachment = {"type": "image", "payload": {"url": url}}
    extra = from_citizen("user_send_image", {"msg_id": "m", "attachments": [attachment]}).extra
    assert bool(extra) is kept
    assert all(found.startswith("https://") for found in extra.get("urls", []))


@pytest.mark.parametrize(
    "name", ["user_send_file", "user_send_audio", "user_send_video", "user_send_sticker"]
)
def test_nothing_is_kept_of_what_nobody_looks_at(name: str) -> None:
    payload = {"url": "https://f1.zdn.vn/a", "name": "don xin.pdf", "size": "1", "description": "riêng"}
    assert from_citizen(name, {"msg_id": "m", "attachments": [{"type": "x", "payload": payload}]}).extra == {}


def test_a_shared_link_of_ours_is_its_command_and_another_is_none() -> None:
    def shared(url: str) -> Inbound:
        return from_citizen(
            "user_send_link",
            {"text": "xem", "msg_id": "m", "attachments": [{"type": "link", "payload": {"url": url}}]},
        )

    ours = shared("https://motcua.example.vn/?thu-tuc=1.001193")
    assert ours.command == Command(intent="ask_overview", entities={"procedure": "1.001193"})
    assert ours.text == "TT 1.001193"
    other = shared("https://evil.example/?thu-tuc=1.001193")
    assert (other.command, other.text) == (None, "xem")


@pytest.mark.parametrize(
    ("info", "ward"),
    [
        ({"full_address": "Số 5 Tạ Quang Bửu, phường Bách Khoa, quận Hai Bà Trưng, Hà Nội"}, "00292"),
        ({"address": "ngõ 3", "district": "phường Hàng Bạc, Hoàn Kiếm", "city": "Hà Nội"}, "00070"),
        ({"full_address": "quận Cầu Giấy, Hà Nội"}, None),
        ({"full_address": "12 Lê Lợi, Quận 1, TP Hồ Chí Minh"}, None),
        ({"full_address": ["x"], "address": 5}, None),
        ({}, None),
        ("x", None),
    ],
)
def test_of_submitted_details_only_the_ward_is_kept(info: Any, ward: str | None) -> None:
    if isinstance(info, dict):
        info |= {"name": "Trần Thị Thử", "phone": "84901234567", "user_dob": "01/01/1990", "gender": "2"}
    inbound = read(
        event_name="user_submit_info", sender={"id": USER}, recipient={"id": OA}, info=info
    ).inbound
    assert inbound is not None
    assert inbound.extra == {"what": "info"} | ({"ward": ward} if ward else {})
    assert (inbound.text, inbound.kind) == ("", InboundKind.OTHER)


def test_the_first_look_into_the_chat_asks_for_a_greeting() -> None:
    event = read(event_name="user_click_chatnow", oa_id=OA, user_id=USER)
    assert event.nature is Nature.OPENED
    assert event.inbound is not None
    assert (event.inbound.kind, event.inbound.extra) == (InboundKind.FOLLOW, {"what": "greeting"})


def test_who_withdraws_is_known() -> None:
    event = read(event_name="user_withdraw", oa_id=OA, user_id=USER, user_id_by_app="552177")
    assert (event.nature, event.user, event.inbound) == (Nature.WITHDRAWAL, USER, None)


def test_nothing_of_a_business_card_is_kept() -> None:
    card = {"type": "link", "payload": {"description": '{"phone":"84901234567"}', "url": "https://zalo.me/1"}}
    assert from_citizen("user_send_business_card", {"msg_id": "m", "attachments": [card]}).extra == {}


def test_an_echo_tells_whether_a_person_typed_it() -> None:
    sides: dict[str, Any] = {"recipient": {"id": USER}, "message": {"text": "Chào", "msg_id": "m2"}}
    by_person = read(event_name="oa_send_text", sender={"id": OA, "admin_id": "77"}, **sides)
    ours = read(event_name="oa_send_text", sender={"id": OA}, **sides)
    other = read(event_name="oa_send_text", sender={"id": "1", "admin_id": "77"}, **sides)
    assert (by_person.nature, by_person.user) == (Nature.TAKEOVER, USER)
    assert by_person.typed == Typed("77", "m2", "text", "Chào")
    assert (ours.nature, ours.user, ours.typed) == (Nature.ECHO, USER, None)
    assert other.nature is Nature.FOREIGN


@pytest.mark.parametrize(
    ("name", "nature"),
    [(name, Nature.RECEIPT) for name in ("user_received_message", "user_seen_message")]
    + [(f"oa_send_{kind}", Nature.ECHO) for kind in ("text", "image", "gif", "list", "file", "sticker")]
    + [("user_withdraw", Nature.WITHDRAWAL)]
    + [
        (name, Nature.ACKNOWLEDGED)
        for name in (
            "unfollow", "update_user_info", "user_reacted_message",
            "oa_reacted_message", "user_feedback", "anonymous_send_text", "anonymous_send_image",
            "anonymous_send_file", "anonymous_send_sticker", "oa_send_anonymous_text", "add_user_to_tag",
            "remove_user_from_tag", "remove_tag", "widget_interaction_accepted",
            "widget_failed_to_sync_user_external_id", "create_group", "user_join_group",
            "user_send_group_text",
            "oa_send_group_text", "oa_send_consent", "user_reply_consent", "user_call_oa", "oa_call_user",
            "change_template_status", "change_template_quality", "change_oa_daily_quota",
            "user_click_response_button", "event_journey_acknowledged", "event_journey_time_out",
        )
    ]
    + [(name, Nature.UNKNOWN) for name in ("user_follow", "user_click_button", "", "🙂")],
)  # fmt: skip
def test_the_rest_of_the_catalogue_is_no_message(name: str, nature: Nature) -> None:
    event = read(event_name=name, sender={"id": USER}, recipient={"id": OA}, message={"msg_id": "m"})
    assert (event.nature, event.inbound) == (nature, None)


def test_a_message_to_another_account_of_the_app_is_not_ours() -> None:
    event = read(
        event_name="user_send_text", sender={"id": USER}, recipient={"id": "1"}, message={"text": "x"}
    )
    assert (event.nature, event.inbound) == (Nature.FOREIGN, None)


def test_half_a_character_does_not_reach_the_database() -> None:
    assert from_citizen("user_send_text", {"text": "a\ud83d", "msg_id": "m"}).text == "a?"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
)


@given(
    st.sampled_from(
        [
            "user_send_text",
            "user_send_image",
            "user_send_link",
            "user_send_location",
            "follow",
            "oa_send_text",
            "user_submit_info",
            "user_click_chatnow",
            "user_withdraw",
        ]
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "sender": st.just({"id": USER}) | ANYTHING,
            "recipient": st.just({"id": OA}) | ANYTHING,
            "oa_id": st.just(OA) | ANYTHING,
            "follower": ANYTHING,
            "user_id": ANYTHING,
            "info": ANYTHING,
            "message": ANYTHING
            | st.fixed_dictionaries({"text": ANYTHING, "msg_id": ANYTHING, "attachments": ANYTHING}),
        },
    ),
)
def test_no_shape_of_a_body_makes_it_stumble(name: str, body: dict[str, Any]) -> None:
    event = read_event({"event_name": name, **body}, b"{}", OURS)
    if event.inbound:
        assert event.inbound.address
        assert event.inbound.channel_message_id
        event.inbound.text.encode()
        json.dumps(event.inbound.extra).encode()
