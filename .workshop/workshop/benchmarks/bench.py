"""Speed, as ratios from one interleaved run. `make bench` prints the tables, and stores them in
``.workshop/workshop/benchmarks/results.json``, in README.md and in ``speed.png`` beside it.

    make bench                              every table
    make bench ARGS="--steps"               the step times only; the other tables stay
    make bench ARGS="--only a b --rounds 9"      two of the step times, printed and not stored

Everybody runs on one thread and one core, in turn, round after round; a number is the median over
the rounds. What counts is processor time, so that other programs disturb little; what they still do
slows all of them alike, and the ratios hold better than the times. A processor with AVX-512 is
measured once more with everybody told to do without. Peers that are not installed
(``pip install -e '.[bench]'``) are left out and named.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
for name in THREADS:  # before NumPy is loaded
    os.environ[name] = "1"
XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["XLA_FLAGS"] = f"{XLA} {os.environ.get('BENCH_XLA_FLAGS', '')}"

import numpy as np  # noqa: E402 (after the threads are set)

from lib.plots.style import COLOURS, DASHES, ORDER, canvas, figure  # noqa: E402
from workshop import ROOT  # noqa: E402
from workshop.benchmarks.peers import PEERS, Workload  # noqa: E402
from workshop.execute import chapter_paths  # noqa: E402
from workshop.machine import blas, levels  # noqa: E402

HERE = Path(__file__).resolve().parent
LARGE = {"widths": (784, 512, 256, 10), "m": 60_000, "batch_size": 128, "optimizer": "adam"}
STEPS = {  # name: (workload, steps in one turn)
    "a": (Workload((12288, 20, 7, 5, 1), 209), 20),
    "a, float32": (Workload((12288, 20, 7, 5, 1), 209, dtype="float32"), 20),
    "b": (Workload((2, 20, 3, 1), 211), 1000),
    "b, float32": (Workload((2, 20, 3, 1), 211, dtype="float32"), 1000),
    "c": (Workload(**LARGE), 120),
    "c, float32": (Workload(**LARGE, dtype="float32"), 120),
    "d": (Workload(**LARGE, batch_norm=True), 120),
    "d, float32": (Workload(**LARGE, batch_norm=True, dtype="float32"), 120),
}
EXPLAINED = {
    "a": "12288-20-7-5-1, 209 examples, all at once",
    "b": "2-20-3-1, 211 examples, all at once",
    "c": "784-512-256-10, batches of 128, Adam",
    "d": "the same with batch normalization",
}


CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else {0}


def use(cores):
    """Run on these cores from here on, with every process that is started (on Linux)."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def interleaved(workload, steps, rounds):
    """Processor seconds a step: {peer: [one a round]}, and why some peers are missing."""
    runs, missing = {}, {}
    for name, peer in PEERS.items():
        if name.endswith("fused optimizer") and workload.optimizer != "adam":
            continue
        try:
            runs[name] = peer(workload)
            runs[name](2)  # compiles, allocates, and warms up
        except (ImportError, NotImplementedError) as error:
            missing[name] = str(error)
    seconds = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run(steps)
            seconds[name].append((time.process_time() - start) / steps)
    return seconds, missing


def step_times(rounds, only=None):
    """Of every workload {peer: median, lowest and highest seconds a step}; and who is missing."""
    steps, absent = {}, {}
    for name, (workload, count) in STEPS.items():
        if only and name[0] not in only:
            continue
        seconds, missing = interleaved(workload, count, rounds)
        steps[name] = {
            peer: [statistics.median(times), min(times), max(times)]
            for peer, times in seconds.items()
        }
        absent |= missing
        shown = {peer: f"{1e6 * times[0]:.0f} µs" for peer, times in steps[name].items()}
        print(name, shown, file=sys.stderr, flush=True)
    return steps, absent


def steps_without_avx512(arguments):
    """{kernel: step times} in a process where everybody does without AVX-512; None if all do here.

    Asked are OpenBLAS, NumPy, PyTorch with its MKL and oneDNN, and XLA.
    """
    new = [level for level in levels() if "512" in level or level == "X86_V4"]
    if not new:
        return None
    asked = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(new),
        "OPENBLAS_CORETYPE": "Haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "BENCH_XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    }
    command = [sys.executable, "-m", "workshop.benchmarks.bench", "--json", *arguments]
    environment = {**os.environ, **asked}
    return json.loads(subprocess.check_output(command, cwd=ROOT, env=environment))


