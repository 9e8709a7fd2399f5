// --- Writing ---

const TEXT_MAX = 4096;
const SOUNDS = /\.(ogg|oga|opus|mp3|m4a|wav|flac)$/i;

function makeComposer(form) {
  const text = $("[data-text]", form);
  const files = $("[data-files]", form);
  const state = { reply: null, edit: null, files: [], before: "", asked: null };

  function check() {
    const length = text.value.length;
    form.classList.toggle("ready", text.value.trim() !== "" || state.files.length > 0 || state.edit !== null);
    const left = $("[data-left]", form);
    left.hidden = length < TEXT_MAX - 400;
    left.classList.toggle("over", length > TEXT_MAX);
    left.textContent = length > TEXT_MAX ? `${length - TEXT_MAX} characters too many` : `${TEXT_MAX - length} characters left`;
  }

  function about(title, line) {
    $("[data-about-bar]", form).hidden = title === null;
    $("[data-about-title]", form).textContent = title ?? "";
    $("[data-about-text]", form).textContent = line ?? "";
  }

  function cancel() {
    if (state.edit !== null) text.value = state.before;
    state.reply = null;
    state.edit = null;
    about(null);
    check();
  }

  function reply(unit) {
    cancel();
    state.reply = Number(unit.dataset.id);
    about("Reply", unit.dataset.about);
    text.focus();
  }

  function edit(unit) {
    cancel();
    state.before = text.value;
    state.edit = Number(unit.dataset.id);
    text.value = unit.dataset.edit;
    about("Edit", unit.dataset.about);
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
    check();
  }

  function insert(words) {
    text.value = words;
    text.focus();
    check();
  }

  /** Follows what a bot has asked for: an answer to its message, or words in the empty field. */
  function follow() {
    const keys = $("[data-reply-keys]");
    $("[data-keys-switch]").hidden = keys === null;
    const asked = $("[data-force-reply]");
    text.placeholder = keys?.dataset.placeholder ?? asked?.dataset.placeholder ?? "Message";
    if (!asked || asked.dataset.forceReply === state.asked) return;
    state.asked = asked.dataset.forceReply;
    const unit = unitOf(state.asked);
    if (unit && !state.reply && state.edit === null) reply(unit);
  }

  function attach(added, kind) {
    state.files.push(...added);
    if (state.files.length > 10) {
      state.files.length = 10;
      toast("At most ten files go into one message.");
    }
    drawAttached(kind);
    text.focus();
  }

  function drawAttached(kind) {
    const list = $("[data-attached-list]", form);
    list.replaceChildren(...state.files.map((file, place) => attachedItem(file, () => {
      state.files.splice(place, 1);
      drawAttached();
    })));
    const kinds = kindsOf(state.files);
    const select = $("[data-attached-as]", form);
    select.replaceChildren(...kinds.map(([value, label]) => new Option(label, value)));
    if (kind && kinds.some(([value]) => value === kind)) select.value = kind;
    $("[data-attached]", form).hidden = state.files.length === 0;
    check();
  }

  async function send() {
    if (form.getAttribute("aria-busy") === "true") return;
    const words = text.value.trim();
    if (state.edit !== null) {
      const id = state.edit;
      if ((await attempt(() => act("edit", { id, text: words }))) !== undefined) cancel();
      return;
    }
    if (words === "" && state.files.length === 0) return;
    const kind = $("[data-attached-as]", form).value || "file";
    const sent = { text: words, reply: state.reply, files: state.files, kind };
    const answered = [$("[data-about-title]", form).textContent, $("[data-about-text]", form).textContent];
    text.value = "";
    state.files = [];
    cancel();
    drawAttached();
    form.setAttribute("aria-busy", "true");
    const done = await attempt(() => post(sent));
    form.removeAttribute("aria-busy");
    if (!done && text.value === "" && state.files.length === 0) putBack(sent, answered);
  }

  /** What could not be sent is there again, to be changed or sent once more. */
  function putBack(sent, [title, line]) {
    text.value = sent.text;
    state.files = sent.files;
    drawAttached(sent.kind);
    if (sent.reply !== null) {
      state.reply = sent.reply;
      about(title, line);
    }
    check();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener("input", () => {
    check();
    if (text.value !== "" && state.edit === null) showTyping(false);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "ArrowUp" && text.value === "") {
      event.preventDefault();
      // Otherwise the message that now has the focus would take the same key.
      event.stopPropagation();
      focusMessage(messages().at(-1));
    }
  });
  text.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    attach(pasted);
  });
  files.addEventListener("change", () => {
    attach([...files.files], files.dataset.kind);
    delete files.dataset.kind;
    files.value = "";
  });
  $("[data-about-close]", form).addEventListener("click", () => {
    cancel();
    text.focus();
  });
  $("[data-record]", form).addEventListener("click", () => recorder.press());

  const recorder = makeRecorder(form, (file) => attempt(() => post({ text: "", reply: state.reply, files: [file], kind: "voice" })), () => {
    files.dataset.kind = "voice";
    files.click();
  });

  return { check, cancel, reply, edit, attach, insert, follow, text, recorder, isBusy: () => state.reply !== null || state.edit !== null };
}

