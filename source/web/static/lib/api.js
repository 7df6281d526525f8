// Speaks to the server. A trouble is thrown as an Error whose message is the server's own sentence.

const BASE = "/api/v1";
const GONE = "Demeanor does not answer. Is it still running in the terminal?";
const FOREIGN = "This page belongs to an earlier start of Demeanor. Open the address that it printed in the terminal.";

/** Tells who listens that the server does not answer ("gone"), or is not the one of this page any more ("foreign"). */
export const server = new EventTarget();
const tell = (what) => server.dispatchEvent(new Event(what));

/** What went wrong, in a sentence for people; `code` and `status` are for programs. `have`: bytes of a recording. */
export class Trouble extends Error {
  constructor(sentence, { code = "trouble", status = 0, ...more } = {}) {
    super(sentence);
    Object.assign(this, { name: "Trouble", code, status, ...more });
  }
}

/** The address of a path of the API, for <video src> and links; strings in `query` are escaped. */
export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const search = new URLSearchParams(given).toString();
  return `${BASE}${path}${search ? `?${search}` : ""}`;
}

function troubleOf(status, text) {
  if (status === 401) tell("foreign");
  try {
    const { trouble, code, ...more } = JSON.parse(text);
    if (trouble) return new Trouble(trouble, { code, status, ...more });
  } catch { /* not JSON: the sentence below */ }
  return new Trouble(status === 401 ? FOREIGN : `The server answered with error ${status}.`, { status });
}

async function ask(method, path, body, { signal, query } = {}) {
  const raw = body === undefined || body instanceof Blob || body instanceof ArrayBuffer || typeof body === "string";
  const headers = raw ? {} : { "Content-Type": "application/json" };
  let answer, text;
  try {
    answer = await fetch(address(path, query), { method, body: raw ? body : JSON.stringify(body), headers, signal });
    text = await answer.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    tell("gone");
    throw new Trouble(GONE, { code: "gone" });
  }
  if (!answer.ok) throw troubleOf(answer.status, text);
  if (!text) return null;
  return (answer.headers.get("Content-Type") ?? "").includes("json") ? JSON.parse(text) : text;
}

/** Ask for a document; options: {query, signal}. */
export const get = (path, options) => ask("GET", path, undefined, options);
/** Send an object as JSON, or a file or a string as it is; options: {query, signal}. */
export const post = (path, body, options) => ask("POST", path, body, options);
/** Send a piece of something. */
export const put = (path, body, options) => ask("PUT", path, body, options);
/** Change fields of a document. */
export const patch = (path, body, options) => ask("PATCH", path, body, options);
/** Delete. */
export const remove = (path, options) => ask("DELETE", path, undefined, options);

/** Send a file with progress: onProgress(sent bytes, all bytes). `signal` stops it. Resolves to the answer's document. */
export function upload(path, file, { query, onProgress = () => {}, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path, query));
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onload = () => {
      if (request.status >= 300) return reject(troubleOf(request.status, request.responseText));
      resolve(JSON.parse(request.responseText));
    };
    request.onerror = () => {
      get("/health").catch(() => {});  // gone, or did it only break off this one?
      reject(new Trouble("The transfer broke off.", { code: "broken" }));
    };
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    if (signal?.aborted) return request.onabort();
    request.send(file);
  });
}

/** Listen to server-sent events: onData(document) for each. Returns a function that ends it; it reconnects by itself. */
export function events(path, onData, onOpen = () => {}) {
  let source, again, ended = false;
  const open = () => {
    source = new EventSource(address(path));
    source.onopen = onOpen;
    source.onmessage = (event) => onData(JSON.parse(event.data));
    source.onerror = () => {
      if (!ended) get("/health").catch(() => {});  // says so if the server is gone
      if (ended || source.readyState !== EventSource.CLOSED) return;
      again = setTimeout(open, 2000);  // Chromium gives up for good when the port is closed
    };
  };
  open();
  return () => {
    ended = true;
    clearTimeout(again);
    source.close();
  };
}
