"""Weekly hours as people write them."""

from rj.kernel.weekly_hours import add_hours, read_hours, write_hours


def test_added_hours_are_joined_to_what_they_touch() -> None:
    hours = read_hours("mon 09:00-12:00, mon 14:00-17:00, wed 09:00-17:00")

    assert write_hours(add_hours(hours, "mon", "12:00", "13:00")) == (
        "mon 09:00-13:00, mon 14:00-17:00, wed 09:00-17:00"
    )
    assert write_hours(add_hours(hours, "mon", "11:00", "15:00")) == (
        "mon 09:00-17:00, wed 09:00-17:00"
    )
    assert write_hours(add_hours(hours, "tue", "18:00", "20:00")) == (
        "mon 09:00-12:00, mon 14:00-17:00, tue 18:00-20:00, wed 09:00-17:00"
    )
