// Looks at pages with Lighthouse, as `make audit` tells it on its standard input; prints a line of JSON for each look.
//
// Pages and photos come through small proxies of our own with HTTP/2 and TLS, as from CloudFront and S3: the local
// servers compress as CloudFront does, but speak HTTP/1.1.

import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import lighthouse, { desktopConfig, generateReport } from "lighthouse";
import puppeteer from "puppeteer-core";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const NOT_PASSED_ON = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

const wanted = JSON.parse(readFileSync(0, "utf8"));
const photos = await originOfPhotos(wanted.web_url);
const photoProxy = await startProxy(photos, []);
const webProxy = await startProxy(wanted.web_url, [[photos, originOf(photoProxy)]]);
const origin = originOf(webProxy);
const browser = await puppeteer.launch({
  executablePath: wanted.chromium,
  args: [...wanted.flags, "--ignore-certificate-errors"],
});
try {
  // Round by round, so that a moment in which the machine was busy is not all that a page has.
  for (let run = 1; run <= wanted.runs; run += 1) {
    for (const page of wanted.pages) {
      for (const form of wanted.forms) {
        const seen = await look(page, form, run);
        console.log(JSON.stringify(seen.error ? await look(page, form, run) : seen)); // a page may paint too late once
      }
    }
  }
} finally {
  await browser.close();
}
process.exit(0);

/** One look at one page, in a browser that has never been there, but is logged in. */
async function look({ name, path }, form, run) {
  const context = await browser.createBrowserContext();
  try {
    const tab = await context.newPage();
    await tab.goto(`${origin}/shared/icon.svg`);
    await tab.evaluate((tokens) => sessionStorage.setItem("smart-door.tokens", tokens), wanted.tokens);
    const flags = { onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: "error" };
    const { lhr } = await lighthouse(origin + path, flags, form === "desktop" ? desktopConfig : undefined, tab);
    const file = `${wanted.folder}/${name}-${form}-${run}`;
    writeFileSync(`${file}.json`, generateReport(lhr, "json"));
    writeFileSync(`${file}.html`, generateReport(lhr, "html"));
    return { page: name, form, run, report: `${file}.html`, ...summary(lhr) };
  } finally {
    await context.close();
  }
}

/** The scores from 0 to 1, what takes something from them, and how fast this machine was at that moment. */
function summary(lhr) {
  const scores = {};
  const lost = [];
  for (const { id, score, auditRefs } of Object.values(lhr.categories)) {
    scores[id] = score;
    for (const { id: audit, weight } of auditRefs) {
      const { title, score: reached, displayValue = "" } = lhr.audits[audit];
      if (weight > 0 && reached !== null && reached < 0.9) lost.push(`${title} ${displayValue}`.trim());
    }
  }
  return { scores, lost, speed: lhr.environment.benchmarkIndex, error: lhr.runtimeError?.message ?? null };
}

/** Where photos come from, as the pages' own policy says. */
async function originOfPhotos(webUrl) {
  const answer = await fetch(`${webUrl}/owner/`);
  return /img-src 'self' (\S+?)[;\s]/.exec(answer.headers.get("content-security-policy"))[1];
}

function originOf(server) {
  return `https://127.0.0.1:${server.address().port}`;
}

/** A server that passes on what `target` says; in JSON and headers, each [old, new] of `replaced` is replaced. */
async function startProxy(target, replaced) {
  const { host, hostname, port } = new URL(target);
  const { key, certificate } = wanted;
  const say = (text) => replaced.reduce((said, [old, fresh]) => said.replaceAll(old, fresh), text);
  const server = http2.createSecureServer({ key, cert: certificate }, (request, response) => {
    const headers = { ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith(":"))), host };
    const asked = http.request({ hostname, port, method: request.method, path: request.url, headers }, async (answer) => {
      for (const [name, value] of Object.entries(answer.headers)) {
        if (!NOT_PASSED_ON.has(name)) response.setHeader(name, typeof value === "string" ? say(value) : value);
      }
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const isPlainJson = /json/.test(answer.headers["content-type"]) && !answer.headers["content-encoding"];
      response.writeHead(answer.statusCode);
      response.end(isPlainJson ? say(body.toString()) : body);
    });
    asked.on("error", () => {
      response.writeHead(502);
      response.end();
    });
    request.pipe(asked);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
