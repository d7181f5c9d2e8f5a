"""Every name a user may choose in `viz.learn`; light enough for a command line to import."""

from __future__ import annotations

from collections.abc import Iterable

from viz.errors import unknown

SYNTHETIC = ("moons", "circles", "xor", "blobs", "spirals")
REAL = ("digits", "iris", "breast-cancer", "diabetes")
DATASETS = SYNTHETIC + REAL

# Activation by the name a user types -> class in torch.nn; None is "no activation".
ACTIVATION_CLASSES: dict[str, str | None] = {
    "none": None,
    "linear": None,
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "leaky-relu": "LeakyReLU",
    "prelu": "PReLU",
    "rrelu": "RReLU",
    "relu6": "ReLU6",
    "elu": "ELU",
    "celu": "CELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "logsigmoid": "LogSigmoid",
    "hardtanh": "Hardtanh",
    "hardsigmoid": "Hardsigmoid",
    "hardswish": "Hardswish",
    "hardshrink": "Hardshrink",
    "softshrink": "Softshrink",
    "tanhshrink": "Tanhshrink",
    "threshold": "Threshold",
}
ACTIVATIONS = tuple(ACTIVATION_CLASSES)

# The modules of torch.nn.modules.activation that are left out: one output depends on more than one input,
# so no curve y = f(x) shows them. The value is the key of the sentence that says so.
NOT_POINTWISE = {
    "glu": "learn.activation.gates",
    "multiheadattention": "learn.activation.attends",
    "softmin": "learn.activation.normalises",
    "softmax": "learn.activation.normalises",
    "softmax2d": "learn.activation.normalises",
    "logsoftmax": "learn.activation.normalises",
}

INITS = ("default", "xavier", "he", "zeros", "constant", "normal", "near-identity")
LOSSES = ("auto", "bce", "cross-entropy", "mse")
DEVICES = ("auto", "cpu", "cuda", "mps")
TASKS = ("classification", "regression")
SURFACES = ("quadratic", "ravine", "rosenbrock", "beale", "himmelblau", "saddle", "rastrigin")


def fold(name: str) -> str:
    """A name without what people write differently: case, hyphens, underscores, spaces."""
    return "".join(c for c in name.casefold() if c.isalnum())


def resolve(kind: str, given: object, choices: Iterable[str], where: str = "") -> str:
    """The choice a user meant, whatever its case and hyphens; an unknown one raises with the nearest.

    Args:
        kind: what the name stands for; `kind.<kind>` is a sentence of `viz.words.core`.
        given: the name as written.
        choices: the names that exist.
        where: the place the name was used in.

    Raises:
        UsageError: no choice has this name.
    """
    names = list(choices)
    folded = fold(str(given))
    for name in names:
        if fold(name) == folded:
            return name
    raise unknown(kind, given, names, where)
