// The sign-in page in a headless Chromium, as a person uses it: `sign_in_checks.mjs BASE CONTROL TELEGRAPHIST PYTHON LOG`: the gateway's and
// the sandbox's URL, the program that makes links, the Python that reads QR codes, and the gateway's log.
// Prints a line for each check, whether it held or not.

import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { barriers, controlOf, fail, same, start } from "./phone/driver.mjs";

const { Client, StreamableHTTPClientTransport } = createRequire(`${process.env.NODE_MODULES}/`)("@modelcontextprotocol/client");

const [base, controlPort, program, python, log] = process.argv.slice(2);
const control = controlOf(controlPort);
const browser = await start(base);
const { accounts } = await control.get("/v1/info");
const [plain, other] = accounts.filter(({ password, phone }) => phone && !password);
const guarded = accounts.find(({ password }) => password);

/** What the log says where a step did not succeed. */
const STUCK = "a sign-in by page did not go on";

/** What must stand in no log. */
const secrets = new Set();
const secret = (text) => {
  secrets.add(String(text));
  return String(text);
};

/** A link, and how it ends for whoever made it. */
function enrol(session) {
  const asked = spawn(program, ["login", "--web", session], { stdio: ["ignore", "pipe", "pipe"] });
  let shown = "";
  const ended = new Promise((resolve) => asked.on("close", (status) => resolve({ status, shown })));
  asked.stderr.on("data", (piece) => (shown += piece));
  return new Promise((resolve, reject) => {
    asked.stdout.on("data", (piece) => {
      shown += piece;
      const url = /^http\S+#\S+$/m.exec(shown)?.[0];
      if (url) {
        secret(url.split("#")[1]);
        resolve({ url, ended, leave: () => asked.kill() });
      }
    });
    ended.then(({ shown: told }) => reject(new Error(`no link: ${told}`)));
  });
}

const codeFor = async (account) => secret((await control.get(`/v1/code?phone=${account.phone.replace("+", "")}`)).code);
const number = (account) => `+${secret(account.phone.replace("+", ""))}`;
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const alert = (page) => page.getByRole("alert");
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** The page that was opened last, for who looks at a failure. */
let latest;

async function opened(session, options = {}) {
  const [link, page] = [await enrol(session), await browser.open(options)];
  await page.goto(link.url);
  latest = page;
  await heading(page, "Sign in to Telegram");
  const [cookie] = await page.context().cookies();
  secret(cookie.value);
  secret(await page.locator("input[name=token]").first().inputValue());
  return { ...link, page, cookie };
}

/** What somebody does whose client opened a link for them. */
async function signIn(url, account) {
  secret(url.split("#")[1]);
  const page = await browser.open();
  latest = page;
  await page.goto(url);
  await page.getByLabel("Phone number").fill(number(account));
  await press(page, "Send me a code");
  await heading(page, "Type the code");
  await offer(page, "Code", await codeFor(account));
  await heading(page, "You are signed in");
}

/** The sandbox has one key for a data centre: a session that stayed would change hands with the next sign-in. */
function clear() {
  const sessions = JSON.parse(execFileSync(program, ["sessions", "list", "--output", "json"]));
  for (const { name } of sessions) execFileSync(program, ["sessions", "remove", name, "--yes"]);
}

async function asked(session, account, options = {}) {
  const all = await opened(session, options);
  await all.page.getByLabel("Phone number").fill(number(account));
  await press(all.page, "Send me a code");
  await heading(all.page, "Type the code");
  return all;
}

async function offer(page, field, text) {
  await page.getByLabel(field, { exact: true }).fill(text);
  await press(page, "Sign in");
}

const form = (page, path, body) =>
  page.evaluate(async ([to, sent]) => {
    const answer = await fetch(to, { method: "POST", body: new URLSearchParams(sent) });
    return { status: answer.status, text: await answer.text() };
  }, [path, body]);

/** Reads the QR code that is drawn, as a camera does. */
async function scanned(page) {
  const drawn = await page.locator(".qr").evaluate((svg) => [svg.getAttribute("viewBox"), svg.querySelector("path").getAttribute("d")]);
  const reader = fileURLToPath(new URL("read_qr.py", import.meta.url));
  const url = execFileSync(python, [reader], { input: JSON.stringify(drawn) }).toString().trim();
  secret(new URL(url).searchParams.get("token"));
  return url;
}

