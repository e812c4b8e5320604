"""What is made of the sources: backgrounds, cut-outs and the pictures of the chapter."""

from dataclasses import dataclass
from typing import Optional

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
    """A stamp with a transparent background, by its key in SOURCES."""

    id: str
    title: str
    label: Optional[str]
    description: str


@dataclass(frozen=True)
class Picture:
    """A crop of a photograph (`source`, `box`), or a cut-out on a background (`cutout`, `on`, `placement`).

    `label` is what the picture really shows, in the network's words, or None where none of them fits.
    """

    id: str
    title: str
    label: Optional[str]
    description: str
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
    Background("street", "Street", "mysore-palace", (560, 218, 920, 578), "A dusty street before a palace with arches."),
]

CUTOUTS = [
    Cutout("jumbo-jet", "Jumbo jet", "plane", "A white and blue jumbo jet, seen from the side."),
    Cutout("sedan", "Sedan", "car", "A blue sedan, seen from the side."),
    Cutout("beetle", "Beetle", "car", "A red Volkswagen Beetle, seen from the side."),
    Cutout("fire-truck", "Fire truck", "truck", "A red fire truck, seen from the side."),
    Cutout("junk", "Junk", "ship", "A red wooden junk under three sails."),
    Cutout("frog", "Frog", "frog", "A green and brown frog, seen from the side."),
    Cutout("husky", "Husky", "dog", "A grey husky, standing."),
    Cutout("deer", "Stag", "deer", "A stag, seen from the front."),
]

PICTURES = [
    Picture(
        "horse", "Horse", "horse",
        "A brown horse with a light mane stands on a plain before snowy slopes.",
        source="zaniskari-horse", box=(130, 0, 1210, 1080),
    ),
    Picture(
        "cat", "Kitten with wool", "cat",
        "A white and tabby kitten lies on a red cloth and holds a ball of wool.",
        source="kitten-with-wool", box=(130, 40, 690, 600),
    ),
    Picture(
        "chelsea", "Chelsea the cat", "cat",
        "The face of a ginger tabby cat, so close that it fills the picture.",
        source="chelsea", box=(75, 0, 375, 300),
    ),
    Picture(
        "kitten", "Ginger kitten", "cat",
        "A ginger kitten looks over a wooden beam.",
        source="kitten", box=(420, 120, 1380, 1080),
    ),
    Picture(
        "dog", "German shepherd", "dog",
        "A German shepherd stands in dry grass.",
        source="shepherd-dog", box=(190, 20, 930, 760),
    ),
    Picture(
        "husky", "Husky", "dog",
        "A grey husky stands on a meadow.",
        cutout="husky", on="meadow", placement=Placement(0.75, bottom=0.95, shadow=0.5),
    ),
    Picture(
        "kingfisher", "Kingfisher", "bird",
        "A kingfisher, blue and orange, sits on a branch.",
        source="kingfisher", box=(360, 40, 1400, 1080),
    ),
    Picture(
        "heron", "Purple heron", "bird",
        "A purple heron flies before a blurred green ground.",
        source="purple-heron", box=(170, 0, 1250, 1080),
    ),
    Picture(
        "macaw", "Scarlet macaw", "bird",
        "A red macaw with yellow and blue wings sits before pale rocks.",
        source="macaw", box=(200, 0, 993, 793),
    ),
    Picture(
        "deer", "Stag", "deer",
        "A stag with antlers stands in heather.",
        cutout="deer", on="heath", placement=Placement(0.48, bottom=0.95, shadow=0.5),
    ),
    Picture(
        "moose", "Moose", "deer",
        "A moose with broad antlers rests in heather before green trees.",
        source="moose", box=(140, 0, 823, 683),
    ),
    Picture(
        "frog", "Frog", "frog",
        "A green and brown frog sits on a wet leaf.",
        cutout="frog", on="leaf", placement=Placement(0.84, bottom=0.85, shadow=0.5),
    ),
    Picture(
        "plane", "Jumbo jet", "plane",
        "A jumbo jet flies before white clouds.",
        cutout="jumbo-jet", on="sky", placement=Placement(0.92, bottom=0.72),
    ),
    Picture(
        "plane-on-water", "Jumbo jet on water", "plane",
        "The same jumbo jet, set on a pool of water.",
        cutout="jumbo-jet", on="water", placement=Placement(0.92, bottom=0.85, reflection=0.4),
    ),
    Picture(
        "ship", "Junk", "ship",
        "A red wooden junk sails on a pool before white buildings.",
        cutout="junk", on="water", placement=Placement(0.78, bottom=0.88, reflection=0.4),
    ),
    Picture(
        "fire-truck", "Fire truck", "truck",
        "A red fire truck stands in a street before a palace.",
        cutout="fire-truck", on="street", placement=Placement(0.94, bottom=0.93, shadow=0.6),
    ),
    Picture(
        "beetle", "Beetle", "car",
        "A red Volkswagen Beetle on a road under dark clouds.",
        cutout="beetle", on="road", placement=Placement(0.86, bottom=0.9, shadow=0.7),
    ),
    Picture(
        "sedan-on-meadow", "Sedan on a meadow", "car",
        "A blue sedan stands on a meadow.",
        cutout="sedan", on="meadow", placement=Placement(0.92, bottom=0.88, shadow=0.6),
    ),
    Picture(
        "sedan-on-water", "Sedan on water", "car",
        "The same blue sedan, set on a pool of water.",
        cutout="sedan", on="water", placement=Placement(0.92, bottom=0.8, reflection=0.4),
    ),
    Picture(
        "sedan-in-the-sky", "Sedan in the sky", "car",
        "The same blue sedan, set among white clouds.",
        cutout="sedan", on="sky", placement=Placement(0.92, bottom=0.66),
    ),
]
