"""Exercises of chapter 7: optimizers, from small batches to a schedule; one hunts two bugs."""

import numpy as np

from lib.exercises import exercise


def _average(beta="right", correction="right", start=0.0):
    """The running average of exercise 7.1 with one of its slips: an implementation."""

    def averages(values, b):
        v, found = start if start is not None else values[0], []
        for t, value in enumerate(values, start=1):
            if correction == "before":
                found.append(v / (1 - b**t))
            old, new = {"right": (b, 1 - b), "turned": (1 - b, b), "whole": (b, 1)}[beta]
            v = old * v + new * value
            if correction == "before":
                continue
            if correction == "fed back":
                v = v / (1 - b**t)
            divisor = {
                "right": 1 - b**t,
                "none": 1,
                "fed back": 1,
                "early": 1 - b ** (t - 1),
                "late": 1 - b ** (t + 1),
                "constant": 1 - b,
                "power of it": (1 - b) ** t,
                "product": 1 - b * t,
                "last": 1 - b ** len(values),
                "times": 1 / (1 - b**t),
                "turned": b**t,
            }[correction]
            found.append(v / divisor)
        return np.array(found)

    return averages


@exercise("7.1", "An average that starts right")
class corrected_average:
    """The bias-corrected exponentially weighted average after each of the values (n,), as (n,).

    v starts at 0 and becomes beta v + (1 - beta) value; what is returned is corrected for that
    start, and v itself is not.
    """

    arguments = ("values", "beta")

    def inputs(random_state):
        n = random_state.randint(4, 9)
        return random_state.uniform(5, 9, size=n), float(random_state.uniform(0.6, 0.95))

    def solution(values, beta):
        v, found = 0.0, []
        for t, value in enumerate(values, start=1):
            v = beta * v + (1 - beta) * value
            found.append(v / (1 - beta**t))
        return np.array(found)

    hints = [
        "Keep two things apart: v, which goes on, and what you report of it.",
        "The weights of t values add up to 1 - beta**t, and the first value has t = 1.",
        "`enumerate(values, start=1)` counts from 1.",
    ]
    mistakes = {
        "This is v without its correction: the first result should be the first value.": _average(
            correction="none"
        ),
        "The shares are turned: the old average keeps beta, the new value gets 1 - beta.": (
            _average("turned")
        ),
        "The new value comes in whole: it needs the factor 1 - beta.": _average("whole"),
        "You counted t from 0, so the first correction divides by 1 - beta**0, and that is 0: the"
        " first value has t = 1.": _average(correction="early"),
        "The corrections are one step late: the first value is divided by 1 - beta**1, and here by"
        " 1 - beta**2.": _average(correction="late"),
        "The corrected value went back into v, so it is corrected again at every step: correct what"
        " you report, and let v go on uncorrected.": _average(correction="fed back"),
        "You divided by 1 - beta each time: the weights of t values add up to 1 - beta**t.": (
            _average(correction="constant")
        ),
        "(1 - beta)**t is not 1 - beta**t: the power belongs to beta alone.": (
            _average(correction="power of it")
        ),
        "1 - beta * t is not 1 - beta**t: beta to the power t, `**`.": (
            _average(correction="product")
        ),
        "All are divided by the correction of the last one: each has its own t.": (
            _average(correction="last")
        ),
        "You multiplied by 1 - beta**t: v is too small, so divide.": _average(correction="times"),
        "You reported v before the day's own value was in it.": _average(correction="before"),
        "You divided by beta**t, which is what is missing: divide by what is there, 1 - beta**t.": (
            _average(correction="turned")
        ),
        "You started at the first value and corrected as well: one cure is enough, and the task has"
        " v start at 0.": _average(start=None),
        "You started at the first value and left out the correction: then the first value keeps a"
        " weight that no later one ever gets.": _average(correction="none", start=None),
        "This is the plain mean of all values so far: older values should count less.": (
            lambda values, beta: np.cumsum(values) / np.arange(1, len(values) + 1)
        ),
        "Only the last average came back: one for each value is asked for.": (
            lambda values, beta: _average()(values, beta)[-1]
        ),
    }


