// Increments a second by the number of objects as SVG, readable on light and dark pages.

const WIDTH = 720;
const HEIGHT = 260;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 110, 34, 44];

/** `sizes` stand at equal distances: each is twice the one before. */
export function spreadChart(sizes, series) {
  const most = Math.ceil(Math.max(...Object.values(series).flat()) / 1_000) * 1_000;
  const x = (i) => LEFT + (i / (sizes.length - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM);
  const parts = [`<text class="name" x="0" y="16">Increments a second, 64 at a time</text>`];
  for (const value of [0, most / 2, most]) {
    parts.push(
      `<line class="grid" x1="${LEFT}" x2="${x(sizes.length - 1)}" y1="${y(value)}" y2="${y(value)}"/>`,
      `<text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    );
  }
  for (const [i, size] of sizes.entries()) {
    parts.push(`<text x="${x(i)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${size}</text>`);
  }
  parts.push(`<text x="${x((sizes.length - 1) / 2)}" y="${HEIGHT - 6}" text-anchor="middle">carts</text>`);
  const ends = Object.entries(series).map(([who, rates]) => ({ who, rates, at: y(rates.at(-1)) + 4 }));
  ends.sort((a, b) => a.at - b.at);
  let free = Number.NEGATIVE_INFINITY;
  for (const { who, rates, at } of ends) {
    free = Math.max(at, free + 14);
    const points = rates.map((rate, i) => `${x(i).toFixed(1)},${y(rate).toFixed(1)}`);
    parts.push(
      `<polyline class="${who}" points="${points.join(' ')}"/>`,
      ...rates.map(
        (rate, i) => `<circle class="${who}" cx="${x(i).toFixed(1)}" cy="${y(rate).toFixed(1)}" r="3"/>`,
      ),
      `<text x="${x(sizes.length - 1) + 10}" y="${free.toFixed(1)}">${who === 'plain' ? 'plain TypeScript' : who}</text>`,
    );
  }
  const style =
    'text{font:12px system-ui,sans-serif;fill:#57606a}.name{font-weight:600}' +
    'polyline{fill:none;stroke-width:2}.ours{stroke:#e5722a}.plain{stroke:#6e7781}' +
    'circle.ours{fill:#e5722a}circle.plain{fill:#6e7781}.grid{stroke:#9aa4af;stroke-opacity:.35}' +
    '@media(prefers-color-scheme:dark){text{fill:#9aa4af}}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Increments a second by the number of carts"><style>${style}</style>${parts.join('')}</svg>\n`;
}
