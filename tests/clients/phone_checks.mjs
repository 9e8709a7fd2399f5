// The phone's pages in a headless Chromium, as a person uses them: `phone_checks.mjs PHONE CONTROL BOT_API`, each the URL of a sandbox's port.
// Prints a line for each check that held, and ends with the first that did not.

import { fileURLToPath } from "node:url";

import { barriers, controlOf, fail, robot, same, start, until } from "./phone/driver.mjs";

const [phone, controlPort, botApi] = process.argv.slice(2);
const control = controlOf(controlPort);
const browser = await start(phone);
const asset = (name) => fileURLToPath(new URL(`../../crates/sandbox/assets/${name}`, import.meta.url));

const [ALICE, BOB, EMI, BOT] = [1001, 1002, 1005, 1101];
const HIKERS = -501;
const TEAM = -1000000000701;

const text = (page) => page.getByRole("textbox", { name: "Message" });
const bubbles = (page) => page.locator(".message");
const newest = (page) => bubbles(page).last();
const withWords = (page, words) => bubbles(page).filter({ hasText: words });
const menuOf = async (page, bubble) => {
  await bubble.hover();
  await bubble.getByRole("button", { name: "Actions for this message" }).click();
  return page.getByRole("menu", { name: "This message" });
};
const choose = async (page, bubble, deed) => (await menuOf(page, bubble)).getByRole("menuitem", { name: deed }).click();
const toast = (page) => page.locator("[data-toast].shown");