def _cut(order, size, starts=None):
    return [order[k : k + size] for k in (starts or range(0, len(order), size))]


@exercise("7.2", "The last one is smaller")
class batch_indices:
    """The column numbers of each minibatch of an epoch: a list of integer arrays.

    Take random_state.permutation(m) and cut it into pieces of batch_size, in its order; what is
    left at the end is a smaller batch. No batch is empty.
    """

    def inputs(random_state):
        m = random_state.randint(10, 25)
        batch_size = random_state.choice([k for k in range(2, 9) if m % k])
        return int(m), int(batch_size), np.random.RandomState(random_state.randint(1000))

    def solution(m, batch_size, random_state):
        order = random_state.permutation(m)
        return [order[start : start + batch_size] for start in range(0, m, batch_size)]

    corners = {
        "batch_size divides m": lambda random_state: (20, 5, random_state),
        "batch_size equals m": lambda random_state: (7, 7, random_state),
        "batch_size is 1": lambda random_state: (6, 1, random_state),
        "batch_size is larger than m": lambda random_state: (5, 8, random_state),
    }
    hints = [
        "One call of random_state.permutation(m) holds every number from 0 to m - 1 once.",
        "`range(0, m, batch_size)` are the places where the batches begin.",
        "A slice that reaches beyond the end of an array stops at the end.",
    ]
    mistakes = {
        "The last, smaller batch is missing: in every epoch some examples are left out.": (
            lambda m, B, rs: _cut(rs.permutation(m)[: m // B * B], B)
        ),
        "The examples come in the order of the file: shuffle them first.": (
            lambda m, B, rs: _cut(np.arange(m), B)
        ),
        "Each batch draws its own numbers: then some examples come twice in an epoch and others"
        " never. One permutation, cut into pieces.": (
            lambda m, B, rs: [rs.choice(m, min(B, m - k), replace=False) for k in range(0, m, B)]
        ),
        "There is a permutation for each batch: some examples come twice and others never. Draw one"
        " and cut it.": lambda m, B, rs: [rs.permutation(m)[k : k + B] for k in range(0, m, B)],
        "The batches overlap: the next one begins batch_size further, not one further.": (
            lambda m, B, rs: _cut(rs.permutation(m), B, range(0, m - B + 1))
        ),
        "These are equal parts, or nearly: every batch but the last should have batch_size.": (
            lambda m, B, rs: np.array_split(rs.permutation(m), -(-m // B))
        ),
        "You took batch_size for the number of batches.": (
            lambda m, B, rs: np.array_split(rs.permutation(m), B)
        ),
        "The batches are dealt out like cards: right as a partition, but cut the order into pieces,"
        " so that your batches and ours agree.": lambda m, B, rs: [
            order[k :: -(-m // B)] for order in [rs.permutation(m)] for k in range(-(-m // B))
        ],
        "The last batch was filled up with examples that had come already: they count twice.": (
            lambda m, B, rs: _cut(np.resize(rs.permutation(m), -(-m // B) * B), B)
        ),
        "The last batch is empty: stop before m.": (
            lambda m, B, rs: _cut(rs.permutation(m), B, range(0, m + B, B))
        ),
        "The last two batches were put together: keep the small one as it is.": (
            lambda m, B, rs: np.split(rs.permutation(m), range(B, m - B + 1, B))
        ),
        "The small batch comes first here: cut from the front, and it is the last.": (
            lambda m, B, rs: np.split(rs.permutation(m), range(m % B, m, B))
        ),
        "You drew with repetition: some examples come twice and others never. A permutation holds"
        " each once.": lambda m, B, rs: _cut(rs.choice(m, m), B),
        "The numbers go from 1 to m: columns are counted from 0.": (
            lambda m, B, rs: _cut(rs.permutation(m) + 1, B)
        ),
        "Each batch was sorted: keep the order of the permutation.": (
            lambda m, B, rs: [np.sort(batch) for batch in _cut(rs.permutation(m), B)]
        ),
        "This is the first batch alone: all of them are asked for, in a list.": (
            lambda m, B, rs: rs.permutation(m)[:B]
        ),
        "This is the whole order in one piece: cut it.": lambda m, B, rs: [rs.permutation(m)],
    }


def _momentum(form):
    """The step of exercise 7.3 with one of its slips: an implementation."""

    def step(w, v, gradient, rate, beta):
        new = beta * v + (1 - beta) * gradient
        if form == "without":
            new = beta * v + gradient
        elif form == "turned":
            new = (1 - beta) * v + beta * gradient
        elif form == "no memory":
            new = (1 - beta) * gradient
        elif form == "minus":
            new = beta * v - (1 - beta) * gradient
        elif form in ("rate twice", "rate inside"):
            new = beta * v + rate * (1 - beta) * gradient
        elif form == "rate for the share":
            new = beta * v + rate * gradient
        elif form == "square":
            new = beta * v + (1 - beta) * gradient**2
        along = {"old": v, "gradient": gradient}.get(form, new)
        stepped = w + rate * new if form == "uphill" else w - rate * along
        if form in ("rate nowhere", "rate inside", "rate for the share"):
            stepped = w - new
        if form == "corrected":
            stepped = w - rate * new / (1 - beta)
        if form == "old back":
            return stepped, v
        if form == "weights only":
            return stepped
        return (new, stepped) if form == "turned pair" else (stepped, new)

    return step


def _momentum_in_place(w, v, gradient, rate, beta):
    v *= beta
    v += (1 - beta) * gradient
    w -= rate * v
    return w, v


@exercise("7.3", "A step with inertia")
class momentum_step:
    """One step of momentum in the course's form: the new weights and the new v, both (n,).

    v = beta v + (1 - beta) gradient, and the weights go against the new v. The arrays that come in
    are left alone.
    """

    results = ("the weights", "v")

    def inputs(random_state):
        n = random_state.randint(2, 6)
        w, v, gradient = random_state.randn(3, n)
        rate, beta = random_state.uniform(0.2, 0.8), random_state.uniform(0.6, 0.95)
        return w, v, gradient, float(rate), float(beta)

    def solution(w, v, gradient, rate, beta):
        v = beta * v + (1 - beta) * gradient
        return w - rate * v, v

    hints = [
        "Two lines: first v, then the weights, along the v of this step.",
        "`v *= beta` would change the caller's array; `v = beta * v + …` makes a new one.",
    ]
    mistakes = {
        "The gradient comes in whole: that is the other form, and wants another rate. Here it gets"
        " the factor 1 - beta.": _momentum("without"),
        "The shares are turned: the old v keeps beta.": _momentum("turned"),
        "The old v is lost: keep beta of it.": _momentum("no memory"),
        "You stepped along the old v, before this gradient was in it.": _momentum("old"),
        "You stepped along the gradient; v was computed for nothing.": _momentum("gradient"),
        "You went uphill: subtract.": _momentum("uphill"),
        "The gradient has the wrong sign in v; the minus belongs to the weights.": (
            _momentum("minus")
        ),
        "The rate is in v as well as in the step: once is enough.": _momentum("rate twice"),
        "The rate is nowhere: the step is rate * v.": _momentum("rate nowhere"),
        "The rate is inside v. That is a third form, and it walks the same path as long as the rate"
        " stays; here v is an average of gradients, and the rate comes in the second line.": (
            _momentum("rate inside")
        ),
        "The rate stands where 1 - beta belongs: that is the form of some other programs.": (
            _momentum("rate for the share")
        ),
        "v averages the gradient itself here, not its square.": _momentum("square"),
        "You divided by 1 - beta: that undoes the factor.": _momentum("corrected"),
        "The weights are right; the v that came back is the old one.": _momentum("old back"),
        "The weights are right, and v is missing: return both, the next step needs v.": (
            _momentum("weights only")
        ),
        "Both are right and in the wrong order: first the weights, then v.": (
            _momentum("turned pair")
        ),
        "The numbers are right, but the caller's w and v were changed: make new arrays.": (
            _momentum_in_place
        ),
    }


def _adam(form):
    """The step of exercise 7.4 with one of its slips: an implementation."""

    def step(w, v, s, gradient, t, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        if form == "fixed":
            beta1, beta2, epsilon = 0.9, 0.999, 1e-8
        if form == "one beta":
            beta2 = beta1
        if form == "betas turned":
            beta1, beta2 = beta2, beta1
        v = beta1 * v + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * (gradient if form == "g" else gradient**2)
        if form == "square of v":
            s = beta2 * s + (1 - beta2) * v**2
        if form == "whole":
            v, s = v + beta1 * gradient, s + beta2 * gradient**2  # tops 1 - beta up to 1
        t_used = t + 1 if form == "late" else t
        v_hat, s_hat = v / (1 - beta1**t_used), s / (1 - beta2**t_used)
        if form in ("uncorrected", "v uncorrected"):
            v_hat = v
        if form in ("uncorrected", "s uncorrected"):
            s_hat = s
        if form == "times":
            v_hat, s_hat = v * (1 - beta1**t), s * (1 - beta2**t)
        root = s_hat if form == "no root" else np.sqrt(np.abs(s_hat))
        top = gradient if form == "rmsprop" else v_hat
        divisor = root if form == "no epsilon" else root + epsilon
        if form == "under the root":
            divisor = np.sqrt(s_hat + epsilon)
        new = w - (1 if form == "no rate" else rate) * top / divisor
        if form == "uphill":
            new = w + rate * top / divisor
        if form == "short":
            new = w - rate * np.sqrt(1 - beta2**t) / (1 - beta1**t) * v / (np.sqrt(s) + epsilon)
        if form == "weights last":
            return v, s, new
        if form == "weights only":
            return new
        return (new, v_hat, s_hat) if form == "hats back" else (new, v, s)

    return step


@exercise("7.4", "Adam's step")
class adam_step:
    """One step of Adam: the new weights, v and s, all (n,). t is the number of the step, from 1.

    v and s come back uncorrected, since they go on; the corrected ones are for this step alone.
    """

    results = ("the weights", "v", "s")

    def inputs(random_state):
        n = random_state.randint(2, 6)
        w, v, gradient = random_state.randn(3, n)
        s, t = random_state.uniform(0.5, 2, size=n), random_state.randint(2, 9)
        rate, beta1 = random_state.uniform(0.1, 0.5), random_state.uniform(0.6, 0.8)
        beta2, epsilon = random_state.uniform(0.85, 0.98), random_state.uniform(0.05, 0.2)
        return w, v, s, gradient, int(t), *map(float, (rate, beta1, beta2, epsilon))

    def solution(w, v, s, gradient, t, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        v = beta1 * v + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        v_corrected = v / (1 - beta1**t)
        s_corrected = s / (1 - beta2**t)
        return w - rate * v_corrected / (np.sqrt(s_corrected) + epsilon), v, s

    hints = [
        "Five lines: v, s, the two corrected ones, and the weights.",
        "Give the corrected ones names of their own, and hand back v and s.",
        "The root is taken of the corrected s; epsilon is added to the root.",
    ]
    mistakes = {
        "Neither average is corrected for its start at 0.": _adam("uncorrected"),
        "v is not corrected; s is.": _adam("v uncorrected"),
        "s is not corrected; v is.": _adam("s uncorrected"),
        "You multiplied by 1 - beta**t: divide, the averages are too small.": _adam("times"),
        "The corrections are one step late: t counts from 1 already.": _adam("late"),
        "The step is right, and the corrected averages came back: next time they would be corrected"
        " twice.": _adam("hats back"),
        "The root is missing: a gradient of 0.1 would be divided by 0.01.": _adam("no root"),
        "s averages the gradient itself: square it.": _adam("g"),
        "s averages the square of v: it is the gradient that is squared.": _adam("square of v"),
        "This is RMSprop with a correction: the step goes along the corrected v.": _adam("rmsprop"),
        "v and s fade at one speed: s has a beta of its own, beta2.": _adam("one beta"),
        "The two betas are exchanged: beta1 belongs to v, beta2 to s.": _adam("betas turned"),
        "0.9, 0.999 and 1e-8 stand in your code as numbers: use the arguments, which may differ.": (
            _adam("fixed")
        ),
        "The gradient comes in without 1 - beta1, its square without 1 - beta2.": _adam("whole"),
        "epsilon is under the root: it is added to the root.": _adam("under the root"),
        "This is the short form, whose epsilon stands beside the uncorrected root and so is another"
        " number: correct s first.": _adam("short"),
        "epsilon is missing: a gradient that was always 0 would be divided by 0.": (
            _adam("no epsilon")
        ),
        "The rate is missing.": _adam("no rate"),
        "You went uphill: subtract.": _adam("uphill"),
        "All three are right and in the wrong order: first the weights, then v and s.": (
            _adam("weights last")
        ),
        "The weights are right; v and s have to come back too, the next step needs them.": (
            _adam("weights only")
        ),
    }


def _schedule(form):
    """The schedule of exercise 7.5 with one of its slips: an implementation."""

    def rate(steps, highest, warm_up):
        t = steps + 1
        if form == "from 0":
            t = steps
        if form == "minimum turned":
            return highest * max(t / warm_up, np.sqrt(warm_up / max(t, 1)))
        if form == "no highest":
            return min(t / warm_up, np.sqrt(warm_up / t))
        if form == "root up":
            return highest * np.sqrt(min(t / warm_up, warm_up / t))
        if form == "no warm-up":
            return highest * min(1, np.sqrt(warm_up / t))
        if form == "no decay":
            return highest * min(t / warm_up, 1)
        if t <= warm_up:
            return highest * t / warm_up
        fall = {
            "no root": warm_up / t,
            "steps": np.sqrt(warm_up / max(steps, 1)),
            "jump": 1 / np.sqrt(t),
            "restart": 1 / np.sqrt(t - warm_up),
            "upside down": np.sqrt(t / warm_up),
        }
        return highest * fall.get(form, np.sqrt(warm_up / t))

    return rate


@exercise("7.5", "Up first, then down")
class warm_up_rate:
    """The learning rate of the next step, when ``steps`` of them have been taken; a number.

    With t = steps + 1: the rate rises in equal parts to ``highest`` at t = warm_up, and falls from
    there with the inverse square root of t, without a jump.
    """

    def inputs(random_state):
        warm_up = random_state.randint(3, 9)
        steps = [0, warm_up - 1, warm_up, 3 * warm_up, random_state.randint(1, 40)]
        return [int(k) for k in steps], float(random_state.uniform(0.1, 1)), int(warm_up)

    def use(answer, steps, highest, warm_up):
        return [answer(k, highest, warm_up) for k in steps]

    def solution(steps, highest, warm_up):
        t = steps + 1
        return highest * min(t / warm_up, (warm_up / t) ** 0.5)

    hints = [
        "Two pieces: highest * t / warm_up before, something with the root of t behind.",
        "Both pieces have to be `highest` at t = warm_up: which factor does the root need?",
        "The smaller of the two pieces is always the right one, so `min` will do.",
    ]
    mistakes = {
        "t is the number of the step that is about to be taken, steps + 1: yours begins with a rate"
        " of 0.": _schedule("from 0"),
        "It falls like 1 / t: the root is missing.": _schedule("no root"),
        "There is a jump at the top: the root needs the factor sqrt(warm_up), so that both pieces"
        " meet.": _schedule("jump"),
        "The fall counts its t from the top: it is the root of t itself, times sqrt(warm_up).": (
            _schedule("restart")
        ),
        "It goes on rising behind the top: turn the fraction under the root over.": (
            _schedule("upside down")
        ),
        "You took the larger of the two pieces: the smaller is the right one.": (
            _schedule("minimum turned")
        ),
        "The top is 1: the factor `highest` is missing.": _schedule("no highest"),
        "The root belongs to the fall alone: the rise goes in equal parts.": _schedule("root up"),
        "The fall counts steps, and the rise t = steps + 1: use t in both.": _schedule("steps"),
        "The warm-up is missing: below warm_up the rate is highest * t / warm_up.": (
            _schedule("no warm-up")
        ),
        "It never falls: behind the top it goes with the inverse root of t.": _schedule("no decay"),
    }


def _descent(clock="step", square=True, fresh=False, size=False):
    """Adam over epochs, with or without the slips of exercise 7.6: an implementation."""

    def run(w, gradients, epochs, rate):
        v, s, t = np.zeros_like(w), np.zeros_like(w), 0
        for epoch in range(epochs):
            if fresh:
                v, s = np.zeros_like(w), np.zeros_like(w)
            for k, gradient in enumerate(gradients):
                t += 1
                clocks = {"step": t, "epoch": epoch + 1, "batch": k + 1, "late": t + 1}
                count = clocks.get(clock, np.inf)  # after infinitely many steps: no correction
                g = gradient(w)
                v = 0.9 * v + 0.1 * g
                s = 0.999 * s + 0.001 * (g**2 if square else np.abs(g) if size else g)
                v_hat, s_hat = v / (1 - 0.9**count), s / (1 - 0.999**count)
                w = w - rate * v_hat / (np.sqrt(np.abs(s_hat)) + 1e-8)
        return w

    return run


class _Slope:
    """The gradient of a parabola with its floor somewhere, which says what it is when shown."""

    def __init__(self, curvature, floor):
        self.curvature, self.floor = curvature, floor

    def __call__(self, w):
        return self.curvature * (w - self.floor)

    def __repr__(self):
        return f"{np.round(self.curvature, 2)} * (w - {np.round(self.floor, 2)})"


def _published(w, gradients, epochs, rate):
    """The program of the task, as it stands there."""
    v, s = np.zeros_like(w), np.zeros_like(w)
    for epoch in range(1, epochs + 1):
        for gradient in gradients:
            g = gradient(w)
            v = 0.9 * v + 0.1 * g
            s = 0.999 * s + 0.001 * g
            v_hat, s_hat = v / (1 - 0.9**epoch), s / (1 - 0.999**epoch)
            w = w - rate * v_hat / (np.sqrt(np.abs(s_hat)) + 1e-8)
    return w


@exercise("7.6", "Bug hunt: Adam on the wrong clock")
class adam_over_epochs:
    """The weights (n,) after some epochs of Adam, one step for each function in ``gradients``.

    Each of these takes the weights and returns the gradient of one minibatch.
    """

    def inputs(random_state):
        n, batches = random_state.randint(2, 5), random_state.randint(2, 5)
        gradients = [
            _Slope(random_state.uniform(0.5, 4, size=n), random_state.randn(n))
            for _ in range(batches)
        ]
        epochs, rate = random_state.randint(3, 6), random_state.uniform(0.05, 0.2)
        return random_state.randn(n), gradients, int(epochs), float(rate)

    def solution(w, gradients, epochs, rate):
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

    hints = [
        "Follow the first epoch by hand, with a gradient that is always 2. What is s after the"
        " first step, and what after the second?",
        "A root of a sum of gradients needed an `abs`. Should it have?",
        "The averages get a new value at every step. By which number is their correction to count?",
    ]
    mistakes = {
        "This is the program as it was, with both slips.": _published,
        "One mended, one to go: s averages squares now. The correction still counts epochs, while"
        " the averages change at every step.": _descent("epoch"),
        "One mended, one to go: the clock is right now. s still averages the gradient, which may be"
        " negative and cancel; it is the square that has a root.": _descent("step", square=False),
        "One mended, one to go: the clock is right now. s averages the size of the gradient, whose"
        " root is another thing than the gradient's size: average the square.": _descent(
            square=False, size=True
        ),
        "The clock is one step ahead: the first correction has t = 1.": _descent("late"),
        "There is no correction left: both averages start at zero and need it.": _descent("none"),
        "The clock now starts again in every epoch: t counts all steps since the averages were"
        " zero.": _descent("batch"),
        "The averages start again in every epoch, and the clock does not: let both go on.": (
            _descent("step", fresh=True)
        ),
        "Averages and clock start again in every epoch: that is consistent, and it throws away what"
        " they had learned.": _descent("batch", fresh=True),
        "The clock counts epochs, and the averages start again in each of them.": _descent(
            "epoch", fresh=True
        ),
    }
