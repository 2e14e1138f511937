// Every page works without this file: it only makes components easier to use.
import { initAll as startGovuk } from "/static/govuk-frontend.min.js";
import { initAll as startMoj } from "/static/moj-frontend.min.js";

startGovuk();
startMoj();

// An address or a paragraph: a button to copy it, where the browser lets us.
for (const button of document.querySelectorAll("[data-rj-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.rjCopy).value);
    button.parentElement.querySelector("[data-rj-copied]").textContent = "Copied";
  });
}
