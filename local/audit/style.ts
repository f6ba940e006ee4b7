/** Of the audit's page: light and dark, wide and narrow, on paper. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1c2127; --quiet: #5b6570; --ground: #fff; --raised: #f4f6f8; --line: #d6dce2; --good: #14713a; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --text: #e5e9ee; --quiet: #9ca7b3; --ground: #15181c; --raised: #1e2227; --line: #373e46; --good: #61ca8b; --bad: #ff9087; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1.25rem 4rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p { margin: .4rem 0; max-width: 60rem; } .quiet { color: var(--quiet); font-size: .9rem; } .good { color: var(--good); } .bad { color: var(--bad); }
.result { font-size: 1.15rem; font-weight: 600; }
code { font: .85em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 13rem 1fr; margin: .5rem 0; font-size: .95rem; } dt { color: var(--quiet); padding: .2rem 0; } dd { margin: 0; padding: .2rem 0; min-width: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
details { background: var(--raised); border-radius: .4rem; padding: .5rem .9rem; margin: .6rem 0; } summary { cursor: pointer; font-weight: 600; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.45 ui-monospace, monospace; }
@media (max-width: 44rem) {
  dl { grid-template-columns: 1fr; } dt { padding-bottom: 0; } dd { padding-top: 0; }
  thead { display: none; } tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: grid; grid-template-columns: 7rem 1fr; gap: .5rem; border: 0; padding: .1rem 0; } td::before { content: attr(data-label); color: var(--quiet); }
}
@media print { details { background: none; } }
`;
