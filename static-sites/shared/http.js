// JSON over HTTP with three outcomes: the answer, an answer that says no, or no answer at all.

const PATIENCE_MILLISECONDS = 15_000;

/** Nobody answered: no network, or no answer in time. Trying again later may help. */
export class OfflineError extends Error {
  constructor(cause) {
    super("nobody answered", { cause });
    this.name = "OfflineError";
  }
}

/**
 * The answer was no. `code` is stable and finds the words, `message` is for logs, `retryAfterSeconds` may be null,
 * `details` is the whole body, {} where there was none.
 */
export class RefusedError extends Error {
  constructor(status, code, message, retryAfterSeconds = null, details = {}) {
    super(message);
    this.name = "RefusedError";
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.details = details;
  }
}

/** Fetches and reads JSON. Throws OfflineError or RefusedError. */
export async function fetchJson(address, options = {}) {
  const { response, content } = await answered(address, options, () => "text");
  const body = parse(content);
  if (response.ok && body !== null) return body;
  throw refused(response, body);
}

/** Fetches a file, byte by byte, as a Blob. Throws OfflineError or RefusedError. */
export async function fetchFile(address, options = {}) {
  const { response, content } = await answered(address, options, ({ ok }) => (ok ? "blob" : "text"));
  if (response.ok) return content;
  throw refused(response, parse(content));
}

async function answered(address, options, readAs) {
  try {
    const response = await fetch(address, {
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      ...options,
    });
    return { response, content: await response[readAs(response)]() };
  } catch (error) {
    throw new OfflineError(error);
  }
}

function refused(response, body) {
  return new RefusedError(
    response.status,
    body?.code ?? body?.error ?? "unexpected_answer",
    body?.message ?? String(response.status),
    retryAfter(response, body),
    body ?? {},
  );
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function retryAfter(response, body) {
  const seconds = Number(body?.retry_after_seconds ?? response.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}
