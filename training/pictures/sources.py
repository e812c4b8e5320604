"""Where every pixel comes from: photographs and cut-outs of Debian packages, with authors and licences.

Authors and licences are those of the package's own notes (the README beside the gcompris photographs,
/usr/share/doc/<package>/copyright, the project's notes on its data sets), read by hand; for the photographs of the
patch atlas, `photograph` reads the README.
"""

import io
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Callable, Optional
from urllib.parse import quote

from PIL import Image, ImageDraw, ImageFont

import golf_ball
from compose import key_out
from rcc import ResourceFile

LICENCES = {
    "Public domain": "https://creativecommons.org/publicdomain/mark/1.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-2.0": "https://creativecommons.org/licenses/by/2.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "GPL-2.0-or-later": "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
    "OFL-1.1": "https://openfontlicense.org/open-font-license-official-text/",
}


@dataclass(frozen=True)
class Source:
    """One file of a Debian package: `file` on disk and, in a Qt resource file, the `member` inside it.

    `make` is for what is no bitmap: it takes the file's name and returns the picture. Without a package, `file` is
    a program of this folder.
    """

    title: str
    author: str
    licence: str
    package: str
    file: str
    member: str = ""
    url: str = ""  # the original's page, where the package names one
    edits: str = ""  # what was done to the original before
    make: Optional[Callable] = None

    def open(self):
        """The picture, RGBA."""
        if self.make:
            return self.make(self.file)
        data = _resource(self.file).read(self.member) if self.member else Path(self.file).read_bytes()
        return Image.open(io.BytesIO(data)).convert("RGBA")

    def credit(self):
        """The source's entry in credits.json."""
        if not self.package:
            return {**self._named(), "source": self.file}
        inside = f" ({self.member})" if self.member else ""
        return {
            **self._named(),
            "source": self.url or f"Debian package {self.package}: {self.file}{inside}",
            "package": f"{self.package}: {self.file}{inside}",
        }

    def _named(self):
        return {
            "title": self.title,
            "author": self.author,
            "licence": self.licence,
            "licenceUrl": LICENCES[self.licence],
        }


@lru_cache
def _resource(path):
    return ResourceFile(path)


def _gcompris(folder, name, title, author, licence, page, edits=""):
    activity = folder.split("/")[0]
    return Source(
        title=title,
        author=author,
        licence=licence,
        package="gcompris-qt-data",
        file=f"/usr/share/gcompris-qt/rcc/{activity}.rcc",
        member=f"gcompris/src/activities/{folder}/{name}.webp",
        url="https://commons.wikimedia.org/wiki/File:" + quote(page, safe="%(),:_-."),
        edits=f"{edits} by GCompris" if edits else "",
    )


@lru_cache
def _notes(folder):
    """What the README of a folder of photographs says, by file: its author, licence, source and edits."""
    file = f"/usr/share/gcompris-qt/rcc/{folder.split('/')[0]}.rcc"
    text = _resource(file).read(f"gcompris/src/activities/{folder}/README").decode()
    notes = {}
    for block in text.split("\n\n"):
        fields = dict(re.findall(r"^(Copyright|License|Source|Comments): *(.+)$", block, re.MULTILINE))
        for name in re.findall(r"[\w/-]+\.webp", block):
            notes[name.removesuffix(".webp")] = fields
    return notes


def photograph(path, title):
    """A photograph of GCompris by its path below the activities, with what the README beside it says."""
    folder = next(folder for folder in FOLDERS if path.startswith(f"{folder}/"))
    name = path.removeprefix(f"{folder}/")
    note = _notes(folder)[name]
    return Source(
        title=title,
        author=re.sub(r"^© \d+ | / Wikimedia Commons$", "", note["Copyright"]),
        licence=_spelt(note["License"]),
        package="gcompris-qt-data",
        file=f"/usr/share/gcompris-qt/rcc/{folder.split('/')[0]}.rcc",
        member=f"gcompris/src/activities/{path}.webp",
        url=note["Source"],
        edits=_past(note["Comments"]) + " by GCompris" if "Comments" in note else "",
    )


def _past(comments):
    """What the README says was done, as the other credits do: "cropped and sharpened"."""
    words = {"cropping": "cropped", "sharpening": "sharpened", "non-linear rescaling": "rescaled unevenly"}
    words["removed a few spots"] = "freed of a few spots"
    parts = [words.get(part, part) for part in comments.split(", ")]
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _spelt(licence):
    return "Public domain" if licence.lower() == "public domain" else licence.replace(" ", "-")


FOLDERS = (
    "erase/resource",
    "explore_farm_animals/resource/animals",
    "explore_world_animals/resource/animals",
    "explore_monuments/resource",
    "categorization/resource/images/fishes",
    "categorization/resource/images/monuments",
    "categorization/resource/images/others",
    "categorization/resource/images/renewable",
    "categorization/resource/images/tools",
)


def _erase(name, title, author, licence, page, edits="cropped and sharpened"):
    return _gcompris("erase/resource", name, title, author, licence, page, edits)


