"""The shape of the code: what a reader may count on in every file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(")
INLINE_COLOUR = re.compile(rf"""\b(?:fill|stroke|stop-color|style)\s*=\s*["'][^"']*(?:{COLOUR.pattern})""")
PATCHES = {"patch", "setattr", "setitem", "mocker", "Mock", "MagicMock", "AsyncMock"}


def sources(*folders: str) -> list[Path]:
    """Return the Python files of some folders, without migrations."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    """Return a file's name from the root."""
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def too_long(tree: ast.Module) -> list[str]:
    """Return the functions over the limit, with their lengths."""
    lengths = [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions(tree)]
    return [f"{name} has {length} lines" for name, length in lengths if length > LONGEST_FUNCTION]


def patches_own_code(tree: ast.Module) -> list[str]:
    """Return the calls that swap a part of our own code for another one."""
    own = own_names(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [ast.unparse(call) for call in calls if is_patch(call) and touches(call, own)]


def own_names(tree: ast.Module) -> set[str]:
    """Return the names that a module imports from us."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and is_ours(node.module or ""):
            names |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            names |= {
                (alias.asname or alias.name).split(".")[0] for alias in node.names if is_ours(alias.name)
            }
    return names


def is_ours(module: str) -> bool:
    """Return whether a module is part of the studio."""
    return module.partition(".")[0] in {"projects", "studio"}


def is_patch(call: ast.Call) -> bool:
    """Return whether a call is one of the ways to patch."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return called in PATCHES


def touches(call: ast.Call, own: set[str]) -> bool:
    """Return whether a call's arguments name our code, by word or by string."""
    words = {node.id for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Name)}
    texts = [
        node.value for node in call.args if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return bool(words & own) or any(is_ours(text) for text in texts)


def faults_of(path: Path) -> list[str]:
    """Return what is wrong with the shape of a module."""
    text = path.read_text()
    tree = ast.parse(text)
    lines = len(text.splitlines())
    found = too_long(tree)
    is_empty_package = path.name == "__init__.py" and not text.strip()
    if not ast.get_docstring(tree) and not is_empty_package:
        found.append("it has no docstring")
    if lines > LONGEST_FILE:
        found.append(f"it has {lines} lines")
    return found


def test_a_module_says_what_it_is_and_stays_short() -> None:
    found = {name_of(path): faults_of(path) for path in sources("projects", "studio", "tests")}

    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) > 300


def test_a_bad_shape_is_found(tmp_path: Path) -> None:
    bad, empty = tmp_path / "bad.py", tmp_path / "empty.py"
    bad.write_text("def run():\n" + "    print()\n" * LONGEST_FILE)
    empty.write_text("")

    assert faults_of(bad) == ["run has 301 lines", "it has no docstring", "it has 301 lines"]
    assert faults_of(empty) == ["it has no docstring"]


def test_a_test_patches_nothing_of_our_own() -> None:
    found = {name_of(path): patches_own_code(ast.parse(path.read_text())) for path in sources("tests")}

    assert {name: calls for name, calls in found.items() if calls} == {}
    assert len(found) > 100


def test_a_patch_of_our_own_is_found() -> None:
    patched = "from projects import pool\nkeep.setattr(pool, 'run', print)\nMock('projects.pool.run')\n"
    left_alone = "import os\nkeep.setattr(os, 'path', 1)\nkeep.setattr('os.path', 1)\n"

    assert len(patches_own_code(ast.parse(patched))) == 2
    assert patches_own_code(ast.parse(left_alone)) == []


def test_colours_stand_in_the_tokens_only() -> None:
    found = {path.name: COLOUR.findall(path.read_text()) for path in (ROOT / "static" / "css").glob("*.css")}

    assert [name for name, colours in found.items() if colours] == ["tokens.css"]


def test_pages_and_scripts_name_no_colour() -> None:
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]

    found = {name_of(page): INLINE_COLOUR.findall(page.read_text()) for page in pages}

    assert {page: colours for page, colours in found.items() if colours} == {}
    assert INLINE_COLOUR.findall('<path fill="#fff">')


def test_no_file_is_larger_than_the_repository_allows() -> None:
    media = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp4", ".mov", ".webm", ".wav", ".mp3"}
    kept = [path for folder in ("projects", "static", "tests") for path in (ROOT / folder).rglob("*")]

    large = [name_of(path) for path in kept if path.suffix in media and path.stat().st_size > 300_000]

    assert large == []
    assert any(path.suffix in media for path in kept)
