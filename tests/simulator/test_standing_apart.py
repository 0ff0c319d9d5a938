"""The simulator can be wrong only about the provider, not with us: it imports nothing of ours and nothing else."""

import ast
import sys
from pathlib import Path

import gpuconsole.simulator

FOLDER = Path(gpuconsole.simulator.__file__).parent


def test_it_imports_only_itself_and_the_standard_library() -> None:
    foreign = set()
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {
                name
                for name in names
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("gpuconsole.simulator")
            }
    assert foreign == set()
