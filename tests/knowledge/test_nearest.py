"""The ward nearest to a position, and whether the position is in Hanoi at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.nearest import FAR_KM, distance_km, nearby, neighbours
from knowledge.wards import hanoi


@pytest.mark.parametrize("ward", hanoi().wards, ids=lambda ward: ward.name)
def test_the_middle_of_each_ward_is_in_that_ward(ward: object) -> None:
    found = nearby(ward.lat, ward.lon)  # type: ignore[attr-defined]
    assert found.inside
    assert found.wards[0] == ward


@pytest.mark.parametrize("place", neighbours(), ids=lambda place: place.name)
def test_the_middle_of_each_commune_around_is_outside(place: object) -> None:
    found = nearby(place.lat, place.lon)  # type: ignore[attr-defined]
    assert not found.inside
    assert found.elsewhere in (place, None)


@pytest.mark.parametrize(
    ("lat", "lon", "ward"),
    [(21.0287, 105.8524, "phường Hoàn Kiếm"), (21.0047, 105.8440, "phường Bạch Mai"),
     (21.2187, 105.8042, "xã Nội Bài"),
     (21.138, 105.505, "phường Sơn Tây"), (20.618, 105.745, "xã Hương Sơn")],
)  # fmt: skip
def test_known_places_are_in_their_wards(lat: float, lon: float, ward: str) -> None:
    assert nearby(lat, lon).wards[0].full_name == ward


@pytest.mark.parametrize(
    ("lat", "lon", "province"),
    [(21.118, 105.958, "tỉnh Bắc Ninh"), (20.94, 105.93, "tỉnh Hưng Yên"), (21.237, 105.705, "tỉnh Phú Thọ"),
     (20.545, 105.912, "tỉnh Ninh Bình")],
)  # fmt: skip
def test_towns_across_the_border_are_in_their_province(lat: float, lon: float, province: str) -> None:
    found = nearby(lat, lon).elsewhere
    assert found is not None
    assert found.province == province


@pytest.mark.parametrize(
    ("lat", "lon"), [(10.77, 106.70), (0.0, 0.0), (90.0, 0.0), (-90.0, 180.0), (48.85, 2.35)]
)
def test_far_away_no_ward_is_near(lat: float, lon: float) -> None:
    assert nearby(lat, lon).wards == ()


def test_distances_are_kilometres_on_the_earth() -> None:
    assert distance_km(21.0287, 105.8524, 10.7769, 106.7009) == pytest.approx(1142, abs=3)
    assert distance_km(21, 105, 21, 105) == 0
    assert distance_km(0, 0, 0, 180) == pytest.approx(20015, abs=2)


def test_between_two_provinces_it_is_not_sure() -> None:
    ward, there = min(
        ((w, n) for w in hanoi().wards for n in neighbours()),
        key=lambda pair: distance_km(pair[0].lat or 0, pair[0].lon or 0, pair[1].lat, pair[1].lon),
    )
    middle = nearby(((ward.lat or 0) + there.lat) / 2, ((ward.lon or 0) + there.lon) / 2)
    assert middle.unsure


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_no_position_makes_it_stumble(lat: float, lon: float) -> None:
    found = nearby(lat, lon)
    assert found.inside is (bool(found.wards) and found.elsewhere is None)
    for ward in found.wards:
        assert distance_km(lat, lon, ward.lat or 0, ward.lon or 0) <= FAR_KM
