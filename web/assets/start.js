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

// Two minutes before a session runs out, the page says so, and one click keeps it open.
const idle = document.querySelector("[data-rj-idle]");
if (idle) {
  const stay = idle.querySelector("button");
  let warning;
  const wait = () => {
    warning = setTimeout(() => { idle.hidden = false; }, Number(idle.dataset.rjIdle) * 1000);
  };
  stay.addEventListener("click", async () => {
    clearTimeout(warning);
    const answer = await fetch("/account/stay", { redirect: "manual" }).catch(() => null);
    if (answer?.ok) {
      idle.hidden = true;
      wait();
    } else {
      idle.querySelector("[data-rj-idle-said]").textContent =
        "You have been signed out. Send what you typed all the same: it is kept until you have signed in again.";
      stay.hidden = true;
    }
  });
  wait();
}
