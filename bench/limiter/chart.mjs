// Three panels of lines over the same time as SVG, readable on light and dark pages.

const WIDTH = 720;
const LEFT = 56;
const RIGHT = 190;
const HEIGHT = 130;
const GAP = 54;
const xml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** `panels`: `{ name, most, lines: [{ who, points, dashed, label }] }`; a line's points are evenly spaced. */
export function chart(panels, minutes) {
  const parts = [];
  let top = 30;
  for (const { name, most, lines } of panels) {
    const y = (value) => top + HEIGHT - (value / most) * HEIGHT;
    const x = (share) => LEFT + share * (WIDTH - LEFT - RIGHT);
    parts.push(`<text class="name" x="0" y="${top - 12}">${xml(name)}</text>`);
    for (const value of [0, most / 2, most]) {
      parts.push(
        `<line class="grid" x1="${LEFT}" x2="${x(1)}" y1="${y(value)}" y2="${y(value)}"/>`,
        `<text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`,
      );
    }
    for (const { who, points, dashed, steps } of lines) {
      const path = points.flatMap((value, i) => {
        const at = (share) => `${x(share).toFixed(1)},${y(value).toFixed(1)}`;
        if (steps) return [at(i / points.length), at((i + 1) / points.length)];
        return [at((i + 1) / points.length)];
      });
      const dash = dashed ? ' stroke-dasharray="4 3"' : '';
      parts.push(`<polyline class="${who}"${dash} points="${path.join(' ')}"/>`);
    }
    parts.push(...labels(lines, y, x(1) + 8));
    for (let minute = 0; minute <= minutes; minute += 2) {
      const unit = minute === 0 ? ' min' : '';
      parts.push(
        `<text x="${x(minute / minutes)}" y="${top + HEIGHT + 16}" text-anchor="middle">${minute}${unit}</text>`,
      );
    }
    top += HEIGHT + GAP;
  }
  const style =
    'text{font:12px system-ui,sans-serif;fill:#57606a}.name{font-weight:600}' +
    'polyline{fill:none;stroke-width:2;stroke:#24292f}.ours{stroke:#e5722a}.plain{stroke:#6e7781}' +
    '.grid{stroke:#9aa4af;stroke-opacity:.35}' +
    '@media(prefers-color-scheme:dark){text{fill:#9aa4af}polyline{stroke:#d0d7de}.ours{stroke:#e5722a}' +
    '.plain{stroke:#8b949e}}';
  const about = panels.map(({ name }) => name).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top - GAP + 30}" role="img" aria-label="${xml(about)}"><style>${style}</style>${parts.join('')}</svg>\n`;
}

// At the end of each line, moved apart where lines end close to each other.
function labels(lines, y, x) {
  let free = Number.NEGATIVE_INFINITY;
  return lines
    .map(({ label, points }) => ({ label, at: y(points.at(-1)) + 4 }))
    .sort((a, b) => a.at - b.at)
    .map(({ label, at }) => {
      free = Math.max(at, free + 14);
      return `<text x="${x}" y="${free.toFixed(1)}">${xml(label)}</text>`;
    });
}

function short(value) {
  return value >= 1_000 ? `${value / 1_000}k` : `${value}`;
}
