// A visitor of the example over real HTTP: one address, one cookie jar.
import { randomInt } from 'node:crypto';

export class Visitor {
  #cookies = new Map();
  #url;
  /** Local workerd keeps a CF-Connecting-IP that it is given; on the edge Cloudflare sets it. */
  #address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

  constructor(url) {
    this.#url = url;
  }

  get(path) {
    return this.#send(path, {});
  }

  postJson(path, body) {
    const headers = { 'content-type': 'application/json' };
    return this.#send(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** As a browser without JavaScript sends a form. */
  postForm(path, fields) {
    const headers = { accept: 'text/html', origin: this.#url };
    return this.#send(path, { method: 'POST', headers, body: new URLSearchParams(fields) });
  }

  async #send(path, init) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.#url + path, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, 'cf-connecting-ip': this.#address, ...(cookie ? { cookie } : {}) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/;\s*max-age=0(;|$)/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      timings: readTimings(response.headers.get('server-timing') ?? ''),
      text,
      json: isJson ? JSON.parse(text) : null,
    };
  }
}

/** `session;desc="kv";dur=1.0` as { session: { outcome: 'kv', ms: 1 } }. */
function readTimings(header) {
  const timings = {};
  for (const [, name, outcome, ms] of header.matchAll(/([\w.]+);desc="([^"]*)";dur=([\d.]+)/g)) {
    timings[name] = { outcome, ms: Number(ms) };
  }
  return timings;
}
