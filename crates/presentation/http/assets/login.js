// Saves a person from pasting the link, and from asking whether a QR code was scanned. Everything works without it.
"use strict";

const RETRIES_MAX = 5;
const RETRY_AFTER = 3000;

const news = (text) => {
  document.querySelector("[data-news]").textContent = text;
};

/** Takes the link's secret out of the address, so that it stays in no history, and hands it in. */
function enter() {
  const form = document.querySelector("[data-entrance]");
  const secret = location.hash.slice(1);
  if (!form || !/^[\w-]{40,}$/.test(secret)) return;
  history.replaceState(null, "", location.pathname);
  form.elements.secret.value = secret;
  form.submit();
}

/** Shows the page that came, unless nothing has changed. */
function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const [now, next] = [document.querySelector("main"), page.querySelector("main")];
  if (!next) return;
  const isSame = now.dataset.stage === next.dataset.stage;
  const drawing = (main) => main.querySelector(".qr path")?.getAttribute("d");
  if (isSame && drawing(now) && drawing(now) === drawing(next)) return;
  if (isSame && drawing(next) && drawing(now)) {
    now.querySelector(".qr").replaceWith(next.querySelector(".qr"));
    news("The QR code was renewed.");
    return;
  }
  now.replaceWith(next);
  document.title = page.title;
  const heading = next.querySelector("h1");
  news(heading.textContent);
  (next.querySelector("input:not([type=hidden])") ?? heading).focus();
}

/** Asks whether the code was scanned for as long as it is shown; the server answers when something has changed. */
async function watch() {
  for (let failures = 0; failures < RETRIES_MAX; ) {
    const form = document.querySelector("[data-live]");
    if (!form) return;
    const body = new URLSearchParams(new FormData(form));
    body.set("live", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const text = await answer.text();
      if (!form.isConnected) return;
      show(text);
      failures = answer.ok ? 0 : failures + 1;
      if (answer.ok) continue;
    } catch {
      failures += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
  }
  news("The connection was lost. Press the button to look again.");
}

enter();
watch();
// A link that is opened in a page that is there already only changes what stands behind the #.
addEventListener("hashchange", enter);
