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
class Picture:
    """A crop of a photograph (`box`), or a cut-out on a background (`on`, `placement`).

    `label` is what the picture really shows, in CIFAR-10's words, or None where none of them fits.
    """

    id: str
    title: str
    label: Optional[str]
    source: str
    description: str
    box: Optional[tuple] = None
    on: Optional[str] = None
    placement: Optional[Placement] = None


BACKGROUNDS = [
    Background("sky", "Sky", "horses", (768, 0, 1008, 240), "White clouds on a blue sky."),
    Background("clear-sky", "Clear sky", "red-pyramid", (0, 0, 320, 320), "A cloudless sky, paler towards the horizon."),
    Background("water", "Water", "golden-temple", (604, 348, 1024, 768), "A calm lake with white buildings on its far shore."),
    Background("sea", "Sea", "narwhal", (0, 0, 210, 210), "Grey-blue waves."),
    Background("meadow", "Meadow", "cow", (0, 140, 256, 396), "A mown meadow before a field and a row of trees."),
    Background("lawn", "Lawn", "chambord", (330, 370, 728, 768), "A lawn before the foot of a castle."),
    Background("desert", "Desert", "red-pyramid", (0, 380, 388, 768), "Sand, and the slope of a pyramid behind it."),
    Background("dune", "Dune", "dune", (0, 0, 1050, 1050), "Dry dune grass before the sea."),
    Background("road", "Road", "storm", (0, 320, 960, 1280), "An empty road under dark clouds."),
    Background("heath", "Heath", "moose", (0, 232, 250, 482), "Heather before blurred trees."),
    Background("leaf", "Leaf", "rain-drops", (100, 200, 1100, 1200), "A broad green leaf with drops of rain."),
    Background("grass", "Grass", "grass-blades", (0, 0, 1024, 1024), "Blades of grass, close by."),
]

PICTURES = [
    Picture("horse", "Horse", "horse", "zaniskari-horse", "A brown horse stands on a plain before grey mountains.", box=(130, 0, 1210, 1080)),
    Picture("horses", "Herd of horses", "horse", "horses", "Black and grey horses on a hill under a blue sky.", box=(110, 0, 774, 664)),
    Picture("cat", "Kitten with wool", "cat", "kitten-with-wool", "A white and tabby kitten on a red cloth holds a ball of wool.", box=(300, 60, 960, 720)),
    Picture("kitten", "Kitten", "cat", "kitten", "A ginger kitten looks over a wooden beam.", box=(420, 120, 1380, 1080)),
    Picture("chelsea", "Chelsea the cat", "cat", "chelsea", "The face of a ginger tabby cat, close by.", box=(75, 0, 375, 300)),
    Picture("dog", "German shepherd", "dog", "shepherd-dog", "A German shepherd stands in dry grass.", box=(190, 20, 930, 760)),
    Picture("kingfisher", "Kingfisher", "bird", "kingfisher", "A kingfisher, blue and orange, sits on a branch.", box=(360, 40, 1400, 1080)),
    Picture("harrier", "Northern harrier", "bird", "harrier", "A northern harrier glides with raised wings.", box=(320, 30, 1320, 1030)),
    Picture("plane", "Jumbo jet", "plane", "jumbo-jet", "A jumbo jet before white clouds.", on="sky", placement=Placement(0.92, bottom=0.72)),
    Picture("sedan-on-road", "Sedan on a road", "car", "sedan", "A blue sedan on a road under dark clouds.", on="road", placement=Placement(0.86, bottom=0.9, shadow=0.7)),
    Picture("sedan-on-water", "Sedan on water", "car", "sedan", "A blue sedan set on a lake.", on="water", placement=Placement(0.86, bottom=0.8, shadow=0.4)),
    Picture("sedan-in-the-sky", "Sedan in the sky", "car", "sedan", "A blue sedan set among clouds.", on="sky", placement=Placement(0.86, bottom=0.65)),
    Picture("sedan-on-meadow", "Sedan on a meadow", "car", "sedan", "A blue sedan set on a meadow.", on="meadow", placement=Placement(0.86, bottom=0.85, shadow=0.6)),
    Picture("garbage-truck", "Garbage truck", "truck", "garbage-truck", "A white garbage truck on a road under dark clouds.", on="road", placement=Placement(0.92, bottom=0.93, shadow=0.7)),
    Picture("fire-truck", "Fire truck", "truck", "fire-truck", "A red fire truck on a road under dark clouds.", on="road", placement=Placement(0.94, bottom=0.92, shadow=0.7)),
    Picture("ship", "Chinese junk", "ship", "junk", "A red wooden junk under sail on a lake.", on="water", placement=Placement(0.78, bottom=0.9)),
    Picture("frog", "Frog", "frog", "frog", "A green frog on a wet leaf.", on="leaf", placement=Placement(0.84, bottom=0.85, shadow=0.5)),
    Picture("husky", "Husky", "dog", "husky", "A grey husky on a meadow.", on="meadow", placement=Placement(0.75, bottom=0.95, shadow=0.5)),
    Picture("deer", "Stag", "deer", "deer", "A stag before trees.", on="heath", placement=Placement(0.48, bottom=0.97, shadow=0.4)),
]
