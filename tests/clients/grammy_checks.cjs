// Checks the Bot API of the sandbox with grammY, a client that nobody here wrote.
//
// Usage: NODE_PATH=…/node_modules node grammy_checks.cjs CONTROL_URL
//
// Prints one line for each check and exits with 1 if any has failed. Needs grammY 1.46 and a running telegram-sandbox.

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { Bot, GrammyError, HttpError, InlineKeyboard, InputFile, webhookCallback } = require("grammy");

const ALICE = 1001;
const BOB = 1002;
const EMI = 1005;
const INVOICE_BOT = 1101;
const TEAM = -1000000000701;
const PATIENCE = 30_000;
const PICTURE = fs.readFileSync(path.join(__dirname, "../../crates/sandbox/assets/sunset.jpg"));

const checks = [];
const check = (says, run) => checks.push({ says, run });

/** The control port. */
class Box {
  constructor(url) {
    this.url = url.replace(/\/$/, "");
  }

  async call(route, body) {
    const options = body && { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(this.url + route, options);
    const text = await answer.text();
    assert.equal(answer.status, 200, `${route}: ${text}`);
    return JSON.parse(text);
  }

  async begin() {
    await this.call("/v1/reset", {});
    const info = await this.call("/v1/info");
    this.root = `http://${info.bot_api}`;
    this.token = info.accounts.find((account) => account.id === INVOICE_BOT).bot_token;
    await this.alice("start");
  }

  alice(verb, body) {
    return this.call(`/v1/${verb}`, { as: ALICE, chat: INVOICE_BOT, ...body });
  }

  member(who, verb, body) {
    return this.call(`/v1/${verb}`, { as: who, chat: TEAM, ...body });
  }

  async letter() {
    return (await this.call(`/v1/mailbox?account=${ALICE}&chat=${INVOICE_BOT}&limit=1`)).messages[0];
  }

  /** Waits until a method was called since the check began. */
  async called(method) {
    while (!(await this.call("/v1/counters")).calls[`bot.${method}`]);
  }

  bot() {
    return new Bot(this.token, { client: { apiRoot: this.root } });
  }
}

/** Ends a wait that takes too long. */
function soon(promise) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error("nothing came in time")), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What a bot hears, one after another. */
function ears(bot) {
  const heard = [];
  const waiting = [];
  bot.use((context) => {
    const next = waiting.shift();
    if (next) next(context);
    else heard.push(context);
  });
  return () => soon(new Promise((found) => (heard.length ? found(heard.shift()) : waiting.push(found))));
}

/** Runs something beside a bot that polls. */
async function polling(box, run) {
  const bot = box.bot();
  const next = ears(bot);
  const kinds = ["message", "edited_message", "callback_query", "message_reaction"];
  const running = bot.start({ drop_pending_updates: true, allowed_updates: kinds, timeout: 10 });
  await box.called("getUpdates");
  try {
    await run(bot, next);
  } finally {
    await bot.stop();
    await running;
  }
}

async function refused(promise) {
  return promise.then(
    () => assert.fail("it is not refused"),
    (error) => {
      if (error instanceof assert.AssertionError) throw error;
      return error;
    },
  );
}

check("knows itself, and is refused with a wrong token", async (box) => {
  const me = await box.bot().api.getMe();
  assert.deepEqual([me.id, me.username], [INVOICE_BOT, "invoice_helper_bot"]);
  const error = await refused(new Bot("42:nobody", { client: { apiRoot: box.root } }).api.getMe());
  assert.equal(error.error_code, 401);
});

check("polls, hears messages and edits, and answers", (box) =>
  polling(box, async (_, next) => {
    const { id } = await box.alice("say", { text: "/pay now" });
    const context = await next();
    assert.equal(context.message.text, "/pay now");
    assert.equal(context.entities("bot_command")[0].text, "/pay");
    await context.reply("*Paid*", { parse_mode: "MarkdownV2" });
    assert.equal((await box.letter()).text, "Paid");
    await box.alice("edit", { id, text: "/pay twice" });
    assert.equal((await next()).editedMessage.text, "/pay twice");
  }));

