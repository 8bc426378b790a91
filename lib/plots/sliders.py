"""A slider: pictures drawn beforehand, of which the reader chooses one."""

import base64
import html

import matplotlib
import numpy as np

from lib.plots.style import SHOWN, STYLE, Figure, say

__all__ = ["Slider", "slider"]

DRAWN = 120  # pixels an inch: less than a single picture has, because there are many
LARGEST = 400_000  # bytes, of the HTML

# Turns the pictures, which stand under each other and unfold by themselves where no script runs,
# into one picture with HTML's own range input over it. It asks for nothing from anywhere.
SCRIPT = """
for (const box of document.querySelectorAll("figure.slider:not([data-ready])")) {
  box.dataset.ready = "";
  const frames = [...box.querySelectorAll("details")];
  const words = frames.map((frame) => frame.querySelector("summary").textContent);
  const range = Object.assign(document.createElement("input"), { type: "range", min: 0 });
  range.max = frames.length - 1;
  range.value = frames.findIndex((frame) => frame.open);
  range.style.cssText = "width: min(24em, 60%); margin: 0 0.8em; vertical-align: middle";
  const label = document.createElement("label");
  const value = document.createElement("output");
  label.append(box.querySelector("figcaption").textContent, range);
  const show = () => {
    frames.forEach((frame, k) => {
      frame.open = true;
      frame.hidden = k !== Number(range.value);
      frame.querySelector("summary").hidden = true;
    });
    value.textContent = words[range.value];
    range.setAttribute("aria-valuetext", words[range.value]);
  };
  range.addEventListener("input", show);
  for (const kind of ["keydown", "mousedown", "pointerdown", "touchstart"])
    range.addEventListener(kind, (event) => event.stopPropagation());
  box.querySelector("figcaption").replaceChildren(label, value);
  show();
}
"""


class Slider:
    """Pictures of one figure for several values, and a slider to choose one.

    frames: a list of (words, description, PNG bytes), the words
    for a value. name: what the values are. width: in pixels, as shown. start: the number of the
    picture that is seen first.
    """

    def __init__(self, frames, name, width, start=0):
        self.frames, self.name, self.width, self.start = frames, name, width, start

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html(), "text/plain": self.text()}

    def text(self):
        """All descriptions, a line a value."""
        lines = [f"{self.name} = {words}: {description}" for words, description, _ in self.frames]
        return "\n".join([f"A slider over {self.name}, {len(lines)} pictures.", *lines])

    def html(self):
        """The pictures as parts to be unfolded, which the script turns into a slider."""
        name = html.escape(self.name)
        parts = [f'<figure class="slider">\n<figcaption>{name}</figcaption>']
        for k, (words, description, png) in enumerate(self.frames):
            words, description = html.escape(words), html.escape(description)
            picture = base64.b64encode(png).decode("ascii")
            parts.append(
                f"<details{' open' if k == self.start else ''}><summary>{words}</summary>"
                f'<img alt="{name} = {words}: {description}" width="{self.width}"'
                f' src="data:image/png;base64,{picture}"><br><small>{description}</small></details>'
            )
        return "\n".join([*parts, "</figure>", f"<script>{SCRIPT}</script>"])


def slider(draw, values, name, *, start=0):
    """One figure for each of several values, and a slider to choose one.

    draw: a function of a value that returns a figure, with as many axes for each. values: numbers
    or texts, at least two. name: what they are. start: the number of the value that is seen first.
    All pictures have the same axes with the same limits, so that only what changes moves. Raises
    TypeError or ValueError for what cannot be drawn, and for pictures of more than 400 kB.
    """
    values = list(values)
    if len(values) < 2:
        raise ValueError(f"values holds {len(values)}; it needs at least two")
    if not 0 <= start < len(values):
        raise ValueError(f"start is {start}; it needs 0 to {len(values) - 1}, a place in values")
    figures = [draw(value) for value in values]
    for figure, value in zip(figures, values, strict=True):
        if not isinstance(figure, Figure):
            needs = "it needs a figure, such as plots.lines(…)"
            raise TypeError(f"draw({value!r}) is {type(figure).__name__}; {needs}")
    _align([figure.fig for figure in figures])
    words = [value if isinstance(value, str) else say(value, 4) for value in values]
    frames = [
        (word, figure.description, figure.fig.png(DRAWN))
        for word, figure in zip(words, figures, strict=True)
    ]
    made = Slider(frames, name, round(SHOWN * figures[0].fig.get_figwidth()), start)
    if (size := len(made.html())) > LARGEST:
        needs = f"it needs {LARGEST // 1000} at most: fewer values or smaller pictures"
        raise ValueError(f"draw makes {size // 1000} kB of pictures; {needs}")
    return made


def _align(figures):
    """Give all figures one size, one layout and, axes by axes, the same limits."""
    counts = {len(fig.axes) for fig in figures}
    if len(counts) > 1:
        raise ValueError(f"draw makes {sorted(counts)} axes; it needs as many for each value")
    size = np.max([fig.get_size_inches() for fig in figures], axis=0)
    for fig in figures:
        fig.set_size_inches(size)
    with matplotlib.rc_context(STYLE):
        for same in zip(*(fig.axes for fig in figures), strict=True):
            for axis in ("x", "y"):
                limits = np.array([getattr(ax, f"get_{axis}lim")() for ax in same])
                turned = limits[0, 0] > limits[0, 1]
                ends = limits.min(), limits.max()
                for ax in same:
                    getattr(ax, f"set_{axis}lim")(ends[::-1] if turned else ends)
        for fig in figures:
            fig.settle()
        for same in zip(*(fig.axes for fig in figures), strict=True):
            for ax in same[1:]:
                ax.set_position(same[0].get_position())
