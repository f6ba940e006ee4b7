/** Of the report's page: light and dark, wide and narrow, on paper. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #59636e; --ground: #ffffff; --raised: #f5f7f9; --line: #d5dbe1; --good: #14713a; --bad: #b42318; --noted: #80580a; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --quiet: #9aa5b1; --ground: #14171b; --raised: #1d2126; --line: #363d45; --good: #5fc98a; --bad: #ff8f85; --noted: #e2b860; --link: #7db7f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 4rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); }
h1 { margin: 0 0 .5rem; font-size: 1.75rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p { max-width: 60rem; margin: .5rem 0; }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1rem; }
code { font: .875em/1.4 ui-monospace, monospace; overflow-wrap: break-word; }
.verdict { font-size: 1.125rem; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .noted { color: var(--noted); } .quiet { color: var(--quiet); }
.quiet { font-size: .9rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
.number { font-variant-numeric: tabular-nums; }
article, details { background: var(--raised); border-radius: .4rem; padding: .6rem .9rem; margin: .6rem 0; }
article details { padding: 0; margin: 0; background: none; }
summary { cursor: pointer; font-weight: 600; }
article summary { font-weight: 400; font-size: .9rem; }
ul { margin: .4rem 0; padding-left: 1.2rem; }
li, dd { max-width: 60rem; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
dt { font-weight: 600; margin-top: .5rem; }
dd { margin: 0 0 0 1.2rem; }
@media (max-width: 44rem) {
  thead { display: none; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .5rem; border: 0; padding: .15rem 0; }
  td::before { content: attr(data-label); color: var(--quiet); }
  td > div { min-width: 0; overflow-wrap: anywhere; }
}
@media print { nav { display: none; } body { max-width: none; } }
`;
