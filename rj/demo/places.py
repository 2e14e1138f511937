"""Wenshire: an invented county with invented towns, streets, courts and offices.

Its postcodes begin with WX, which the Royal Mail has given to no place.
"""

from dataclasses import dataclass

from rj.demo.facts import CourtFacts, Hours, RoomFacts
from rj.policy.terms import CourtKind, RoomFeature

AREA_ID = "wenshire"
AREA_NAME = "Wenshire"

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the county: where it lies, in kilometres, and how its postcodes begin."""

    name: str
    x: int
    y: int
    district: str


WENBRIDGE = Town("Wenbridge", 22, 24, "WX1")
ALDERMARSH = Town("Aldermarsh", 34, 30, "WX2")
HOLLINBY = Town("Hollinby", 12, 33, "WX3")
STANMOOR = Town("Stanmoor Cross", 26, 10, "WX4")
OXLOW = Town("Oxlow Fen", 41, 17, "WX5")
PENTREWEN = Town("Pentrewen", 4, 20, "WX6")

TOWNS = (WENBRIDGE, ALDERMARSH, HOLLINBY, STANMOOR, OXLOW, PENTREWEN)
TOWN_WEIGHTS = (38, 20, 14, 12, 10, 6)


def _names_in(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


STREETS = _names_in(
    "Alder Row|Beacon Rise|Candlemaker Yard|Damson Close|Eel Pie Lane|Fuller Street|"
    "Gannet Walk|Hopfield Road|Ivy Terrace|Jubilee Gardens|Kiln Lane|Larkspur Avenue|"
    "Mill Race|Nightjar Drive|Old Wharf Road|Pound Street|Quarry Hill|Ropewalk|Saltway|"
    "Tannery Street|Underwood Crescent|Vinegar Yard|Weir Lane|Yew Tree Road"
)
"""Streets in which people live; no venue stands in any of them."""

COURTS = (
    CourtFacts("WENBMC", "Wenbridge Magistrates' Court", CourtKind.MAGISTRATES),
    CourtFacts("ALDEMC", "Aldermarsh Magistrates' Court", CourtKind.MAGISTRATES),
    CourtFacts("HOLLMC", "Hollinby Magistrates' Court", CourtKind.MAGISTRATES),
    CourtFacts("WENBCC", "Wenbridge Crown Court", CourtKind.CROWN),
)

OFFENCE_CODES = ("008/06", "008/01", "105/01", "008/30", "028/03", "034/01", "039/01", "058/01")
"""What people were sentenced for, as coded in the offence list that comes with the service."""
OFFENCE_WEIGHTS = (30, 8, 12, 4, 25, 10, 6, 5)
"""Violence half, domestic burglary a quarter, robbery a tenth, the rest other personal harm."""


@dataclass(frozen=True, slots=True)
class Premises:
    """A building as it stands, before closures."""

    code: str
    name: str
    street_name: str
    street: str
    town: Town
    postcode: str
    shift: tuple[int, int]
    """Kilometres from the middle of the town."""
    hours: Hours
    rooms: tuple[RoomFacts, ...]


def _days(days: str, opens: str, shuts: str) -> Hours:
    return tuple((day, opens, shuts) for day in days.split())


_WEEK = "mon tue wed thu fri"
_APART = RoomFeature.SEPARATE_ENTRANCES
_STEP_FREE = RoomFeature.STEP_FREE
_WAITING = RoomFeature.WAITING_ROOMS
_VIDEO = RoomFeature.VIDEO

PREMISES = (
    Premises(
        "WEN-CASTLE",
        "Wenbridge probation office",
        "Castlegate House",
        "1 Castlegate",
        WENBRIDGE,
        "WX1 2CG",
        (0, 0),
        _days("mon wed thu fri", "09:00", "17:30") + _days("tue", "09:00", "20:30"),
        (
            RoomFacts("Room 1", 4, (_STEP_FREE,)),
            RoomFacts("Room 2", 4, (_STEP_FREE,)),
            RoomFacts("Assembly room", 10, (_APART, _STEP_FREE, _WAITING, _VIDEO), 30),
        ),
    ),
    Premises(
        "WEN-GUILD",
        "Guildhall Rooms",
        "Guildhall Rooms",
        "14 Cornmarket",
        WENBRIDGE,
        "WX1 1QH",
        (1, 1),
        _days(_WEEK, "09:30", "20:30") + _days("sat", "09:30", "16:00"),
        (
            RoomFacts("Long room", 12, (_APART, _STEP_FREE, _WAITING), 30),
            RoomFacts("Garden room", 6, (_STEP_FREE,)),
        ),
    ),
    Premises(
        "WEN-CANAL",
        "Canalside Centre",
        "Canalside Centre",
        "Lock Lane",
        WENBRIDGE,
        "WX1 5LK",
        (-2, 1),
        _days("mon tue thu", "10:00", "18:00"),
        (RoomFacts("Towpath room", 8, (_STEP_FREE,)),),
    ),
    Premises(
        "ALD-OFFICE",
        "Aldermarsh probation office",
        "Marsh House",
        "27 Station Parade",
        ALDERMARSH,
        "WX2 4PP",
        (0, 0),
        _days("mon tue wed fri", "09:00", "17:00") + _days("thu", "09:00", "20:00"),
        (
            RoomFacts("Interview room", 4),
            RoomFacts("Meeting room", 8, (_APART, _STEP_FREE), 30),
        ),
    ),
    Premises(
        "ALD-FRIENDS",
        "Aldermarsh meeting house",
        "The Meeting House",
        "3 Chapel Bank",
        ALDERMARSH,
        "WX2 1MH",
        (1, -1),
        _days("tue wed", "10:00", "20:30") + _days("sat", "10:00", "15:00"),
        (RoomFacts("Main room", 14, (_APART, _STEP_FREE, _WAITING), 45),),
    ),
    Premises(
        "HOL-MARKET",
        "Hollinby community hall",
        "Market Hall",
        "Market Place",
        HOLLINBY,
        "WX3 6DT",
        (0, 0),
        _days("mon wed fri", "09:00", "17:00") + _days("thu", "13:00", "20:30"),
        (
            RoomFacts("Upper hall", 10, (_APART,), 30),
            RoomFacts("Snug", 4, (_STEP_FREE,)),
        ),
    ),
    Premises(
        "STA-OFFICE",
        "Stanmoor Cross probation office",
        "Toll House",
        "8 Turnpike Road",
        STANMOOR,
        "WX4 3TH",
        (0, 0),
        _days("mon tue thu", "09:00", "17:00") + _days("wed", "12:00", "20:00"),
        (
            RoomFacts("Front room", 5, (_STEP_FREE,)),
            RoomFacts("Back room", 9, (_APART, _STEP_FREE, _VIDEO), 30),
        ),
    ),
    Premises(
        "OXL-LIBRARY",
        "Oxlow Fen library",
        "Fen Library",
        "2 Drainside",
        OXLOW,
        "WX5 7FN",
        (0, 0),
        _days("tue wed fri", "09:30", "17:30"),
        (RoomFacts("Reading room", 6, (_STEP_FREE,)),),
    ),
)
"""Offices and neutral places (R44): one is open on Saturdays in each of the two big towns."""
