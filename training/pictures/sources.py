"""Where every pixel comes from: photographs and cut-outs of Debian packages, with authors and licences.

Authors and licences are those of the package's own notes (the README beside the gcompris photographs,
/usr/share/doc/<package>/copyright, the project's notes on its data sets), read by hand.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from rcc import ResourceFile

LICENCES = {
    "Public domain": "https://creativecommons.org/publicdomain/mark/1.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-2.0": "https://creativecommons.org/licenses/by/2.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "GPL-2.0-or-later": "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
}


@dataclass(frozen=True)
class Source:
    """One file of a Debian package: `file` on disk and, in a Qt resource file, the `member` inside it."""

    title: str
    author: str
    licence: str
    package: str
    file: str
    member: str = ""
    url: str = ""  # the original's page, where the package names one
    edits: str = ""  # what the package's makers did to the original

    def open(self):
        """The picture as RGBA."""
        data = _resource(self.file).read(self.member) if self.member else Path(self.file).read_bytes()
        return Image.open(io.BytesIO(data)).convert("RGBA")

    def credit(self):
        """The source's entry in credits.json."""
        inside = f" ({self.member})" if self.member else ""
        return {
            "title": self.title,
            "author": self.author,
            "licence": self.licence,
            "licenceUrl": LICENCES[self.licence],
            "source": self.url or f"Debian package {self.package}: {self.file}{inside}",
            "package": f"{self.package}: {self.file}{inside}",
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


def _erase(name, title, author, licence, page, edits="cropped and sharpened"):
    return _gcompris("erase/resource", name, title, author, licence, page, edits)


def _farm(name, title, author, licence, page):
    return _gcompris("explore_farm_animals/resource/animals", name, title, author, licence, page)


def _world(name, title, author, licence, page):
    return _gcompris("explore_world_animals/resource/animals", name, title, author, licence, page)


def _monument(name, title, author, licence, page):
    return _gcompris("explore_monuments/resource", name, title, author, licence, page)


def _stamp(path, title):
    return Source(
        title=title,
        author="Bill Kendrick and the Tux Paint contributors",
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
}
