// What .ci/browser does in the browser. Fails with what it saw; prints a line for each part that holds.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const { ADDRESS, KEY, NAME, SERVER, TELLER_SCREENSHOTS } = process.env;
const BYTES_MAX = 100 * 1024;
const REQUESTS_MAX = 8;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const WEBHOOK = "/webhooks/https%3A%2F%2Fhooks.example%2Fteller";
const PAGES = [
  "/login", "/", "/accounts", "/accounts?prefix=customers%3A", "/accounts/customers%3Aalice",
  "/accounts/customers%3Aalice?order=effective&at=yesterday", "/transfers", "/transfers?kind=hold", "/transfers/rent-2026-09",
  "/transfers/hotel", "/journals", "/journals/split", "/holds", "/holds/hotel", "/schedules", "/schedules/standing", "/periods", "/reports",
  "/reports/trial-balance", "/reports/balance-sheet", "/reports/income-statement", "/proof", "/proof/seals", "/monitors", "/monitors/new", "/monitors/low", "/monitors/low/remove", "/consumers", "/consumers/accounting", "/consumers/accounting/move", "/webhooks", "/webhooks/new", WEBHOOK,
  `${WEBHOOK}/replay`, `${WEBHOOK}/rotate`, `${WEBHOOK}/remove`, "/keys", "/keys/new", "/keys/ci", "/keys/ci/rotate", "/keys/ci/revoke", "/doctor",
  "/time-zone", "/help", "/post", "/cash", "/hold",
  "/holds/hotel/capture", "/holds/hotel/release", "/transfers/rent-2026-09/reverse", "/journals/split/reverse", "/open-account",
  "/accounts/customers%3Abob/freeze", "/accounts/customers%3Abob/limits", "/accounts/customers%3Abob/close", "/periods/change",
  "/schedules/standing/cancel", "/nothing", "/accounts/nobody",
];
/** Pages that say no, which the browser itself notes in its console. */
const REFUSED = ["/nothing", "/accounts/nobody"];

mkdirSync(TELLER_SCREENSHOTS, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS });
const shot = (page, name) => page.screenshot({ path: `${TELLER_SCREENSHOTS}/${NAME}-${name}.png`, fullPage: true });
const open = (options) => browser.newContext({ baseURL: ADDRESS, ...options });

/** Notes what a page must not do: say anything in the console, fail, or ask another host. */
function watch(page) {
  const seen = { noise: [], requests: 0, bytes: [] };
  page.on("console", (message) => seen.noise.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.noise.push(`error: ${error}`));
  page.on("request", (request) => {
    seen.requests += 1;
    if (!request.url().startsWith(ADDRESS)) seen.noise.push(`asks ${request.url()}`);
  });
  // The stream of events has no end.
  const isWhole = (response) => !(response.headers()["content-type"] ?? "").startsWith("text/event-stream");
  page.on("response", (response) => {
    if (isWhole(response)) seen.bytes.push(response.body().then((body) => body.length, () => 0));
  });
  return seen;
}

async function logIn(page) {
  await page.goto("/login");
  await page.getByLabel("Key").fill(KEY);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`${ADDRESS}/`);
}

async function session(options) {
  const context = await open(options);
  const page = await context.newPage();
  await logIn(page);
  return { context, page };
}

const { context: first, page: firstPage } = await session({});
await shot(firstPage, "overview");
const state = await first.storageState();
await first.close();
console.log("logs in");

