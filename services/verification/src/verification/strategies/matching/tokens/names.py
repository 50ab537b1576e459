"""A name reduced to what two spellings of it have in common."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHES = str.maketrans("", "", "'`’‘ʼʻ´ʿʾ")

_TITLES = """
    mr mrs ms miss dr prof professor sir madam dame eng engr rev brig gen general col colonel major captain lt jr sr
    sheikh shaikh shaykh sheik sheykh haji hajji hadji hajj alhaji ayatollah hojjatoleslam
    mullah mulla maulavi mawlawi maulawi mawlavi molvi"""

_LITTLE = """
    al el ul ur as ad an ibn bin ben bint von van der den de da do dos das di du del della la le y and e of"""

HONORIFICS = frozenset(_TITLES.split())
"""Left out of a name, unless hardly anything would be left."""

PARTICLES = frozenset(_LITTLE.split())
"""Kept, but they weigh little."""

_FEWEST_WORDS = 2


def words(name: str) -> tuple[str, ...]:
    """The words of a name in Latin letters without marks, small, without titles, in the order they were written.

    >>> words("AL-ZAWAHIRI, Dr. Ayman"), words("Жанна Д’Арк"), words("Müller, Jörg")
    (('al', 'zawahiri', 'ayman'), ('zhanna', 'dark'), ('muller', 'jorg'))
    """
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    latin = anyascii(plain.translate(_APOSTROPHES)).casefold().translate(_APOSTROPHES)
    found = tuple(_WORD.findall(latin))
    untitled = tuple(word for word in found if word not in HONORIFICS)
    return untitled if len(untitled) >= _FEWEST_WORDS else found


_SAME_SOUND = (
    ("kh", "k"),
    ("gh", "k"),
    ("ck", "k"),
    ("ph", "f"),
    ("sch", "s"),
    ("sh", "s"),
    ("ch", "s"),
    ("zh", "s"),
    ("dh", "t"),
    ("th", "t"),
    ("ts", "s"),
    ("dj", "s"),
)
_ONE_SOUND = str.maketrans("gqcdvwbzjp", "kkktffpssp")
_NOT_CARRIED = str.maketrans("", "", "aeiouyh")


@lru_cache(maxsize=262_144)
def skeleton(word: str) -> str:
    """What is left of a word when vowels go and letters that stand for one sound in transliteration become one.

    >>> skeleton("mohammed") == skeleton("muhamad"), skeleton("gaddafi") == skeleton("qadhafi")
    (True, True)
    """
    for two, one in _SAME_SOUND:
        word = word.replace(two, one)
    sounds = word.translate(_ONE_SOUND).translate(_NOT_CARRIED)
    return "".join(sound for place, sound in enumerate(sounds) if place == 0 or sounds[place - 1] != sound)


def keys(word: str) -> set[str]:
    """Under what a word is looked up: itself, its skeleton, itself with one letter left out.

    Two words with a letter changed, lost, added or swapped share a key; so do most transliterations of one word.
    """
    found = {word}
    if len(word) >= 4:
        found.update(f"-{word[:place]}{word[place + 1 :]}" for place in range(len(word)))
        found.add(f"-{word}")
    bones = skeleton(word)
    if len(bones) >= 2:
        found.add(f"~{bones}")
    return found
