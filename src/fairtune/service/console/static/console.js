"use strict";
// What a slider stands at is written beside it while it moves.
document.addEventListener("input", (event) => {
  const slider = event.target;
  const shown = slider.dataset && slider.dataset.shows && document.getElementById(slider.dataset.shows);
  if (shown) {
    shown.textContent = Number(slider.value) === 0 && shown.dataset.off ? shown.dataset.off : slider.value;
  }
});
document.documentElement.classList.add("scripted");
