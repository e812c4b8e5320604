"""What is made of the sources: backgrounds, cut-outs and the pictures of the chapter."""

from dataclasses import dataclass
from typing import Optional, Tuple

from compose import Placement


@dataclass(frozen=True)
class Background:
    """A square crop of a photograph."""

    id: str
    title: str
    source: str
    box: tuple
    description: str


@dataclass(frozen=True)
class Cutout:
    """A figure with a transparent background, by its key in SOURCES."""

    id: str
    title: str
    classes: Tuple[str, ...]
    description: str


@dataclass(frozen=True)
class Picture:
    """A crop of a photograph (`source`, `box`), or a cut-out (`cutout`, `placement`) on such a crop or a background (`on`).

    `classes` is what the picture really shows, in the words of any of the networks; empty where none of them fits.
    """

    id: str
    title: str
    classes: Tuple[str, ...]
    description: str
    kind: str = "photograph"
    source: Optional[str] = None
    box: Optional[tuple] = None
    cutout: Optional[str] = None
    on: Optional[str] = None
    placement: Optional[Placement] = None


BACKGROUNDS = [
    Background("sky", "Sky", "horses", (768, 0, 1008, 240), "White clouds in a blue sky."),
    Background("water", "Water", "golden-temple", (604, 348, 1024, 768), "A calm pool with white buildings on its far side."),
    Background("meadow", "Meadow", "cow", (0, 140, 256, 396), "A mown meadow before a field of maize."),
    Background("heath", "Heath", "moose", (704, 363, 1024, 683), "Heather, out of focus."),
    Background("leaf", "Leaf", "rain-drops", (100, 200, 1100, 1200), "A broad green leaf with drops of rain."),
    Background("road", "Road", "storm", (0, 320, 960, 1280), "An empty road under dark clouds."),
    Background("lawn", "Lawn", "bison", (40, 560, 240, 760), "Fresh green grass."),
    Background("cloth", "Cloth", "kitten-with-wool", (640, 0, 820, 180), "A plain crimson cloth."),
    Background("street", "Street", "mysore-palace", (560, 218, 920, 578), "A dusty street before a palace with arches."),
]

CUTOUTS = [
    Cutout("jumbo-jet", "Jumbo jet", ("plane",), "A white and blue jumbo jet, seen from the side."),
    Cutout("sedan", "Sedan", ("car",), "A blue sedan, seen from the side."),
    Cutout("beetle", "Beetle", ("car",), "A red Volkswagen Beetle, seen from the side."),
    Cutout("fire-truck", "Fire truck", ("truck",), "A red fire truck, seen from the side."),
    Cutout("junk", "Junk", ("ship",), "A red wooden junk under three sails."),
    Cutout("frog", "Frog", ("frog",), "A green and brown frog, seen from the side."),
    Cutout("husky", "Husky", ("dog",), "A grey husky, standing."),
    Cutout("deer", "Stag", ("deer",), "A stag, seen from the front."),
    Cutout("kitten-cut-out", "Kitten", ("cat",), "A white and tabby kitten on its back, with a ball of wool."),
    Cutout("garbage-truck", "Garbage truck", ("garbage truck", "truck"), "A white garbage truck, seen from the side."),
    Cutout("parachutist", "Parachutist", ("parachute",), "A parachutist under a pale square parachute."),
    Cutout("balloon", "Hot-air balloon", (), "A hot-air balloon in red, yellow and blue."),
    Cutout("golf-ball", "Golf ball", ("golf ball",), "A white golf ball, computed."),
    Cutout("french-horn", "French horn, drawn", ("French horn",), "A French horn, drawn in orange with black lines."),
    Cutout("gas-pump", "Gas pump, drawn", ("gas pump",), "The emoji of a red gas pump."),
    Cutout("boom-box", "Boom box, drawn", ("cassette player",), "The outlines of a boom box with a cassette."),
]

