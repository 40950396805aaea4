"""Figures: what cannot be drawn is told before matplotlib tells it, and no figure stays open."""

from bvae_lib import History, plots
from bvae_lib.models import BurgessVAE
from bvae_lib.theory.allocation import AllocationPath
from bvae_lib.theory.channel import InformationBounds

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

from . import rows

MODEL = BurgessVAE(latents=3)
IMAGES = torch.rand(4, 1, 64, 64, generator=torch.Generator().manual_seed(0))
IMAGE = IMAGES[0]
X = np.arange(6.0)
NATS = np.ones((6, 5))
NAN = np.full(6, np.nan)


def history(records=6, capacity=2.0):
    rows = np.column_stack([np.ones(records), np.ones(records), np.full(records, capacity), np.ones((records, 2))])
    return History.from_rows(50 * np.arange(1, records + 1), rows, {})


RUN, SHORT, FREE = history(), history(records=0), history(capacity=np.nan)


def Refused(function, what, call, says, error=ValueError):
    """A row whose call must also leave no figure open."""

    def closed(folder):
        try:
            call()
        finally:
            assert plt.get_fignums() == []

    return rows.Refused(f"plots.{function}", what, closed, error, says)


def Accepted(function, what, call):
    return rows.Accepted(f"plots.{function}", what, lambda _: call())


def paths(runs=((X, NATS),), **options):
    return lambda: plots.solution_paths(plots.Paths("one", "x", "y", list(runs), **options))


def panel(curves, **options):
    return lambda: plots.tradeoffs(plots.Panel("one", curves, **options), x="R", y="D")


