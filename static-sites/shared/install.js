// Installs a page's service worker, which keeps the page's own files for when there is no network.

/** Once the page has loaded, so that the worker's downloads do not compete with it. */
export function installWorker(address) {
  if (!("serviceWorker" in navigator)) return;
  const register = () => navigator.serviceWorker.register(address, { updateViaCache: "none" });
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
