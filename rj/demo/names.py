"""Given and family names from which the people of the county are put together at random."""

from dataclasses import dataclass
from enum import StrEnum


class Heritage(StrEnum):
    """Where a family's names come from."""

    ENGLISH = "english"
    WELSH = "welsh"
    POLISH = "polish"
    SOUTH_ASIAN = "south asian"


@dataclass(frozen=True, slots=True)
class Family:
    """Names that go together: women's and men's given names, and the surnames each may have."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    women_surnames: tuple[str, ...] = ()
    """Where a surname has a form of its own for women."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FAMILIES: dict[Heritage, Family] = {
    Heritage.ENGLISH: Family(
        women=_words(
            "Alice Beth Carol Daisy Edith Freya Gemma Hazel Imogen Joanne Kirsty Leanne Maureen "
            "Nicola Olive Paula Rosie Shirley Tamsin Verity Wendy Yvonne"
        ),
        men=_words(
            "Aaron Barney Callum Darren Edmund Frank Gareth Howard Ivor Jake Keith Leon Marcus "
            "Neville Oscar Perry Roland Stuart Terence Vernon Wilfred Zack"
        ),
        surnames=_words(
            "Applegarth Birkinshaw Catterson Dewhurst Eastoe Fothergale Garside Hebblewhite "
            "Inchbold Jessop Kettlewick Lilleyman Micklethorn Netherby Outhwaite Pockling "
            "Quarmley Ramsdale Satterley Tunnicliff Underhay Wigglesden Yeoward Thackwell "
            "Bracegirdle Ollerton"
        ),
    ),
    Heritage.WELSH: Family(
        women=_words(
            "Angharad Bethan Carys Delyth Eirlys Ffion Gwenllian Heledd Lowri Mererid Nerys "
            "Rhiannon Siân Tegwen"
        ),
        men=_words(
            "Aled Bryn Cai Dafydd Emyr Geraint Hywel Idris Llŷr Meirion Osian Rhodri Steffan Tudur"
        ),
        surnames=_words(
            "Anwyl Bebb Cadwaladr Ednyfed Gethin Gwynne Havard Llwyd Mostyn Nannau Penry "
            "Prytherch Tegid Wynn"
        ),
    ),
    Heritage.POLISH: Family(
        women=_words(
            "Agnieszka Beata Danuta Ewelina Halina Iwona Jadwiga Kinga Łucja Małgorzata Renata "
            "Zofia"
        ),
        men=_words(
            "Andrzej Bartosz Czesław Dariusz Grzegorz Jarosław Krzysztof Łukasz Mirosław Paweł "
            "Tomasz Wojciech"
        ),
        surnames=_words(
            "Brzozowiak Czajkiewicz Dębczak Gajdzik Jabłoniak Kędzierak Łoboda Mrozik Olszaniak "
            "Pawlisz Sowiński Wróbliński Zięciak"
        ),
        women_surnames=_words(
            "Brzozowiak Czajkiewicz Dębczak Gajdzik Jabłoniak Kędzierak Łoboda Mrozik Olszaniak "
            "Pawlisz Sowińska Wróblińska Zięciak"
        ),
    ),
    Heritage.SOUTH_ASIAN: Family(
        women=_words(
            "Amina Deepika Farzana Gurpreet Jasleen Kavita Mehreen Nasreen Parveen Rukhsana "
            "Sunita Tahira Yasmin"
        ),
        men=_words(
            "Arjun Balbir Farooq Harjit Imtiaz Jaspal Kamran Manoj Nadeem Rajesh Shabir Tariq "
            "Vikram"
        ),
        surnames=_words(
            "Bhandal Chughtai Dhanda Gondal Jandu Kotecha Lodhia Mirza Nagra Panesar Qadri Rehal "
            "Solanki Warraich"
        ),
    ),
}

ORGANISATION = "Hollinby Community Stores"
"""The one harmed party that is not a person; its contact person is invented like everybody."""

PASSWORD_WORDS = _words(
    "amber barley copper damson ember fennel ginger harvest indigo juniper kestrel "
    "lantern meadow nutmeg orchard pebble quartz russet saffron thistle umber violet "
    "willow yarrow"
)
