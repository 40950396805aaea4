"""The figures of the course, drawn in one style, with units on every axis."""

from .diagrams import flow_diagram
from .images import (
    image_grid,
    image_html,
    pixel_maps,
    traversal,
    traversal_grid,
    traversal_rows,
)
from .latents import (
    bayes_errors,
    code_planes,
    compare_to_normal,
    heatmap,
    kl_bars,
    kl_decomposition,
    pixel_differences,
    posteriors,
    rotation_costs,
)
from .measuring import matrices, rate_parts, sweep_panels
from .minibatch_bias import minibatch_bias
from .paths import Paths, factor_onsets, factor_paths, kl_paths, rate_shares, solution_paths
from .penalty import penalised_runs
from .rate_distortion import (
    Panel,
    allocation_slopes,
    distortion_by_shape,
    information_bounds,
    rate_distortion,
    tradeoffs,
)
from .style import canvas
from .tables import table
from .training import (
    compare_objectives,
    dual_ascent,
    learning_curves,
    price_curves,
    scores_by_price,
    seed_intervals,
)

__all__ = [
    "Panel",
    "Paths",
    "allocation_slopes",
    "bayes_errors",
    "canvas",
    "code_planes",
    "compare_objectives",
    "compare_to_normal",
    "distortion_by_shape",
    "dual_ascent",
    "factor_onsets",
    "factor_paths",
    "flow_diagram",
    "heatmap",
    "image_grid",
    "image_html",
    "information_bounds",
    "kl_bars",
    "kl_decomposition",
    "kl_paths",
    "learning_curves",
    "matrices",
    "minibatch_bias",
    "penalised_runs",
    "pixel_differences",
    "pixel_maps",
    "posteriors",
    "price_curves",
    "rate_distortion",
    "rate_parts",
    "rate_shares",
    "rotation_costs",
    "scores_by_price",
    "seed_intervals",
    "solution_paths",
    "sweep_panels",
    "table",
    "tradeoffs",
    "traversal",
    "traversal_grid",
    "traversal_rows",
]
