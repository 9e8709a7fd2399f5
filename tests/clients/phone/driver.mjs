// What the checks of the phone stand on: a headless Chromium, a control port, and a small bot. Nothing here sleeps; everything waits for something.

import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_MODULES}/`);
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

/** Nothing that the sandbox does takes longer, even on a busy machine. */
const PATIENCE = 20_000;

const SWITCHES = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
];

export function fail(told) {
  throw new Error(told);
}

export function same(shown, wanted, what) {
  const [one, other] = [JSON.stringify(shown), JSON.stringify(wanted)];
  if (one !== other) fail(`${what}: ${one} instead of ${other}`);
}

/** A browser whose pages may talk to the phone and to nobody else, and may not complain. */
export async function start(phone) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: SWITCHES });
  const complaints = [];
  const open = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, permissions: ["microphone", "clipboard-write"], ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    page.on("console", (message) => {
      // A page that does not exist is asked for on purpose, and the browser says so.
      const isMissing = message.location().url === page.url() && message.text().includes("404");
      if (["error", "warning"].includes(message.type()) && !isMissing) complaints.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "blob:" && url.origin !== phone) complaints.push(`request to ${url.origin}`);
    });
    return page;
  };
  return { open, complaints, close: () => browser.close() };
}

/** The control port. */
export function controlOf(address) {
  const answer = async (response) => {
    const told = await response.json();
    if (!response.ok) fail(`the control port refused: ${told.error}`);
    return told;
  };
  const post = async (path, body) => answer(await fetch(address + path, { method: "POST", body: JSON.stringify(body) }));
  const get = async (path) => answer(await fetch(address + path));
  return {
    say: async (as, chat, text, more = {}) => (await post("/v1/say", { as, chat, text, ...more })).id,
    post,
    get,
    mailbox: async (account, chat, limit = 10) => (await get(`/v1/mailbox?account=${account}&chat=${chat}&limit=${limit}`)).messages,
  };
}

/** Asks again and again until an answer satisfies. */
export async function until(asking, what) {
  const ends = Date.now() + PATIENCE;
  while (Date.now() < ends) {
    const answer = await asking();
    if (answer) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return fail(`it never happened: ${what}`);
}

/** A bot's program: calls methods, and answers what comes in by its rules until it is stopped. */
export function robot(api, token, rules) {
  const stop = new AbortController();
  const call = async (method, body = {}) => {
    const response = await fetch(`${api}/bot${token}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: stop.signal,
    });
    const told = await response.json();
    return told.ok ? told.result : fail(`${method}: ${told.description}`);
  };
  const listen = async () => {
    for (let offset = 0; !stop.signal.aborted; ) {
      for (const update of await call("getUpdates", { offset, timeout: 30 })) {
        offset = update.update_id + 1;
        await rules(update, call);
      }
    }
  };
  const ended = listen().catch((error) => stop.signal.aborted || Promise.reject(error));
  return {
    call,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

/** What is wrong with a page for people who do not see it, or see it badly: only what is serious. */
export async function barriers(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    // The page's own rules forbid foreign scripts; the driver's world stands beside them.
    await page.evaluate(require("node:fs").readFileSync(axe, "utf8"));
  }
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} (${node.failureSummary})`).join("; ")}`);
}
