"""Travel by estimate: whole minutes, never nought between two doors."""

from services.roster.domain.rounds.travel import Point, Travel, minutes

BARROW, ULVERSTON = Point(54.1108, -3.2261), Point(54.1943, -3.0971)


def test_at_the_same_point_nobody_travels() -> None:
    assert minutes(BARROW, BARROW, Travel()) == 0


def test_next_door_is_a_minute_and_the_time_to_park() -> None:
    assert minutes(BARROW, Point(54.1109, -3.2261), Travel()) == 4
    assert minutes(BARROW, Point(54.1109, -3.2261), Travel(park=0)) == 1


def test_a_longer_way_is_the_straight_line_by_roads_at_the_teams_speed() -> None:
    # 12.6 km in a straight line, by 1.35 are 17.0 km, at 42 km/h 24 minutes, and 3 to park.
    assert minutes(BARROW, ULVERSTON, Travel()) == 27
    assert minutes(BARROW, ULVERSTON, Travel()) == minutes(ULVERSTON, BARROW, Travel())
    assert minutes(BARROW, ULVERSTON, Travel(kmh=84, park=0)) == 12