function kindsOf(files) {
  const all = (type, ending) => files.length > 0 && files.every((file) => file.type.startsWith(type) || ending?.test(file.name));
  const file = ["file", "a file"];
  if (all("image/")) return [["photo", files.length > 1 ? "photos" : "a photo"], file];
  if (all("video/")) return [["video", "a video"], file];
  if (all("audio/", SOUNDS)) return [["voice", "a voice message"], ["music", "music"], file];
  return [file];
}

function attachedItem(file, remove) {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    item.append(picture);
  }
  const name = document.createElement("span");
  name.textContent = file.name;
  const button = $("[data-about-close]").cloneNode(true);
  button.removeAttribute("data-about-close");
  button.setAttribute("aria-label", `Remove ${file.name}`);
  button.addEventListener("click", remove);
  item.append(name, button);
  return item;
}

async function post({ text, reply, files, kind }) {
  const form = new FormData();
  form.set("text", text);
  form.set("reply_to", reply ?? "");
  form.set("topic", app.dataset.topic ?? "");
  form.set("kind", kind);
  if (kind === "voice" || kind === "music") {
    const { seconds, levels } = await listen(files[0]);
    form.set("seconds", seconds);
    form.set("levels", levels.join(","));
  }
  if (kind === "video") {
    for (const [name, value] of Object.entries(await watch(files[0]))) form.set(name, value);
  }
  for (const file of files) form.append("file", file, file.name);
  await ask(here("send"), { method: "POST", headers: { "x-phone-token": token }, body: form });
  return true;
}

/** How long a sound is, and how loud over time, from 0 to 31. */
async function listen(file) {
  const BARS = 60;
  try {
    const context = new OfflineAudioContext(1, 1, 48000);
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    const samples = sound.getChannelData(0);
    const step = Math.max(1, Math.floor(samples.length / BARS));
    const peaks = Array.from({ length: BARS }, (_, bar) => {
      let peak = 0;
      for (let at = bar * step; at < Math.min((bar + 1) * step, samples.length); at += 1) peak = Math.max(peak, Math.abs(samples[at]));
      return peak;
    });
    const loudest = Math.max(...peaks, 0.01);
    return { seconds: sound.duration, levels: peaks.map((peak) => Math.round((peak / loudest) * 31)) };
  } catch {
    return { seconds: 0, levels: [] };
  }
}

/** How long a film is, and how large its picture. */
function watch(file) {
  return new Promise((resolve) => {
    const film = document.createElement("video");
    const done = () => {
      URL.revokeObjectURL(film.src);
      resolve({ seconds: Number.isFinite(film.duration) ? film.duration : 0, width: film.videoWidth, height: film.videoHeight });
    };
    film.onloadedmetadata = done;
    film.onerror = done;
    film.preload = "metadata";
    film.src = URL.createObjectURL(file);
  });
}

/** Records while the button is pressed in; where the browser cannot record, a file is asked for. */
function makeRecorder(form, send, fallBack) {
  let running = null;

  async function start() {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return fallBack();
    let sound;
    try {
      sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      toast("There is no microphone to record with. Choose a file instead.");
      return fallBack();
    }
    const recorder = new MediaRecorder(sound);
    const pieces = [];
    const began = Date.now();
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = () => {
      sound.getTracks().forEach((track) => track.stop());
      const type = recorder.mimeType.split(";")[0];
      if (running?.wanted) send(new File(pieces, type === "audio/ogg" ? "voice.ogg" : "voice.webm", { type }));
      end();
    };
    const clock = setInterval(() => show(`Recording, ${Math.floor((Date.now() - began) / 1000)} s. Press again to send, Escape to cancel.`), 500);
    running = { recorder, clock, wanted: false };
    form.classList.add("recording");
    show("Recording. Press again to send, Escape to cancel.");
    showTyping(true);
    recorder.start();
  }

  function show(line) {
    const left = $("[data-left]", form);
    left.hidden = line === null;
    left.classList.remove("over");
    left.textContent = line ?? "";
  }

  function end() {
    clearInterval(running.clock);
    running = null;
    form.classList.remove("recording");
    show(null);
  }

  return {
    press() {
      if (!running) return start();
      running.wanted = true;
      return running.recorder.stop();
    },
    cancel() {
      if (!running) return false;
      running.recorder.stop();
      return true;
    },
  };
}

let typedLast = 0;
function showTyping(aloud) {
  if (Date.now() - typedLast < 4000) return;
  typedLast = Date.now();
  act("typing", { topic: numberOr(app.dataset.topic), aloud }).catch(() => {});
}