def _farm(name, title, author, licence, page):
    return _gcompris("explore_farm_animals/resource/animals", name, title, author, licence, page)


def _world(name, title, author, licence, page):
    return _gcompris("explore_world_animals/resource/animals", name, title, author, licence, page)


def _monument(name, title, author, licence, page):
    return _gcompris("explore_monuments/resource", name, title, author, licence, page)


def _categorization(path, title, author, licence, page):
    return _gcompris("categorization/resource/images", path, title, author, licence, page)


def _stamp(path, title, author="Bill Kendrick and the Tux Paint contributors"):
    return Source(
        title=title,
        author=author,
        licence="GPL-2.0-or-later",
        package="tuxpaint-stamps-default",
        file=f"/usr/share/tuxpaint/stamps/{path}.png",
    )


def _mate(name, title, author):
    return Source(
        title=title,
        author=author,
        licence="GPL-2.0-or-later",
        package="mate-backgrounds",
        file=f"/usr/share/backgrounds/mate/nature/{name}.jpg",
    )


def _clip_art(path, title, author):
    return Source(
        title=title,
        author=author,
        licence="Public domain",
        package="openclipart-png",
        file=f"/usr/share/openclipart/png/{path}.png",
    )


def _emoji(character, title):
    def glyph(file):
        # 109 pixels is the one size in which the font holds its bitmaps.
        image = Image.new("RGBA", (136, 128))
        font = ImageFont.truetype(file, 109)
        ImageDraw.Draw(image).text((0, 0), character, font=font, embedded_color=True)
        return image

    return Source(
        title=title,
        author="Google Inc.",
        licence="OFL-1.1",
        package="fonts-noto-color-emoji",
        file="/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
        url="https://github.com/googlefonts/noto-emoji",
        make=glyph,
    )


def _without_cloth(source):
    # The kitten lies on a cloth of one colour, which only its ball of wool has too.
    return replace(
        source,
        edits="cut out along the colour of the cloth",
        make=lambda _: key_out(source.open(), CLOTH, KITTEN, WOOL),
    )


CLOTH = (150, 43, 73)
# Polygons in the photograph's pixels.
KITTEN = [
    (300, 100), (335, 105), (410, 190), (460, 225), (520, 200), (590, 200), (650, 185), (760, 185), (900, 235),
    (985, 300), (1023, 370), (1023, 440), (985, 510), (850, 540), (740, 568), (725, 545), (760, 510), (755, 480),
    (690, 470), (650, 490), (560, 492), (505, 470), (470, 470), (425, 472), (405, 430), (350, 400), (330, 360),
    (275, 350), (235, 310), (180, 260), (190, 235), (280, 235), (300, 190),
]  # fmt: skip
WOOL = [
    (485, 345), (500, 440), (540, 480), (600, 488), (660, 478), (700, 440), (715, 360), (690, 300), (650, 265),
    (560, 290),
]  # fmt: skip

