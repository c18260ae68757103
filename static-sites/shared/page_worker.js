// What the service workers of both pages do: keep a page's own files, and nothing else, for when there is no network.
//
// Files come from the network first, so that a new version counts from the next load on; the copy is used where the
// network does not answer within a few seconds. What is kept is a fixed list: no address of an API, no configuration,
// no photo and no query, so that nothing private and no login code is ever stored.

const PATIENCE_MILLISECONDS = 4_000;

/** For importScripts. `page` is the page's address ("/door/"), `files` are the addresses of all its other files. */
function keepFiles(page, files) {
  const cacheName = `smart-door ${page}`;
  const kept = new Set([page, ...files]);

  async function install() {
    const cache = await caches.open(cacheName);
    await cache.addAll([...kept].map((path) => new Request(path, { cache: "no-cache" })));
    await self.skipWaiting();
  }

  /** Takes the open pages over, and drops what an earlier list kept. */
  async function activate() {
    const cache = await caches.open(cacheName);
    for (const request of await cache.keys()) {
      if (!kept.has(new URL(request.url).pathname)) await cache.delete(request);
    }
    await self.clients.claim();
  }

  function answer(event) {
    const { request } = event;
    const address = new URL(request.url);
    const path = address.pathname === `${page}index.html` ? page : address.pathname;
    const isOurs = request.method === "GET" && address.origin === location.origin && kept.has(path);
    if (!isOurs || request.cache === "no-store") return;
    event.respondWith(fromNetworkOrCache(request, path));
  }

  async function fromNetworkOrCache(request, path) {
    const cache = await caches.open(cacheName);
    const copy = await cache.match(path);
    try {
      const response = await fetch(request, copy ? { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) } : {});
      if (response.ok && !response.redirected) await keep(cache, path, response.clone());
      return response.status >= 500 && copy ? copy : response;
    } catch (error) {
      if (!copy) throw error;
      return copy;
    }
  }

  /** Without room for a copy, the page works with what came. */
  async function keep(cache, path, response) {
    try {
      await cache.put(path, response);
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
    }
  }

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("fetch", answer);
}
