// The owner API as functions. Addresses and fields: api-specs/owner.yaml.

import { fetchJson, RefusedError } from "/shared/http.js";
import { SessionOverError } from "./session.js";

export class OwnerApi {
  #session;

  constructor(session) {
    this.#session = session;
  }

  /** The visits that wait for a decision, newest first. */
  async waitingVisits() {
    return (await this.call("GET", "/visits?state=waiting&limit=50")).visits;
  }

  /** The latest visits, whatever became of them. */
  async recentVisits(limit) {
    return (await this.call("GET", `/visits?state=recent&limit=${limit}`)).visits;
  }

  async visit(doorId, visitId) {
    return this.call("GET", visitPath(doorId, visitId));
  }

  /** Decides; the answer is the visit afterwards. */
  async decide(visit, decision) {
    return this.call("POST", `${visitPath(visit.door_id, visit.visit_id)}/decision`, decision);
  }

  /** Takes a decision back; the answer is the visit, which waits again. */
  async undo(visit) {
    return this.call("DELETE", `${visitPath(visit.door_id, visit.visit_id)}/decision`);
  }

  /** Sends another code in place of the one that went; the answer is the visit. */
  async resendCode(visit) {
    return this.call("POST", `${visitPath(visit.door_id, visit.visit_id)}/code`);
  }

  /** Deletes a visit that is over; the answer is what went with it. */
  async deleteVisit(doorId, visitId) {
    return this.call("DELETE", visitPath(doorId, visitId));
  }

  /** Says that a face is not who it was taken for; the answer is the visit without the match. */
  async rejectMatch(doorId, visitId, faceIndex) {
    return this.call("POST", `${visitPath(doorId, visitId)}/not-this-person`, { face_index: faceIndex });
  }

  /** The latest visits of a visitor: {visits, next_before?}. */
  async visitsOf(visitorId) {
    return this.call("GET", `/visits?${new URLSearchParams({ visitor_id: visitorId, limit: "20" })}`);
  }

  async visitors() {
    return (await this.call("GET", "/visitors")).visitors;
  }

  /** Any operation of the specification; a login that ran out is renewed on the way. `fetched` reads the answer. */
  async call(method, path, body = null, fetched = fetchJson) {
    try {
      return await this.#callOnce(method, path, body, fetched);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
    }
    await this.#session.refresh();
    try {
      return await this.#callOnce(method, path, body, fetched);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      this.#session.end();
      throw new SessionOverError();
    }
  }

  async #callOnce(method, path, body, fetched) {
    const headers = { Authorization: await this.#session.idToken() };
    if (body) headers["Content-Type"] = "application/json";
    return fetched(`/api/owner${path}`, { method, headers, body: body && JSON.stringify(body) });
  }
}

function isUnauthorized(error) {
  return error instanceof RefusedError && error.status === 401;
}

function visitPath(doorId, visitId) {
  return `/visits/${encodeURIComponent(doorId)}/${encodeURIComponent(visitId)}`;
}
