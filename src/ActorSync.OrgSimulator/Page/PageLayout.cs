using ActorSync.OrgSimulator.Http;

namespace ActorSync.OrgSimulator.Page;

/// <summary>The frame around every page. No script: plain links and forms.</summary>
internal static class PageLayout
{
    private const string Style =
        """
        :root{color-scheme:light dark;--bg:#fbfbfa;--fg:#1d2430;--dim:#68717f;--line:#dfe2e6;--card:#fff;--accent:#0b5cab;--bad:#b3261e;--badbg:#fdecea;--ok:#1f6f43;--okbg:#e7f5ec}
        @media(prefers-color-scheme:dark){:root{--bg:#15181d;--fg:#e4e7ec;--dim:#98a1ae;--line:#2c323b;--card:#1c2027;--accent:#79b5f2;--bad:#ff9c94;--badbg:#3a1f1d;--ok:#86d6a6;--okbg:#1b3325}}
        *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
        header,main{max-width:64rem;margin:0 auto;padding:1rem 1.25rem}header{display:flex;gap:1rem;align-items:baseline;border-bottom:1px solid var(--line)}
        header b{font-size:1.05rem}header span,.dim,time{color:var(--dim)}a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
        h1{font-size:1.35rem;margin:.5rem 0 1rem}table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);border-radius:6px}
        th,td{text-align:left;padding:.45rem .7rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}th{color:var(--dim);font-weight:500;font-size:.85rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tr:last-child td{border-bottom:0}
        .bar{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;margin:0 0 1rem}.bar form{display:flex;gap:.4rem}.end{margin-left:auto}
        input,select,textarea,button,.button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:5px;padding:.35rem .6rem}
        button,.button{cursor:pointer}button.main{background:var(--accent);border-color:var(--accent);color:var(--bg)}button.bad{color:var(--bad)}
        :focus-visible{outline:2px solid var(--accent);outline-offset:1px}
        .fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.8rem 1.2rem;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:1rem;margin-bottom:1rem}
        .fields label{display:block;font-size:.85rem;color:var(--dim)}.fields input:not([type=checkbox]),.fields select,.fields textarea{width:100%}
        .bad-field input,.bad-field select,.bad-field textarea{border-color:var(--bad)}.error{color:var(--bad);font-size:.85rem}
        .note{padding:.6rem .9rem;border-radius:6px;margin-bottom:1rem}.note.bad{background:var(--badbg);color:var(--bad)}.note.ok{background:var(--okbg);color:var(--ok)}
        code{font:13px ui-monospace,monospace}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
        """;

    public static Answer Render(int status, string title, string organization, Html content)
    {
        Html page = $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} · {organization}</title><style>{Raw(Style)}</style></head>
            <body><header><b><a href="/">{organization}</a></b><span>a simulated Salesforce org</span></header><main>{content}</main></body></html>
            """;
        var answer = Answer.Text(status, "text/html; charset=utf-8", page.ToString());
        return answer with
        {
            Headers =
            [
                new("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
                new("Cache-Control", "no-store"),
            ],
        };
    }

    public static Html Error(string message) => $"<p class=\"note bad\" role=\"alert\">{message}</p>";

    public static Html Note(string message) => $"<p class=\"note ok\" role=\"status\">{message}</p>";

    private static Html Raw(string markup)
    {
        var html = new Html(markup.Length, 0);
        html.AppendLiteral(markup);
        return html;
    }
}
