/** How the page looks: light and dark as the reader's system is, narrow and wide, and on paper. */

export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --raised: #f6f7f9; --ink: #1c2330; --faint: #566072; --line: #d5dae2; --mark: #1f5fbf; --mark-soft: #b9d0f0; --warn: #9a4a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --raised: #1d232d; --ink: #e6eaf1; --faint: #a3adbd; --line: #38414f; --mark: #7fb0ff; --mark-soft: #2c4a78; --warn: #ffb26b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; line-height: 1.25; }
h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--mark); }
a:focus-visible, summary:focus-visible, .scrolled:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 1rem 0 0; }
.faint, caption, figcaption { color: var(--faint); }
.warn { color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; }
.tiles div { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.tiles dt { color: var(--faint); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: .8rem; color: var(--faint); }
.scrolled { overflow-x: auto; margin: .75rem 0 1.25rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 .35rem; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); font-weight: normal; overflow-wrap: normal; }
thead th { color: var(--faint); font-size: .85rem; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 600; }
time { white-space: nowrap; }
.figure { text-align: right; white-space: nowrap; }
svg { display: inline-block; vertical-align: middle; max-width: 100%; }
.histogram path, .share rect, .interval circle { fill: var(--mark); }
.share .rest { fill: var(--mark-soft); }
.interval line { stroke: var(--line); stroke-width: 1; }
.interval .chance { stroke: var(--faint); stroke-dasharray: 2 2; }
.interval .whisker { stroke: var(--mark); stroke-width: 2; }
.neurons { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: .9rem; list-style: none; padding: 0; }
.neurons > li { border: 1px solid var(--line); border-radius: 6px; background: var(--raised); padding: .75rem .9rem; content-visibility: auto; contain-intrinsic-block-size: auto 20rem; }
.neurons h3 { margin: 0; }
.neurons .number { color: var(--faint); font-weight: normal; }
.neurons p { margin: .35rem 0; font-size: .9rem; }
.neurons ol { margin: .4rem 0 0; padding-left: 1.6rem; font-size: .9rem; }
.neurons li:target { outline: 2px solid var(--mark); }
.sureness { letter-spacing: .1em; color: var(--mark); }
.said { border-left: 3px solid var(--mark); padding-left: .6rem; }
.tree, .tree ul { list-style: none; padding-left: 0; margin: .25rem 0; }
.tree ul { margin-left: .45rem; padding-left: 1.1rem; border-left: 1px solid var(--line); }
.tree > ul { margin: 0; padding: 0; border: 0; }
.tree li { padding: .1rem 0; }
.clusters { columns: 2 22rem; padding-left: 0; list-style: none; }
.clusters li { break-inside: avoid; padding: .2rem 0; }
details { margin: .5rem 0; }
summary { cursor: pointer; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--faint); font-size: .85rem; }
@media print { body { max-width: none; padding: 0; } .neurons > li { break-inside: avoid; content-visibility: visible; } nav { display: none; } }
`;
