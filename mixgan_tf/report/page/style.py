"""The style sheet of the report page: light and dark, nothing from outside."""

CSS = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2330; --soft: #5d6878;
  --edge: #dfe3e9; --accent: #1f6feb; --on: #ffffff; --mark: #d1570b;
  --s0: #1f6feb; --s1: #d1570b; --s2: #1a7f37; --s3: #8250df; --s4: #bf3989;
  --s5: #57606a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --card: #171d25; --ink: #e3e8ef; --soft: #98a3b3;
    --edge: #2b3440; --accent: #6cb0ff; --on: #0c1116; --mark: #ffa657;
    --s0: #6cb0ff; --s1: #ffa657; --s2: #56d364; --s3: #bc8cff; --s4: #ff8ac4;
    --s5: #98a3b3;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 30px; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 19px; margin: 0 0 12px; }
h3 { font-size: 15px; margin: 16px 0 8px; }
p { margin: 0 0 12px; max-width: 74ch; }
.soft, figcaption { color: var(--soft); font-size: 14px; }
.facts { display: flex; flex-wrap: wrap; gap: 8px; margin: 16px 0 24px; }
.facts span {
  border: 1px solid var(--edge); background: var(--card);
  border-radius: 999px; padding: 3px 12px; font-size: 14px;
}
section {
  background: var(--card); border: 1px solid var(--edge); border-radius: 12px;
  padding: 20px 24px; margin-bottom: 20px; min-width: 0;
}
.pair { display: grid; gap: 20px; grid-template-columns: 1fr; }
@media (min-width: 880px) { .pair { grid-template-columns: 1fr 1fr; } }
.pair > section { margin-bottom: 0; }
.pair { margin-bottom: 20px; }
.wide { overflow-x: auto; }
@media (max-width: 640px) {
  main { padding: 20px 10px 40px; }
  section { padding: 16px; }
  dl { grid-template-columns: 1fr !important; gap: 0 !important; }
  dd { margin-bottom: 8px !important; }
  th:first-child, td:first-child { min-width: 150px !important; }
}
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th, td { padding: 7px 8px; text-align: right; white-space: nowrap; }
th:first-child, td:first-child {
  text-align: left; padding-left: 0; white-space: normal; min-width: 200px;
}
thead th { color: var(--soft); font-weight: 500; font-size: 14px; }
tbody tr { border-top: 1px solid var(--edge); }
td { font-variant-numeric: tabular-nums; }
td.first { font-weight: 650; }
td small { display: block; color: var(--soft); font-size: 13px; }
.arrow { color: var(--soft); }
img {
  display: block; max-width: 100%; height: auto; image-rendering: pixelated;
  border-radius: 4px;
}
figure { margin: 0 0 12px; }
figcaption { margin-top: 8px; }
.rows { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 14px;
  align-items: stretch; }
.rows .names { display: flex; flex-direction: column; color: var(--soft);
  font-size: 14px; }
.rows .names span { flex: 1; display: flex; align-items: center;
  white-space: nowrap; }
.rows img { width: 100%; }
.side, .inner { display: grid; gap: 12px 32px; align-items: end;
  grid-template-columns: 1fr; }
@media (min-width: 880px) {
  .side, .inner { grid-template-columns: 1fr 1fr; }
}
.side, .top { align-items: start; }
.inner p:last-child { margin-bottom: 0; }
.lead { max-width: none; }
.rows + p { margin-top: 10px; }
section > :last-child { margin-bottom: 0; }
.swatch { white-space: nowrap; }
.swatch::before { content: ""; display: inline-block; width: 10px;
  height: 10px; border-radius: 5px; margin: 0 5px 0 10px;
  background: var(--accent); }
.s0::before { background: var(--s0); } .s1::before { background: var(--s1); }
.s2::before { background: var(--s2); } .s3::before { background: var(--s3); }
.s4::before { background: var(--s4); } .s5::before { background: var(--s5); }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 18px;
  margin: 0 0 16px;
  font-size: 15px; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
code, pre { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { overflow-x: auto; margin: 0; padding: 12px; border-radius: 8px;
  background: var(--page); border: 1px solid var(--edge); }
details summary { cursor: pointer; color: var(--soft); margin-top: 12px; }
details pre { margin-top: 10px; }
svg { display: block; width: 100%; height: auto; margin: 4px 0; }
svg text { fill: var(--ink); font-size: 13px; }
svg text.small { fill: var(--soft); font-size: 11.5px; }
svg text.on { fill: var(--on); }
.bar { fill: var(--accent); }
.series0 { fill: var(--s0); } .series1 { fill: var(--s1); }
.series2 { fill: var(--s2); } .series3 { fill: var(--s3); }
.series4 { fill: var(--s4); } .series5 { fill: var(--s5); }
.cell { fill: var(--accent); }
.grid { stroke: var(--edge); }
.reference { stroke: var(--soft); stroke-dasharray: 4 4; }
.mark { stroke: var(--mark); stroke-width: 3; }
.mark-swatch { fill: var(--mark); }
.line { fill: none; stroke: var(--accent); stroke-width: 2; }
.dot { fill: var(--accent); }
.best { fill: none; stroke: var(--mark); stroke-width: 2.5; }
.point { fill-opacity: 0.7; }
.ring { fill: none; stroke: var(--soft); stroke-dasharray: 3 3; }
"""
