// The script of the phone's pages. It sends what a person does, and applies what the stream tells. It makes no markup out of what people wrote:
// everything that is shown comes from the server, where it was escaped, or is set as text.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const app = $("[data-app]");
const token = $('meta[name="token"]').content;

// --- Asking the server ---

const here = (verb) => `/${app.dataset.account}/${app.dataset.chat}/${verb}`;

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch {
    throw new Error("The sandbox does not answer.");
  }
  if (answer.ok) return answer;
  const told = await answer.text();
  let reason = told;
  try {
    reason = JSON.parse(told).error;
  } catch {
    // Not every refusal is JSON; then its text is the reason.
  }
  throw new Error(reason || `The sandbox answered ${answer.status}.`);
}

async function act(verb, body = {}) {
  const headers = { "content-type": "application/json", "x-phone-token": token };
  const answer = await ask(here(verb), { method: "POST", headers, body: JSON.stringify(body) });
  return answer.json();
}

/** The same for what is started by a press: a refusal is shown. */
async function attempt(doing) {
  try {
    return await doing();
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}

// --- Notes, questions, pictures ---

let toastEnds;
function toast(text) {
  const box = $("[data-toast]");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => box.classList.remove("shown"), 3000 + text.length * 40);
}

function question(text, { asks = false } = {}) {
  const dialog = $("[data-alert]");
  $("[data-alert-text]").textContent = text;
  $("[data-alert-no]").hidden = !asks;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function showPicture(link) {
  const picture = $("[data-viewer-picture]");
  picture.src = link.getAttribute("href");
  picture.alt = $("img", link)?.alt ?? "";
  $("[data-viewer]").showModal();
}
