// --- Searching ---

function soon(doing, wait = 160) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => doing(...given), wait);
  };
}

async function findInto(box, address, words, topic) {
  const wanted = new URLSearchParams({ words });
  if (topic !== undefined) wanted.set("topic", topic);
  await attempt(async () => {
    const answer = await ask(`${address}?${wanted}`);
    box.replaceChildren(parsed(await answer.text()));
  });
}

function openFind(words) {
  const bar = $("[data-find-bar]");
  bar.hidden = false;
  $("[data-find-open]").setAttribute("aria-expanded", "true");
  const field = $("[data-find-input]");
  field.value = words;
  field.focus();
  if (words) field.dispatchEvent(new Event("input"));
}

function closeFind() {
  $("[data-find-bar]").hidden = true;
  $("[data-find-results]").replaceChildren();
  const button = $("[data-find-open]");
  button.setAttribute("aria-expanded", "false");
  button.focus();
}

function wireSearch() {
  const side = $("[data-search]");
  const found = $("[data-found]");
  side?.addEventListener("input", soon(async () => {
    const words = side.value.trim();
    if (words) await findInto(found, `/${app.dataset.account}/find`, words);
    found.hidden = words === "";
    $("[data-rows]").hidden = words !== "";
  }));
  const inside = $("[data-find-input]");
  inside?.addEventListener("input", soon(() => {
    const words = inside.value.trim();
    if (words) findInto($("[data-find-results]"), here("find"), words, app.dataset.topic);
    else $("[data-find-results]").replaceChildren();
  }));
}

// --- The theme ---

function switchTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : root.dataset.theme === "dark";
  root.dataset.theme = isDark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=strict`;
}

// --- Keys ---

function focusMessage(unit) {
  if (!unit) return;
  unit.focus({ preventScroll: true });
  unit.scrollIntoView({ block: "nearest" });
}

function step(list, current, event) {
  const at = list.indexOf(current);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (to === undefined) return undefined;
  event.preventDefault();
  return list[Math.max(0, Math.min(to, list.length - 1))];
}

function messageKey(unit, event) {
  const keys = { Enter: () => openMessageMenu(unit), r: () => composer?.reply(unit), e: () => unit.dataset.edit !== undefined && composer?.edit(unit), Delete: () => unit.dataset.delete !== undefined && attempt(() => deeds.delete(unit)) };
  const deed = keys[event.key];
  if (deed && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    return deed();
  }
  const all = messages();
  if (event.key === "ArrowDown" && unit === all.at(-1)) {
    event.preventDefault();
    return composer?.text.focus();
  }
  return focusMessage(step(all, unit, event));
}

function escape() {
  if (composer?.recorder.cancel()) return;
  if ($("[data-find-bar]")?.hidden === false) return closeFind();
  if (composer?.isBusy()) {
    composer.cancel();
    return composer.text.focus();
  }
  const search = $("[data-search]");
  if (search?.value) {
    search.value = "";
    search.dispatchEvent(new Event("input"));
    return search.focus();
  }
  if (document.activeElement?.closest(".message")) return composer?.text.focus();
  const back = $("[data-back]");
  if (back) {
    sessionStorage.setItem("came-from", location.pathname);
    location.assign(back.href);
  }
  return undefined;
}

document.addEventListener("keydown", (event) => {
  const focus = document.activeElement;
  if (event.key === "Escape" && !$("dialog[open], [popover]:popover-open")) return escape();
  const menu = focus?.closest('[role="menu"]');
  if (menu) {
    const items = $$('[role="menuitem"]', menu).filter((item) => !item.hidden);
    const sideways = { ArrowRight: "ArrowDown", ArrowLeft: "ArrowUp" }[event.key] ?? event.key;
    if (event.key === "Tab") menu.hidePopover();
    return step(items, focus, { key: sideways, preventDefault: () => event.preventDefault() })?.focus();
  }
  if (focus?.matches(".message")) return messageKey(focus, event);
  if (focus?.matches('[role="button"]') && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    return focus.click();
  }
  const rows = focus?.closest(".rows, [data-found], [data-find-results]") || focus?.matches("[data-search], [data-find-input]");
  if (rows) {
    const area = focus.closest("[data-side], [data-topics], [data-find-bar]") ?? document;
    const links = $$("a.row, summary", area).filter((link) => link.checkVisibility());
    if (focus.matches("a.row") && event.key === "Enter") sessionStorage.setItem("by-keys", "yes");
    if (focus.matches("input") && event.key !== "ArrowDown") return undefined;
    return step(links, focus, event)?.focus();
  }
  return undefined;
});

// --- Dropping files ---

function wireDrop() {
  const main = $("[data-main]");
  main.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  main.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    composer?.attach([...event.dataTransfer.files]);
  });
}

// --- Beginning ---

function loopFilms() {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? target.play().catch(() => {}) : target.pause();
  });
  const watchAll = () => $$("video[data-loop]").forEach((film) => sight.observe(film));
  watchAll();
  if (units) new MutationObserver(watchAll).observe(units, { childList: true, subtree: true });
}

function restoreFocus() {
  const cameFrom = sessionStorage.getItem("came-from");
  sessionStorage.removeItem("came-from");
  if (composer && matchMedia("(pointer: fine)").matches && !$("[data-closed]")) return composer.text.focus();
  const row = cameFrom && $(`a.row[href="${CSS.escape(cameFrom)}"]`);
  const isByKeys = sessionStorage.getItem("by-keys") !== null;
  sessionStorage.removeItem("by-keys");
  return (row || (isByKeys ? $("[data-topics] a.row") : null))?.focus();
}

const form = $("[data-composer]");
const composer = form ? makeComposer(form) : null;
if (app) {
  wireSearch();
  wireDrop();
  settle();
  composer?.follow();
  restoreFocus();
  pane?.addEventListener("scroll", afterScroll, { passive: true });
  document.addEventListener("visibilitychange", watchVisibility);
  window.addEventListener("pagehide", closeStream);
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  showCount();
  watchVisibility();
  loopFilms();
}
