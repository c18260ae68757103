// Keeps a kiosk's screen on, where the browser can. A visitor's own phone may sleep as it likes.

/** Asks for it now, and again whenever the page comes back into sight, since hiding it takes the lock away. */
export function stayAwake() {
  if (!("wakeLock" in navigator)) return;
  document.addEventListener("visibilitychange", hold);
  hold();
}

async function hold() {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock.request("screen");
  } catch (error) {
    // A low battery or the system's settings say no: the screen then follows those.
    if (!(error instanceof DOMException && error.name === "NotAllowedError")) throw error;
  }
}
