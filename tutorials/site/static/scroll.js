// A box that is wider than the page can be scrolled by keyboard.
function reach() {
  for (const box of document.querySelectorAll("div.math, .wide, .content table, .run-output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
addEventListener("load", reach);
addEventListener("resize", reach);
