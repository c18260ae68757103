// Installs a page's service worker, which keeps the page's own files for when there is no network.

/** Once the page has loaded, so that the worker's downloads do not compete with it. */
export function installWorker(address) {
  if (!("serviceWorker" in navigator)) return;
  if (document.readyState === "complete") register(address);
  else window.addEventListener("load", () => register(address), { once: true });
}

async function register(address) {
  try {
    await navigator.serviceWorker.register(address, { updateViaCache: "none" });
  } catch (error) {
    // The network went before the worker came: the page works without, and the next load asks again.
    if (!(error instanceof TypeError)) throw error;
  }
}