SOURCES = {
    # photographs of animals
    "zaniskari-horse": _erase(
        "horse", "Zaniskari horse in Ladakh", "Eatcha", "CC-BY-SA-4.0",
        "Zaniskari_Horse_in_Ladakh.jpg",
    ),
    "kingfisher": _erase(
        "kingfisher", "Kingfisher", "Frank-2.0", "CC0-1.0",
        "Eisvogel_kingfisher.jpg",
    ),
    "kitten": _erase(
        "kitten", "A posing kitten", "GalgenTX", "CC-BY-2.0",
        "A_posing_kitten_(Flickr).jpg", "cropped, sharpened and colour-adjusted",
    ),
    "purple-heron": _erase(
        "heron", "Purple heron in flight", "Stephan Sprinz", "CC-BY-SA-4.0",
        "Purpurreiher_(ardea_purpurea)_im_Flug_-_NSG_Wagbachniederung_1.jpg", "cropped",
    ),
    "kitten-with-wool": _farm(
        "cat", "Playing kitten", "Loliloli", "Public domain",
        "Spielendes_K%C3%A4tzchen.JPG",
    ),
    "shepherd-dog": _farm(
        "dog", "German shepherd", "Hans Kemperman", "Public domain",
        "German-shepherd-4040871920._(2).jpg",
    ),
    "horses": _farm(
        "horse", "Nokota horse stud band", "Seth Zeigler", "CC0-1.0",
        "Nokota_Horse_Stud_Band.jpg",
    ),
    "bison": _world(
        "bison", "American bison", "Kurt Kaiser", "CC0-1.0",
        "American_Bison_9.jpg",
    ),
    "cow": _farm(
        "cow", "Cow", "Dohduhdah", "Public domain",
        "Cow-IMG_2050.JPG",
    ),
    "moose": _world(
        "moose", "Male moose", "Ryan Hagerty", "Public domain",
        "Male_Moose.jpg",
    ),
    "macaw": _world(
        "scarlet_macaw", "Scarlet macaw", "Dcoetzee", "CC0-1.0",
        "Scarlet_macaw_at_Cougar_Mountain_Zoological_Park.jpg",
    ),
    "chelsea": Source(
        title="Chelsea the cat",
        author="Stéfan van der Walt",
        licence="CC0-1.0",
        package="python3-skimage",
        file="/usr/lib/python3/dist-packages/skimage/data/chelsea.png",
        url="https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.chelsea",
    ),
    "rocket": Source(
        title="Launch of DSCOVR on a Falcon 9",
        author="SpaceX",
        licence="Public domain",
        package="python3-skimage",
        file="/usr/lib/python3/dist-packages/skimage/data/rocket.jpg",
        url="https://www.flickr.com/photos/spacexphotos/16511594820/in/photostream/",
    ),
    "perch": _categorization(
        "fishes/fish4", "Yellow perch", "United States Department of Agriculture", "Public domain",
        "YellowPerch.jpg",
    ),
    "pompano": _categorization(
        "fishes/fish21", "Pompano", "Roberto Pillon", "Public domain",
        "Trachinotus_ovatus_Alonissos.jpg",
    ),
    # photographs of things
    "baseball": _categorization(
        "others/baseball", "Baseball", "Cody escadron delta", "Public domain",
        "Baseball_ball.jpg",
    ),
    "multimeter": _categorization(
        "tools/multimeter2", "Multimeter", "Bougainville", "Public domain",
        "MultimeterShortTimeDuty.jpg",
    ),
    # buildings
    "reims": _monument(
        "france/reimsCathedral", "Reims Cathedral", "Mattana", "Public domain",
        "Reims_Cathedrale_Notre_Dame_002_chevet.JPG",
    ),
    "berlin-cathedral": _monument(
        "germany/berlinCathedral", "Berlin Cathedral", "Gary Todd", "CC0-1.0",
        "Berlin_Cathedral_(28668994926).jpg",
    ),
    "neuschwanstein": _monument(
        "germany/neuschwansteinCastle", "Neuschwanstein Castle", "cameralends", "CC0-1.0",
        "Neuschwanstein_Castle_(532850).jpg",
    ),
    "auvers": Source(
        title="The Church at Auvers (1890)",
        author="Vincent van Gogh",
        licence="Public domain",
        package="gcompris-qt-data",
        file="/usr/share/gcompris-qt/rcc/details.rcc",
        member="gcompris/src/activities/details/resource/image/Eglise_dAuvers-sur-Oise_background.webp",
        edits="a few details painted over by Bruno Coudoin and others for GCompris",
    ),
    # photographs that serve as backgrounds
    "golden-temple": _monument(
        "india/goldenTemple", "Golden Temple, Amritsar", "Jasdeep Singh", "CC0-1.0",
        "Golden_Temple_.jpg",
    ),
    "mysore-palace": _monument(
        "india/mysorePalace", "Mysore Palace", "Shiva sg", "Public domain",
        "Mysore_Palace_2006.jpg",
    ),
    "storm": _mate("Storm", "Storm", "Sergey Nazarov"),
    "rain-drops": _mate("RainDrops", "Rain drops", "blackcombwhistler07"),
    # cut-outs
    "jumbo-jet": _stamp("vehicles/flight/planes/747", "An airplane"),
    "sedan": _stamp("vehicles/auto/sedan", "A sedan car"),
    "beetle": _stamp("vehicles/auto/beetle", "A VW Beetle"),
    "fire-truck": _stamp("vehicles/emergency/firetruck", "A fire truck"),
    "junk": _stamp("vehicles/ship/chineseJunk", "An old Chinese sailing ship"),
    "frog": _stamp("animals/amphibians/frog", "A frog"),
    "husky": _stamp("animals/mammals/dogs/dog", "A dog"),
    "deer": _stamp("animals/mammals/deer/deer", "A deer"),
    "garbage-truck": _stamp("vehicles/garbagetruck", "A garbage truck", "Caroline Ford, for Tux Paint"),
    "parachutist": _stamp("military/paratrooper", "A paratrooper", "Albert Cahalan, for Tux Paint"),
    "balloon": _stamp("vehicles/flight/balloon360", "A hot air balloon", "Albert Cahalan, for Tux Paint"),
    # drawings
    "french-horn": _clip_art("recreation/music/french_horn_ganson", "French Horn", "Gerald G."),
    "boom-box": _clip_art("recreation/music/boombox_linda_kim_01", "Boombox", "Linda Kim"),
    "gas-pump": _emoji("\N{FUEL PUMP}", "Fuel pump, Noto Color Emoji"),
    # computed
    "golf-ball": Source(
        title="Golf ball, computed",
        author="the chapter's own program",
        licence="CC0-1.0",
        package="",
        file="training/pictures/golf_ball.py",
        make=lambda _: golf_ball.render(),
    ),
}
SOURCES["kitten-cut-out"] = _without_cloth(SOURCES["kitten-with-wool"])
