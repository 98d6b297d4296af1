"""The tracker store that keeps nothing."""

import asyncio
import gc

import pytest
from bot.components.no_memory import NoMemory
from bot.server import HERE
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig


@pytest.fixture
def domain():
    return Domain.load(str(HERE / "domain"))


@pytest.fixture
def store(domain):
    return NoMemory(domain)


def test_every_turn_begins_with_a_session_that_has_started(store):
    tracker = asyncio.run(store.retrieve("someone"))
    assert tracker.sender_id == "someone"
    assert tracker.latest_action_name == "action_listen"
    assert any(isinstance(event, SessionStarted) for event in tracker.events)
    assert tracker.latest_message.text is None
    assert not tracker.is_paused()


def test_what_is_saved_is_not_there_again(store):
    async def talk():
        tracker = await store.get_or_create_tracker("someone")
        tracker.update(UserUttered("làm khai sinh"))
        await store.save(tracker)
        return await store.retrieve("someone"), await store.exists("someone"), list(await store.keys())

    again, _, keys = asyncio.run(talk())
    assert not [event for event in again.events if isinstance(event, UserUttered)]
    assert keys == []


def test_nothing_grows_with_the_number_of_conversations(store):
    async def talk(number):
        tracker = await store.get_or_create_tracker(f"citizen {number}")
        tracker.update(UserUttered("xin chào"))
        await store.save(tracker)

    def trackers():
        gc.collect()
        return sum(isinstance(thing, DialogueStateTracker) for thing in gc.get_objects())

    asyncio.run(talk(0))
    before = trackers()
    for number in range(200):
        asyncio.run(talk(number))
    assert trackers() == before


def test_rasa_makes_this_store_from_our_endpoints(domain):
    store = TrackerStore.create(EndpointConfig(type="bot.components.no_memory.NoMemory"), domain)
    inner = getattr(store, "_tracker_store", store)
    assert isinstance(inner, NoMemory)
    written = (HERE / "endpoints.yml").read_text(encoding="utf-8")
    assert "type: bot.components.no_memory.NoMemory" in written
