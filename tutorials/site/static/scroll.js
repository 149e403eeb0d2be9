// A box that is wider than the page can be scrolled by keyboard, and fades where it goes on.
const boxes = () => document.querySelectorAll("div.math, .wide, .content table, .run-output, .content pre");

function fade(box) {
  box.classList.toggle("cut", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
}

function reach() {
  for (const box of boxes()) {
    if (box.matches("pre")) continue; // each has its place in the order of the keyboard, so that none is forgotten
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
  for (const box of boxes()) fade(box);
}
addEventListener("load", reach);
addEventListener("resize", reach);
addEventListener("scroll", ({ target }) => target.matches?.(".cut, .content *") && fade(target), true);
document.addEventListener("toggle", reach, true); // a <details> that opens shows boxes that had no width