const problems = [];
// The pages are the same on both databases, so one of them is looked at in every way.
const isFirst = NAME === "sqlite";
for (const colorScheme of isFirst ? ["light", "dark"] : ["light"]) {
  for (const [width, height] of isFirst ? [[1280, 900], [375, 800]] : [[1280, 900]]) {
    const context = await open({ colorScheme, viewport: { width, height }, storageState: state });
    await context.addInitScript(AXE);
    for (const target of PAGES) {
      const page = await context.newPage();
      const seen = watch(page);
      await page.goto(target, { waitUntil: "load" });
      const place = `${target} in ${colorScheme} at ${width}`;
      const { violations } = await page.evaluate(() => window.axe.run());
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
      problems.push(...told.map((one) => `${place}: axe says ${one}`));
      const over = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
      if (over > 0) problems.push(`${place}: ${over} px too wide`);
      const cut = await page.evaluate(() => [...document.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.getAttribute("aria-label")));
      if (width < 400) problems.push(...cut.map((one) => `${place}: the table ${one} is cut`));
      const noise = seen.noise.filter((line) => !(REFUSED.includes(target) && line.includes("404")));
      problems.push(...noise.map((line) => `${place}: the console says ${line}`));
      await shot(page, `${colorScheme}-${width}-${target.replace(/[^a-z0-9]+/gi, "_")}`);
      await page.close();
    }
    await context.close();
  }
}
assert.deepEqual(problems, []);
console.log(`${PAGES.length} pages hold by axe's rules, in light and dark, at 1280 and 375 px, without a word in the console${isFirst ? "" : " (here in light and at 1280 px only)"}`);

let most = { bytes: 0, requests: 0 };
for (const target of PAGES) {
  const context = await open({ storageState: state });
  const page = await context.newPage();
  const seen = watch(page);
  await page.goto(target, { waitUntil: "load" });
  const bytes = (await Promise.all(seen.bytes)).reduce((sum, one) => sum + one, 0);
  assert.ok(bytes < BYTES_MAX && seen.requests <= REQUESTS_MAX, `${target}: ${bytes} bytes in ${seen.requests} requests`);
  most = { bytes: Math.max(most.bytes, bytes), requests: Math.max(most.requests, seen.requests) };
  await context.close();
}
console.log(`the largest page has ${most.bytes} bytes in all, and at most ${most.requests} requests`);

const { context, page } = await session({});
const seen = watch(page);
await page.goto("/transfers");
await page.getByLabel("Find by key, id or sequence").fill("rent-2026-09");
await page.getByRole("button", { name: "Find" }).click();
await page.waitForURL("**/transfers/rent-2026-09");
assert.ok(await page.getByText("Rent & <i>heating</i>").isVisible(), "a description is text");
assert.ok(await page.getByText("computed anew").isVisible());
console.log("finds a transfer by its key");

await page.goto("/post?from=customers%3Aalice&to=customers%3Abob");
await page.getByLabel("Amount").fill("7.00");
await page.getByLabel("Reason or description").fill("refund");
await page.locator("input[name=key]").fill("refund-1");
await page.getByRole("button", { name: "Check it first" }).click();
assert.ok(await page.getByText("Nothing is done yet").isVisible());
await shot(page, "check");
await page.getByRole("button", { name: "Confirm" }).dblclick();
await page.waitForURL("**/transfers/@*");
await page.goto("/transfers?account=customers%3Abob");
assert.equal(await page.getByRole("cell", { name: "refund-1" }).count(), 1, "a double click posts once");
console.log("posts once by a double click");

await page.goto("/transfers/refund-1");
await page.getByRole("link", { name: "Reverse" }).click();
await page.getByLabel("Reason or description").fill("by mistake");
await page.getByRole("button", { name: "Check it first" }).click();
await page.getByRole("button", { name: "Confirm" }).click();
await page.getByText("Done.", { exact: true }).waitFor();
assert.ok(await page.getByRole("heading", { name: "What it undoes" }).isVisible());
console.log("reverses it");

await page.goto("/accounts/customers%3Aalice");
await page.keyboard.press("Tab");
assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
await page.keyboard.press("Enter");
assert.equal(await page.evaluate(() => document.activeElement.id), "main");
await page.keyboard.press("/");
assert.equal(await page.evaluate(() => document.activeElement.name), "at");
await page.goto("/transfers");
await page.keyboard.press("?");
await page.waitForURL("**/help");
console.log("is used by the keyboard");