check("is told over a webhook with a secret, and may answer with a call", async (box) => {
  const bot = box.bot();
  bot.on("message", (context) => context.reply(`heard: ${context.message.text}`));
  const take = webhookCallback(bot, "http", { secretToken: "s3cret" });
  const server = http.createServer(take);
  await new Promise((open) => server.listen(0, "127.0.0.1", open));
  const url = `http://127.0.0.1:${server.address().port}/hook`;
  await bot.api.setWebhook(url, { secret_token: "s3cret", drop_pending_updates: true });
  await box.alice("say", { text: "over the webhook" });
  await soon(
    (async () => {
      while ((await box.letter()).text !== "heard: over the webhook");
    })(),
  );
  assert.equal((await bot.api.getWebhookInfo()).url, url);
  assert.equal((await refused(bot.api.getUpdates())).error_code, 409);
  await bot.api.deleteWebhook();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

check("writes with marks given beside the text", async (box) => {
  const entities = [{ type: "bold", offset: 3, length: 2 }];
  const sent = await box.bot().api.sendMessage(ALICE, "🎉 go", { entities });
  assert.deepEqual(sent.entities, entities);
  const error = await refused(box.bot().api.sendMessage(ALICE, "a_b_c_", { parse_mode: "MarkdownV2" }));
  assert.equal(error.description, "Bad Request: can't parse entities: Can't find end of Italic entity at byte offset 5");
});

check("sends files and fetches them", async (box) => {
  const { api } = box.bot();
  const sent = await api.sendPhoto(ALICE, new InputFile(PICTURE, "a.jpg"), { caption: "a photo" });
  const documents = [
    (await api.sendDocument(ALICE, new InputFile(Buffer.from("a text"), "a.txt"))).document,
    (await api.sendVoice(ALICE, new InputFile(Buffer.from("a voice"), "a.ogg"))).voice,
    (await api.sendVideo(ALICE, new InputFile(Buffer.from("a film"), "a.mp4"))).video,
    (await api.sendAudio(ALICE, new InputFile(Buffer.from("a song"), "a.mp3"))).audio,
    (await api.sendAnimation(ALICE, new InputFile(Buffer.from("a loop"), "b.mp4"))).animation,
    (await api.sendVideoNote(ALICE, new InputFile(Buffer.from("a circle"), "c.mp4"))).video_note,
    (await api.sendSticker(ALICE, new InputFile(Buffer.from("a sticker"), "a.webp"))).sticker,
  ];
  assert.ok(documents.every((document) => document.file_id));
  const fetched = async (id) => {
    const file = await api.getFile(id);
    return Buffer.from(await (await fetch(`${box.root}/file/bot${box.token}/${file.file_path}`)).arrayBuffer());
  };
  assert.deepEqual(await fetched(sent.photo.at(-1).file_id), PICTURE);
  assert.equal((await fetched(documents[1].file_id)).toString(), "a voice");
  const album = [1, 2].map(() => ({ type: "photo", media: new InputFile(PICTURE, "a.jpg") }));
  const messages = await api.sendMediaGroup(ALICE, album);
  assert.equal(new Set(messages.map((message) => message.media_group_id)).size, 1);
});

check("hangs buttons on a message, hears which is pressed, answers, and edits the message", (box) =>
  polling(box, async (bot, next) => {
    await bot.api.sendMessage(ALICE, "Pay?", { reply_markup: new InlineKeyboard().text("Yes", "yes").text("No", "no") });
    const pressed = box.alice("press", { id: (await box.letter()).id, button: "No" });
    const context = await next();
    assert.equal(context.callbackQuery.data, "no");
    await context.answerCallbackQuery({ text: "As you like" });
    assert.equal((await soon(pressed)).answer.text, "As you like");
    await context.editMessageText("Not paid.");
    assert.equal((await box.letter()).text, "Not paid.");
  }));

check("reacts, hears reactions, and keeps topics and commands", async (box) => {
  await box.member(BOB, "appoint", { user: INVOICE_BOT });
  await polling(box, async (bot, next) => {
    const topic = await bot.api.createForumTopic(TEAM, "Bills");
    const sent = await bot.api.sendMessage(TEAM, "Like it?", { message_thread_id: topic.message_thread_id });
    await bot.api.setMessageReaction(TEAM, sent.message_id, [{ type: "emoji", emoji: "👍" }]);
    await box.member(EMI, "react", { id: sent.message_id, emoji: "🔥" });
    assert.deepEqual((await next()).reactions().emojiAdded, ["🔥"]);
    await bot.api.closeForumTopic(TEAM, topic.message_thread_id);
    const commands = [{ command: "pay", description: "Pays" }];
    await bot.api.setMyCommands(commands);
    assert.deepEqual(await bot.api.getMyCommands(), commands);
  });
});

check("tells errors apart: too many, migrated, broken, lost, blocked", async (box) => {
  const { api } = box.bot();
  const trouble = async (fault) => {
    await box.call("/v1/bot_faults", { method: "bot.sendMessage", times: 1, ...fault });
    return refused(api.sendMessage(ALICE, "x"));
  };
  const flood = await trouble({ trouble: "flood", retry_after: 30 });
  assert.ok(flood instanceof GrammyError);
  assert.deepEqual([flood.error_code, flood.parameters.retry_after], [429, 30]);
  assert.equal((await trouble({ trouble: "migrated", to: TEAM })).parameters.migrate_to_chat_id, TEAM);
  assert.ok((await trouble({ trouble: "html", status: 502 })) instanceof HttpError);
  assert.ok((await trouble({ trouble: "lost_before" })) instanceof HttpError);
  await box.alice("block");
  const blocked = await refused(api.sendMessage(ALICE, "x"));
  assert.deepEqual([blocked.error_code, blocked.description], [403, "Forbidden: bot was blocked by the user"]);
});

check("is told when another program polls", async (box) => {
  const { api } = box.bot();
  const [start] = await api.getUpdates({ offset: -1 });
  const offset = start.update_id + 1;
  const before = (await box.call("/v1/counters")).calls["bot.getUpdates"];
  const first = refused(api.getUpdates({ offset, timeout: 20 }));
  while ((await box.call("/v1/counters")).calls["bot.getUpdates"] === before);
  const second = box.bot().api.getUpdates({ offset, timeout: 20 });
  assert.equal((await soon(first)).error_code, 409);
  await box.alice("say", { text: "who hears?" });
  assert.equal((await soon(second))[0].message.text, "who hears?");
});

async function main(url) {
  const box = new Box(url);
  let failures = 0;
  for (const { says, run } of checks) {
    let verdict = "ok  ";
    try {
      await box.begin();
      await run(box);
      assert.deepEqual((await box.call("/v1/counters")).malformed, {});
    } catch (error) {
      verdict = "FAIL";
      failures += 1;
      console.error(error);
    }
    console.log(`${verdict} grammy ${says}`);
  }
  console.log(`${checks.length - failures} of ${checks.length} checks passed`);
  process.exit(failures ? 1 : 0);
}

main(process.argv[2]);
