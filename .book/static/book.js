// What a style sheet cannot do.
(() => {
  // Print folded blocks open, and fold them again.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((block) => block.setAttribute("open", ""));
  });
  addEventListener("afterprint", () => folded.forEach((block) => block.removeAttribute("open")));

  // Opened as a file, a page may not read other pages, so the search shows titles without excerpts.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
})();
