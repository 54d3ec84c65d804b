// The shop's session wire, on the same sessions as `SessionStoreClient`: it calls the objects of the class,
// whichever object got the request. So it needs the clients' wasm, which the objects themselves do not.
import '../entries/load_workerd.js';
import { CloudflareClientsError } from '../core/error.js';
import type { SessionObjects } from '../core/namespace.js';
import { isNamespace } from '../core/probe.js';
import { readBody, refusedResponse } from '../durable_objects/wire_body.js';
import type { SessionRecord } from './record.js';
import { SessionStoreClient } from './store_client.js';

interface Body {
  op?: unknown;
  id: string;
  customerId: string;
  record?: unknown;
}

/** @internal Answers a request, using the first of `namespaces` that is a Durable Object namespace. */
export async function sessionWire(
  request: Request,
  namespaces: unknown[],
  jurisdiction: string | undefined,
): Promise<Response> {
  const body = await readBody<Body>(request);
  if (body instanceof Response) return body;
  try {
    const result = await resultOf(body, () => storeOf(namespaces, jurisdiction));
    return Response.json({ ok: result !== undefined, ...result }, { status: result ? 200 : 400 });
  } catch (error) {
    if (!(error instanceof CloudflareClientsError) || error.code === 'panic') throw error;
    return refusedResponse({ ok: false, code: error.code, message: error.message });
  }
}

async function resultOf(body: Body, store: () => SessionStoreClient): Promise<object | undefined> {
  switch (body.op) {
    case 'get':
      return { record: await store().get(body.id) };
    case 'set':
      await store().set(recordOf(body.record));
      return {};
    case 'delete':
      await store().delete(body.id);
      return {};
    case 'list':
      return { records: await store().list(body.customerId) };
    default:
      return undefined;
  }
}

// `createdAt` is ISO 8601 on the wire. `set` refuses an invalid record.
function recordOf(given: unknown): SessionRecord {
  const { createdAt } = (given ?? {}) as { createdAt?: unknown };
  const date = typeof createdAt === 'string' ? new Date(createdAt) : undefined;
  return { ...(given as SessionRecord), createdAt: date as Date };
}

function storeOf(namespaces: unknown[], jurisdiction: string | undefined): SessionStoreClient {
  const namespace = namespaces.find(isNamespace) as SessionObjects | undefined;
  if (!namespace) {
    throw new CloudflareClientsError(
      'misconfigured',
      'The session wire needs the namespace of its class: bind it as SESSION_DO in the Worker that exports the class',
    );
  }
  const known = jurisdiction === 'eu' || jurisdiction === 'fedramp' ? jurisdiction : undefined;
  return new SessionStoreClient(namespace, { jurisdiction: known });
}