PICTURES = [
    Picture(
        "horse", "Horse", ("horse",),
        "A brown horse with a light mane stands on a plain before snowy slopes.",
        source="zaniskari-horse", box=(130, 0, 1210, 1080),
    ),
    Picture(
        "cat", "Kitten with wool", ("cat",),
        "A white and tabby kitten lies on a red cloth and holds a ball of wool.",
        source="kitten-with-wool", box=(130, 40, 690, 600),
    ),
    Picture(
        "chelsea", "Chelsea the cat", ("cat",),
        "The face of a ginger tabby cat, so close that it fills the picture.",
        source="chelsea", box=(75, 0, 375, 300),
    ),
    Picture(
        "kitten", "Ginger kitten", ("cat",),
        "A ginger kitten looks over a wooden beam.",
        source="kitten", box=(420, 120, 1380, 1080),
    ),
    Picture(
        "dog", "German shepherd", ("dog",),
        "A German shepherd stands in dry grass.",
        source="shepherd-dog", box=(190, 20, 930, 760),
    ),
    Picture(
        "husky", "Husky", ("dog",),
        "A grey husky stands on a meadow.",
        cutout="husky", on="meadow", placement=Placement(0.75, bottom=0.95, shadow=0.5), kind="composition",
    ),
    Picture(
        "kingfisher", "Kingfisher", ("bird",),
        "A kingfisher, blue and orange, sits on a branch.",
        source="kingfisher", box=(360, 40, 1400, 1080),
    ),
    Picture(
        "heron", "Purple heron", ("bird",),
        "A purple heron flies before a blurred green ground.",
        source="purple-heron", box=(170, 0, 1250, 1080),
    ),
    Picture(
        "macaw", "Scarlet macaw", ("bird",),
        "A red macaw with yellow and blue wings sits before pale rocks.",
        source="macaw", box=(200, 0, 993, 793),
    ),
    Picture(
        "deer", "Stag", ("deer",),
        "A stag with antlers stands in heather.",
        cutout="deer", on="heath", placement=Placement(0.48, bottom=0.95, shadow=0.5), kind="composition",
    ),
    Picture(
        "moose", "Moose", ("deer",),
        "A moose with broad antlers rests in heather before green trees.",
        source="moose", box=(140, 0, 823, 683),
    ),
    Picture(
        "frog", "Frog", ("frog",),
        "A green and brown frog sits on a wet leaf.",
        cutout="frog", on="leaf", placement=Placement(0.84, bottom=0.85, shadow=0.5), kind="composition",
    ),
    Picture(
        "plane", "Jumbo jet", ("plane",),
        "A jumbo jet flies before white clouds.",
        cutout="jumbo-jet", on="sky", placement=Placement(0.92, bottom=0.72), kind="composition",
    ),
    Picture(
        "plane-on-water", "Jumbo jet on water", ("plane",),
        "The same jumbo jet, set on a pool of water.",
        cutout="jumbo-jet", on="water", placement=Placement(0.92, bottom=0.85, reflection=0.4), kind="composition",
    ),
    Picture(
        "ship", "Junk", ("ship",),
        "A red wooden junk sails on a pool before white buildings.",
        cutout="junk", on="water", placement=Placement(0.78, bottom=0.88, reflection=0.4), kind="composition",
    ),
    Picture(
        "fire-truck", "Fire truck", ("truck",),
        "A red fire truck stands in a street before a palace.",
        cutout="fire-truck", on="street", placement=Placement(0.94, bottom=0.93, shadow=0.6), kind="composition",
    ),
    Picture(
        "beetle", "Beetle", ("car",),
        "A red Volkswagen Beetle on a road under dark clouds.",
        cutout="beetle", on="road", placement=Placement(0.86, bottom=0.9, shadow=0.7), kind="composition",
    ),
    Picture(
        "sedan-on-meadow", "Sedan on a meadow", ("car",),
        "A blue sedan stands on a meadow.",
        cutout="sedan", on="meadow", placement=Placement(0.92, bottom=0.88, shadow=0.6), kind="composition",
    ),
    Picture(
        "sedan-on-water", "Sedan on water", ("car",),
        "The same blue sedan, set on a pool of water.",
        cutout="sedan", on="water", placement=Placement(0.92, bottom=0.8, reflection=0.4), kind="composition",
    ),
    Picture(
        "sedan-in-the-sky", "Sedan in the sky", ("car",),
        "The same blue sedan, set among white clouds.",
        cutout="sedan", on="sky", placement=Placement(0.92, bottom=0.66), kind="composition",
    ),
    Picture(
        "cat-and-dog", "Kitten and German shepherd", ("cat", "dog"),
        "A kitten plays in dry grass before a German shepherd.",
        source="shepherd-dog", box=(170, 8, 930, 768), cutout="kitten-cut-out",
        placement=Placement(0.66, x=0.37, bottom=0.975, shadow=0.5, gain=(0.96, 0.94, 0.84)), kind="composition",
    ),
    Picture(
        "reims", "Reims Cathedral", ("church",),
        "The choir of a Gothic cathedral with buttresses, in evening light.",
        source="reims", box=(96, 0, 864, 768),
    ),
    Picture(
        "berlin-cathedral", "Berlin Cathedral", ("church",),
        "A cathedral with green domes under a blue sky.",
        source="berlin-cathedral", box=(150, 0, 833, 683),
    ),
    Picture(
        "auvers", "The Church at Auvers", ("church",),
        "Van Gogh's painting of a village church under a dark blue sky.",
        source="auvers", box=(0, 40, 397, 437), kind="painting",
    ),
    Picture(
        "neuschwanstein", "Neuschwanstein", (),
        "A white castle with slender towers on a wooded hill.",
        source="neuschwanstein", box=(150, 0, 833, 683),
    ),
    Picture(
        "garbage-truck", "Garbage truck", ("garbage truck", "truck"),
        "A white garbage truck stands in a street before a palace.",
        cutout="garbage-truck", on="street", placement=Placement(0.94, bottom=0.9, shadow=0.6), kind="composition",
    ),
    Picture(
        "garbage-truck-on-meadow", "Garbage truck on a meadow", ("garbage truck", "truck"),
        "The same garbage truck, set on a meadow.",
        cutout="garbage-truck", on="meadow", placement=Placement(0.94, bottom=0.9, shadow=0.6), kind="composition",
    ),
    Picture(
        "parachute", "Parachutist", ("parachute",),
        "A parachutist hangs under a pale square parachute among white clouds.",
        cutout="parachutist", on="sky", placement=Placement(0.84, bottom=0.96), kind="composition",
    ),
    Picture(
        "balloon", "Hot-air balloon", (),
        "A hot-air balloon in red, yellow and blue among white clouds.",
        cutout="balloon", on="sky", placement=Placement(0.66, bottom=0.95), kind="composition",
    ),
    Picture(
        "rocket", "Rocket", (),
        "A slender rocket stands between lattice towers at dusk.",
        source="rocket", box=(150, 0, 577, 427),
    ),
    Picture(
        "golf-ball", "Golf ball", ("golf ball",),
        "A white golf ball, computed and not photographed, lies in grass.",
        cutout="golf-ball", on="lawn", placement=Placement(0.62, bottom=0.84, shadow=0.7), kind="composition",
    ),
    Picture(
        "baseball", "Baseball", (),
        "A white baseball with red seams fills the picture.",
        source="baseball", box=(1, 0, 318, 317),
    ),
    Picture(
        "french-horn", "French horn, drawn", ("French horn",),
        "A drawing of a French horn on a photographed crimson cloth.",
        cutout="french-horn", on="cloth", placement=Placement(0.88, bottom=0.84, shadow=0.3), kind="composition",
    ),
    Picture(
        "boom-box", "Boom box, drawn", ("cassette player",),
        "The outlines of a boom box with a cassette, drawn on a stormy road.",
        cutout="boom-box", on="road", placement=Placement(0.88, bottom=0.92), kind="composition",
    ),
    Picture(
        "gas-pump", "Gas pump, drawn", ("gas pump",),
        "The emoji of a red gas pump stands in a photographed street.",
        cutout="gas-pump", on="street", placement=Placement(0.6, bottom=0.92, shadow=0.6), kind="composition",
    ),
    Picture(
        "multimeter", "Multimeter", (),
        "A blue multimeter with a large dial.",
        source="multimeter", box=(0, 40, 240, 280),
    ),
    Picture(
        "perch", "Yellow perch", (),
        "Two striped yellow perch swim before a black ground.",
        source="perch", box=(40, 0, 291, 251),
    ),
    Picture(
        "pompano", "Pompano", (),
        "A silvery pompano swims over sand and sea grass.",
        source="pompano", box=(30, 0, 270, 240),
    ),
]