const wrongOf = (code) => code.replace(/\d/g, (digit) => (Number(digit) + 1) % 10);
const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });

const checks = {
  async "a person signs in with phone and code, and whoever made the link is told"() {
    const { page, url, ended, cookie } = await asked("by-code", plain);
    same(page.url(), `${base}/login`, "the address shows no secret");
    same([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/login"], "the cookie");
    const shown = await page.locator("main").innerText();
    if (shown.includes(plain.phone.replace("+", ""))) fail("the phone number is shown");
    await shot(page, "code");
    await offer(page, "Code", await codeFor(plain));
    await heading(page, "You are signed in");
    await shot(page, "done");
    const { status, shown: told } = await ended;
    same([status, /Signed in as .+; the session is called by-code/.test(told)], [0, true], told);
    await page.reload();
    await heading(page, "You are signed in");
    const late = await form(page, "/login/phone", { phone: "+15550001234", token: "x" });
    same(late.status, 403, "what is over");
    const again = await browser.open();
    await again.goto(url);
    await alert(again).filter({ hasText: "cannot be used" }).waitFor();
  },

  async "a wrong code is told in a sentence, and the right one still counts"() {
    const { page, ended } = await asked("mistyped", plain);
    const code = await codeFor(plain);
    await offer(page, "Code", wrongOf(code));
    await alert(page).filter({ hasText: "The code is not right. Type the newest code that Telegram sent you." }).waitFor();
    same(await page.evaluate(() => document.activeElement.getAttribute("role")), "alert", "what has the focus");
    same(await page.getByLabel("Code", { exact: true }).getAttribute("aria-invalid"), "true", "the field");
    same(await page.title(), "Error: Type the code · Telegraphist", "the title");
    await shot(page, "wrong-code");
    await offer(page, "Code", code);
    await heading(page, "You are signed in");
    same((await ended).status, 0, "the terminal");
  },

  async "a number that is none is told in a sentence"() {
    const { page, leave } = await opened("no-number");
    await page.getByLabel("Phone number").fill("12");
    await press(page, "Send me a code");
    await alert(page).filter({ hasText: "Write it with the country code" }).waitFor();
    leave();
  },

  async "the password is asked for, and a wrong one told"() {
    const { page, ended } = await asked("guarded", guarded);
    await offer(page, "Code", await codeFor(guarded));
    await heading(page, "Type your password");
    await offer(page, "Password", secret("no-such-password"));
    await alert(page).filter({ hasText: "The password is not right" }).waitFor();
    await shot(page, "password");
    await offer(page, "Password", secret(guarded.password));
    await heading(page, "You are signed in");
    same((await ended).status, 0, "the terminal");
  },

  async "a QR code is scanned, and the page goes on by itself"() {
    const { page, ended } = await opened("by-qr");
    await press(page, "Show a QR code to scan");
    await heading(page, "Scan this with Telegram");
    await shot(page, "qr");
    await control.post("/v1/qr/accept", { account: guarded.id, token: await scanned(page) });
    await heading(page, "Type your password");
    same(await page.locator("[data-news]").textContent(), "Type your password", "what a screen reader is told");
    same(await page.evaluate(() => document.activeElement.id), "password", "what has the focus");
    await offer(page, "Password", guarded.password);
    await heading(page, "You are signed in");
    same((await ended).status, 0, "the terminal");
  },

  async "without a script the link is pasted, and the QR code looked at by a button"() {
    const [link, page] = [await enrol("no-script"), await browser.open({ javaScriptEnabled: false })];
    await page.goto(link.url);
    await heading(page, "Sign in with your link");
    await page.getByLabel("Sign-in link").fill(link.url);
    await press(page, "Continue");
    await press(page, "Show a QR code to scan");
    await control.post("/v1/qr/accept", { account: other.id, token: await scanned(page) });
    await press(page, "I have scanned it");
    await heading(page, "You are signed in");
    same((await link.ended).status, 0, "the terminal");
  },

  async "with the keyboard alone"() {
    const { page, ended } = await opened("keyboard");
    await page.keyboard.press("Tab");
    await page.keyboard.type(number(other));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await heading(page, "Type the code");
    await page.keyboard.type(await codeFor(other));
    await page.keyboard.press("Enter");
    await heading(page, "You are signed in");
    same((await ended).status, 0, "the terminal");
  },

  async "links that were used or never were are answered alike"() {
    const { page, url, leave } = await opened("twice");
    const answers = [];
    for (const tried of [url.split("#")[1], "A".repeat(43), ""]) {
      const answer = await form(page, "/login/open", { secret: tried });
      answers.push(JSON.stringify(answer));
      same(answer.status, 404, "the status");
    }
    same(new Set(answers).size, 1, "different answers");
    leave();
  },

  async "pages of other origins do nothing, even where the cookie comes along"() {
    const { page, leave } = await opened("foreign");
    const token = await page.locator("input[name=token]").first().inputValue();
    const foreign = createServer((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end(`<form method=post action="${base}/login/phone"><input name=phone value="${number(other)}"><input name=token value="${token}"><button>Go</button></form>`);
    }).listen(0);
    await new Promise((resolve) => foreign.once("listening", resolve));
    const calls = async () => (await control.get("/v1/counters")).calls["auth.sendCode"];
    const before = await calls();
    for (const host of ["127.0.0.1", "localhost"]) {
      const attacker = await page.context().newPage();
      await attacker.goto(`http://${host}:${foreign.address().port}/`);
      const [answer] = await Promise.all([attacker.waitForResponse((told) => told.url().startsWith(base)), press(attacker, "Go")]);
      same(answer.status(), 403, `from ${host}`);
    }
    same(await calls(), before, "codes that were asked for");
    foreign.close();
    // Another page's requests are what this check is about.
    browser.complaints.length = 0;
    leave();
  },

  async "a form without the token of its page does nothing"() {
    const { page, leave } = await opened("tokenless");
    for (const body of [{ phone: number(other) }, { phone: number(other), token: "A".repeat(43) }]) {
      const answer = await form(page, "/login/phone", body);
      same([answer.status, answer.text.includes("This form is not from this page")], [403, true], "the answer");
    }
    await page.goto(`${base}/login/phone`);
    await heading(page, "Sign in to Telegram");
    leave();
  },

  async "five wrong codes end it, whichever way they come"() {
    const { page, ended } = await asked("forced", other);
    const wrong = wrongOf(await codeFor(other));
    const token = await page.locator("input[name=token]").first().inputValue();
    const answers = await Promise.all(Array.from({ length: 8 }, () => form(page, "/login/code", { code: wrong, token })));
    same(answers.filter(({ text }) => text.includes("The code is not right")).length <= 4, true, "tries that were let through");
    await page.goto(`${base}/login`);
    await heading(page, "Too many tries");
    await shot(page, "ended");
    const { status, shown } = await ended;
    same([status === 0, shown.includes("wrong too often")], [false, true], shown);
  },

  async "a wait that Telegram asks for is told as a time"() {
    const { page, leave } = await opened("flooded");
    await control.post("/v1/faults", { method: "auth.sendCode", code: 420, text: "FLOOD_WAIT_300", times: 1 });
    await page.getByLabel("Phone number").fill(number(other));
    await press(page, "Send me a code");
    await alert(page).filter({ hasText: /Wait 5 minutes, until \d\d:\d\d:\d\d UTC/ }).waitFor();
    leave();
  },

  async "a call that finds no login leads a client that opens pages here, and goes on when somebody has signed in"() {
    for (const mode of ["legacy", { pin: "2026-07-28" }]) {
      const session = mode.pin ? "led" : "led-before";
      (await asked(session, other)).leave();
      const capabilities = { elicitation: { url: {} } };
      const client = new Client({ name: "opener", version: "1" }, { versionNegotiation: { mode }, capabilities });
      const opening = [];
      client.setRequestHandler("elicitation/create", async ({ params }) => {
        same([params.mode, params.message.includes(session)], ["url", true], "the question");
        opening.push(signIn(params.url, other));
        return { action: "accept" };
      });
      await client.connect(new StreamableHTTPClientTransport(new URL(`${base}/mcp`)));
      const me = await client.callTool({ name: "get_me", arguments: { session } });
      same(opening.length, 1, "how often the person was asked");
      await opening[0];
      const told = JSON.stringify(me);
      same([me.isError ?? false, me.structuredContent?.id], [false, String(other.id)], told);
      if (told.includes("/login#")) fail("the model was given the link");
      await client.close();
    }
  },

  async "every control has a name and a role, and nothing is in the way"() {
    for (const look of [{ colorScheme: "light" }, { colorScheme: "dark", viewport: { width: 380, height: 760 } }]) {
      const { page, ended } = await opened(`a11y-${look.colorScheme}`, look);
      const seen = async (stage, controls) => {
        same(await barriers(page), [], `${stage}, ${look.colorScheme}`);
        same(await page.getByRole("heading", { level: 1 }).count(), 1, "main headings");
        const tree = await page.locator("body").ariaSnapshot();
        same([...tree.matchAll(/- ((?:textbox|button|link|img) "[^"]*")/g)].map(([, control]) => control), controls, stage);
        same(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "it fits");
        await shot(page, `${stage}-${look.colorScheme}`);
      };
      await seen("choosing", ['textbox "Phone number"', 'button "Send me a code"', 'button "Show a QR code to scan"']);
      await press(page, "Show a QR code to scan");
      await heading(page, "Scan this with Telegram");
      await seen("qr", ['img "QR code to scan with Telegram"', 'button "I have scanned it"', 'button "Sign in another way"']);
      await press(page, "Sign in another way");
      await page.getByLabel("Phone number").fill(number(guarded));
      await press(page, "Send me a code");
      await heading(page, "Type the code");
      const controls = ['textbox "Code"', 'button "Sign in"', 'button "Sign in another way"'];
      await seen("code", controls);
      const code = await codeFor(guarded);
      await offer(page, "Code", wrongOf(code));
      await alert(page).waitFor();
      await seen("wrong-code", ['link "The code is not right. Type the newest code that Telegram sent you."', ...controls]);
      await offer(page, "Code", code);
      await heading(page, "Type your password");
      await seen("password", ['textbox "Password"', 'button "Sign in"', 'button "Sign in another way"']);
      await offer(page, "Password", guarded.password);
      await heading(page, "You are signed in");
      await seen("done", []);
      await ended;
    }
  },

  async "the page is held to itself, and is kept nowhere"() {
    const { headers } = await fetch(`${base}/login`);
    const policy = headers.get("content-security-policy");
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"]) {
      if (!policy.includes(rule)) fail(`no ${rule} in ${policy}`);
    }
    same(["cache-control", "referrer-policy", "x-content-type-options"].map((name) => headers.get(name)), ["no-store", "same-origin", "nosniff"], "headers");
  },

  async "links and codes leave audit rows, and nothing secret is in the log"() {
    const rows = execFileSync(program, ["audit", "export"]).toString();
    for (const act of ["enrol", "request_code", "sign_in", "end_enrolment", "too_many_tries"]) {
      if (!rows.includes(act)) fail(`no ${act} in the audit log`);
    }
    // Times and ports have digits as codes have them.
    const logged = (readFileSync(log, "utf8") + rows).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+|127\.0\.0\.1:\d+/g, "");
    const words = new Set(logged.split(/\W+/));
    if (!logged.includes(STUCK)) fail("the log says too little to be looked at");
    for (const text of secrets) {
      const isThere = /^\d{5}$/.test(text) ? words.has(text) : logged.includes(text);
      if (isThere) fail(`a secret is in the log: ${text}`);
    }
  },
};

const wanted = process.env.ONLY;
let failed = false;
for (const [name, check] of Object.entries(checks)) {
  if (wanted && !name.includes(wanted)) continue;
  try {
    await check();
    // Refusals are asked for on purpose, and the browser says so.
    const complaints = browser.complaints.filter((told) => !told.includes("the server responded with a status of"));
    if (complaints.length > 0) fail(`the browser complains: ${complaints.join("\n")}`);
    clear();
    console.log(`ok: ${name}`);
  } catch (error) {
    const shown = await latest?.locator("main").innerText();
    const why = readFileSync(log, "utf8").split("\n").filter((line) => line.includes(STUCK)).at(-1);
    console.log(`failed: ${name}: ${error.message}\nThe page showed: ${shown}\nThe log ends with: ${why}`);
    failed = true;
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
