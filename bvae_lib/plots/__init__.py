"""The figures of the course, drawn in one style, with units on every axis."""

from .channel import code_planes, confusions, ledger, likeness, turn_costs, ways_to_spend
from .factors import factor_paths, factor_starts, next_nat, rate_distortion
from .paths import Paths, nat_shares, solution_paths
from .pictures import grid, table, traversal
from .runs import dual_ascent, kl_bars, learning_curves, posteriors
from .style import canvas
from .trades import Panel, against_normal, trades
from .ways import compare_ways, prices, race, seeds_and_intervals, shape_bars, stages

__all__ = [
    "Panel",
    "Paths",
    "against_normal",
    "canvas",
    "code_planes",
    "compare_ways",
    "confusions",
    "dual_ascent",
    "factor_paths",
    "factor_starts",
    "grid",
    "kl_bars",
    "learning_curves",
    "ledger",
    "likeness",
    "nat_shares",
    "next_nat",
    "posteriors",
    "prices",
    "race",
    "rate_distortion",
    "seeds_and_intervals",
    "shape_bars",
    "solution_paths",
    "stages",
    "table",
    "trades",
    "traversal",
    "turn_costs",
    "ways_to_spend",
]
