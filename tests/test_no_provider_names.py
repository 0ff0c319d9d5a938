"""What differs between providers stands in their folders: no slug and no name of one anywhere else in the product."""

import re
from pathlib import Path

from gpuconsole.providers import registry

ROOT = Path(__file__).parent.parent
OWN = ("gpuconsole/providers/", "gpuconsole/simulator/")
KINDS = {".py", ".html", ".txt", ".md", ".json", ".js"}
WORDS = re.compile("|".join({re.escape(word) for p in registry.every() for word in (p.slug, p.name)}), re.IGNORECASE)


def product() -> list[Path]:
    found = [file for folder in ("gpuconsole", "templates") for file in (ROOT / folder).rglob("*")]
    return [
        file
        for file in [*found, ROOT / "manage.py"]
        if file.suffix in KINDS and not str(file.relative_to(ROOT)).startswith(OWN)
    ]


def test_no_provider_is_named_outside_its_folders() -> None:
    named = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in product()
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if WORDS.search(line)
    ]
    assert named == []


def test_the_whole_product_is_searched() -> None:
    names = {str(file.relative_to(ROOT)) for file in product()}
    assert {"gpuconsole/settings.py", "gpuconsole/sync/reasons.py", "templates/launch/form.html"} <= names


def test_no_provider_knows_another() -> None:
    folders = {slug: ROOT / "gpuconsole" / "providers" / slug for slug in registry.SLUGS}
    foreign = [
        f"{file.relative_to(ROOT)}: {other}"
        for slug, folder in folders.items()
        for file in folder.rglob("*.py")
        for other in registry.SLUGS
        if other != slug and f"providers.{other}" in file.read_text()
    ]
    assert foreign == []


def test_the_shared_floor_of_the_providers_names_none() -> None:
    shared = ROOT / "gpuconsole" / "providers"
    files = [file for file in shared.glob("*.py") if file.name != "registry.py"]
    files += (ROOT / "gpuconsole" / "simulator").glob("*.py")
    assert [file.name for file in files if WORDS.search(file.read_text())] == []
