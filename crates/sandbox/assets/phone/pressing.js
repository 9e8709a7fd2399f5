// --- Menus ---

function openMenu(menu, button, { x, y } = {}) {
  menu.showPopover();
  const [box, from] = [menu.getBoundingClientRect(), button.getBoundingClientRect()];
  const left = Math.max(8, Math.min(x ?? from.left, innerWidth - box.width - 8));
  const under = (y ?? from.bottom) + 4;
  const top = under + box.height > innerHeight - 8 ? Math.max(8, (y ?? from.top) - box.height - 4) : under;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
  button.setAttribute("aria-expanded", "true");
  menu.addEventListener("toggle", () => {
    button.removeAttribute("aria-expanded");
    if (document.activeElement === document.body) (button.closest(".message") ?? button).focus();
  }, { once: true });
  $$('[role="menuitem"]', menu).find((item) => !item.hidden)?.focus();
}

let chosen = null;
function openMessageMenu(unit, spot) {
  chosen = unit;
  const menu = $("[data-message-menu]");
  const show = (what, holds) => ($(`[data-do="${what}"]`, menu).hidden = !holds);
  const mayWrite = !$("[data-closed]");
  show("reply", mayWrite);
  show("copy", $(".words", unit) !== null);
  show("edit", mayWrite && unit.dataset.edit !== undefined);
  $("[data-pin-label]", menu).textContent = unit.dataset.pinned === undefined ? "Pin" : "Unpin";
  show("delete", unit.dataset.delete !== undefined);
  openMenu(menu, $("[data-menu]", unit), spot);
}

const deeds = {
  reply: (unit) => composer.reply(unit),
  edit: (unit) => composer.edit(unit),
  copy: (unit) => copy($(".words", unit).innerText),
  pin: (unit) => act("pin", { id: Number(unit.dataset.id) }),
  delete: async (unit) => {
    if (await question("Delete this message for everybody?", { asks: true })) {
      await act("delete", { ids: unit.dataset.ids.split(" ").map(Number) });
    }
  },
};

async function copy(text) {
  await attempt(() => navigator.clipboard.writeText(text).catch(() => Promise.reject(new Error("The browser does not let this page copy."))));
  toast("Copied.");
}

/** Presses a bot's button, and shows what the bot answers. */
async function pressKey(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  keep(button, "aria-busy");
  button.setAttribute("aria-busy", "true");
  const told = await attempt(() => act("press", { id: Number(button.dataset.id), data: button.dataset.press }));
  button.removeAttribute("aria-busy");
  if (!told) return;
  if (!told.answer) return toast("The bot has not answered.");
  const { text, alert, inner, outer } = told.answer;
  if (inner) return location.assign(inner);
  if (outer && (await question(`The bot wants to open this address:\n\n${outer}`, { asks: true }))) window.open(outer, "_blank", "noopener,noreferrer");
  if (text && alert) await question(text);
  else if (text) toast(text);
  return undefined;
}

async function share(button) {
  const what = button.dataset.share;
  const asked = what === "contact" ? "Send your phone number to this chat?" : "Send where you are to this chat?";
  if (await question(asked, { asks: true })) await attempt(() => act("share", { what, reply_to: numberOr(button.dataset.answers) }));
}

const react = (id, emoji) => attempt(() => act("react", { id: Number(id), emoji }));

// --- Playing ---

function play(player) {
  const sound = $("audio", player);
  if (!sound.paused) return sound.pause();
  $$("audio").forEach((other) => other !== sound && other.pause());
  if (!player.wired) {
    player.wired = true;
    keep(player, "class");
    const time = $("[data-time]", player);
    const whole = time.textContent;
    const bars = $$("[data-bars] rect", player);
    bars.forEach((bar) => keep(bar, "class"));
    const shown = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
    sound.addEventListener("play", () => player.classList.add("playing"));
    sound.addEventListener("pause", () => player.classList.remove("playing"));
    sound.addEventListener("error", () => toast("This sound cannot be played."));
    sound.addEventListener("timeupdate", () => {
      time.textContent = sound.ended ? whole : shown(sound.currentTime);
      const part = sound.ended ? 0 : sound.currentTime / (sound.duration || 1);
      bars.forEach((bar, place) => bar.classList.toggle("played", place < part * bars.length));
    });
  }
  return sound.play().catch(() => {});
}

// --- Presses ---

