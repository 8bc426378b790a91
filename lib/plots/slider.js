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