ROWS = [
    Refused("canvas", "no columns", lambda: plots.canvas(1, 0), "columns must be .* at least 1, not 0"),
    Refused("canvas", "a size of zero", lambda: plots.canvas(size=(0, 3)), "size must be .* more than 0, not 0.0"),
    Refused("canvas", "an option that matplotlib lacks", lambda: plots.canvas(shareq=True), "shareq", TypeError),
    Accepted("canvas", "NumPy integers", lambda: plots.canvas(np.int64(1), np.int64(2))),
    Refused("flow_diagram", "no boxes", lambda: plots.flow_diagram({}, {}), "boxes must be a dict .* not an empty one"),
    Refused(
        "flow_diagram", "an arrow to no box", lambda: plots.flow_diagram({"a": (0, 0)}, {("a", "b"): ""}),
        "boxes has no entry for .'b'.",
    ),
    Refused(
        "flow_diagram", "a position of one number", lambda: plots.flow_diagram({"a": (0,)}, {}),
        r"box 'a' must have the shape \[2\]",
    ),
    Refused("image_grid", "no rows", lambda: plots.image_grid([]), "at least one image, not 0 rows"),
    Refused("image_grid", "None", lambda: plots.image_grid(None), "rows must be a list, not None"),
    Refused("image_grid", "numbers", lambda: plots.image_grid([3]), "each of rows must be a list, not 3"),
    Refused(
        "image_grid", "a number of labels", lambda: plots.image_grid([IMAGES], 1), "labels must be a list, not 1",
    ),
    Refused("image_grid", "empty rows", lambda: plots.image_grid([IMAGES[:0]]), "at least one image, not 1 rows"),
    Refused("image_grid", "one row in place of a list", lambda: plots.image_grid(IMAGES), r"\[images\] makes a list"),
    Refused(
        "image_grid", "channels last", lambda: plots.image_grid([IMAGES.movedim(1, -1)]), "moves channels to the front",
    ),
    Refused("image_grid", "bytes", lambda: plots.image_grid([(255 * IMAGES).byte()]), "divide bytes by 255"),
    Refused("image_grid", "logits", lambda: plots.image_grid([20 * IMAGES - 9]), r"must lie in \[0, 1\], not -9"),
    Refused(
        "image_grid", "two channels", lambda: plots.image_grid([IMAGES.expand(-1, 2, -1, -1)]),
        "1 or 3 channels, not 2",
    ),
    Refused(
        "image_grid", "a label too few", lambda: plots.image_grid([IMAGES, IMAGES], ["a"]),
        "labels must be a list of 2",
    ),
    Refused(
        "image_grid", "names of files", lambda: plots.image_grid([["a.png"]]), "image must be a tensor .* not str",
        TypeError,
    ),
    Accepted("image_grid", "images with a gradient", lambda: plots.image_grid([IMAGES.clone().requires_grad_()])),
    Accepted("image_grid", "NumPy images in half", lambda: plots.image_grid([IMAGES.half().numpy()])),
    Accepted("image_grid", "images in bfloat16", lambda: plots.image_grid([IMAGES.bfloat16()])),
    Refused("traversal", "a batch as the image", lambda: plots.traversal(MODEL, IMAGES), r"not \[1, 4, 1, 64, 64\]"),
    Refused(
        "traversal", "all that zoo.load returns", lambda: plots.traversal((MODEL, RUN, None), IMAGE),
        "must be a VAE.*not tuple", TypeError,
    ),
    Refused("traversal", "no columns", lambda: plots.traversal(MODEL, IMAGE, columns=0), "columns must be .* not 0"),
    Accepted(
        "traversal", "NumPy in float64",
        lambda: plots.traversal(MODEL, IMAGE.double().numpy(), torch.ones(3), np.int64(2)),
    ),
    Refused(
        "traversal_rows", "KL of another model", lambda: plots.traversal_rows(MODEL, IMAGE, [1.0] * 4),
        r"kl must have the shape \[3\], not \[4\]",
    ),
    Refused(
        "traversal_rows", "a name too few", lambda: plots.traversal_rows(MODEL, IMAGE, names=["x", "y"]),
        "names must be a list of 3",
    ),
    Refused(
        "traversal_rows", "an image of another size", lambda: plots.traversal_rows(MODEL, IMAGE[:, :32]),
        r"64, 64\], not .*32, 64",
    ),
    Refused(
        "traversal_rows", "three channels", lambda: plots.traversal_rows(MODEL, IMAGE.repeat(3, 1, 1)),
        r"\[B, 1, 64, 64\], not",
    ),
    Refused("traversal_grid", "nothing", lambda: plots.traversal_grid({}), "blocks must be a dict"),
    Refused(
        "traversal_grid", "a label too few", lambda: plots.traversal_grid({"a": ([IMAGES] * 2, ["z0"])}),
        "labels of 'a' must be a list of 2",
    ),
    Refused(
        "traversal_grid", "rows of different lengths",
        lambda: plots.traversal_grid({"a": ([IMAGES, IMAGES[:2]], ["z0", "z1"])}), r"all alike, not \[\(2, 1.*\(4, 1",
    ),
    Refused("pixel_maps", "nothing", lambda: plots.pixel_maps({}, ""), "maps must be a dict"),
    Refused("pixel_maps", "a row of pixels", lambda: plots.pixel_maps({"x": X}, ""), "must have the shape"),
    Refused("image_html", "a batch", lambda: plots.image_html(IMAGES, ""), r"images must be \[N, channels, H, W\]"),
    Refused("image_html", "pixels of 0 to 255", lambda: plots.image_html(255 * IMAGE, ""), "divide bytes by 255"),
    Accepted("image_html", "a NumPy image", lambda: plots.image_html(IMAGE.numpy(), "")),
    Refused("kl_bars", "no runs", lambda: plots.kl_bars({}), "runs must be a dict .* not an empty one"),
    Refused("kl_bars", "one run without a name", lambda: plots.kl_bars(X), "runs must be a dict .* not ndarray"),
    Refused("kl_bars", "NaN only", lambda: plots.kl_bars({"a": NAN}), r"runs\['a'\] must be finite numbers, not nan"),
    Refused(
        "kl_bars", "KL of every image", lambda: plots.kl_bars({"a": NATS}),
        r"runs\['a'\] must have the shape \[n\], not \[6, 5\]",
    ),
    Accepted("kl_bars", "tensors with a gradient", lambda: plots.kl_bars({"a": torch.ones(3, requires_grad=True)})),
    Refused(
        "posteriors", "another number of log-variances", lambda: plots.posteriors({"a": (NATS, NATS[:3])}),
        r"log-variance of 'a' must have the shape \[6, 5\], not \[3, 5\]",
    ),
    Refused("posteriors", "nothing", lambda: plots.posteriors({}), "runs must be a dict"),
    Refused(
        "code_planes", "three latents", lambda: plots.code_planes({"a": np.ones((6, 3))}, (3, 2)),
        r"\[6, 2\], not \[6, 3\]",
    ),
    Refused(
        "code_planes", "codes of some positions", lambda: plots.code_planes({"a": np.ones((5, 2))}, (3, 2)),
        r"\[6, 2\], not \[5, 2\]",
    ),
    Refused(
        "code_planes", "sizes of zero", lambda: plots.code_planes({"a": np.ones((6, 2))}, (6, 0)),
        "each of sizes must be .* not 0",
    ),
    Refused(
        "kl_decomposition", "one part", lambda: plots.kl_decomposition({"z0": (1.0,)}),
        r"parts must have the shape \[n, 2\], not \[1, 1\]",
    ),
    Refused("kl_decomposition", "nothing", lambda: plots.kl_decomposition({}), "parts must be a dict"),
    Refused(
        "bayes_errors", "an error too few", lambda: plots.bayes_errors([1, 2], {"a": [0.5]}),
        r"errors\['a'\] must have the shape \[2\], not \[1\]",
    ),
    Refused(
        "bayes_errors", "a step of zero on a log scale", lambda: plots.bayes_errors([0, 1], {"a": [0.5, 0]}),
        "steps must be .* more than 0, not 0",
    ),
    Refused("pixel_differences", "few pairs", lambda: plots.pixel_differences(X, X), "at least 40 pairs, .* not 6"),
    Refused(
        "pixel_differences", "pixels of other pairs", lambda: plots.pixel_differences(np.ones(50), np.ones(49)),
        r"pixels must have the shape \[50\], not \[49\]",
    ),
    Refused(
        "rotation_costs", "predictions alone", lambda: plots.rotation_costs([0, 45], {"a": [0.0, 0.1]}),
        r"costs\['a'\] must have the shape \[2, 2\], not \[2\]",
    ),
    Refused("rotation_costs", "no angles", lambda: plots.rotation_costs([], {"a": ([], [])}), "degrees is empty"),
    Refused(
        "compare_to_normal", "a sample that is constant", lambda: plots.compare_to_normal({"a": np.ones(9)}),
        r"values\['a'\] must .* vary",
    ),
    Refused(
        "compare_to_normal", "NaN in a sample", lambda: plots.compare_to_normal({"a": [1.0, 2.0, np.nan]}),
        r"values\['a'\] must be finite",
    ),
    Refused(
        "heatmap", "names in the other order", lambda: plots.heatmap(NATS, list("abcde"), list("abcdef")),
        r"values must have the shape \[5, 6\], not \[6, 5\]",
    ),
    Refused(
        "heatmap", "NaN only", lambda: plots.heatmap(NATS * np.nan, list("abcdef"), list("abcde")),
        "values must be finite",
    ),
    Refused("heatmap", "no names", lambda: plots.heatmap(NATS, None, list("abcde")), "rows must be a list, not None"),
    *(
        Refused(
            "heatmap", f"a format of {what}", lambda form=form: plots.heatmap([[0.5]], ["a"], ["b"], form),
            "form must be a format of one number, such as '{:.2f}', not",
        )
        for what, form in (("whole numbers", "{:d}"), ("two numbers", "{} {}"), ("a name", "{x}"), ("none", None))
    ),
    Accepted("heatmap", "a list of lists", lambda: plots.heatmap([[0.5, 1]], ["a"], ["b", "c"])),
    Refused("solution_paths", "no charts", plots.solution_paths, "columns must be .* at least 1, not 0"),
    Refused("solution_paths", "no runs", paths([]), "Paths with at least one run"),
    Refused(
        "solution_paths", "y without components", paths([(X, X)]),
        r"y of 'one' must have the shape \[n, n\], not \[6\]",
    ),
    Refused(
        "solution_paths", "x of another run", paths([(X[:4], NATS)]),
        r"y of 'one' must have the shape \[4, 5\], not \[6, 5\]",
    ),
    Refused("solution_paths", "a name too few", paths(names=("a", "b")), "names of 'one' must be a list of 5"),
    Refused(
        "solution_paths", "points of other components", paths(points=(X, X[:, None])),
        r"points of 'one' must have the shape \[6, 5\], not \[6, 1\]",
    ),
    Refused(
        "rate_shares", "an equal share missing", lambda: plots.rate_shares({"a": [0.5, 0.5]}, ("x", "y"), {"b": 0.5}),
        "equal has no entry for .'a'., only for .'b'.",
    ),
    Refused(
        "rate_shares", "a share too many", lambda: plots.rate_shares({"a": [0.5, 0.5]}, ("x",), {"a": 1.0}),
        r"\[n, 1\], not \[1, 2\]",
    ),
    Refused(
        "factor_paths", "four factors", lambda: plots.factor_paths({"step": [(X, NATS[:, :4])]}),
        r"\[6, 5\], not \[6, 4\]",
    ),
    Refused(
        "factor_paths", "a run outside its list", lambda: plots.factor_paths({"step": (X, NATS)}),
        r"panels\['step'\]\[0\] must be a pair of arrays",
    ),
    Refused(
        "factor_paths", "no runs", lambda: plots.factor_paths({"step": []}),
        r"panels\['step'\] must have at least one run",
    ),
    Refused(
        "factor_onsets", "three predictions", lambda: plots.factor_onsets(dict.fromkeys("abc", NATS[0]), {"m": NATS}),
        "at most two are drawn of each",
    ),
    Refused(
        "factor_onsets", "onsets of ten latents", lambda: plots.factor_onsets({"p": NATS[0]}, {"m": np.ones(10)}),
        r"measured\['m'\] must have the shape \[n, 5\], not \[1, 10\]",
    ),
    Accepted(
        "factor_onsets", "a factor that never came",
        lambda: plots.factor_onsets({"p": NATS[0]}, {"m": [1, 2, np.nan, 3, 4]}),
    ),
    Refused("tradeoffs", "no panels", lambda: plots.tradeoffs(x="R", y="D"), "columns must be .* not 0"),
    Refused(
        "tradeoffs", "a curve of unequal lengths", panel({"a": (X, X[:3])}),
        r"y of 'a' must have the shape \[6\], not \[3\]",
    ),
    Refused(
        "tradeoffs", "a tangent without its price", panel({"a": (X, X)}, tangents=[(1.0, 2.0)]),
        r"tangents of 'one' must have the shape \[n, 3\], not \[1, 2\]",
    ),
    Refused(
        "tradeoffs", "curves outside a Panel", lambda: plots.tradeoffs({"a": (X, X)}, x="R", y="D"),
        "each panel must be a Panel, not dict",
    ),
    Refused(
        "rate_distortion", "a run outside its list", lambda: plots.rate_distortion({"a": (X, X)}),
        r"curves\['a'\]\[0\] must be a pair",
    ),
    Refused(
        "rate_distortion", "NaN only", lambda: plots.rate_distortion({"a": [(X, NAN)]}),
        r"y of curves\['a'\]\[0\] must be finite",
    ),
    Accepted(
        "rate_distortion", "more runs than colours",
        lambda: plots.rate_distortion({str(i): [(X, X)] for i in range(9)}),
    ),
    Refused(
        "information_bounds", "NaN as entropy",
        lambda: plots.information_bounds({"a": InformationBounds(1, 2, 3, 4)}, np.nan),
        "entropy must be a finite number",
    ),
    Refused(
        "information_bounds", "bounds that diverged",
        lambda: plots.information_bounds({"a": InformationBounds(np.nan, 2, 3, 4)}, 1),
        "bounds.* must be finite numbers, not nan",
    ),
    Refused("information_bounds", "nothing", lambda: plots.information_bounds({}, 1.0), "bounds must be a dict"),
    Refused(
        "allocation_slopes", "its slopes alone", lambda: plots.allocation_slopes(NATS), "AllocationPath.* not ndarray",
    ),
    Refused(
        "allocation_slopes", "a path of five factors",
        lambda: plots.allocation_slopes(AllocationPath(np.zeros((2, 5)), X[:2], np.zeros((1, 5)))),
        r"slopes must have the shape \[n, 8\], not \[1, 5\]",
    ),
    Refused(
        "distortion_by_shape", "a shape too many", lambda: plots.distortion_by_shape({"a": [1, 2]}, ["square"], ""),
        r"distortions\['a'\] must have the shape \[1\], not \[2\]",
    ),
    Refused(
        "distortion_by_shape", "shapes that have no names", lambda: plots.distortion_by_shape({"a": [1, 2]}, None, ""),
        "shapes must be a list, not None",
    ),
    Refused(
        "rate_distortion", "a number in place of runs", lambda: plots.rate_distortion({"a": 3}),
        r"curves\['a'\] must be a list, not 3",
    ),
    Refused(
        "distortion_by_shape", "nothing", lambda: plots.distortion_by_shape({}, ["square"], ""),
        "distortions must be a dict",
    ),
    Refused(
        "learning_curves", "a History without a name", lambda: plots.learning_curves(RUN),
        "runs must be a dict by name, .* not History",
    ),
    Refused(
        "learning_curves", "a run of no records", lambda: plots.learning_curves({"a": SHORT}),
        "'a' has 0 records; .* train for longer",
    ),
    Refused(
        "learning_curves", "model and History", lambda: plots.learning_curves({"a": (MODEL, RUN)}),
        "'a' must be a History, .* not tuple",
    ),
    Refused(
        "dual_ascent", "a run without a budget", lambda: plots.dual_ascent({"a": [FREE]}),
        "run 'a' has no budget: its objective must have a capacity, as Constrained has",
    ),
    Refused(
        "dual_ascent", "a History outside a list", lambda: plots.dual_ascent({"a": RUN}),
        r"runs\['a'\] must be a list, not",
    ),
    Refused(
        "dual_ascent", "another name expected", lambda: plots.dual_ascent({"a": [RUN]}, {"b": 1.0}),
        "expected has no entry for .'a'.",
    ),
    Accepted("dual_ascent", "more runs than colours", lambda: plots.dual_ascent({str(i): [RUN] for i in range(9)})),
    Refused(
        "price_curves", "a run too short for its mean", lambda: plots.price_curves({"a": history(4)}),
        "'a' has 4 records; this figure needs 5",
    ),
    Refused(
        "compare_objectives", "a score missing", lambda: plots.compare_objectives({"a": [RUN]}, {"MIG": {"b": [1.0]}}),
        r"scores\['MIG'\] has no entry for .'a'.",
    ),
    Refused(
        "compare_objectives", "a History outside its list", lambda: plots.compare_objectives({"a": {"b": RUN}}, {}),
        "run 'a' must be a History, .* not str",
    ),
    Refused(
        "compare_objectives", "one run in place of a list", lambda: plots.compare_objectives({"a": RUN}, {}),
        r"runs\['a'\] must be a list, not",
    ),
    Refused(
        "seed_intervals", "an interval of one end", lambda: plots.seed_intervals({"a": X}, {"a": (1.0,)}, ""),
        r"intervals\['a'\] must have the shape \[2\], not \[1\]",
    ),
    Refused(
        "seed_intervals", "an interval missing", lambda: plots.seed_intervals({"a": X}, {"b": (1.0, 2.0)}, ""),
        "intervals has no entry for .'a'.",
    ),
    Refused(
        "scores_by_price", "a price left out", lambda: plots.scores_by_price({"a": [[4.0, 0.1]]}, "MIG"),
        r"runs\['a'\] must have the shape \[.*3\], not \[1, 2\]",
    ),
    Refused(
        "table", "a Series", lambda: plots.table(pd.Series([1.0])), r"rows.to_frame\(\) makes one", TypeError,
    ),
    Refused(
        "table", "a dict of columns", lambda: plots.table({"a": [1]}),
        "a data frame or a list of dicts, not", TypeError,
    ),
    Refused("table", "no rows", lambda: plots.table([]), r"at least one row and one column, not \[0, 0\]"),
    Refused(
        "table", "columns of one name", lambda: plots.table(pd.DataFrame([[1, 2]], columns=["a", "a"])),
        r"different names, not \['a', 'a'\]",
    ),
    Refused("minibatch_bias", "no rows", lambda: plots.minibatch_bias([]), r"at least one, not \[\]"),
    Refused(
        "minibatch_bias", "numbers alone", lambda: plots.minibatch_bias([(16, 0.5)]),
        r"rows must be a list of MinibatchBias, .* not \[\(16, 0.5\)\]",
    ),
    Refused(
        "table", "a format for no column", lambda: plots.table([{"a": 1.5}], {"b": "{:.1f}"}),
        r"no column \['b'\]; the columns are \['a'\]",
    ),
    Refused(
        "table", "a format without braces", lambda: plots.table([{"a": 1.5}], ".1f"),
        r"a text such as '\{:.2f\}' or a function, not '.1f'", TypeError,
    ),
    Accepted("table", "rows of one name", lambda: plots.table(pd.DataFrame({"a": [1, 2]}, ["x", "x"])).to_html()),
    Accepted(
        "table", "columns of two levels",
        lambda: plots.table(pd.DataFrame({("a", "b"): [1.5], ("a", "c"): [2]}, pd.Index(["x"], name="row"))).to_html(),
    ),
    Refused("matrices", "no panels", lambda: plots.matrices({}, ["a"]), "panels must be a dict .* not an empty one"),
    Refused(
        "matrices", "a name too few", lambda: plots.matrices({"one": NATS}, ["a"]), r"panels\['one'\] .*\[n, 1\], not",
    ),
    Accepted(
        "matrices", "panels of other heights",
        lambda: plots.matrices({"one": NATS, "two": NATS[:2]}, ["a", "b", "c", "d", "e"]),
    ),
    Refused("rate_parts", "no models", lambda: plots.rate_parts({}), "splits must be a dict .* not an empty one"),
    Refused("rate_parts", "two parts", lambda: plots.rate_parts({"one": (1, 2)}), r"splits must .*\[n, 3\], not"),
    Refused("sweep_panels", "no panels", lambda: plots.sweep_panels({}, "x"), "panels must be .* not an empty one"),
    Refused(
        "sweep_panels", "a setting of zero", lambda: plots.sweep_panels({"y": {"one": ([0.0, 1.0], [1, 2])}}, "x"),
        "setting of 'one' must .* more than 0",
    ),
    Refused(
        "sweep_panels", "a figure too few", lambda: plots.sweep_panels({"y": {"one": ([1.0, 2.0], [1])}}, "x"),
        r"y of 'one' must .*\[2\], not \[1\]",
    ),
    Accepted("sweep_panels", "a single run", lambda: plots.sweep_panels({"y": {"one": ([1.0], [0.0])}}, "x")),
]  # fmt: skip
