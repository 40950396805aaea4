"""Who may import whom in the library: downwards only, without cycles, and the core does without appendix A."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "bvae_lib"

# The rooms of the library; each may import those before it.
ROOMS = (
    "_runtime",
    "data",
    "models",
    "aggregate",
    "likelihoods",
    "objectives",
    "history",
    "checkpoints",
    "training",
    "full_batch",
    "theory",
    "metrics",
    "axis_discovery",
    "plots",
    "widgets",
    "zoo",
    "sweep",
    "exercises",
    "bvae_lib",
)
# Rooms before it that a room does without all the same.
FORBIDDEN = {
    "theory": {"likelihoods", "objectives", "history", "checkpoints", "training", "full_batch"},
    "metrics": {"history", "checkpoints", "training", "full_batch"},
    "plots": {"axis_discovery", "checkpoints", "training", "full_batch"},
    "widgets": {"axis_discovery", "checkpoints", "training", "full_batch", "plots"},
    "zoo": {"plots", "widgets"},
    "sweep": {"axis_discovery", "plots", "widgets"},
    "bvae_lib": {"axis_discovery", "plots", "widgets", "zoo", "sweep", "exercises"},
}


def module_name(path: Path) -> str:
    """``bvae_lib.zoo`` for bvae_lib/zoo/__init__.py, ``bvae_lib.zoo.cards`` for bvae_lib/zoo/cards.py."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in ROOT.rglob("*.py")}


class Imports(ast.NodeVisitor):
    """The modules of the library that one of them imports when it runs, inside functions too."""

    def __init__(self, name: str):
        self.package = name if FILES[name].name == "__init__.py" else name.rpartition(".")[0]
        self.found = set()
        self.visit(ast.parse(FILES[name].read_text(encoding="utf-8")))

    def visit_If(self, node):
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_Import(self, node):
        self.found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "bvae_lib"}

    def visit_ImportFrom(self, node):
        above = self.package.split(".")[: len(self.package.split(".")) - node.level + 1] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        if source.split(".")[0] == "bvae_lib":
            whole = {f"{source}.{alias.name}" for alias in node.names}
            self.found |= {name if name in FILES else source for name in whole}


GRAPH = {name: Imports(name).found for name in FILES}


def room(module: str) -> str:
    return [*module.split("."), "bvae_lib"][1]


def between_rooms() -> set[tuple[str, str, str]]:
    """Pairs of rooms, and the module through which the first imports the second."""
    return {(room(m), room(i), m) for m, found in GRAPH.items() for i in found if room(m) != room(i)}


def test_the_graph_is_read():
    assert {"bvae_lib.objectives", "bvae_lib.history", "bvae_lib._runtime.cpu"} <= GRAPH["bvae_lib.training"]
    assert "bvae_lib.models.posterior" in GRAPH["bvae_lib.models.burgess"]
    assert set().union(*GRAPH.values()) <= set(FILES)


def test_every_module_stands_in_a_room():
    assert {room(module) for module in FILES} == set(ROOMS)


def test_no_modules_import_each_other_in_a_circle():
    tuple(TopologicalSorter(GRAPH).static_order())  # CycleError names the circle


def test_imports_point_downwards():
    assert not {edge for edge in between_rooms() if ROOMS.index(edge[0]) < ROOMS.index(edge[1])}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_room_does_without(name):
    assert not {edge for edge in between_rooms() if edge[0] == name and edge[1] in FORBIDDEN[name]}


def test_only_the_zoo_and_the_exercises_know_appendix_a():
    assert {edge[0] for edge in between_rooms() if edge[1] == "axis_discovery"} <= {"zoo", "exercises"}
