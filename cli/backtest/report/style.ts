/** The look of the page; the colours are the dashboard's. */
export const STYLE = `
:root{color-scheme:light dark;--page:#f4f5f8;--surface:#fff;--line:#dfe3ea;--ink:#161c28;--muted:#566072;--grid:#e9ecf1;--chart:#33507a;--ours:#c8400c;--recency:#a4adbc;--logistic:#2f7fc1;--lightgbm:#3d8b57;--bgnbd:#8a5bb5;--corrected:#e0a33a;--good:#1d7a46;--bad:#b42318;--best:#fdeee4}
@media (prefers-color-scheme:dark){:root{--page:#10141b;--surface:#181d27;--line:#2a3140;--ink:#e9edf4;--muted:#9ca7ba;--grid:#232a37;--chart:#9db8e6;--ours:#ff7b47;--recency:#5d687d;--logistic:#5badea;--lightgbm:#6cc48b;--bgnbd:#bf9be6;--corrected:#e9bd68;--good:#6fd39a;--bad:#ff8f84;--best:#3a2519}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:400 15px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:clamp(20px,4vw,48px) clamp(16px,3vw,32px) 64px}
h1{font-size:15px;font-weight:600;color:var(--muted);margin:0 0 10px}
h2{font-size:21px;font-weight:650;letter-spacing:-.012em;margin:0 0 6px}
h3{font-size:15px;font-weight:620;margin:0 0 4px}
p{margin:0 0 12px;max-width:72ch}
.verdict{font-size:clamp(22px,3vw,31px);line-height:1.28;font-weight:640;letter-spacing:-.015em;max-width:32em;margin:0 0 16px;text-wrap:pretty}
.muted,.note{color:var(--muted)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:14px;margin:26px 0 8px;padding:0}
.facts div{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:16px 18px}
.facts dt{color:var(--muted);font-size:13.5px}
.facts dd{margin:2px 0 0;font-size:27px;font-weight:640;letter-spacing:-.02em}
.facts small{display:block;font-size:13px;font-weight:400;letter-spacing:0;color:var(--muted);line-height:1.4;margin-top:3px}
section{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:clamp(18px,2.6vw,28px);margin-top:18px}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:18px}
.two section{margin-top:0}
.two{margin-top:18px}
.small{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,270px),1fr));gap:20px 24px;margin-top:16px}
figure{margin:0}
figcaption{font-weight:600;font-size:14px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--muted);font-size:12px}
svg .axis{font-size:12.5px}
svg .group{fill:var(--ink);font-size:13.5px;font-weight:620}
.grid{stroke:var(--grid)}
.ideal{fill:none;stroke:var(--muted);stroke-dasharray:4 4;opacity:.7}
.spread{stroke:var(--ours);opacity:.35;stroke-width:2}
.ours-dot{fill:var(--ours)}
.actual-dot{fill:var(--chart)}
.band95{fill:var(--ours);opacity:.13}
.band80{fill:var(--ours);opacity:.2}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}
.buy-timing{stroke:var(--ours);stroke-width:3}
.actual{stroke:var(--chart)}
.recency{stroke:var(--recency)}.logistic{stroke:var(--logistic)}.lightgbm{stroke:var(--lightgbm)}.bgnbd{stroke:var(--bgnbd)}.corrected{stroke:var(--corrected)}
.forest{min-width:560px}.forest line{stroke-width:2}.forest .middle{stroke:var(--muted);stroke-width:1;stroke-dasharray:3 3}
.better line,.better circle{stroke:var(--good);fill:var(--good)}.worse line,.worse circle{stroke:var(--bad);fill:var(--bad)}.level line,.level circle{stroke:var(--muted);fill:var(--muted)}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;margin:8px 0 4px;padding:0;list-style:none;font-size:13.5px;color:var(--muted)}
.legend i{display:inline-block;width:18px;height:0;border-top:3px solid;margin-right:7px;vertical-align:middle}
.scroll{overflow-x:auto;margin:10px 0 4px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:7px 12px 7px 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line);font-weight:400}
th:first-child{text-align:left}
thead th{color:var(--muted);font-size:12.5px;vertical-align:bottom}
tbody tr:last-child>*{border-bottom:0}
.best{font-weight:650}
.best::before{content:"";display:inline-block;width:6px;height:6px;border-radius:50%;background:var(--ours);margin-right:6px;vertical-align:2px}
.off{color:var(--bad);font-weight:600}
details{margin-top:14px}
summary{cursor:pointer;font-weight:600}
dl.words{display:grid;grid-template-columns:max-content 1fr;gap:6px 18px;margin:12px 0 0}
dl.words dt{font-weight:600}
dl.words dd{margin:0;color:var(--muted)}
code{font-family:ui-monospace,"SF Mono","DejaVu Sans Mono",Menlo,monospace;font-size:.9em}
@media (max-width:560px){dl.words{grid-template-columns:1fr}dl.words dd{margin-bottom:8px}}
@media print{body{background:#fff}section{break-inside:avoid}}
`;