const presses = {
  "[data-menu]": (button) => openMessageMenu(button.closest(".message")),
  "[data-choose]": (button) => {
    $("[data-message-menu]").hidePopover();
    react(chosen.dataset.id, button.dataset.choose);
  },
  "[data-do]": (button) => {
    $("[data-message-menu]").hidePopover();
    attempt(() => deeds[button.dataset.do](chosen));
  },
  "[data-react]": (button) => react(button.dataset.id, button.dataset.react),
  "[data-goto]": (link, event) => {
    if (goTo(link.dataset.goto)) event.preventDefault();
  },
  "[data-covered]": (picture, event) => {
    event.preventDefault();
    keep(picture, "class", "data-covered");
    picture.classList.remove("covered");
    picture.removeAttribute("data-covered");
  },
  "[data-picture]": (link, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showPicture(link);
  },
  "[data-play]": (button) => play(button.closest("[data-player]")),
  "[data-bars]": (bars, event) => {
    const sound = $("audio", bars.closest("[data-player]"));
    const box = bars.getBoundingClientRect();
    if (Number.isFinite(sound.duration)) sound.currentTime = ((event.clientX - box.left) / box.width) * sound.duration;
  },
  "[data-spoiler]:not(.shown)": (spoiler, event) => {
    event.preventDefault();
    reveal(spoiler);
  },
  "[data-expand]": (button) => {
    const text = button.previousElementSibling;
    const isWhole = text.classList.toggle("whole");
    keep(text, "class");
    keep(button, "aria-expanded");
    button.setAttribute("aria-expanded", String(isWhole));
    button.textContent = isWhole ? "Show less" : "Show more";
  },
  "[data-hides-target]": async (link, event) => {
    event.preventDefault();
    if (await question(`Open this link?\n\n${link.href}`, { asks: true })) window.open(link.href, "_blank", "noopener,noreferrer");
  },
  "[data-find]": (button) => openFind(button.dataset.find),
  "[data-say]": (button) => {
    button.closest("[popover]")?.hidePopover();
    attempt(() => post({ text: button.dataset.say, reply: button.dataset.answers ?? null, files: [], kind: "file" }));
  },
  "[data-press]": pressKey,
  "[data-tell]": (button) => toast(button.dataset.tell),
  "[data-copy]": (button) => copy(button.dataset.copy),
  "[data-insert]": (button) => composer?.insert(button.dataset.insert),
  "[data-share]": share,
  "[data-keys-switch]": (button) => {
    const isFolded = $(".foot").classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!isFolded));
  },
  "[data-vote]": (button) => vote(button, [Number(button.dataset.vote)]),
  "[data-vote-many]": (button) => {
    const ticked = $$("input:checked", button.closest("[data-poll]")).map((box) => Number(box.value));
    if (ticked.length > 0) vote(button, ticked);
    else toast("Choose an answer first.");
  },
  "[data-unvote]": (button) => vote(button, []),
  "[data-act]": (button) => {
    button.closest("[popover]")?.hidePopover();
    const word = new URLSearchParams(location.search).get("start") ?? "";
    attempt(() => act(button.dataset.act, button.dataset.act === "start" ? { word } : {}));
  },
  "[data-chat-menu]": (button) => openMenu($("[data-chat-menu-box]"), button),
  "[data-commands]": (button) => {
    const list = $("[data-commands-box]");
    // A bot may change its commands while somebody looks at them.
    keep(list, "style");
    keep(button, "aria-expanded");
    openMenu(list, button);
  },
  "[data-to-newest]": () => {
    if (app.hasAttribute("data-newer")) location.assign(location.pathname);
    else scrollToEnd();
  },
  "[data-theme-switch]": switchTheme,
  "[data-find-open]": () => openFind(""),
  "[data-find-close]": closeFind,
  "[data-alert-yes]": () => $("[data-alert]").close("yes"),
  "[data-alert-no]": () => $("[data-alert]").close("no"),
  "[data-viewer]": () => $("[data-viewer]").close(),
};

function vote(button, answers) {
  const poll = button.closest("[data-poll]");
  attempt(() => act("vote", { id: Number(poll.dataset.id), answers }));
}

function reveal(spoiler) {
  spoiler.classList.add("shown");
  keep(spoiler, "class", "role", "tabindex", "aria-label");
  ["role", "tabindex", "aria-label"].forEach((name) => spoiler.removeAttribute(name));
  // Now that the words answer to no press themselves, the links in them may.
  for (const linklike of $$("[data-href]", spoiler)) {
    const link = document.createElement("a");
    link.href = linklike.dataset.href;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.append(...linklike.childNodes);
    linklike.replaceWith(link);
  }
}

document.addEventListener("click", (event) => {
  for (const [selector, press] of Object.entries(presses)) {
    const found = event.target.closest(selector);
    if (found) return press(found, event);
  }
  return undefined;
});

document.addEventListener("contextmenu", (event) => {
  const unit = event.target.closest(".message");
  if (!unit || event.target.closest("a, video, audio, img") || String(getSelection())) return;
  event.preventDefault();
  openMessageMenu(unit, { x: event.clientX, y: event.clientY });
});
