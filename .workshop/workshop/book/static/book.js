// What a style sheet cannot do.
(() => {
  // Print folded blocks open, and fold them again.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((block) => block.setAttribute("open", ""));
  });
  addEventListener("afterprint", () => folded.forEach((block) => block.removeAttribute("open")));

  // What the theme leaves without a name, or with two.
  addEventListener("DOMContentLoaded", () => {
    for (const named of document.querySelectorAll(".search-button-field, details.hide > summary"))
      named.removeAttribute("aria-label");
    for (const summary of document.querySelectorAll(".bd-sidebar-primary li > details > summary")) {
      const link = summary.closest("li").querySelector("a");
      summary.setAttribute("aria-label", `Pages of ${link.textContent.trim()}`);
    }
  });

  // What scrolls in itself can be reached, and so scrolled, with the keyboard.
  const reach = () => {
    for (const wide of document.querySelectorAll("mjx-container[display], .text_html, div.math"))
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  };
  addEventListener("load", () => window.MathJax?.startup.promise.then(reach));
  addEventListener("resize", reach);

  // Opened as a file, a page may not read other pages, so the search shows titles without excerpts.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
})();
