"""The catcher's stylesheet: the office's paper, ink and blue, light and dark."""

CSS = """
:root {
  color-scheme: light dark;
  --bg: #f3f5f6; --surface: #ffffff; --sunken: #e9edf0; --line: #d5dce1; --control: #76838c;
  --ink: #16222c; --ink-2: #3f4d57; --ink-3: #54626c; --blue: #1a4e8c; --blue-hover: #123a6b;
  --on-solid: #ffffff; --amber: #754700; --amber-tint: #fcf3df; --amber-line: #e2c283; --focus: #0b57c2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #12181d; --surface: #1a2228; --sunken: #232c33; --line: #35414a; --control: #8b98a1;
    --ink: #e8edf0; --ink-2: #c3ccd2; --ink-3: #a5b1b9; --blue: #94bdf0; --blue-hover: #b7d3f6;
    --on-solid: #10202f; --amber: #f0c878; --amber-tint: #33290f; --amber-line: #6b5621; --focus: #7fb2f5;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 3rem; background: var(--bg); color: var(--ink);
  font: 400 .9375rem/1.5 "Segoe UI", Roboto, "Noto Sans", -apple-system, BlinkMacSystemFont, Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { margin: 0 0 .5rem; font-size: 1.625rem; line-height: 1.3; font-weight: 650; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.0625rem; font-weight: 650; }
a { color: var(--blue); text-underline-offset: .2em; }
a:hover { color: var(--blue-hover); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
.notice {
  margin: 0 0 1rem; padding: .5rem .75rem; background: var(--amber-tint); color: var(--amber);
  border: 1px solid var(--amber-line); border-radius: 6px;
}
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: 0 0 1rem; }
label { display: grid; gap: .25rem; flex: 1 1 16rem; font-size: .875rem; color: var(--ink-2); }
input {
  font: inherit; color: inherit; background: var(--surface); padding: .4rem .6rem;
  border: 1px solid var(--control); border-radius: 6px;
}
button {
  font: inherit; font-weight: 600; padding: .45rem 1rem; border: 0; border-radius: 6px;
  background: var(--blue); color: var(--on-solid); cursor: pointer;
}
.letters, dl, pre { margin: 0; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
.letters { list-style: none; padding: 0; }
.letters li + li { border-top: 1px solid var(--line); }
.letters a {
  display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; padding: .55rem .9rem;
  color: inherit; text-decoration: none;
}
.letters a:hover { background: var(--sunken); }
.letters strong { font-weight: 600; }
.letters span, .letters time { color: var(--ink-3); font-size: .875rem; }
.letters time { grid-row: 1; grid-column: 2; white-space: nowrap; }
.pager { display: flex; gap: 1rem; margin-top: 1rem; }
dl {
  display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; padding: .75rem .9rem;
  font-size: .875rem;
}
dt { color: var(--ink-3); }
dd { margin: 0; }
pre {
  padding: .75rem .9rem; white-space: pre-wrap;
  font: .875rem/1.55 "Cascadia Mono", "Noto Sans Mono", Menlo, monospace;
}
iframe {
  display: block; width: 100%; height: 36rem; background: #ffffff; border: 1px solid var(--line); border-radius: 10px;
}
@media (max-width: 40rem) {
  dl { grid-template-columns: minmax(0, 1fr); }
  dd { margin-bottom: .35rem; }
}
.empty { padding: 2rem 1rem; text-align: center; color: var(--ink-3); }
"""