// All of it without a mouse: find, post, reverse, log out. What has the focus can be seen, and comes in the order of the page.
const keys = await open({});
const byKeys = await keys.newPage();
const keySeen = watch(byKeys);
const tabTo = async (name) => {
  for (let steps = 0; steps < 60; steps += 1) {
    await byKeys.keyboard.press("Tab");
    const { text, outline, bottom } = await byKeys.evaluate(() => {
      const one = document.activeElement;
      return { text: one.labels?.[0]?.textContent ?? one.textContent, outline: getComputedStyle(one).outlineStyle, bottom: one.getBoundingClientRect().bottom };
    });
    assert.notEqual(outline, "none", `${text} shows that it has the focus`);
    assert.ok(bottom > 0, `${text} is where it can be seen`);
    if (text.startsWith(name)) return;
  }
  assert.fail(`no way to ${name} by Tab`);
};
await byKeys.goto("/login");
await byKeys.keyboard.type(KEY);
await byKeys.keyboard.press("Enter");
await byKeys.waitForURL(`${ADDRESS}/`);
await byKeys.keyboard.press("/");
await byKeys.keyboard.type("rent-2026-09");
await byKeys.keyboard.press("Enter");
await byKeys.waitForURL("**/transfers/rent-2026-09");
await tabTo("customers:bob");
await byKeys.keyboard.press("Enter");
await byKeys.waitForURL("**/accounts/customers%3Abob");
await tabTo("Transfer from here");
await byKeys.keyboard.press("Enter");
await byKeys.waitForURL("**/post?*");
await byKeys.keyboard.press("/");
await tabTo("To");
await byKeys.keyboard.type("customers:nobody");
await tabTo("Amount");
await byKeys.keyboard.type("1.50");
await byKeys.keyboard.press("Enter");
await byKeys.getByRole("alert").waitFor();
assert.equal(await byKeys.evaluate(() => document.activeElement.value), "customers:nobody", "the focus is on what was refused");
await byKeys.keyboard.press("Control+A");
await byKeys.keyboard.type("customers:alice");
await byKeys.keyboard.press("Enter");
await byKeys.getByText("Nothing is done yet").waitFor();
await tabTo("Confirm");
await byKeys.keyboard.press("Enter");
await byKeys.waitForURL("**/transfers/@*");
await tabTo("Reverse");
await byKeys.keyboard.press("Enter");
await byKeys.waitForURL("**/reverse");
await tabTo("Check it first");
await byKeys.keyboard.press("Enter");
await byKeys.getByText("Nothing is done yet").waitFor();
await tabTo("Confirm");
await byKeys.keyboard.press("Enter");
await byKeys.getByRole("heading", { name: "What it undoes" }).waitFor();
await tabTo("Log out");
await byKeys.keyboard.press("Enter");
await byKeys.waitForURL("**/login");
assert.deepEqual(keySeen.noise.filter((line) => !line.includes("422")), [], "the console");
await keys.close();
console.log("finds, posts, corrects what was refused, reverses and logs out by the keyboard alone");

await page.goto("/reports/trial-balance");
await page.emulateMedia({ media: "print" });
assert.ok(!(await page.getByRole("navigation", { name: "Main" }).isVisible()), "no navigation on paper");
await page.pdf({ path: `${TELLER_SCREENSHOTS}/${NAME}-trial-balance.pdf`, format: "A4" });
console.log("prints");

assert.deepEqual(seen.noise, [], "the console");
await context.close();

const plain = await session({ javaScriptEnabled: false });
await plain.page.goto("/hold?from=customers%3Aalice&to=customers%3Abob");
await plain.page.getByLabel("Amount").fill("1.00");
await plain.page.getByRole("button", { name: "Check it first" }).click();
await plain.page.getByRole("button", { name: "Confirm" }).click();
await plain.page.getByText("Done.", { exact: true }).waitFor();
await plain.page.getByRole("button", { name: "Log out" }).click();
await plain.page.waitForURL("**/login");
console.log("works without a script");

const acting = await session({ acceptDownloads: true });
const actingSeen = watch(acting.page);
await acting.page.goto("/keys/new");
await acting.page.getByLabel("Name", { exact: false }).first().fill("auditor");
await acting.page.getByLabel("accounts:read").check();
await acting.page.getByRole("button", { name: "Check it first" }).click();
await acting.page.getByRole("button", { name: "Confirm" }).dblclick();
const made = await acting.page.getByLabel("Key", { exact: true }).inputValue();
assert.match(made, /^tlr_/);
await acting.page.goto("/keys");
assert.equal(await acting.page.getByRole("link", { name: "auditor" }).count(), 1, "a double click makes one key");
console.log("makes a key once by a double click");

