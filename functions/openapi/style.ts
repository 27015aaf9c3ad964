/** The look of the docs page: the dashboard's ink and paper. */
export const STYLE = `
:root{color-scheme:light dark;--page:#f4f5f8;--surface:#fff;--sunken:#eceff4;--line:#dfe3ea;--ink:#161c28;--muted:#566072;--get:#205c94;--post:#8a4a00;--ok:#1c6b3c;--bad:#a4320a;--note:#5a6475}
@media(prefers-color-scheme:dark){:root{--page:#10141b;--surface:#181d27;--sunken:#0c0f15;--line:#2a3140;--ink:#e9edf4;--muted:#9ca7ba;--get:#7cbcf0;--post:#f4bd4a;--ok:#76d39b;--bad:#ff9a7a;--note:#94a0b5}}
*{box-sizing:border-box}
html{scroll-padding-top:16px}
body{margin:0;display:grid;grid-template-columns:250px minmax(0,1fr);background:var(--page);color:var(--ink);font:400 15px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif}
a{color:inherit;text-underline-offset:3px}
:focus-visible{outline:2px solid var(--get);outline-offset:2px}
.skip{position:absolute;left:12px;top:-80px;padding:8px 14px;border-radius:8px;background:var(--ink);color:var(--page);z-index:2}
.skip:focus{top:12px}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;padding:22px 20px 40px;border-right:1px solid var(--line);font-size:14px}
nav h2{margin:20px 0 4px;font-size:13px;font-weight:600;color:var(--muted)}
nav ul{list-style:none;margin:0;padding:0}
nav li a{display:block;padding:3px 0;text-decoration:none;overflow-wrap:anywhere}
nav li a:hover{text-decoration:underline}
.brand{margin:0;font-size:17px;font-weight:680;letter-spacing:-.015em}
.brand a{text-decoration:none}
main{max-width:900px;padding:28px clamp(16px,4vw,56px) 80px;min-width:0}
h1{margin:0 0 12px;font-size:32px;letter-spacing:-.02em;line-height:1.15}
main>section>h2{margin:48px 0 4px;font-size:22px;letter-spacing:-.015em}
h3{margin:0 0 6px;font-size:18px;letter-spacing:-.01em}
h4{margin:18px 0 6px;font-size:14px;color:var(--muted)}
p{margin:0 0 10px;max-width:42em}
article{margin:16px 0;padding:20px clamp(14px,2.4vw,26px);border:1px solid var(--line);border-radius:14px;background:var(--surface)}
article:target{border-color:var(--get)}
.address{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline;max-width:none}
.address code{font-size:15px;overflow-wrap:anywhere}
.method{font:600 13px/1.4 ui-monospace,Menlo,Consolas,monospace;color:var(--post)}
.method.get{color:var(--get)}
.scope,.kind{color:var(--muted);font-size:13.5px}
.scope{margin-left:auto}
code{font-family:ui-monospace,"SF Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.92em}
pre{margin:6px 0 10px;padding:12px 14px;border-radius:10px;background:var(--sunken);overflow-x:auto;font-size:13.5px;line-height:1.5;max-height:420px}
pre i{color:var(--note);font-style:normal}
.parameters{margin:10px 0;display:grid;gap:8px}
.parameters>div{display:grid;grid-template-columns:minmax(150px,240px) minmax(0,1fr);gap:2px 16px}
.parameters dd{margin:0}
.reply{display:grid;grid-template-columns:44px minmax(0,1fr);gap:8px;border-top:1px solid var(--line);padding-top:8px;margin-top:8px}
.reply p,.reply ul{margin:0 0 6px}
.reply ul{padding-left:18px}
.status{font-weight:650;color:var(--bad)}
.status[data-kind="2"],.status[data-kind="3"]{color:var(--ok)}
@media(max-width:760px){body{grid-template-columns:minmax(0,1fr)}nav{position:static;height:auto;max-height:38vh;border-right:0;border-bottom:1px solid var(--line)}.parameters>div{grid-template-columns:minmax(0,1fr)}.scope{margin-left:0}}
`.trim();
