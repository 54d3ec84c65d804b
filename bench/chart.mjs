// A bar chart as SVG, readable on light and dark pages.

const WIDTH = 720;
const LABEL = 170;
const BAR = 18;
const xml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

export function chart(groups) {
  let y = 8;
  const parts = [];
  for (const { name, rows } of groups) {
    const most = Math.max(...rows.map(({ high }) => high));
    const scale = (value) => (value / most) * (WIDTH - LABEL - 90);
    parts.push(`<text class="name" x="0" y="${y + 14}">${xml(name)}</text>`);
    y += 24;
    for (const { who, median, low, high } of rows) {
      const middle = y + BAR / 2;
      const ours = who.startsWith('ours') ? ' class="ours"' : '';
      parts.push(
        `<text x="${LABEL - 8}" y="${middle + 4}" text-anchor="end">${xml(who)}</text>`,
        `<rect${ours} x="${LABEL}" y="${y}" width="${scale(median).toFixed(1)}" height="${BAR}" rx="2"/>`,
        `<line x1="${(LABEL + scale(low)).toFixed(1)}" x2="${(LABEL + scale(high)).toFixed(1)}" y1="${middle}" y2="${middle}"/>`,
        `<text x="${(LABEL + scale(high) + 8).toFixed(1)}" y="${middle + 4}">${median.toFixed(2)} µs</text>`,
      );
      y += BAR + 5;
    }
    y += 16;
  }
  const style =
    'text{font:12px system-ui,sans-serif;fill:#57606a}.name{font-weight:600}rect{fill:#9aa4af}' +
    '.ours{fill:#e5722a}line{stroke:#24292f;stroke-width:2}' +
    '@media(prefers-color-scheme:dark){text{fill:#9aa4af}rect{fill:#57606a}.ours{fill:#e5722a}line{stroke:#d0d7de}}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="Median µs per call"><style>${style}</style>${parts.join('')}</svg>\n`;
}
