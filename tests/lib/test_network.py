"""The network over one flat vector: views, copies, gradients, dtypes, refusals."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given

from lib import (
    L2,
    BinaryCrossEntropy,
    Dense,
    LeakyReLU,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    check_gradients,
    he,
    sigmoid,
)
from tests.lib.networks import examples, random_networks, small, words

COPIES = {
    "deepcopy": copy.deepcopy,
    **{
        f"pickle protocol {p}": lambda net, p=p: pickle.loads(pickle.dumps(net, protocol=p))
        for p in range(2, pickle.HIGHEST_PROTOCOL + 1)
    },
}


# --- the gradient ---------------------------------------------------------------------------------


@given(random_networks())
def test_the_gradient_is_the_complex_step_derivative(drawn):
    net, X, Y = drawn
    report = check_gradients(net, X, Y, method="complex-step")
    assert report.relative_difference < 1e-10


@given(random_networks())
def test_cost_and_gradient_returns_the_cost(drawn):
    net, X, Y = drawn
    cost = net.cost_and_gradient(X, Y)
    assert type(cost) is float and type(net.cost(X, Y)) is float
    assert cost == pytest.approx(net.cost(X, Y), rel=1e-13)


@given(random_networks())
def test_the_gradient_is_the_mean_of_those_of_one_column_batches(drawn):
    net, X, Y = drawn
    net.penalty = None  # which divides by m in its own way
    net.cost_and_gradient(X, Y)
    together, alone = net.gradient.copy(), []
    for i in range(X.shape[1]):
        net.cost_and_gradient(X[:, i : i + 1], Y[:, i : i + 1])
        alone.append(net.gradient.copy())
    np.testing.assert_allclose(together, np.mean(alone, axis=0), atol=1e-13)


def test_layers_before_the_first_parameters_may_stand_there():
    X, Y = examples()
    report = check_gradients(small(Tanh(), Dense(2), ReLU(), Dense(1)), X, Y)
    assert report.relative_difference < 1e-7


# --- what comes out -------------------------------------------------------------------------------


@given(random_networks())
def test_shapes_and_predictions(drawn):
    net, X, Y = drawn
    m = X.shape[1]
    Z, A, labels = net.forward(X), net.predict_proba(X), net.predict(X)
    assert Z.shape == A.shape == Y.shape
    assert labels.shape == (1, m) and labels.dtype.kind == "i"
    if net.n_outputs == 1:
        np.testing.assert_array_equal(labels, A > 0.5)
    else:
        np.testing.assert_allclose(A.sum(axis=0), 1)
        np.testing.assert_array_equal(labels[0], A.argmax(axis=0))


def test_forward_is_the_formula_on_the_page():
    net, (X, _) = small(), examples()
    first, _, last = net.layers
    np.testing.assert_allclose(net.forward(X), last.W @ np.tanh(first.W @ X + first.b) + last.b)
    np.testing.assert_allclose(net.predict_proba(X), sigmoid(net.forward(X)))


def test_what_is_passed_in_is_not_changed():
    net, (X, Y) = small(ReLU(), Dense(3), ReLU(), Dense(1), penalty=L2(1)), examples()
    kept = X.copy(), Y.copy()
    net.cost_and_gradient(X, Y), net.predict(X), net.predict_proba(X)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(Y, kept[1])


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_order_does_not_matter(order):
    net, (X, Y) = small(), examples()
    expected = net.cost(np.array(X, order="F"), Y)
    assert net.cost(np.array(X, order=order), Y) == pytest.approx(expected, rel=1e-14)


# --- dtypes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("x_dtype", ["f8", "f4", "i8", "u1", "?"])
@pytest.mark.parametrize("y_dtype", ["f8", "i8", "u1", "?"])
@pytest.mark.parametrize("classes", [2, 3])
def test_float32_stays_float32_everywhere(x_dtype, y_dtype, classes):
    X, Y = examples(classes=classes)
    X, Y = (X > 0).astype(x_dtype), Y.astype(y_dtype)
    loss = BinaryCrossEntropy() if classes == 2 else SoftmaxCrossEntropy()
    last = Dense(1 if classes == 2 else 3)
    bends = [Dense(4), Sigmoid(), Dense(4), Tanh(), Dense(4), ReLU(), Dense(4), LeakyReLU()]
    net = small(*bends, last, loss=loss, penalty=L2(0.5), dtype=np.float32)

    seen = []
    for layer in net.layers:
        forward, backward = layer.forward, layer.backward
        layer.forward = lambda A, training, f=forward: seen.append(f(A, training)) or seen[-1]
        layer.backward = lambda dA, f=backward: seen.append(f(dA)) or seen[-1]
    assert type(net.cost_and_gradient(X, Y)) is float
    assert len(seen) == 18 and {a.dtype for a in seen if a is not None} == {np.dtype("f4")}
    assert net.parameters.dtype == net.gradient.dtype == np.float32
    assert net.forward(X).dtype == net.predict_proba(X).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_labels_of_any_kind_cost_the_same(dtype):
    net, (X, Y) = small(dtype=dtype), examples()
    costs = [net.cost(X, Y.astype(kind)) for kind in ("i8", "u1", "?", "f4", "f8")]
    assert costs == pytest.approx([costs[0]] * 5, rel=1e-13)


def test_float32_follows_float64():
    X, Y = examples()
    assert small(dtype=np.float32).cost(X, Y) == pytest.approx(small().cost(X, Y), rel=1e-6)


def test_astype_is_an_independent_copy_that_computes_in_that_dtype():
    net, (X, _) = small(), examples()
    twin = net.astype(np.float32)
    assert twin.forward(X).dtype == np.float32
    twin.parameters[:] = 0
    assert net.layers[0].W.all() and net.forward(X).dtype == np.float64
    assert net.astype(complex).parameters.dtype == complex


# --- one flat vector ------------------------------------------------------------------------------


def test_every_parameter_is_a_view_into_the_flat_vectors():
    net = small(Dense(4), ReLU(), Dense(2), Tanh(), Dense(1))
    assert net.parameters.shape == net.gradient.shape == (4 * 3 + 4 + 2 * 4 + 2 + 2 + 1,)
    net.parameters[:] = np.arange(29)
    net.gradient[:] = -np.arange(29)
    parts = [(l, name) for l in (0, 2, 4) for name in ("W", "b")]
    values = [getattr(net.layers[l], name) for l, name in parts]
    slopes = [getattr(net.layers[l], "d" + name) for l, name in parts]
    np.testing.assert_array_equal(np.concatenate([v.ravel() for v in values]), np.arange(29))
    np.testing.assert_array_equal(np.concatenate([s.ravel() for s in slopes]), -np.arange(29))
    net.layers[2].b[...] = 7
    np.testing.assert_array_equal(net.parameters[24:26], 7)


def test_assigning_parameters_copies_values():
    net, values = small(), np.arange(21.0)
    vector = net.parameters
    net.parameters = values
    values[0] = 100
    assert net.parameters is vector and net.layers[0].W[0, 0] == 0
    with pytest.raises(ValueError):
        net.parameters = np.ones(5)


@pytest.mark.parametrize(
    "value, error, got",
    [
        (None, TypeError, "dtype object"),
        ("a", TypeError, "dtype <U1"),
        (["1"] * 4, TypeError, "dtype <U1"),
        (np.ma.masked_equal([1, 2, 2, 1], 2), ValueError, "2 masked values"),
        ([[1], [2, 3]], ValueError, "not a full table of numbers"),
    ],
)
@pytest.mark.parametrize("name", ["parameters", "W"])
def test_what_is_no_number_is_not_written(name, value, error, got):
    net = small(Dense(1), n_inputs=4 if name == "W" else 3)
    before = net.parameters.copy()
    place = net if name == "parameters" else net.layers[0]
    if isinstance(value, (list, np.ma.MaskedArray)) and name == "W" and np.shape(value[0]) == ():
        value = value[np.newaxis] if isinstance(value, np.ndarray) else [value]
    with pytest.raises(error, match=f"{name} .*{got}"):
        setattr(place, name, value)
    np.testing.assert_array_equal(net.parameters, before)


def test_locate_names_every_parameter():
    net = small(Dense(4), ReLU(), Dense(2), Tanh(), Dense(1))
    net.parameters[:] = np.arange(29)
    names = [net.locate(i) for i in range(29)]
    assert names[0] == "layers[0].W[0, 0]" and names[-1] == "layers[4].b[0, 0]"
    assert [eval(f"net.{name}", {"net": net}) for name in names] == list(range(29))


@pytest.mark.parametrize("i", [-1, 21, 1000])
def test_locate_refuses_what_is_not_there(i):
    with pytest.raises(IndexError, match=f"i is {i}; the network has 21 parameters"):
        small().locate(i)


@pytest.mark.parametrize("name", ["W", "b", "dW", "db"])
def test_an_assignment_writes_into_the_view(name):
    net = small()
    layer = net.layers[2]
    vector, view = net.gradient if name[0] == "d" else net.parameters, getattr(layer, name)
    values = np.full(view.shape, 7.5)
    setattr(layer, name, values)
    assert getattr(layer, name) is view and np.shares_memory(view, vector)
    assert (view == 7.5).all() and np.sum(vector == 7.5) == view.size
    values[...] = 0  # which the layer does not feel
    assert (view == 7.5).all()
    setattr(layer, name, 2)  # one number for all
    assert (view == 2).all()
    with pytest.raises(ValueError, match=words(f"{name} has shape (5, 5); it needs {view.shape}")):
        setattr(layer, name, np.ones((5, 5)))
    assert (view == 2).all()


def test_a_view_can_be_changed_in_place_and_copied_from_another_layer():
    net = small(Dense(3), Tanh(), Dense(3), Tanh(), Dense(1))
    first, other = net.layers[0].W.copy(), net.layers[2]
    other.W = net.layers[0].W
    other.W *= 2
    np.testing.assert_array_equal(other.W, 2 * first)
    np.testing.assert_array_equal(net.layers[0].W, first)
    assert np.shares_memory(other.W, net.parameters)


def test_a_copied_layer_leaves_data_and_views_behind_and_may_join_another_network():
    net = small()
    net.cost_and_gradient(*examples())
    for layer in (copy.copy(net.layers[0]), copy.deepcopy(net.layers[0])):
        assert set(vars(layer)) == {"n_outputs", "bias", "is_first"}
        twin = small(layer, Tanh(), Dense(1))
        np.testing.assert_array_equal(twin.parameters, small().parameters)


# --- copies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_is_whole_and_independent(duplicate):
    net, (X, Y) = small(penalty=L2(0.3)), examples()
    expected = net.cost_and_gradient(X, Y)
    twin = duplicate(net)
    np.testing.assert_array_equal(twin.gradient, net.gradient)
    assert twin.cost_and_gradient(X, Y) == pytest.approx(expected, rel=1e-13)
    twin.layers[0].W[...] = 0
    assert not twin.parameters[:12].any() and net.parameters[:12].all()
    assert net.cost(X, Y) == pytest.approx(expected, rel=1e-13) != twin.cost(X, Y)


def test_a_copy_takes_no_data_along():
    net = small(Dense(2), Sigmoid(), Dense(2), Tanh(), Dense(2), ReLU(), Dense(2), LeakyReLU(0.2),
                Dense(1))  # fmt: skip
    before = len(pickle.dumps(net))
    net.cost_and_gradient(*examples(m=10_000))
    assert len(pickle.dumps(net)) == before
    assert all("cache" not in vars(layer) for layer in copy.deepcopy(net).layers)


def test_a_network_that_was_put_in_a_list_twice_is_unpickled_once():
    one, other = pickle.loads(pickle.dumps([net := small(), net]))
    assert one is other


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layers, error, message",
    [
        ([], ValueError, "layers is empty; the last layer needs to be linear, such as Dense(1)"),
        ([Dense(1), Sigmoid()], ValueError, "layers ends with Sigmoid(); the last layer needs to"),
        ([Dense(2), ReLU, Dense(1)], TypeError, "layers[1] is <class 'lib.activations.ReLU'>"),
        ([Dense(2), "relu", Dense(1)], TypeError, "layers[1] is 'relu'; it needs to be one such"),
        ([4, 1], TypeError, "layers[0] is 4; it needs to be one such as ReLU()"),
        ([Dense(2)], ValueError, "the last layer has 2 outputs; BinaryCrossEntropy needs exactly"),
        (Dense(1), TypeError, "layers is Dense(1); it needs to be a list such as [Dense(1)]"),
        (None, TypeError, "layers is None; it needs to be a list such as [Dense(1)]"),
    ],
)
def test_layers_refused(layers, error, message):
    with pytest.raises(error, match=words(message)):
        Network(layers, 3)


def test_a_layer_belongs_to_one_network():
    shared = Dense(2)
    Network([shared, Dense(1)], 3)
    message = "layers[0], Dense(2), is already in a network; make a new one"
    with pytest.raises(ValueError, match=words(message)):
        Network([shared, Dense(1)], 3)
    twice = ReLU()
    with pytest.raises(ValueError, match=words("layers[3], ReLU(), is already in a network")):
        Network([Dense(2), twice, Dense(2), twice, Dense(1)], 3)


def test_layers_of_a_refused_network_can_be_used_in_another_place():
    layer = Dense(2)
    with pytest.raises(ValueError, match="the last layer has 2 outputs"):
        Network([layer], 3)
    net = Network([Dense(4), Tanh(), layer, Tanh(), Dense(1)], 3, random_state=0)
    assert not layer.is_first
    assert check_gradients(net, *examples()).relative_difference < 1e-7


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"n_inputs": 0}, ValueError, "n_inputs is 0; it needs to be at least 1"),
        ({"n_inputs": 2.5}, TypeError, "n_inputs is 2.5; it needs to be a whole number"),
        ({"dtype": int}, ValueError, "it needs to be one of dtype('float64'), dtype('float32')"),
        ({"dtype": "half"}, ValueError, "dtype is 'half'; it needs to be one of"),
        ({"loss": "log"}, TypeError, "loss is 'log'; it needs to be one such as Binary"),
        ({"loss": BinaryCrossEntropy}, TypeError, "add parentheses to make one"),
        ({"initializer": "he"}, TypeError, "initializer is 'he'; it needs to be one such as he"),
        ({"penalty": 0.7}, TypeError, "penalty is 0.7; it needs to be one such as L2(0.7)"),
        ({"penalty": L2}, TypeError, "add parentheses to make one"),
        ({"random_state": -1}, ValueError, "random_state is -1; it needs to be between 0 and"),
    ],
)
def test_options_refused(options, error, message):
    with pytest.raises(error, match=words(message)):
        Network([Dense(1)], **{"n_inputs": 3, **options})


@pytest.mark.parametrize("dtype", [float, "f4", np.float32, np.dtype("f8")])
def test_dtypes_may_be_written_in_many_ways(dtype):
    assert small(dtype=dtype).parameters.dtype == np.dtype(dtype)


@pytest.mark.parametrize("door", ["forward", "predict", "predict_proba"])
def test_every_door_looks_at_X(door):
    with pytest.raises(ValueError, match="X has 7 rows, the network has 3 inputs; it looks trans"):
        getattr(small(), door)(np.ones((7, 3)))


@pytest.mark.parametrize("door", ["cost", "cost_and_gradient", "check"])
def test_labels_may_not_be_left_out(door):
    X, _ = examples(n_inputs=2)
    with pytest.raises(TypeError, match="Y has dtype object; it needs real numbers"):
        getattr(small(n_inputs=2), door)(X, None)


@pytest.mark.parametrize("door", ["cost", "cost_and_gradient", "check"])
def test_every_door_looks_at_X_and_Y(door):
    X, Y = examples()
    with pytest.raises(ValueError, match=words("X[0, 0] is nan")):
        getattr(small(), door)(X * np.nan, Y)
    with pytest.raises(ValueError, match=words("Y has shape (1, 6); it needs (1, 7)")):
        getattr(small(), door)(X, Y[:, 1:])


def test_the_same_seed_gives_the_same_network():
    np.testing.assert_array_equal(small(seed=3).parameters, small(seed=3).parameters)
    assert (small(seed=3).parameters != small(seed=4).parameters).any()
    assert (small(seed=None).parameters != small(seed=None).parameters).any()


def test_a_network_is_shown_as_it_is_written():
    assert repr(small(initializer=he, penalty=L2(0.7))) == (
        "Network([Dense(4), Tanh(), Dense(1)], n_inputs=3, loss=BinaryCrossEntropy(),"
        " penalty=L2(0.7)): 21 parameters, float64"
    )
