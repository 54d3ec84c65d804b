import {
  CacheClient,
  type ClearResult,
  type ClientEvent,
  type Jsonify,
  type KVHandle,
} from '@codex/cloudflare-clients';
import { same } from './same.js';

interface Post {
  title: string;
}
declare const kv: KVHandle;
declare const posts: Post[];
const cache = new CacheClient(kv, {
  waitUntil: (_: Promise<unknown>) => {},
  timeoutMs: 100,
  onEvent: (_: ClientEvent) => {},
});

// A type is named, or nothing is known.
const post = cache.get<Post>('post');
same<typeof post, Promise<Post | null>>();
const unnamed = cache.get('post');
same<typeof unnamed, Promise<unknown>>();
const many = cache.getMany<Post>(['a', 'b'] as const);
same<typeof many, Promise<Map<string, Post>>>();
const manyUnnamed = cache.getMany(['a']);
same<typeof manyUnnamed, Promise<Map<string, unknown>>>();
// @ts-expect-error not one key
cache.getMany('a');

// `getOrSet` answers what its loader gives, awaited, or what JSON makes of it. What is JSON keeps its name.
const async = cache.getOrSet('posts', 300, async () => posts);
same<typeof async, Promise<Post[]>>();
const sync = cache.getOrSet('posts', 300, () => posts);
same<typeof sync, Promise<Post[]>>();
const nullable = cache.getOrSet('post', 300, async (): Promise<Post | null> => null, {
  joinTimeoutMs: 1_000,
});
same<typeof nullable, Promise<Post | null>>();
const either = cache.getOrSet(
  'post',
  300,
  (): Post | Promise<Post> => posts[0] ?? Promise.resolve({ title: '' }),
);
same<typeof either, Promise<Post>>();
const named = cache.getOrSet<Post | null>('post', 300, () => null);
same<typeof named, Promise<Post | null>>();
// @ts-expect-error the loader gives something else
cache.getOrSet<Post>('post', 300, async () => 'title');
// @ts-expect-error a loader is a function
cache.getOrSet('post', 300, posts);
// @ts-expect-error the TTL stands before the loader
cache.getOrSet('post', async () => posts, 300);

interface Row {
  at: Date;
  tags?: string[];
  save(): void;
}
declare const row: Row;
const dated = cache.getOrSet('row', 300, async () => row);
same<typeof dated, Promise<Row | { at: string; tags?: string[] }>>();
same<Jsonify<Map<string, number>>['size'], number>();
same<Jsonify<unknown>, unknown>();
same<Jsonify<[Date, 1 | null]>, [string, 1 | null]>();
declare const asked: Awaited<typeof dated>;
same<typeof asked.at, Date | string>();

// What JSON would lose is refused as far as types tell.
cache.set('row', row, 300);
cache.set('any', row as unknown, 300);
cache.set('list', [{ a: [1, 'b', null] }] as const, 300);
// @ts-expect-error not awaited
cache.set('posts', Promise.resolve(posts), 300);
// @ts-expect-error nor within
cache.set('posts', { posts: Promise.resolve(posts) }, 300);
// @ts-expect-error a Map is `{}` in JSON
cache.set('map', new Map([['a', 1]]), 300);
// @ts-expect-error and so is a Set
cache.set('set', { a: [new Set([1])] }, 300);
// @ts-expect-error and an Error
cache.set('error', new Error('mine'), 300);
// @ts-expect-error a BigInt is none
cache.set('big', 1n, 300);
// @ts-expect-error nothing
cache.set('nothing', undefined, 300);

same<ReturnType<typeof cache.set>, Promise<void>>();
cache.set('post', null, 300);
// @ts-expect-error without a TTL
cache.set('post', posts);
// @ts-expect-error a TTL is a number of seconds
cache.set('post', posts, '300');
same<ReturnType<typeof cache.delete>, Promise<void>>();
same<ReturnType<typeof cache.deleteMany>, Promise<void>>();

same<ReturnType<typeof cache.clear>, Promise<ClearResult>>();
same<ClearResult, { deleted: number; complete: boolean; cursor?: string }>();
cache.clear({
  prefix: '',
  allowEverything: true,
  cursor: undefined,
  onProgress: (deleted: number) => void deleted,
});
// @ts-expect-error what to clear must be said
cache.clear();
// @ts-expect-error and by its name
cache.clear('cache:');
