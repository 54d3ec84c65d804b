// The clients as one writes them by hand, after the description of the KV document.

export async function plainSession(kv, token) {
  const cached = await kv.get(`session:${token}`, 'json');
  return cached && Date.parse(cached.session.expiresAt) > Date.now() ? cached : null;
}

export async function plainGetOrSet(kv, key, ttl, load) {
  const cached = await kv.get(key, 'json');
  if (cached !== null) return cached;
  const value = await load();
  await kv.put(key, JSON.stringify(value), { expirationTtl: ttl });
  return value;
}

export async function plainCheck(kv, identifier, { limit, window, keyPrefix }) {
  const key = keyPrefix + identifier;
  const now = Date.now();
  const stored = await kv.get(key, 'json');
  if (!stored || now > stored.resetAt) {
    const resetAt = now + window * 1000;
    await kv.put(key, JSON.stringify({ count: 1, resetAt }), { expirationTtl: Math.max(window, 60) });
    return { allowed: true, remaining: limit - 1, resetAt };
  }
  const { count, resetAt } = stored;
  if (count >= limit) return { allowed: false, remaining: 0, resetAt };
  const expirationTtl = Math.max(Math.ceil((resetAt - now) / 1000), 60);
  await kv.put(key, JSON.stringify({ count: count + 1, resetAt }), { expirationTtl });
  return { allowed: true, remaining: limit - count - 1, resetAt };
}