def gram(rounds):
    """The whole cat run, 2,500 steps, by train_gram, train and PyTorch; and the crossover."""
    from lib import Dense, GradientDescent, Network, ReLU, train, train_gram

    workload = STEPS["a"][0]
    X, Y = workload.data()

    def net(n_x):
        layers = [layer for n in (20, 7, 5) for layer in (Dense(n), ReLU())]
        return Network([*layers, Dense(1)], n_x, random_state=0)

    def timed(trainer, X, Y, epochs):
        one = net(len(X))
        start = time.perf_counter()
        trainer(one, X, Y, GradientDescent(1e-4), epochs)
        return time.perf_counter() - start

    whole = [timed(train_gram, X, Y, 2500) for _ in range(rounds)]
    direct = [timed(train, X, Y, 50) / 50 * 2500 for _ in range(rounds)]
    found = {"train_gram": whole, "train": direct}
    try:
        run = PEERS["PyTorch"](workload)
        run(2)
        for _ in range(rounds):
            start = time.perf_counter()
            run(50)
            found.setdefault("PyTorch", []).append((time.perf_counter() - start) / 50 * 2500)
    except ImportError:
        pass
    crossover = {}
    for n_x in (64, 256, 1024, 4096, 12288):
        for m in (50, 200, 800):
            X = np.random.RandomState(0).rand(m, n_x).T
            Y = (np.arange(m) % 2)[np.newaxis]
            times = {
                (trainer.__name__, epochs): statistics.median(
                    timed(trainer, X, Y, epochs) for _ in range(3)
                )
                for trainer in (train, train_gram)
                for epochs in (10, 100)
            }
            crossover[f"{n_x} × {m}"] = {
                str(epochs): times["train", epochs] / times["train_gram", epochs]
                for epochs in (10, 100)
            }
    return {name: statistics.median(times) for name, times in found.items()}, crossover


def growth(rounds):
    """How a step of (c) grows with m and with the width: seconds, and the fitted exponents."""
    found = {"examples": {}, "width": {}}
    for factor in (1, 2, 4, 8):  # of an epoch, so that the number of steps grows with m
        workload = Workload((784, 512, 256, 10), 7_500 * factor, 128, "adam", "float32")
        run = PEERS["this library"](workload)
        steps = workload.m // 128
        run(2)
        found["examples"][factor] = timed_median(run, steps, rounds) * steps
    for factor in (1, 2, 4):
        widths = (784, 512 * factor, 256 * factor, 10)
        run = PEERS["this library"](Workload(widths, 7_500, 128, "adam", "float32"))
        run(2)
        found["width"][factor] = timed_median(run, 20, rounds)
    for name, times in found.items():
        slope = np.polyfit(np.log(list(times)), np.log(list(times.values())), 1)[0]
        found[name] = {"seconds": times, "exponent": float(slope)}
    return found


