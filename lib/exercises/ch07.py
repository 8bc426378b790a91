"""Exercises of chapter 7: optimizers, from small batches to a schedule; one hunts two bugs."""

import numpy as np

from lib.exercises import Exercise

# --- 7.1 ------------------------------------------------------------------------------------------


def _batch_indices(m, batch_size, random_state):
    """The column numbers of each minibatch of an epoch: a list of integer arrays.

    Take random_state.permutation(m) and cut it into pieces of batch_size, in its order; what is
    left at the end is a smaller batch. No batch is empty.
    """
    order = random_state.permutation(m)
    return [order[start : start + batch_size] for start in range(0, m, batch_size)]


def _not_dividing(random_state):
    m = random_state.randint(10, 25)
    batch_size = random_state.choice([k for k in range(2, 9) if m % k])
    return int(m), int(batch_size), np.random.RandomState(random_state.randint(1000))


def _cut(order, size, starts=None):
    return [order[k : k + size] for k in (starts or range(0, len(order), size))]


batch_indices = Exercise(
    "7.1",
    "The last one is smaller",
    _batch_indices,
    inputs=_not_dividing,
    corners={
        "batch_size divides m": lambda random_state: (20, 5, random_state),
        "batch_size equals m": lambda random_state: (7, 7, random_state),
        "batch_size is 1": lambda random_state: (6, 1, random_state),
        "batch_size is larger than m": lambda random_state: (5, 8, random_state),
    },
    hints=[
        "One call of random_state.permutation(m) holds every number from 0 to m - 1 once.",
        "`range(0, m, batch_size)` are the places where the batches begin.",
        "A slice that reaches beyond the end of an array stops at the end.",
    ],
    mistakes={
        "The last, smaller batch is missing: in every epoch some examples are left out.": (
            ("range(0, m, batch_size)", "range(0, m - batch_size + 1, batch_size)")
        ),
        "Where batch_size divides m, m // batch_size + 1 counts one batch too many, an empty one:"
        " m / batch_size, rounded up, is right in both cases.": (
            "range(0, m, batch_size)",
            "range(0, (m // batch_size + 1) * batch_size, batch_size)",
        ),
        "The examples come in the order of the file: shuffle them first.": (
            ("random_state.permutation(m)", "np.arange(m)")
        ),
        "Each batch draws its own numbers: then some examples come twice in an epoch and others"
        " never. One permutation, cut into pieces.": (
            lambda m, B, rs: [rs.choice(m, min(B, m - k), replace=False) for k in range(0, m, B)]
        ),
        "There is a permutation for each batch: some examples come twice and others never. Draw one"
        " and cut it.": ("[order[start", "[random_state.permutation(m)[start"),
        "The batches overlap: the next one begins batch_size further, not one further.": (
            ("range(0, m, batch_size)", "range(0, m - batch_size + 1)")
        ),
        "These are equal parts, or nearly: every batch but the last should have batch_size.": (
            lambda m, B, rs: np.array_split(rs.permutation(m), -(-m // B))
        ),
        "You took batch_size for the number of batches.": (
            lambda m, B, rs: np.array_split(rs.permutation(m), B)
        ),
        "The examples are dealt out in turn: right as a partition, but cut the order into pieces,"
        " so that your batches and ours agree.": lambda m, B, rs: [
            order[k :: -(-m // B)] for order in [rs.permutation(m)] for k in range(-(-m // B))
        ],
        "The last batch was filled up with examples that had come already: they count twice.": (
            lambda m, B, rs: _cut(np.resize(rs.permutation(m), -(-m // B) * B), B)
        ),
        "The last batch is empty: stop before m.": (
            ("range(0, m, batch_size)", "range(0, m + batch_size, batch_size)")
        ),
        "The last two batches were put together: keep the small one as it is.": (
            lambda m, B, rs: np.split(rs.permutation(m), range(B, m - B + 1, B))
        ),
        "The small batch comes first here: cut from the front, and it is the last.": (
            lambda m, B, rs: np.split(rs.permutation(m), range(m % B, m, B))
        ),
        "You drew with repetition: some examples come twice and others never. A permutation holds"
        " each once.": ("random_state.permutation(m)", "random_state.choice(m, m)"),
        "The numbers go from 1 to m: columns are counted from 0.": (
            ("random_state.permutation(m)", "random_state.permutation(m) + 1")
        ),
        "Each batch was sorted: keep the order of the permutation.": (
            lambda m, B, rs: [np.sort(batch) for batch in _cut(rs.permutation(m), B)]
        ),
        "This is the first batch alone: all of them are asked for, in a list.": (
            lambda m, B, rs: rs.permutation(m)[:B]
        ),
        "This is the whole order in one piece: cut it.": lambda m, B, rs: [rs.permutation(m)],
    },
)


# --- 7.2 ------------------------------------------------------------------------------------------


def _nesterov_step(w, v, gradient, rate, beta):
    """One step of Nesterov momentum: the new weights and the new v, both (n,).

    w (n,), v (n,), gradient (n,). First v = beta v + (1 - beta) gradient; then the weights go
    against beta v + (1 - beta) gradient, with the new v. The caller's arrays stay as they are.
    """
    v = beta * v + (1 - beta) * gradient
    ahead = beta * v + (1 - beta) * gradient
    return w - rate * ahead, v


def _nesterov_in_place(w, v, gradient, rate, beta):
    v *= beta
    v += (1 - beta) * gradient
    w -= rate * (beta * v + (1 - beta) * gradient)
    return w, v


def _a_step(random_state):
    n = random_state.randint(2, 6)
    w, v, gradient = random_state.randn(3, n)
    rate, beta = random_state.uniform(0.2, 0.8), random_state.uniform(0.6, 0.95)
    return w, v, gradient, float(rate), float(beta)


nesterov_step = Exercise(
    "7.2",
    "Nesterov's step",
    _nesterov_step,
    inputs=_a_step,
    corners={
        "v = 0, the first step": lambda random_state: (
            *random_state.randn(1, 3),
            np.zeros(3),
            random_state.randn(3),
            0.1,
            0.9,
        ),
        "beta = 0": lambda random_state: (*random_state.randn(3, 4), 0.5, 0.0),
        "one weight": lambda random_state: (*random_state.randn(3, 1), 0.5, 0.8),
    },
    results=("the weights", "v"),
    hints=[
        "Three lines: v, the direction, the weights.",
        "The direction has the form of v, with the new v in the place of the old one.",
        "`v *= beta` would change the caller's array; `v = beta * v + …` makes a new one.",
    ],
    mistakes={
        "This is momentum without Nesterov: the direction is made of beta times the new v and the"
        " gradient once more.": (("rate * ahead", "rate * v")),
        "You stepped along beta v alone: the gradient comes in once more.": (
            ("ahead = beta * v + (1 - beta) * gradient", "ahead = beta * v")
        ),
        "The gradient comes in whole: here it gets the factor 1 - beta, in v and in the"
        " direction.": (
            (
                "v = beta * v + (1 - beta) * gradient\n    ahead = beta * v + (1 - beta) *",
                "v = beta * v + gradient\n    ahead = beta * v +",
            )
        ),
        "The gradient comes into the direction whole: it gets the factor 1 - beta there too.": (
            ("ahead = beta * v + (1 - beta) * gradient", "ahead = beta * v + gradient")
        ),
        "The shares are turned: the old v keeps beta.": (
            ("v = beta * v + (1 - beta) * gradient\n", "v = (1 - beta) * v + beta * gradient\n")
        ),
        "You stepped along v + (1 - beta) gradient: the new v is multiplied by beta there.": (
            ("ahead = beta * v", "ahead = v")
        ),
        "You went uphill: subtract.": ("w - rate", "w + rate"),
        "The rate is missing: the step is rate times the direction.": ("rate * ahead", "ahead"),
        "The weights are right; what came back with them is the direction, not v.": (
            ("ahead, v", "ahead, ahead")
        ),
        "The weights are right, and v is missing: return both, the next step needs v.": (
            ("w - rate * ahead, v", "w - rate * ahead")
        ),
        "Both are right and in the wrong order: first the weights, then v.": (
            ("w - rate * ahead, v", "v, w - rate * ahead")
        ),
        "The numbers are right, but the caller's w and v were changed: make new arrays.": (
            _nesterov_in_place
        ),
    },
)


# --- 7.3 ------------------------------------------------------------------------------------------


def _noise_left(beta):
    """What is left of the noise in an exponentially weighted average, after a long time: a number.

    The values are independent, with one standard deviation; returned is that of the average,
    divided by it.
    """
    variance = (1 - beta) ** 2 / (1 - beta**2)
    return variance**0.5


noise_left = Exercise(
    "7.3",
    "On paper: how much noise is left",
    _noise_left,
    inputs=lambda random_state: (float(random_state.uniform(0.3, 0.98)),),
    corners={"beta = 0: the values themselves": (0.0,), "beta = 0.9": (0.9,)},
    hints=[
        "The value k steps ago has the weight (1 - beta) beta**k.",
        "Independent terms add their variances, and a factor comes out squared.",
        "The sum of beta**(2 k) over all k is 1 / (1 - beta**2).",
    ],
    mistakes={
        "This is the variance: take the root for the standard deviation.": (
            ("variance**0.5", "variance")
        ),
        "The factor in front of a value comes out of the variance squared: (1 - beta)**2.": (
            ("(1 - beta) ** 2", "(1 - beta)")
        ),
        "This is the root of 1 - beta, what a plain mean of 1 / (1 - beta) values has. Here the"
        " squares of the weights count: the sum of beta**(2 k) is 1 / (1 - beta**2).": (
            ("1 - beta**2", "1 - beta")
        ),
        "The standard deviations were added: for independent values it is the variances.": (
            lambda beta: (1 - beta) / (1 - beta)
        ),
        "This is what the latest value alone brings, with its weight 1 - beta: the older ones add"
        " their variances.": lambda beta: 1 - beta,
        "The factor 1 - beta is missing: a weight is (1 - beta) beta**k.": (
            ("(1 - beta) ** 2", "1")
        ),
        "It is upside down: an average is quieter than its values.": (
            ("variance**0.5", "variance**-0.5")
        ),
    },
)


# --- 7.4 ------------------------------------------------------------------------------------------


def _alternating_step():
    """How long Adam's late steps are, divided by the learning rate, for a gradient +1, -1, +1, …

    beta1 is 0.9; one per cent is near enough.
    """
    return 0.1 / 1.9


alternating_step = Exercise(
    "7.4",
    "Predict: a gradient that changes its sign",
    _alternating_step,
    rtol=0.01,
    properties={
        "If all signs agreed, a step would be as long as the learning rate. These cancel in part: a"
        " share between 0 and 1.": lambda x: 0 <= x <= 1
    },
    hints=[
        "What becomes of s, the average of the squares? Of v only the size is needed.",
        "In the end v is some +a, then -a: put that into v = 0.9 v + 0.1 g.",
        "With v = -a before and g = 1: a = -0.9 a + 0.1.",
    ],
    mistakes={
        "So long are the steps of RMSprop, which goes along g. Adam goes along v.": (lambda: 1.0),
        "The signs do not cancel wholly: the latest gradient counts more than the one before.": (
            lambda: 0.0
        ),
        "That is the weight of the latest gradient alone; those before it count too.": lambda: 0.1,
        "That is what is left of independent noise, as in exercise 7.3. Here the signs alternate,"
        " and more of them cancels.": lambda: (0.1 / 1.9) ** 0.5,
        "That is the latest gradient and the one before; the series goes on.": lambda: 0.01,
        "That solves 0.9 a = 0.1. In a = -0.9 a + 0.1 there is an a on the left as well.": (
            lambda: 0.1 / 0.9
        ),
        "This takes 0.1 for v and for s. In the end s, the average of squares that are all 1, is 1;"
        " and the sum for v has a minus at every second term.": lambda: 0.1 / 0.1**0.5,
        "This is in per cent: the share itself is asked for.": lambda: 100 * 0.1 / 1.9,
    },
)


# --- 7.5 ------------------------------------------------------------------------------------------


def _warm_up_rate(steps, highest, warm_up):
    """The learning rate of the next step, when ``steps`` of them have been taken; a number.

    With t = steps + 1: the rate rises in equal parts to ``highest`` at t = warm_up, and falls from
    there with the inverse square root of t, without a jump.
    """
    t = steps + 1
    rise, fall = t / warm_up, (warm_up / t) ** 0.5
    return highest * min(rise, fall)


def _at_several_steps(answer, steps, highest, warm_up):
    return [answer(k, highest, warm_up) for k in steps]


def _around_the_top(random_state):
    warm_up = int(random_state.randint(3, 9))
    steps = [0, warm_up - 1, warm_up, 3 * warm_up, int(random_state.randint(1, 40))]
    return steps, float(random_state.uniform(0.1, 1)), warm_up


warm_up_rate = Exercise(
    "7.5",
    "Up first, then down",
    _warm_up_rate,
    inputs=_around_the_top,
    use=_at_several_steps,
    properties={
        "A rate is never above `highest`, which it is at the top.": (
            lambda rates, steps, highest, warm_up: max(rates) < highest * (1 + 1e-9)
        ),
        "As long as it rises, rate / t is one number, highest / warm_up: yours is not.": (
            lambda rates, steps, highest, warm_up: np.allclose(
                [rate / (k + 1) for k, rate in zip(steps, rates, strict=True) if k < warm_up],
                highest / warm_up,
            )
        ),
        "As long as it falls, rate times the root of t is one number: yours is not.": (
            lambda rates, steps, highest, warm_up: np.allclose(
                [r * (k + 1) ** 0.5 for k, r in zip(steps, rates, strict=True) if k >= warm_up],
                highest * warm_up**0.5,
            )
        ),
    },
    corners={
        "a warm-up of one step": ([0, 1, 5], 0.5, 1),
        "the last step of the rise, the top, the first of the fall": ([3, 4, 5], 0.3, 5),
        "long after": ([10_000], 0.3, 4),
    },
    hints=[
        "Two pieces: highest * t / warm_up before, something with the root of t behind.",
        "Both pieces have to be `highest` at t = warm_up: which factor does the root need?",
        "The smaller of the two pieces is always the right one, so `min` will do.",
    ],
    mistakes={
        "t is the number of the step that is about to be taken, steps + 1: yours begins with a rate"
        " of 0.": (("steps + 1", "steps"), ("warm_up / t)", "warm_up / max(t, 1))")),
        "It falls like 1 / t: the root is missing.": ("** 0.5", "** 1"),
        "There is a jump at the top: the root needs the factor sqrt(warm_up), so that both pieces"
        " meet.": (
            ("(warm_up / t)", "(1 / t)"),
            ("min(rise, fall)", "(rise if t <= warm_up else fall)"),
        ),
        "The fall counts its t from the top: it is the root of t itself, times sqrt(warm_up).": (
            ("(warm_up / t)", "(1 / max(t - warm_up, 1))"),
            ("min(rise, fall)", "(rise if t <= warm_up else fall)"),
        ),
        "It goes on rising behind the top: turn the fraction under the root over.": (
            ("(warm_up / t)", "(t / warm_up)"),
            ("min(rise, fall)", "(rise if t <= warm_up else fall)"),
        ),
        "You took the larger of the two pieces: the smaller is the right one.": ("min(", "max("),
        "The top is 1: the factor `highest` is missing.": ("highest * ", ""),
        "The root belongs to the fall alone: the rise goes in equal parts.": (
            ("rise, fall = t / warm_up", "rise, fall = (t / warm_up) ** 0.5")
        ),
        "The fall counts steps, and the rise t = steps + 1: use t in both.": (
            ("(warm_up / t)", "(warm_up / max(steps, 1))"),
            ("min(rise, fall)", "(rise if t <= warm_up else fall)"),
        ),
        "The warm-up is missing: below warm_up the rate is highest * t / warm_up.": (
            ("rise, fall = t / warm_up", "rise, fall = 1")
        ),
        "It never falls: behind the top it goes with the inverse root of t.": (
            ("min(rise, fall)", "min(rise, 1)")
        ),
    },
)


# --- 7.6 ------------------------------------------------------------------------------------------


class _Slope:
    """The gradient of a parabola with its floor somewhere, which says what it is when shown."""

    def __init__(self, curvature, floor):
        self.curvature, self.floor = curvature, floor

    def __call__(self, w):
        return self.curvature * (w - self.floor)

    def __repr__(self):
        return f"{np.round(self.curvature, 2)} * (w - {np.round(self.floor, 2)})"


def _adam_over_epochs(w, gradients, epochs, rate):
    """The weights (n,) after some epochs of Adam, one step for each function in ``gradients``.

    Each of these takes the weights and returns the gradient of one minibatch. The betas are 0.9 and
    0.999, epsilon is 1e-8.
    """
    v, s, t = np.zeros_like(w), np.zeros_like(w), 0
    for _ in range(epochs):
        for gradient in gradients:
            t += 1
            g = gradient(w)
            v = 0.9 * v + 0.1 * g
            s = 0.999 * s + 0.001 * g**2
            v_hat, s_hat = v / (1 - 0.9**t), s / (1 - 0.999**t)
            w = w - rate * v_hat / (np.sqrt(s_hat) + 1e-8)
    return w


def _as_it_stood(w, gradients, epochs, rate):
    """The program of the task."""
    v, s = np.zeros_like(w), np.zeros_like(w)
    for epoch in range(1, epochs + 1):
        for gradient in gradients:
            g = gradient(w)
            v = 0.9 * v + 0.1 * g
            s = 0.999 * s + 0.001 * g
            v_hat, s_hat = v / (1 - 0.9**epoch), s / (1 - 0.999**epoch)
            w = w - rate * v_hat / (np.sqrt(np.abs(s_hat)) + 1e-8)
    return w


def _along_the_way(answer, w, gradients, epochs, rate):
    """The weights after one step, after two, and after all epochs."""
    first, second = (gradients * 2)[:1], (gradients * 2)[:2]
    return [answer(w, *run, rate) for run in ((first, 1), (second, 1), (gradients, epochs))]


def _several_slopes(random_state):
    n, batches = random_state.randint(2, 5), random_state.randint(2, 5)
    gradients = [
        _Slope(random_state.uniform(0.5, 4, size=n), random_state.randn(n)) for _ in range(batches)
    ]
    epochs, rate = random_state.randint(3, 6), random_state.uniform(0.05, 0.2)
    return random_state.randn(n), gradients, int(epochs), float(rate)


_NEW_EPOCH = "        for gradient"
_ZEROS = "        v, s = np.zeros_like(w), np.zeros_like(w)\n"
_FRESH = (_NEW_EPOCH, _ZEROS + _NEW_EPOCH)
_EPOCH_CLOCK = (
    ("for _ in range(epochs)", "for epoch in range(1, epochs + 1)"),
    ("t += 1", "t = epoch"),
)
_BATCH_CLOCK = (_NEW_EPOCH, "        t = 0\n" + _NEW_EPOCH)

adam_over_epochs = Exercise(
    "7.6",
    "Bug hunt: Adam on the wrong clock",
    _adam_over_epochs,
    inputs=_several_slopes,
    use=_along_the_way,
    arguments=("w", "gradients", "epochs", "rate"),
    results=("w after one step", "w after two steps", "w after all epochs"),
    properties={
        "The first step is as long as the rate in each coordinate, whatever the gradient: v_hat is"
        " then g, and s_hat is g**2. Yours is not.": (
            lambda path, w, gradients, epochs, rate: np.allclose(
                np.abs(path[0] - w)[np.abs(gradients[0](w)) > 1e-3], rate, rtol=1e-4
            )
        ),
    },
    corners={
        "a gradient that was always 0": (
            np.array([1.0, 2.0]),
            [_Slope(np.array([0.0, 1.0]), np.array([0.0, 1.0]))] * 2,
            3,
            0.1,
        ),
        "tiny gradients, where epsilon counts": (
            np.array([1.0]),
            [_Slope(np.array([1e-8]), np.array([0.0]))] * 2,
            2,
            0.1,
        ),
        "one minibatch": (
            np.array([1.0, -1.0]),
            [_Slope(np.array([2.0, 1.0]), np.array([0.5, 0.5]))],
            4,
            0.1,
        ),
    },
    hints=[
        "Follow the first epoch by hand, with a gradient that is always 2. What is s after the"
        " first step, and what after the second?",
        "A root of a sum of gradients needed an `abs`. Should it have?",
        "The averages get a new value at every step. By which number is their correction to count?",
    ],
    mistakes={
        "This is the program as it was, with both mistakes.": _as_it_stood,
        "One mended, one to go: s averages squares now. The correction still counts epochs, while"
        " the averages change at every step.": _EPOCH_CLOCK,
        "One mended, one to go: the clock is right now. s still averages the gradient, which may be"
        " negative and cancel; it is the square that has a root.": (
            ("g**2", "g"),
            ("np.sqrt(s_hat)", "np.sqrt(np.abs(s_hat))"),
        ),
        "One mended, one to go: the clock is right now. s averages the size of the gradient, whose"
        " root is another thing than the gradient's size: average the square.": (
            ("g**2", "np.abs(g)")
        ),
        "The clock is one step ahead: the first correction has t = 1.": (
            ("np.zeros_like(w), 0", "np.zeros_like(w), 1")
        ),
        "There is no correction left: both averages start at zero and need it.": (
            ("v / (1 - 0.9**t), s / (1 - 0.999**t)", "v, s")
        ),
        "The clock now starts again in every epoch: t counts all steps since the averages were"
        " zero.": _BATCH_CLOCK,
        "The averages start again in every epoch, and the clock does not: let both go on.": _FRESH,
        "Averages and clock start again in every epoch: that is consistent, and it throws away what"
        " they had learned.": (_NEW_EPOCH, _ZEROS + "        t = 0\n" + _NEW_EPOCH),
        "The clock counts epochs, and the averages start again in each of them.": (
            *_EPOCH_CLOCK,
            _FRESH,
        ),
        "v is not corrected for its start at zero; s is.": ("v / (1 - 0.9**t)", "v"),
        "s is not corrected for its start at zero; v is.": ("s / (1 - 0.999**t)", "s"),
        "The root is missing: divide by the root of the corrected s.": ("np.sqrt(s_hat)", "s_hat"),
        "You went uphill: subtract.": ("w - rate", "w + rate"),
    },
)
