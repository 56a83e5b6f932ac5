"""Who buys in the demo: made-up people, whose mail goes nowhere (example.com is reserved for that)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

_GIVEN = {
    "DE": "Anneke Bastian Carla Dorian Elif Finja Gregor Hanna Ilja Jonna Kerim Leonie Malte Nele Oskar Paulina "
    "Ruben Svea Tilman Ulrike Vincent Wiebke Yasmin",
    "AT": "Alois Benedikta Christoph Doris Eva Franziska Georg Helga Johannes Katharina Lukas Magdalena Nikola "
    "Resi Severin Theresa Valentin",
    "NL": "Anouk Bram Daan Eline Fleur Gijs Hidde Iris Joris Karlijn Lotte Maarten Nienke Pepijn Sanne Teun Wessel",
}
_FAMILY = {
    "DE": "Ahrendt Bergfelder Clasen Dammann Eickhoff Falkner Gruber Hollmann Immer Jansen Kestner Lindhorst "
    "Mertens Niehaus Ostrowski Petersen Quast Rademacher Söhnlein Tiemann Uhlig Vossberg Wiesner Yildiz Zeidler",
    "AT": "Aigner Brandstätter Edlinger Feichtner Gstrein Haslinger Innerhofer Kofler Leitgeb Moosbrugger "
    "Niederer Obermayr Pichler Rainer Steinlechner Tschurtschenthaler Unterberger Zangerl",
    "NL": "Aalders Boersma Dijkgraaf Elzinga Groothuis Hoekstra Jorritsma Kuipers Lammers Noordhof Oosterhuis "
    "Postma Reitsma Schipper Terpstra Veldkamp Wiersma Zandstra",
}
_STREETS = {
    "DE": "Lindenstraße Gartenweg Bahnhofstraße Ahornallee Mühlenweg Schulstraße Am~Anger Kastanienallee Wiesengrund "
    "Bergstraße Fliederweg Marktstraße Hafenstraße Birkenweg",
    "AT": "Dorfstraße Kirchengasse Wiesenweg Feldgasse Bachgasse Obere~Hauptstraße Lärchenweg Sonnenhang Mühlgasse "
    "Schulgasse",
    "NL": "Dorpsstraat Molenweg Kerkstraat Lindelaan Havenkade Beukenlaan Stationsweg Singel Nieuwstraat Weverspad",
}


@dataclass(frozen=True, slots=True)
class Town:
    """Postal codes are those of the town's middle; coordinates in degrees, WGS 84. ``weight`` is its share."""

    name: str
    country: str
    postal_code: str
    latitude: float
    longitude: float
    weight: int


TOWNS = (
    Town("Berlin", "DE", "10247", 52.5170, 13.4540, 14),
    Town("Hamburg", "DE", "22765", 53.5533, 9.9350, 10),
    Town("München", "DE", "80469", 48.1310, 11.5740, 9),
    Town("Köln", "DE", "50823", 50.9510, 6.9170, 7),
    Town("Frankfurt am Main", "DE", "60318", 50.1270, 8.6920, 5),
    Town("Leipzig", "DE", "04229", 51.3230, 12.3330, 5),
    Town("Stuttgart", "DE", "70197", 48.7700, 9.1530, 4),
    Town("Bremen", "DE", "28203", 53.0720, 8.8240, 3),
    Town("Dresden", "DE", "01099", 51.0670, 13.7540, 3),
    Town("Nürnberg", "DE", "90429", 49.4560, 11.0520, 3),
    Town("Freiburg im Breisgau", "DE", "79102", 47.9900, 7.8570, 3),
    Town("Göttingen", "DE", "37073", 51.5340, 9.9300, 2),
    Town("Rostock", "DE", "18057", 54.0890, 12.1080, 2),
    Town("Garmisch-Partenkirchen", "DE", "82467", 47.4920, 11.0960, 2),
    Town("Wien", "AT", "1080", 48.2110, 16.3480, 8),
    Town("Graz", "AT", "8010", 47.0700, 15.4500, 4),
    Town("Linz", "AT", "4020", 48.3000, 14.2870, 3),
    Town("Salzburg", "AT", "5020", 47.8000, 13.0440, 3),
    Town("Innsbruck", "AT", "6020", 47.2680, 11.3930, 3),
    Town("Bregenz", "AT", "6900", 47.5030, 9.7470, 1),
    Town("Amsterdam", "NL", "1052 HN", 52.3790, 4.8720, 7),
    Town("Utrecht", "NL", "3513 EP", 52.0990, 5.1120, 4),
    Town("Rotterdam", "NL", "3031 AX", 51.9260, 4.4960, 4),
    Town("Groningen", "NL", "9717 KD", 53.2260, 6.5640, 2),
    Town("Eindhoven", "NL", "5612 AZ", 51.4460, 5.4800, 2),
    Town("Nijmegen", "NL", "6512 AH", 51.8420, 5.8560, 2),
)


@dataclass(frozen=True, slots=True)
class Person:
    given_name: str
    family_name: str
    street: str
    house_number: str
    town: Town

    @property
    def email(self) -> str:
        return f"{_ascii(self.given_name)}.{_ascii(self.family_name)}@example.com"


def make_person(random: Random, town: Town | None = None) -> Person:
    """Somebody who lives in ``town``, or anywhere that the retailer ships to."""
    home = town or random.choices(TOWNS, weights=[place.weight for place in TOWNS])[0]
    return Person(
        given_name=random.choice(_GIVEN[home.country].split()),
        family_name=random.choice(_FAMILY[home.country].split()),
        street=random.choice(_STREETS[home.country].split()).replace("~", " "),
        house_number=str(random.randint(1, 96)),
        town=home,
    )


def town_of(city: str) -> Town:
    return next(town for town in TOWNS if town.name == city)


def _ascii(name: str) -> str:
    plain = name.lower().replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