const received = [];
const receiver = createServer((request, response) => {
  received.push(request.headers["webhook-id"]);
  response.writeHead(204).end();
}).listen(0, "127.0.0.1");
await new Promise((resolve) => receiver.on("listening", resolve));
await acting.page.goto("/webhooks/new");
await acting.page.getByLabel("URL").fill(`http://127.0.0.1:${receiver.address().port}/`);
await acting.page.getByLabel("Where it may be").selectOption("private");
await acting.page.getByRole("button", { name: "Check it first" }).click();
await acting.page.getByRole("button", { name: "Confirm" }).click();
assert.match(await acting.page.getByLabel("Secret").inputValue(), /^whsec_/);
await acting.page.getByRole("link", { name: "go on" }).click();
await acting.page.getByRole("link", { name: "Test" }).click();
await acting.page.getByRole("button", { name: "Confirm" }).click();
await acting.page.getByText("the receiver answered 204").waitFor();
assert.equal(received.length, 1);
console.log("adds a webhook and tests it");

await acting.page.goto("/proof/seals");
await acting.page.getByRole("button", { name: "Make a seal now" }).click();
await acting.page.locator("summary").first().click();
const download = acting.page.waitForEvent("download");
await acting.page.getByRole("link", { name: "Save as" }).first().click();
const seal = await (await download).path();
await acting.page.getByLabel("Or its file").setInputFiles(seal);
await acting.page.waitForFunction(() => document.forms[document.forms.length - 1].elements.seal.value.startsWith("{"));
await acting.page.getByRole("button", { name: "Check the book against it" }).click();
await acting.page.getByText("nothing differs").waitFor();
await shot(acting.page, "seals");
console.log("makes a seal, saves it, and checks the book against its file");
assert.deepEqual(actingSeen.noise, [], "the console");
receiver.close();
receiver.closeAllConnections();
await acting.context.close();

const abroad = await session({ timezoneId: "Asia/Tokyo" });
await abroad.page.goto("/transfers/rent-2026-09");
await abroad.page.getByRole("link", { name: "Change" }).click();
await abroad.page.getByRole("button", { name: "Use the one of this browser, Asia/Tokyo" }).click();
await abroad.page.waitForURL("**/transfers/rent-2026-09");
assert.ok(await abroad.page.getByText("Recorded (Asia/Tokyo)").isVisible());
await shot(abroad.page, "zone");
console.log("shows times in the browser's zone");

await abroad.page.goto("/post?from=customers%3Aalice&to=customers%3Abob");
await abroad.page.getByLabel("Amount").fill("0.02");
await abroad.page.getByLabel("Reason or description").fill("typed before the session ended");
await abroad.context.clearCookies();
await abroad.page.getByRole("button", { name: "Check it first" }).click();
await abroad.page.getByText("What you wrote is kept").waitFor();
await abroad.page.getByLabel("Key").fill(KEY);
await abroad.page.getByRole("button", { name: "Log in" }).click();
await abroad.page.waitForURL("**/post");
assert.equal(await abroad.page.getByLabel("Reason or description").inputValue(), "typed before the session ended");
assert.equal(await abroad.page.getByLabel("Amount").inputValue(), "0.02");
await abroad.context.close();
console.log("loses nothing of a form when the session ends");

const live = await session({});
await live.page.goto("/accounts/customers%3Abob");
await live.page.getByText("Live: figures change").waitFor();
const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json", "idempotency-key": "live-1" };
const body = JSON.stringify({ from: "customers:alice", to: "customers:bob", amount: "0.01" });
const posted = await fetch(`${ADDRESS}/v1/transfers`, { method: "POST", headers, body });
assert.equal(posted.status, 201);
await live.page.getByRole("cell", { name: "live-1" }).waitFor();
await shot(live.page, "live");
console.log("shows what happens as it happens");

await live.page.goto("/");
await live.page.getByText("Live: figures change").waitFor();
process.kill(Number(SERVER));
await live.page.getByText("The connection is lost").waitFor();
console.log("says when the connection is lost");
await browser.close();
