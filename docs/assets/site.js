// What the theme leaves out for those who use a keyboard or a screen reader.
const ATTRIBUTES = [
  ["pre > code", "tabindex", "0"], // wide blocks scroll, which a keyboard can do to what has the focus
  ["nav.md-code__nav", "role", "none"], // a copy button is not a landmark
  ["th:empty", "role", "presentation"], // the head of a table that needs none
];

function complete() {
  for (const [selector, name, value] of ATTRIBUTES)
    for (const element of document.querySelectorAll(`${selector}:not([${name}])`)) element.setAttribute(name, value);
  // A part of the navigation is named by a label that wide windows hide.
  for (const part of document.querySelectorAll(".md-nav .md-nav[aria-labelledby]")) {
    part.ariaLabel = document.getElementById(part.getAttribute("aria-labelledby")).textContent.trim();
    part.removeAttribute("aria-labelledby");
  }
}

complete();
// The theme adds the copy buttons when their block comes into view.
new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
