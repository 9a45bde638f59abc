// Tells screen readers what a search has found while its text is typed.

document.addEventListener("swapped", () => {
  document.getElementById("told").textContent = document.getElementById("found").textContent;
});
