// Asking again and again, but only while somebody looks.

const LONGEST_WAIT_MILLISECONDS = 15_000;

/**
 * Calls the async `task` every `milliseconds()` while the page is visible, and at once when it becomes
 * visible or the network returns. A task that answers false has failed: the next wait doubles, up to 15 seconds.
 * Returns {now(), stop()}.
 */
export function poll(task, milliseconds) {
  let timer = null;
  let running = false;
  let again = false;
  let stopped = false;
  let failures = 0;

  async function run() {
    clearTimeout(timer);
    if (stopped || document.hidden) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    try {
      failures = (await task()) === false ? failures + 1 : 0;
    } finally {
      running = false;
    }
    if (stopped) return;
    const wait = failures === 0 ? milliseconds() : Math.min(milliseconds() * 2 ** failures, LONGEST_WAIT_MILLISECONDS);
    timer = setTimeout(run, again ? 0 : wait);
  }

  document.addEventListener("visibilitychange", run);
  window.addEventListener("online", run);
  run();

  return {
    now: run,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", run);
      window.removeEventListener("online", run);
    },
  };
}
