"""Bars in SVG, light and dark."""

from html import escape

STYLE = """<style>
svg{font:13px sans-serif;background:#fff}text{fill:#222}.t{font-size:15px;font-weight:600}.m{fill:#666}
.own{fill:#0b6bcb}.other{fill:#b4bcc6}.line{stroke:#c33;stroke-width:1.5}
@media(prefers-color-scheme:dark){svg{background:#14181d}text{fill:#e6e6e6}.m{fill:#9aa4ae}.own{fill:#58a6ff}.other{fill:#4a535d}.line{stroke:#ff7b72}}
</style>"""


def bars(title, note, rows, unit, limit=None):
    """`rows`: label, value, whether it is ours. `limit` is drawn as a line across."""
    left, width, step = 230, 420, 24
    top = 62
    height = top + step * len(rows) + 22
    most = max([value for _, value, _ in rows] + ([limit] if limit else [])) or 1
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" role="img" aria-label="{escape(title)}">',
        STYLE,
        f'<text class="t" x="14" y="24">{escape(title)}</text><text class="m" x="14" y="44">{escape(note)}</text>',
    ]
    for row, (label, value, own) in enumerate(rows):
        y = top + row * step
        length = max(1, width * value / most)
        kind = "own" if own else "other"
        out.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(label)}</text>')
        out.append(f'<rect class="{kind}" x="{left}" y="{y}" width="{length:.1f}" height="17" rx="2"/>')
        out.append(f'<text class="m" x="{left + length + 6:.1f}" y="{y + 13}">{escape(number(value))} {escape(unit)}</text>')
    if limit:
        x = left + width * limit / most
        out.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 6}" y2="{height - 16}"/>')
    return "\n".join([*out, "</svg>"]) + "\n"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