const checks = {
  async "somebody is chosen, and their chats are listed"() {
    const page = await browser.open();
    await page.goto(phone);
    await page.getByRole("link", { name: "Alice Moreau" }).click();
    await page.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: /Bob Lindqvist/ }).click();
    await page.getByRole("heading", { name: "Bob Lindqvist" }).waitFor();
    same(await page.locator(".row[aria-current] .row-title").innerText(), "Bob Lindqvist", "the chat that is open");
  },

  async "a message arrives while one looks, and is read by looking"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    const id = await control.say(BOB, ALICE, "This came by itself.");
    await withWords(page, "This came by itself.").waitFor();
    const bob = await browser.open();
    await bob.goto(`${phone}/${BOB}/${ALICE}`);
    await bob.locator(`.message[data-id="${id}"] .ticks.read`).waitFor();
    same(await page.locator("[data-news]").innerText(), "Bob: This came by itself.", "what a screen reader is told");
  },

  async "edited, deleted and reacted to by others"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    const id = await control.say(BOB, ALICE, "first words");
    await withWords(page, "first words").waitFor();
    const [own] = await control.mailbox(ALICE, BOB, 1);
    await control.post("/v1/edit", { as: BOB, chat: ALICE, id, text: "second words" });
    await withWords(page, "second words").locator(".meta", { hasText: "edited" }).waitFor();
    await control.post("/v1/react", { as: BOB, chat: ALICE, id, emoji: "🔥" });
    await withWords(page, "second words").getByRole("button", { name: /🔥.*from Bob/ }).waitFor();
    await control.post("/v1/pin", { as: BOB, chat: ALICE, id });
    await page.locator(".pins", { hasText: "second words" }).waitFor();
    await control.post("/v1/delete", { as: BOB, chat: ALICE, ids: [id] });
    await page.locator(`.message[data-id="${own.id}"]`).waitFor({ state: "detached" });
  },

  async "typing is shown, and stops by itself"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    await page.locator("[data-news]").waitFor({ state: "attached" });
    await until(async () => {
      await control.post("/v1/typing", { as: BOB, chat: ALICE });
      return (await page.locator(".head .typing").count()) > 0;
    }, "typing is seen");
    await control.post("/v1/advance", { ms: 7_000 });
    await page.locator(".head .status", { hasText: "online" }).waitFor();
  },

  async "what is typed is sent, with a line break and an answer"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    const question = await control.say(BOB, ALICE, "Tea or coffee?");
    await choose(page, withWords(page, "Tea or coffee?"), "Reply");
    await text(page).pressSequentially("Tea");
    await text(page).press("Shift+Enter");
    await text(page).pressSequentially("please");
    await text(page).press("Enter");
    await withWords(page, "Teaplease").or(withWords(page, "Tea\nplease")).locator(".quoted", { hasText: "Tea or coffee?" }).waitFor();
    const [sent] = await control.mailbox(BOB, ALICE, 1);
    same([sent.text, sent.reply_to], ["Tea\nplease", question], "what has arrived");
    same(await text(page).inputValue(), "", "the field");
  },

  async "own messages are edited and deleted"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${EMI}`);
    await text(page).fill("a mistkae");
    await text(page).press("Enter");
    await choose(page, withWords(page, "a mistkae"), "Edit");
    same(await text(page).inputValue(), "a mistkae", "the field");
    await text(page).fill("a mistake");
    await text(page).press("Enter");
    await withWords(page, "a mistake").locator(".meta", { hasText: "edited" }).waitFor();
    await choose(page, withWords(page, "a mistake"), "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "OK" }).click();
    await withWords(page, "a mistake").waitFor({ state: "detached" });
    const left = await control.mailbox(EMI, ALICE, 3);
    if (left.some((message) => message.text.startsWith("a mist"))) fail("the other one still has it");
  },

  async "a reaction is given and taken back"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    await control.say(BOB, ALICE, "Look at that!");
    await choose(page, withWords(page, "Look at that!"), "React with 🎉");
    const reaction = withWords(page, "Look at that!").getByRole("button", { name: /🎉.*from You/ });
    await reaction.waitFor();
    same((await control.mailbox(BOB, ALICE, 1))[0].reactions, [[ALICE, "🎉"]], "what the other one sees");
    await reaction.click();
    await reaction.waitFor({ state: "detached" });
  },

  async "photos, files and voice messages are sent"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    const files = page.locator("[data-files]");
    const sendAs = page.locator("[data-attached-as]");
    await files.setInputFiles(asset("lake.jpg"));
    await text(page).fill("The lake");
    await text(page).press("Enter");
    const photo = withWords(page, "The lake").getByRole("img", { name: "Photo from You" });
    await photo.waitFor();
    await until(() => photo.evaluate((picture) => picture.complete && picture.naturalWidth === 480), "the photo is loaded");

    await files.setInputFiles([asset("sunset.jpg"), asset("lake.jpg"), asset("receipt.jpg")]);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.locator('.album[data-count="3"] img').nth(2).waitFor();

    await files.setInputFiles(asset("travel-costs.csv"));
    same(await sendAs.inputValue(), "file", "a table");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const loading = page.waitForEvent("download");
    await newest(page).getByRole("link", { name: /travel-costs\.csv/ }).click();
    same((await loading).suggestedFilename(), "travel-costs.csv", "the file's name");

    await files.setInputFiles(asset("voice.ogg"));
    same(await sendAs.inputValue(), "voice", "a sound");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const play = newest(page).getByRole("button", { name: /^Play voice message, 0:0[1-9]/ });
    await play.click();
    await newest(page).locator("[data-player].playing").waitFor();
    const media = (await control.mailbox(BOB, ALICE, 6)).map((message) => message.media);
    same(media, ["document", "document", "photo", "photo", "photo", "photo"], "what the other one has");
  },

  async "a voice message is recorded"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${EMI}`);
    await page.getByRole("button", { name: "Record a voice message" }).click();
    await page.locator("[data-composer].recording").waitFor();
    await page.locator("[data-left]", { hasText: "Recording, 1 s" }).waitFor();
    await page.getByRole("button", { name: "Record a voice message" }).click();
    await newest(page).getByRole("button", { name: /^Play voice message/ }).waitFor();
  },

  async "votes are given and taken back"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${HIKERS}`);
    const poll = page.locator(".poll", { hasText: "Lunch on the way?" });
    await poll.getByRole("button", { name: "Soup at the hut" }).click();
    await poll.locator(".poll-result", { hasText: "your vote" }).getByText("Soup at the hut").waitFor();
    await poll.getByRole("button", { name: "Take the vote back" }).click();
    await poll.getByRole("button", { name: "Soup at the hut" }).waitFor();
  },

  async "topics are listed, opened and written in"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${TEAM}`);
    await page.getByRole("list", { name: "Topics" }).getByRole("link", { name: /Travel/ }).click();
    await page.getByRole("heading", { name: "Travel" }).waitFor();
    await text(page).fill("The train was late.");
    await text(page).press("Enter");
    await withWords(page, "The train was late.").waitFor();
    const [sent] = await control.mailbox(EMI, TEAM, 1);
    same(sent.topic, Number(new URL(page.url()).pathname.split("/").at(-1)), "the topic");
  },

  async "messages are found, in a chat and in all"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    await page.getByRole("button", { name: "Search in this chat" }).click();
    await page.locator("[data-find-input]").fill("ljubljana");
    await page.locator("[data-find-results] .row", { hasText: "Train tickets" }).click();
    await page.locator(".message.flash, .message", { hasText: "Train tickets for Ljubljana" }).first().waitFor();
    await page.goto(`${phone}/${ALICE}`);
    await page.getByRole("searchbox", { name: "Search chats, people and messages" }).fill("invoice");
    await page.locator("[data-found]").getByRole("heading", { name: "Messages" }).waitFor();
    await page.locator("[data-found]").getByRole("link", { name: /Invoice Helper/ }).first().waitFor();
  },

  async "older messages come when one scrolls to them"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${EMI}`);
    const before = await bubbles(page).count();
    const first = bubbles(page).first();
    const id = await first.getAttribute("data-id");
    await page.locator("[data-history]").evaluate((pane) => (pane.scrollTop = 0));
    await until(async () => (await bubbles(page).count()) > before, "there are more");
    const top = await page.locator(`.message[data-id="${id}"]`).evaluate((unit) => unit.getBoundingClientRect().top);
    if (top < 0 || top > 820) fail(`what was in sight went out of it, to ${top}`);
    await control.say(EMI, ALICE, "Still alive?");
    await withWords(page, "Still alive?").waitFor({ state: "attached" });
    await page.getByRole("button", { name: "To the newest message" }).click();
    await until(() => withWords(page, "Still alive?").isVisible(), "the newest message is in sight");
  },

  async "a bot is started, asked, pressed and blocked"() {
    const bot = await invoiceBot();
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOT}`);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const question = withWords(page, "Approve invoice 2041?");
    await question.getByRole("button", { name: "Approve" }).click();
    await toast(page).getByText("Approved.").waitFor();
    await withWords(page, "Invoice 2041 is approved.").waitFor();

    await text(page).fill("/more");
    await text(page).press("Enter");
    const more = withWords(page, "More buttons");
    await more.getByRole("button", { name: "Alert" }).click();
    await page.getByRole("dialog").getByText("Look at this first.").waitFor();
    await page.keyboard.press("Escape");
    await more.getByRole("button", { name: "Silence" }).click();
    await more.locator('.key[aria-busy="true"]', { hasText: "Silence" }).waitFor();
    await control.post("/v1/advance", { ms: 10_000 });
    await toast(page).getByText("The bot has not answered.").waitFor();
    await more.locator('.key[aria-busy="true"]').waitFor({ state: "detached" });
    same(await more.getByRole("link", { name: /Dashboard/ }).getAttribute("href"), "https://status.example/", "the button's address");

    await text(page).fill("/size");
    await text(page).press("Enter");
    await page.locator("[data-reply-keys]").getByRole("button", { name: "Large" }).click();
    await withWords(page, "Large it is. Your name?").waitFor();
    await page.locator("[data-about-bar]", { hasText: "Your name?" }).waitFor();
    same(await page.locator("[data-reply-keys]").count(), 0, "keyboards after the choice");
    same(await text(page).getAttribute("placeholder"), "First name", "the field's hint");

    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Block", exact: true }).click();
    await page.getByText("You have blocked").waitFor();
    await page.getByRole("button", { name: "Unblock" }).click();
    await text(page).waitFor();
    await bot.stop();
  },

  async "a bot's commands are listed, and one is chosen by keyboard"() {
    const bot = await invoiceBot();
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOT}`);
    const list = page.getByRole("button", { name: "Commands of the bot" });
    same(await list.count(), 0, "lists before there are commands");
    const named = (command, description) => ({ command, description });
    const commands = [named("status", "What runs right now"), named("size", "Choose a size"), named("quiet", "Be silent until tomorrow")];
    await bot.call("setMyCommands", { commands });
    await list.waitFor();
    await list.focus();
    await page.keyboard.press("Enter");
    const menu = page.getByRole("menu", { name: "Commands of the bot" });
    same((await menu.getByRole("menuitem").allInnerTexts()).map((item) => item.split("\n").at(-1)), ["/status", "/size", "/quiet"], "the list");
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "hidden" });
    await until(() => list.evaluate((button) => button === document.activeElement), "the button has the focus again");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await menu.waitFor({ state: "hidden" });
    await page.locator("[data-reply-keys]").getByRole("button", { name: "Large" }).waitFor();
    same((await control.mailbox(ALICE, BOT, 2)).map((message) => message.text).includes("/size"), true, "what was sent");
    await bot.call("deleteMyCommands");
    await list.waitFor({ state: "detached" });
    await bot.stop();
  },

  async "a bot's rich message is laid out, and stays in its place on a small phone"() {
    const bot = await invoiceBot();
    const page = await browser.open({ viewport: { width: 380, height: 800 } });
    await page.goto(`${phone}/${ALICE}/${BOT}`);
    const markdown = "# Nightly build\n\nAll **412** tests passed.\n\n- [x] lint\n- [ ] deploy\n\n| Crate | Tests |\n|---|---|\n| domain | 96 |";
    const { message_id: id } = await bot.call("sendRichMessage", { chat_id: ALICE, rich_message: { markdown } });
    const built = newest(page).filter({ hasText: "Nightly build" });
    await built.getByRole("heading", { name: "Nightly build" }).waitFor();
    await built.getByRole("columnheader", { name: "Crate" }).waitFor();
    same(await built.locator("b").innerText(), "412", "what is bold");
    same((await built.innerText()).match(/Nightly build/g).length, 1, "how often it is said");
    await fits(page, "a rich message");
    await bot.call("editMessageText", { chat_id: ALICE, message_id: id, rich_message: { markdown: "## Deployed" } });
    await newest(page).getByRole("heading", { name: "Deployed" }).waitFor();
    await bot.stop();
  },

  async "what strangers write does nothing"() {
    const page = await browser.open();
    await page.goto(`${phone}/${ALICE}/${BOB}`);
    const attacks = [
      "<script>window.caught = 1</script>",
      '<img src=x onerror="window.caught = 1">',
      '"><svg onload=window.caught=1>',
      "</li></ol></main><h1>gone</h1>",
      "javascript:window.caught=1",
      "\u202e" + "‮".repeat(50) + " backwards",
      "Z" + "\u0300\u0316".repeat(400),
      "W".repeat(4096),
    ];
    for (const attack of attacks) await control.say(BOB, ALICE, attack);
    await withWords(page, "W".repeat(100)).waitFor();
    for (const attack of attacks) await withWords(page, attack.slice(0, 40)).first().waitFor({ state: "attached" });
    same(await page.evaluate(() => [window.caught ?? null, document.querySelectorAll("main h1").length]), [null, 1], "what it did");
    await fits(page, "hostile messages");
  },

  async "everything can be done by keyboard"() {
    const page = await browser.open();
    await page.goto(phone);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Chats" }).waitFor();
    await page.getByRole("searchbox").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    const name = await page.evaluate(() => document.activeElement.querySelector(".row-title").textContent);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await until(() => text(page).evaluate((field) => field === document.activeElement), "the field has the focus");
    await page.keyboard.type("by keyboard alone");
    await page.keyboard.press("Enter");
    await withWords(page, "by keyboard alone").waitFor();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("menu", { name: "This message" }).waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Escape");
    await until(() => newest(page).evaluate((unit) => unit === document.activeElement), "the message has the focus again");
    await page.keyboard.press("e");
    await page.keyboard.press("End");
    await page.keyboard.type(", edited");
    await page.keyboard.press("Enter");
    await withWords(page, "by keyboard alone, edited").waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL(`${phone}/${ALICE}`);
    await until(() => page.evaluate(() => document.activeElement.closest("[data-key]") !== null), "the list has the focus");
  },

  async "nothing is wider than a small phone, and nothing keeps anybody out"() {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [380, 1280]) {
        const page = await browser.open({ viewport: { width, height: 800 }, colorScheme });
        for (const path of ["", "/1001", "/1001/new", `/1001/${BOB}`, `/1001/${HIKERS}`, `/1001/${TEAM}`, `/1001/${BOT}`, `/1001/${EMI}`, "/1001/-1000000000702", "/9"]) {
          await page.goto(phone + path);
          await fits(page, `${path} at ${width}`);
          const found = await barriers(page);
          if (found.length > 0) fail(`${path}, ${colorScheme}, ${width}: ${found.join("\n")}`);
        }
        const menu = await menuAt(page);
        const found = await barriers(page);
        if (found.length > 0) fail(`menu, ${colorScheme}, ${width}: ${found.join("\n")}`);
        await menu;
        await page.context().close();
      }
    }
  },

  async "the theme can be switched, and is remembered"() {
    const page = await browser.open({ colorScheme: "light" });
    await page.goto(`${phone}/${ALICE}`);
    await page.getByRole("button", { name: "Switch between light and dark" }).click();
    await page.reload();
    same(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark", "the theme");
  },
};

/** The program of the seeded bot, which listens until it is stopped. */
async function invoiceBot() {
  const { accounts } = await control.get("/v1/info");
  return robot(botApi, accounts.find((account) => account.id === BOT).bot_token, rules);
}

async function menuAt(page) {
  await page.goto(`${phone}/${ALICE}/${BOB}`);
  return menuOf(page, newest(page));
}

async function fits(page, what) {
  const over = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth);
  if (over > 0) fail(`${what} is ${over} pixels too wide`);
}

/** What the bot of the checks does. */
async function rules({ message, callback_query: press }, call) {
  const say = (words, markup) => call("sendMessage", { chat_id: ALICE, text: words, reply_markup: markup });
  const button = (words, data) => ({ text: words, callback_data: data });
  if (message?.text === "/start") {
    await say("Approve invoice 2041?", { inline_keyboard: [[button("Approve", "yes"), button("Refuse", "no")]] });
  } else if (message?.text === "/more") {
    const rows = [[button("Alert", "alert"), button("Silence", "silence")], [{ text: "Dashboard", url: "https://status.example/" }]];
    await say("More buttons", { inline_keyboard: rows });
  } else if (message?.text === "/size") {
    await say("Which size?", { keyboard: [[{ text: "Small" }, { text: "Large" }]], one_time_keyboard: true });
  } else if (message?.text === "Large") {
    await say("Large it is. Your name?", { force_reply: true, input_field_placeholder: "First name" });
  } else if (press?.data === "yes") {
    await call("answerCallbackQuery", { callback_query_id: press.id, text: "Approved." });
    await call("editMessageText", { chat_id: ALICE, message_id: press.message.message_id, text: "Invoice 2041 is approved." });
  } else if (press?.data === "alert") {
    await call("answerCallbackQuery", { callback_query_id: press.id, text: "Look at this first.", show_alert: true });
  }
}

const wanted = process.env.ONLY;
let failed = false;
for (const [name, check] of Object.entries(checks)) {
  if (wanted && !name.includes(wanted)) continue;
  try {
    await check();
    if (browser.complaints.length > 0) fail(`the browser complains: ${browser.complaints.join("\n")}`);
    console.log(`ok: ${name}`);
  } catch (error) {
    console.log(`failed: ${name}: ${error.message}`);
    failed = true;
    break;
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