def timed_median(run, steps, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run(steps)
        times.append((time.perf_counter() - start) / steps)
    return statistics.median(times)


PEAK = """
import sys
from workshop.benchmarks.bench import STEPS
from workshop.benchmarks.peers import PEERS
import dataclasses, numpy as np
import lib
workload = STEPS["c, float32"][0]
data = workload.data()
object.__setattr__(workload, "data", lambda: data)
def now():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"): return int(line.split()[1])
sum(array.sum() for array in data)
np.ones((512, 784), "f4") @ np.ones((784, 128), "f4")
open("/proc/self/clear_refs", "w").write("5")
before = now()
PEERS["this library"](workload)(60)
for line in open("/proc/self/status"):
    if line.startswith("VmHWM"): print((int(line.split()[1]) - before) / 1024)
"""


def peak_memory():
    """MiB above the data that a run of (c) in float32 takes at its highest, or None off Linux."""
    if not sys.platform.startswith("linux"):
        return None
    done = subprocess.run([sys.executable, "-c", PEAK], cwd=ROOT, capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else None


def import_time(rounds=15):
    """Seconds of ``import lib`` and of ``import numpy`` in fresh processes, interleaved."""
    times = {"lib": [], "numpy": []}
    for _ in range(rounds):
        for name, found in times.items():
            code = (
                f"import time; t = time.perf_counter(); import {name}; t = time.perf_counter() - t"
            )
            command = [sys.executable, "-c", f"{code}; print(t)"]
            found.append(float(subprocess.check_output(command, cwd=ROOT)))
    return {name: statistics.median(found) for name, found in times.items()}


def chapters():
    """Seconds of validating each chapter on one core, its kernel's start included, and all on two.

    All of them run as in `make test`, with two workers, on whatever two cores there are.
    """
    command = [sys.executable, "-m", "pytest", "-q", "--once", "-p", "no:cacheprovider"]
    options = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder"]

    def seconds(*arguments):
        start = time.perf_counter()
        subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, check=True)
        return time.perf_counter() - start

    found = {path.stem: seconds(path) for path in chapter_paths()}
    use(CORES)
    together = seconds(*options, "chapters")
    use({max(CORES)})
    return found, together


def streaming():
    """Training from a file beside training in memory, and the peak at 0.2 and 2 GB."""
    code = """
import sys, time
import h5py, numpy as np
from lib import Adam, Dense, Network, ReLU, SoftmaxCrossEntropy, train
path, how = sys.argv[1:]
net = Network([Dense(512), ReLU(), Dense(256), ReLU(), Dense(10)], 784, SoftmaxCrossEntropy(),
              random_state=0, dtype=np.float32)
with h5py.File(path) as file:
    X, Y = file["X"], file["Y"]
    if how == "memory":
        X, Y = X[()].T, Y[()].T
    start = time.perf_counter()
    train(net, X, Y, Adam(1e-4), 1, 128, random_state=0)
    seconds = time.perf_counter() - start
    rate = len(file["Y"]) / seconds
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rate, int(peak) / 1024)
"""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        import h5py

        for size, m in (("0.2 GB", 64_000), ("2 GB", 640_000)):
            path = Path(folder) / "examples.h5"
            with h5py.File(path, "w") as file:
                X = file.create_dataset("X", (m, 784), "f4", chunks=(128, 784))
                Y = file.create_dataset("Y", (m, 10), "u1", chunks=(128, 10))
                random_state = np.random.RandomState(0)
                for start in range(0, m, 1280):
                    X[start : start + 1280] = random_state.rand(1280, 784)
                    Y[start : start + 1280] = np.eye(10)[random_state.randint(10, size=1280)]
            for how in ("file", "memory") if size == "0.2 GB" else ("file",):
                command = [sys.executable, "-c", code, str(path), how]
                rate, peak = map(float, subprocess.check_output(command, cwd=ROOT).split())
                found[f"{size}, from {how}"] = {"examples a second": rate, "peak MiB": peak}
    return found


# --- the tables -----------------------------------------------------------------------------------


def machine():
    """What it ran on: processor, system, and the versions of all peers."""
    processor = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.split(":")[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        pass
    versions = {"Python": platform.python_version()}
    for package in ("numpy", "torch", "jax", "scikit-learn"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "processor": processor,
        "system": platform.system(),
        "versions": versions,
        "date": time.strftime("%Y-%m-%d"),
    }


def step_table(kernels):
    """Markdown: the products of each workload and kernel, everybody as a multiple of them."""
    names = [name for name in PEERS if name != "the products alone"]
    head = ["one step", "OpenBLAS for", "products", *names]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for workload in dict.fromkeys(name for steps in kernels.values() for name in steps):
        for kernel, steps in kernels.items():
            times = {name: found[0] for name, found in steps.get(workload, {}).items()}
            if not times:
                continue
            limit = times["the products alone"]
            cells = [f"{times[n] / limit:.2f} ×" if n in times else "–" for n in names]
            row = [f"({workload})", kernel, f"{1e6 * limit:,.0f} µs", *cells]
            lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def beside(measured, runs):
    """The runs with this one first; from the others, made on other processors, what it lacks."""
    kept = [{"machine": machine(), "kernels": measured}]
    for run in runs:
        left = {k: v for k, v in run["kernels"].items() if k not in measured}
        kept += [{**run, "kernels": left}] if left else []
    return kept


def spread(kernels):
    """How far the rounds of one step time lie apart, as a share of it: the median of all."""
    times = [t for steps in kernels.values() for peers in steps.values() for t in peers.values()]
    # A run of an earlier version has kept its medians only.
    return statistics.median((t[2] - t[1]) / t[0] for t in times if len(t) == 3)


def described(machine):
    """One line on a machine, as Markdown."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    return f"an {machine['processor']}, {machine['system']}; {versions}; {machine['date']}"


def report(results):
    """All tables as Markdown, for README.md."""
    runs = results["steps"]
    kernels = {kernel: steps for run in runs for kernel, steps in run["kernels"].items()}
    ours = "; ".join(f"{' and '.join(run['kernels'])}: {described(run['machine'])}" for run in runs)
    parts = [
        f"One thread, medians of one interleaved run, in processor time, whose rounds lie"
        f" {100 * spread(kernels):.0f} % apart in the median. The products are the bare matrix"
        " products of the same step: nobody who calls the same BLAS can be below 1, but libraries"
        " with their own products can. SkylakeX is the kernel for processors with AVX-512, Haswell"
        f" that for those without. {ours}.",
        step_table(kernels),
        "; ".join(f"({name}) {words}" for name, words in EXPLAINED.items()) + ".",
        f"What follows is from {described(results['machine'])}.",
    ]
    whole, run = results["gram"], "2,500 steps on the cats"
    text = f"{run}: {whole['train_gram']:.2f} s by `train_gram`, {whole['train']:.0f} s by `train`"
    if "PyTorch" in whole:
        text += f", {whole['PyTorch']:.0f} s by PyTorch"
    parts.append(text + ".")
    memory, imported = results["peak memory"], results["import"]
    rows = [
        (
            "an epoch of (c) against the number of examples",
            "exponent",
            results["growth"]["examples"],
        ),
        ("a step of (c) against the width", "exponent", results["growth"]["width"]),
    ]
    lines = [f"- {what}: {kind} {found['exponent']:.2f}" for what, kind, found in rows]
    if memory is not None:
        lines.append(f"- peak memory of (c) in float32 above the data: {memory:.1f} MiB")
    lines.append(f"- `import lib`: {imported['lib'] / imported['numpy']:.2f} × `import numpy`")
    stored = results["streaming"]
    ratio = (
        stored["0.2 GB, from file"]["examples a second"]
        / stored["0.2 GB, from memory"]["examples a second"]
    )
    small, large = (stored[f"{size}, from file"]["peak MiB"] for size in ("0.2 GB", "2 GB"))
    lines.append(
        f"- from an HDF5 file: {ratio:.2f} × the examples a second of the run in memory; the peak"
        f" is {small:.0f} MiB with a file of 0.2 GB and {large:.0f} MiB with one of 2 GB"
    )
    times = results["chapters"]
    lines.append(
        f"- validating the chapters, every cell once, one after the other on one core takes"
        f" {sum(times.values()):.0f} s, the longest {max(times.values()):.0f} s; all of them with"
        f" two workers {results['chapters together']:.0f} s"
    )
    drawn = f"![{picture(results).description}](.workshop/workshop/benchmarks/speed.png)"
    return "\n\n".join([*parts, drawn, "\n".join(lines)])


@figure
def picture(results):
    """Times beside the products, and how much sooner the Gram form is done."""
    measured = next(iter(results["steps"][0]["kernels"].values()))
    measured = {name: {peer: t[0] for peer, t in peers.items()} for name, peers in measured.items()}
    fig, (bars, lines) = canvas(1, 2, height=3.8, gridspec_kw={"width_ratios": [1, 1.1]})
    names = [name for name in PEERS if name != "the products alone"]
    chosen = [w for w in ("a", "b", "c, float32", "d, float32") if w in measured]
    markers = dict(zip(names, "o^sDvP", strict=True))
    hues = dict(zip(names, ["green", "blue", "vermillion", "orange", "grey", "black"], strict=True))
    for name in names:
        times = [measured[w].get(name, np.nan) / measured[w]["the products alone"] for w in chosen]
        style = {"color": COLOURS[hues[name]], "marker": markers[name], "linestyle": "none"}
        bars.plot(times, range(len(chosen)), label=name, **style)
    bars.axvline(1, color=COLOURS["grey"], linestyle=":", linewidth=1)
    bars.set(xscale="log", xlabel="one step, as a multiple of its products")
    bars.set_yticks(range(len(chosen)), [f"({w})" for w in chosen])
    bars.margins(y=0.15)
    fig.legend(loc="outside upper left", ncols=3, fontsize=10, frameon=False)
    ends = {}
    sizes = sorted({int(key.split(" × ")[1]) for key in results["crossover"]})
    for m, hue, line in zip(sizes, ORDER, DASHES, strict=False):
        colour = COLOURS[hue]
        found = {
            int(key.split(" × ")[0]): gains["100"]
            for key, gains in results["crossover"].items()
            if key.endswith(f"× {m}")
        }
        lines.plot(list(found), list(found.values()), color=colour, linestyle=line, marker=".")
        ends[f"m = {m}"] = (list(found)[-1], list(found.values())[-1], colour)
    for words, (x, y, colour) in ends.items():
        lines.annotate(
            words,
            (x, y),
            (6, 7 if words == "m = 200" else -3),
            textcoords="offset points",
            color=colour,
            va="center",
        )
    lines.axhline(1, color=COLOURS["grey"], linestyle=":", linewidth=1)
    lines.set(
        xscale="log", yscale="log", xlabel="inputs n_x", ylabel="100 steps: train / train_gram"
    )
    best = max(results["crossover"].items(), key=lambda item: item[1]["100"])
    steps = [(w, measured[w]) for w in chosen]
    ours = ", ".join(f"({w}) {t['this library'] / t['the products alone']:.2f}" for w, t in steps)
    return fig, (
        f"Left, one step of this library as a multiple of its matrix products: {ours}; the peers"
        f" beside it. Right, how many times sooner train_gram does 100 steps than train: up to"
        f" {best[1]['100']:.0f} times, for {best[0]}."
    )


def into_readme(text):
    """README.md with the report between its two markers."""
    path = ROOT / "README.md"
    pattern = r"(<!-- make bench: begin -->\n).*?(<!-- make bench: end -->)"
    readme, count = re.subn(
        pattern, lambda m: f"{m[1]}{text}\n{m[2]}", path.read_text(encoding="utf-8"), flags=re.S
    )
    if count != 1:
        raise SystemExit(
            "README.md needs the two markers <!-- make bench: begin --> and ... end -->"
        )
    path.write_text(readme, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="step times of these workloads: a b c d")
    parser.add_argument(
        "--steps", action="store_true", help="measure and store the step times only"
    )
    parser.add_argument(
        "--json", action="store_true", help="print step times as JSON, store nothing"
    )
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    use({max(CORES)})  # one core for everybody
    steps, absent = step_times(options.rounds, options.only)
    measured = {blas(): steps}
    if options.json:
        print(json.dumps(measured))
        return
    only = ["--only", *options.only] if options.only else []
    measured |= steps_without_avx512(["--rounds", str(options.rounds), *only]) or {}
    print(f"One thread of {described(machine())}\n\n{step_table(measured)}")
    for peer, reason in absent.items():
        print(f"left out somewhere: {peer}: {reason}")
    if options.only:
        return
    results = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    results["steps"] = beside(measured, results["steps"])
    tables = store(results)  # before the rest, which may break off
    if not options.steps:
        measure_the_rest(results, options.rounds)
        tables = store(results)
    print(tables)


def store(results):
    """Write the results, their picture and README.md's tables, which are returned."""
    text = json.dumps(results, indent=1) + "\n"
    (HERE / "results.json").write_text(text, encoding="utf-8")
    (HERE / "speed.png").write_bytes(picture(results).png)
    tables = report(results)
    into_readme(tables)
    return tables


def measure_the_rest(results, rounds):
    """All that is no step time, into ``results``."""
    results["machine"] = machine()
    results["gram"], results["crossover"] = gram(rounds)
    results["growth"] = growth(rounds)
    results["peak memory"], results["import"] = peak_memory(), import_time()
    results["streaming"] = streaming()
    results["chapters"], results["chapters together"] = chapters()


if __name__ == "__main__":
    main()
