"""The documentation names what there is: pictures, screens, pages. That what it says is true, people must see to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backoffice.dashboard.navigation import NAVIGATION
from scripts.pictures import PICTURES
from scripts.smallpng import small_png

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GUIDE = DOCS / "guide"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
LARGEST = 3_000_000
"""Bytes that all pictures may take: whoever clones the repository gets every version of each."""


def anchors(page: Path) -> set[str]:
    """What a link into the page may name, as GitHub makes it of its headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def pictures_in(page: Path) -> set[str]:
    return {Path(target).stem for target in LINK.findall(page.read_text()) if target.endswith(".png")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), target


def test_every_picture_is_taken_and_shown():
    taken = {picture.name for picture in PICTURES}
    assert len(taken) == len(PICTURES)
    assert {path.stem for path in (DOCS / "images").iterdir()} == taken
    assert set().union(*map(pictures_in, PAGES)) == taken


def test_pictures_are_small():
    assert sum(path.stat().st_size for path in (DOCS / "images").iterdir()) < LARGEST


def test_every_screen_has_a_section_with_its_key():
    sections: dict[str, str] = {}
    for page in GUIDE.glob("*.md"):
        for section in re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]:
            title, _, body = section.partition("\n")
            sections[title] = body
    for _group, entries in NAVIGATION:
        for entry in entries:
            assert str(entry.title) in sections, entry.name
            assert "**Needs**" in sections[str(entry.title)], entry.name
            if entry.key:
                assert f"`g {entry.key}`" in sections[str(entry.title)], entry.name


def test_a_picture_of_few_colours_keeps_them():
    paper, ink = bytes((255, 254, 250, 255)), bytes((31, 31, 28, 255))
    content = small_png(paper * 300 + ink * 20, 20, 16)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    palette = content.partition(b"PLTE")[2][:6]
    assert palette == paper[:3] + ink[:3]
    assert len(content) < 120
