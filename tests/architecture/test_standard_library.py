"""The domain imports the standard library and itself. The contract has to name packages; this needs no list."""

import ast
import sys
from pathlib import Path

DOMAIN = Path(__file__).parents[2] / "app" / "domain"


def test_the_domain_imports_nothing_but_the_standard_library_and_itself() -> None:
    imported = {
        name
        for path in DOMAIN.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _modules(node)
    }
    foreign = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not f"{name}.".startswith("app.domain.")} == set()


def _modules(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module="app", names=names):
            return [f"app.{alias.name}" for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
    return []
