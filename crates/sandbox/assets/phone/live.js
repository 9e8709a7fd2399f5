// --- Applying what the stream tells ---

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Attributes that this script has set on an element stay when the server draws it again. */
function keep(element, ...names) {
  element.kept = new Set([...(element.kept ?? []), ...names]);
}

/** Makes an element look like another without replacing it, so that what plays goes on playing. */
function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
    return fresh;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return old;
  }
  const stays = (name) => old.kept?.has(name) || (name === "open" && old.nodeName === "DETAILS");
  for (const { name, value } of fresh.attributes) {
    if (!stays(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!stays(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  after.forEach((child, place) => (place < before.length ? morph(before[place], child) : old.append(child)));
  before.slice(after.length).forEach((child) => child.remove());
  return old;
}

function move(list, element, before) {
  if (element.isConnected && list.moveBefore) list.moveBefore(element, before);
  else list.insertBefore(element, before);
}

/** Brings a list into the told order. What is older than the told part stays as it is. Returns what is new. */
function applyList(list, { order, items }, from) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const told = new Set(order);
  const isOlder = (child) => child.dataset.id !== undefined && from !== null && Number(child.dataset.id) < from;
  for (const [key, child] of known) {
    if (!told.has(key) && !isOlder(child)) child.remove();
  }
  let place = list.firstElementChild;
  while (place && !told.has(place.dataset.key)) place = place.nextElementSibling;
  const added = [];
  for (const key of order) {
    let child = known.get(key);
    if (items[key] !== undefined) {
      const fresh = parsed(items[key]).firstElementChild;
      if (child) {
        const isNext = child === place;
        child = morph(child, fresh);
        if (isNext) place = child;
      } else {
        child = fresh;
        added.push(child);
      }
    }
    if (!child) continue;
    if (child === place) place = place.nextElementSibling;
    else move(list, child, place);
  }
  return added;
}

function apply(changes) {
  const wasAtEnd = isAtEnd();
  const anchor = firstSeen();
  for (const [name, html] of Object.entries(changes.parts)) {
    const part = $(`[data-part="${name}"]`);
    if (!part) continue;
    const box = part.cloneNode(false);
    box.append(parsed(html));
    morph(part, box);
  }
  for (const [name, list] of Object.entries(changes.lists)) {
    const box = $(`[data-list="${name}"]`);
    if (!box) continue;
    const added = applyList(box, list, changes.from);
    if (name === "units") noteAdded(added, wasAtEnd);
  }
  app.dataset.stamp = changes.stamp;
  setOr(app, "from", changes.from);
  setOr(app, "to", changes.to);
  app.toggleAttribute("data-older", changes.has_older);
  app.toggleAttribute("data-newer", changes.has_newer);
  if (wasAtEnd && !changes.has_newer) scrollToEnd();
  else anchor?.restore();
  showCount();
  afterScroll();
  composer?.follow();
}

function setOr(element, name, value) {
  if (value === null || value === undefined) delete element.dataset[name];
  else element.dataset[name] = value;
}

function showCount(count = Number($('[data-part="count"]')?.textContent ?? 0)) {
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = count > 0 ? `(${count}) ${title}` : title;
}

// --- The stream ---

let stream;
let retry;
let away;
function openStream() {
  closeStream();
  const wanted = new URLSearchParams();
  for (const name of ["chat", "topic", "from", "to", "mark", "stamp"]) {
    if (app.dataset[name] !== undefined) wanted.set(name, app.dataset[name]);
  }
  stream = new EventSource(`/${app.dataset.account}/live?${wanted}`);
  stream.onmessage = (event) => apply(JSON.parse(event.data));
  stream.onopen = () => {
    clearTimeout(away);
    app.classList.remove("apart");
  };
  stream.onerror = () => {
    clearTimeout(away);
    // A cut that is mended at once is no news.
    away = setTimeout(() => {
      app.classList.add("apart");
      toast("The sandbox is away. Trying again…");
    }, 1500);
    // A browser tries again by itself unless it was refused.
    if (stream.readyState === EventSource.CLOSED) retry = setTimeout(openStream, 2000);
  };
}

function closeStream() {
  clearTimeout(retry);
  clearTimeout(away);
  stream?.close();
}

let polling;
/** A page that nobody looks at gives its connection back: a browser has few of them. It only counts what waits. */
function watchVisibility() {
  clearInterval(polling);
  if (document.visibilityState === "visible") {
    openStream();
    afterScroll();
    return;
  }
  closeStream();
  polling = setInterval(async () => {
    try {
      const answer = await ask(`/${app.dataset.account}/unread`);
      showCount((await answer.json()).count);
    } catch {
      // The box may be away for a while.
    }
  }, 5000);
}