# Photographs that only the atlas of patches shows, by their paths in GCompris: the middle square of each.
ERASE, FARM, WORLD = "erase/resource", "explore_farm_animals/resource/animals", "explore_world_animals/resource/animals"
MONUMENTS, THINGS = "explore_monuments/resource", "categorization/resource/images"
SAMPLES = {
    f"{ERASE}/alpaca": "Alpaca",
    f"{ERASE}/bee": "Bee",
    f"{ERASE}/butterfly": "Butterfly",
    f"{ERASE}/calf": "Calf",
    f"{ERASE}/camels": "Camels",
    f"{ERASE}/caterpillar": "Caterpillar",
    f"{ERASE}/chamaeleon": "Chameleon",
    f"{ERASE}/cheetah": "Cheetah",
    f"{ERASE}/crab": "Crab",
    f"{ERASE}/flying_fox": "Flying fox",
    f"{ERASE}/giraffe": "Giraffe",
    f"{ERASE}/goat": "Goat",
    f"{ERASE}/gorilla": "Gorilla",
    f"{ERASE}/gosling": "Gosling",
    f"{ERASE}/macaque": "Macaque",
    f"{ERASE}/meerkats": "Meerkats",
    f"{ERASE}/northern_harrier": "Northern harrier",
    f"{ERASE}/nubian_ibex": "Nubian ibex",
    f"{ERASE}/penguin": "Penguin",
    f"{ERASE}/red_panda": "Red panda",
    f"{ERASE}/rhinoceros": "Rhinoceros",
    f"{ERASE}/spoonbills": "Spoonbills",
    f"{ERASE}/swans": "Swans",
    f"{ERASE}/toucan": "Toucan",
    f"{WORLD}/crocodile": "Crocodile",
    f"{WORLD}/hedgehog": "Hedgehog",
    f"{WORLD}/jaguar": "Jaguars",
    f"{WORLD}/koala": "Koala",
    f"{WORLD}/lemur": "Lemurs",
    f"{WORLD}/panda": "Panda",
    f"{WORLD}/polar_bear": "Polar bear",
    f"{FARM}/chicken": "Chickens",
    f"{FARM}/owl": "Owl",
    f"{FARM}/pig": "Pig",
    f"{FARM}/sheep": "Sheep",
    f"{MONUMENTS}/france/arlesAmphitheater": "Amphitheatre of Arles",
    f"{MONUMENTS}/france/eiffelTower": "Eiffel Tower",
    f"{MONUMENTS}/france/pontduGard": "Pont du Gard",
    f"{MONUMENTS}/germany/brandenburgGate": "Brandenburg Gate",
    f"{MONUMENTS}/germany/wormsCathedral": "Worms Cathedral",
    f"{MONUMENTS}/india/charminar": "Charminar",
    f"{MONUMENTS}/india/hawaMahal": "Hawa Mahal",
    f"{MONUMENTS}/india/qutubMinar": "Qutub Minar",
    f"{MONUMENTS}/usa/statueofLiberty": "Statue of Liberty",
    f"{MONUMENTS}/usa/mountRushmore": "Mount Rushmore",
    f"{MONUMENTS}/wonders/colosseum": "Colosseum",
    f"{MONUMENTS}/wonders/petra": "Petra",
    f"{MONUMENTS}/wonders/tajMahal": "Taj Mahal",
    f"{THINGS}/fishes/fish1": "Angelfish",
    f"{THINGS}/fishes/fish9": "Clownfish",
    f"{THINGS}/fishes/fish13": "Wrasse",
    f"{THINGS}/fishes/fish16": "Pandora",
    f"{THINGS}/fishes/fish25": "Goldfish",
    f"{THINGS}/fishes/fish28": "Pufferfish",
    f"{THINGS}/monuments/operaHouse": "Sydney Opera House",
    f"{THINGS}/monuments/parthenon": "Parthenon",
    f"{THINGS}/monuments/leaningTowerOfPisa": "Tower of Pisa",
    f"{THINGS}/others/bucket": "Bucket",
    f"{THINGS}/others/bulb": "Light bulb",
    f"{THINGS}/others/chair": "Chair",
    f"{THINGS}/others/spoons": "Spoons",
    f"{THINGS}/others/volleyball": "Volleyball",
    f"{THINGS}/renewable/solar1": "Solar cooker",
    f"{THINGS}/renewable/solar5": "Solar panels",
    f"{THINGS}/renewable/windmill1": "Windmill",
    f"{THINGS}/renewable/windmill13": "Windmills",
    f"{THINGS}/tools/hammer3": "Sledgehammer",
    f"{THINGS}/tools/measuringTape5": "Tape measure",
    f"{THINGS}/tools/scissors3": "Scissors",
    f"{THINGS}/tools/wrench1": "Wrench",
}
