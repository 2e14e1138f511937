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

// On the move: a form asks first whether the service can be reached. While it cannot, the form stays
// in the open page with all that was typed, and is sent once the connection is back. It carries one
// key all the while, so that however often it is sent it acts once. Nothing is kept on the device.
const TRY_AGAIN_EVERY = 10000;
const PATIENCE = 8000;
for (const form of document.querySelectorAll("form[data-rj-waits]")) {
  const notice = form.querySelector("[data-rj-waiting]");
  let isSent = false;
  let isAsking = false;
  let timer;
  const stays = (event) => event.preventDefault();
  const isReached = () =>
    fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })
      .then((answer) => answer.ok, () => false);
  const trySending = async () => {
    if (isAsking || isSent) return;
    isAsking = true;
    const reached = await isReached();
    isAsking = false;
    clearTimeout(timer);
    window.removeEventListener("beforeunload", stays);
    if (reached) {
      isSent = true;
      form.requestSubmit();
      return;
    }
    notice.hidden = false;
    window.addEventListener("beforeunload", stays);
    timer = setTimeout(trySending, TRY_AGAIN_EVERY);
  };
  form.addEventListener("submit", (event) => {
    if (isSent) return;
    event.preventDefault();
    trySending();
  });
  window.addEventListener("online", () => { if (!notice.hidden) trySending(); });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isSent = false;
    notice.hidden = true;
  });
}
