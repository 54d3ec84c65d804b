// What the calls are about, and the options of all clients.

// Fifty at a time are slow on two cores, and warnings would be measured.
export const QUIET = { slowMs: 60_000, timeoutMs: 60_000 };

export const numbers = (n) => Array.from({ length: n }, (_, i) => i);

export const sku = (i) => ({
  id: `sku-${i}`,
  title: `Product number ${i}`,
  price: 1_999,
  image: `https://img.example/products/${i}.jpg`,
});

export const cartOf = (size) =>
  Object.fromEntries(numbers(size).map((i) => [`sku-${i}`, { sku: sku(i), qty: 1 }]));

export const sessionOf = (sessionId, customerId) => ({
  sessionId,
  customerId,
  userAgent: 'Firefox',
  createdAt: new Date(),
});
