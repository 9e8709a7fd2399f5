// --- The conversation ---

const pane = $("[data-history]");
const units = $('[data-list="units"]');
let unseen = 0;
/** Whether the newest message was in sight when somebody scrolled last. */
let isStuck = true;

const isAtEnd = () => !pane || pane.scrollHeight - pane.scrollTop - pane.clientHeight < 60;
const scrollToEnd = () => pane && (pane.scrollTop = pane.scrollHeight);
const messages = () => $$(".message", units ?? document.createElement("ol"));
const unitOf = (id) => $(`[data-ids~="${id}"], [data-id="${id}"]`, units);

/** Remembers where the first unit in sight stands, to put it back there after a change above it. */
function firstSeen() {
  if (!units) return null;
  const top = pane.getBoundingClientRect().top;
  const first = [...units.children].find((unit) => unit.getBoundingClientRect().bottom > top && !unit.matches(".day"));
  if (!first) return null;
  const before = first.getBoundingClientRect().top;
  return {
    restore() {
      if (first.isConnected) pane.scrollTop += first.getBoundingClientRect().top - before;
    },
  };
}

function noteAdded(added, wasAtEnd) {
  const last = units.lastElementChild;
  const fresh = added.filter((unit) => unit.matches(".message") && isNearEnd(unit, last));
  const incoming = fresh.filter((unit) => unit.matches(".in"));
  if (incoming.length > 0) {
    $("[data-news]").textContent = incoming.map((unit) => unit.dataset.about).join("\n");
    if (!wasAtEnd) unseen += incoming.length;
  }
  if (fresh.some((unit) => unit.matches(".out"))) scrollToEnd();
}

function isNearEnd(unit, last) {
  for (let at = last, steps = 0; at && steps < 20; at = at.previousElementSibling, steps += 1) {
    if (at === unit) return true;
  }
  return false;
}

function goTo(id) {
  const unit = unitOf(id);
  if (!unit) return false;
  unit.scrollIntoView({ block: "center" });
  unit.classList.remove("flash");
  keep(unit, "class");
  requestAnimationFrame(() => unit.classList.add("flash"));
  setTimeout(() => {
    unit.classList.remove("flash");
    unit.kept.delete("class");
  }, 1700);
  return true;
}

let loading = false;
async function loadMore(newer) {
  if (loading) return;
  loading = true;
  const wanted = new URLSearchParams({ newer: String(newer) });
  for (const name of ["topic", "from", "to", "mark"]) {
    if (app.dataset[name] !== undefined) wanted.set(name, app.dataset[name]);
  }
  await attempt(async () => {
    const answer = await ask(`${here("more")}?${wanted}`);
    closeStream();
    apply(await answer.json());
    openStream();
  });
  loading = false;
  afterScroll();
}

let readUpTo = 0;
let reading;
function afterScroll() {
  if (!units) return;
  const atEnd = isAtEnd();
  isStuck = atEnd;
  if (atEnd) unseen = 0;
  const button = $("[data-to-newest]");
  button.hidden = atEnd && !app.hasAttribute("data-newer");
  $("[data-unseen]").hidden = unseen === 0;
  $("[data-unseen]").textContent = unseen;
  if (pane.scrollTop < 400 && app.hasAttribute("data-older")) loadMore(false);
  else if (pane.scrollHeight - pane.scrollTop - pane.clientHeight < 400 && app.hasAttribute("data-newer")) loadMore(true);
  clearTimeout(reading);
  reading = setTimeout(read, 120);
}

/** What is looked at is read. */
function read() {
  if (!units || document.visibilityState !== "visible") return;
  const bottom = pane.getBoundingClientRect().bottom;
  const seen = [...units.children].reverse().find((unit) => unit.dataset.id && unit.getBoundingClientRect().top < bottom - 12);
  const id = Math.max(0, ...(seen?.dataset.ids ?? seen?.dataset.id ?? "").split(" ").map(Number));
  if (id <= readUpTo || id <= Number(app.dataset.read ?? 0)) return;
  readUpTo = id;
  act("read", { max_id: id, topic: numberOr(app.dataset.topic) }).catch(() => (readUpTo = 0));
}

const numberOr = (text) => (text === undefined || text === "" ? null : Number(text));

function settle() {
  if (!pane) return;
  const resized = new ResizeObserver(() => isStuck && !app.hasAttribute("data-newer") && scrollToEnd());
  [pane, units].forEach((box) => resized.observe(box));
  const at = new URLSearchParams(location.search).get("at");
  if (at && goTo(at)) {
    isStuck = isAtEnd();
    return;
  }
  scrollToEnd();
  const fresh = $('[data-key="new"]', units);
  const above = fresh ? pane.getBoundingClientRect().top - fresh.getBoundingClientRect().top : 0;
  if (above > 0) pane.scrollTop -= above + 40;
  isStuck = isAtEnd();
}
