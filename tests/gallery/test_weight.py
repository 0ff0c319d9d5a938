"""The budgets of a first load (design, chapter 20), measured as a browser receives the files: each compressed alone."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from django.conf import settings

from gpuconsole.static_files import without_comments

STATIC = Path(settings.BASE_DIR) / "static"
JS = STATIC / "js"
SHARED_STYLES = ["foundation", "frame", "controls", "content"]
CORE_MODULES = ["console", "dialogs", "dom", "keys", "live", "menus", "notices", "polling", "words"]


def weight(paths: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)


def test_the_styles_of_every_page_stay_within_16_kb_and_those_of_one_page_within_3() -> None:
    shared = [STATIC / "css" / f"{name}.css" for name in SHARED_STYLES]
    assert weight(shared) <= 16 * 1024
    for sheet in set((STATIC / "css").glob("*.css")) - set(shared):
        assert weight([sheet]) <= 3 * 1024


def test_what_every_page_loads_of_our_script_stays_within_12_kb() -> None:
    assert weight([STATIC / "js" / f"{name}.js" for name in CORE_MODULES]) <= 12 * 1024


def test_what_is_served_has_lost_its_lines_of_comment_and_no_code() -> None:
    text = "// Says why.\nconst at = 'http://here'; // stays\n  /** Two\n      lines. */\n  go(at);\n"
    assert without_comments(text, "js") == "const at = 'http://here'; // stays\n  go(at);\n"
    assert (
        without_comments("/* What for. */\n.a { color: red; } /* stays */\n", "css")
        == ".a { color: red; } /* stays */\n"
    )
    code = re.compile(r"^(?:import|export|function|const|let|@layer|  \.).*$", re.MULTILINE)
    for path in [*(STATIC / "js").glob("*.js"), *(STATIC / "css").glob("*.css")]:
        whole = path.read_text()
        assert code.findall(without_comments(whole, path.suffix[1:])) == code.findall(whole)


def test_no_module_waits_for_a_name_that_waits_for_its_own() -> None:
    """Modules are named by what is in them, so a circle of imports could never be named: collectstatic would fail."""
    needs = {path.name: set(re.findall(r"""["']\./([\w.-]+\.js)["']""", path.read_text())) for path in JS.glob("*.js")}
    while free := {name for name, wanted in needs.items() if not wanted & needs.keys()}:
        needs = {name: wanted for name, wanted in needs.items() if name not in free}
    assert not needs


def test_no_file_of_the_design_is_longer_than_it_can_be_read() -> None:
    files = [*(STATIC / "css").glob("*.css"), *(STATIC / "js").glob("*.js")]
    assert {path.name for path in files if len(path.read_text().splitlines()) > 340} == set()


def test_styles_stand_in_layers_and_need_nothing_from_outside() -> None:
    for path in (STATIC / "css").glob("*.css"):
        text = path.read_text()
        assert "@layer" in text
        assert "://" not in text
        assert "@import" not in text
