import { env } from 'cloudflare:workers';
import type { KVHandle, ObjectHandle } from '@codex/cloudflare-clients';
import { messagesSuite } from '../../suites/core/messages.js';

const bindings = env as Record<string, ObjectHandle & KVHandle>;
const binding = (name: string) => bindings[name] as ObjectHandle & KVHandle;

messagesSuite({ kv: binding('KV'), objects: binding, answering: true });
