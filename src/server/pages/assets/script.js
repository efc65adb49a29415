// What the pages do beside showing: they work without it.
"use strict";

const AGAIN = 5000;

// "?" shows the help, "/" goes to the first field of the page. Neither does anything while somebody types.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "?") {
    location.assign("/help");
  } else if (event.key === "/") {
    const field = document.querySelector("main form input:not([type=hidden]), main form select");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
});

// A file can be chosen in the place of a text that is pasted. It is read here, and sent as that text.
for (const label of document.querySelectorAll("[data-into]")) {
  const text = label.closest("form").elements[label.dataset.into];
  label.hidden = false;
  label.querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) text.value = await file.text();
  });
}

// A second click while a form is on its way does nothing. The server does it once anyway; this shows the answer to the first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, AGAIN);
});

// The time zone of the browser is offered where one is chosen.
const own = document.querySelector("[data-own-zone]");
if (own) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  own.elements.zone.value = timeZone;
  own.querySelector("span").textContent = timeZone;
  own.hidden = !timeZone;
}

// A form that a login interrupted is opened again by itself.
document.querySelector("[data-go-on] button")?.click();

// The parts of a page that are live are made anew by the server when something happened in the book. Nothing is asked for meanwhile.
const WAIT = 500;
let source = null;
let last = "latest";
let due = null;
// What the page shows, so that one that is still right is not sent again.
let mark = document.body.dataset.mark;

function say(text) {
  const status = document.getElementById("live");
  if (status.textContent !== text) status.textContent = text;
}

async function refresh() {
  due = null;
  const headers = { accept: "text/html", "if-none-match": mark };
  const answer = await fetch(location.href, { headers, redirect: "manual" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  mark = fresh.body.dataset.mark;
  for (const old of document.querySelectorAll("[data-live]")) {
    const made = fresh.getElementById(old.id);
    // What has the focus stays, so that nobody loses the place.
    if (made && !old.contains(document.activeElement)) old.replaceChildren(...made.childNodes);
  }
}

function listen() {
  const query = new URLSearchParams({ after: last });
  const about = document.querySelector("[data-accounts]");
  if (about) query.set("accounts", about.dataset.accounts);
  const first = last === "latest";
  source = new EventSource(`/v1/events?${query}`);
  source.onopen = () => {
    say("Live: figures change as things happen.");
    // What happened between the page and this is no event to come.
    if (first) due ??= setTimeout(refresh, 0);
  };
  source.onmessage = (event) => {
    last = event.lastEventId;
    due ??= setTimeout(refresh, WAIT);
  };
  source.onerror = () => {
    say("The connection is lost, so what is shown may be old. Trying again.");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => document.hidden || listen(), AGAIN);
  };
}

if (document.body.hasAttribute("data-events") && document.querySelector("[data-live]")) {
  listen();
  // A browser has few connections to one server, so pages that nobody sees let go of theirs.
  document.addEventListener("visibilitychange", () => {
    source.close();
    if (!document.hidden) listen();
  });
  addEventListener("pagehide", () => source.close());
}
