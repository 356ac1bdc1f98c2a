using System.Collections.Immutable;
using static ActorSync.Configuration.Hocon.HoconTokenKind;

namespace ActorSync.Configuration.Hocon;

/// <summary>An include statement: <c>include "x.conf"</c>, <c>include file("x.conf")</c>, <c>include required("x.conf")</c>, <c>include required(file("x.conf"))</c>.</summary>
internal sealed record HoconInclude(ConfigOrigin Origin, string File, bool IsRequired)
{
    private const string Keyword = "include";
    private const string Remedy = "write include \"file.conf\" or include required(\"file.conf\")";

    /// <summary>Reads an include if the cursor is at one; a wrong one is reported and gives null.</summary>
    /// <returns>False if this is no include and nothing was read.</returns>
    public static bool TryParse(HoconCursor at, ImmutableArray<string> path, out HoconInclude? include)
    {
        include = null;
        if (at.Kind != HoconTokenKind.Text || at.Text != Keyword || at.Peek(1).Kind != Space || at.Peek(2).Kind is not (Quoted or HoconTokenKind.Text))
        {
            return false;
        }

        var origin = at.Origin;
        at.Advance(2);
        var opening = TakeWord(at);
        if (at.Kind != Quoted)
        {
            at.Error($"{HoconPath.Show(path.Add(Keyword))}", "the include names no file in quotes", Remedy);
            at.SkipStatement();
            return true;
        }

        var file = at.Take().Text;
        var closing = TakeWord(at);
        include = (opening, closing) switch
        {
            ("", "") or ("file(", ")") => new(origin, file, IsRequired: false),
            ("required(", ")") or ("required(file(", "))") => new(origin, file, IsRequired: true),
            _ => null,
        };
        if (include is null)
        {
            at.Error(origin.Line, $"{HoconPath.Show(path.Add(Keyword))}", "this form of include is not offered: only files can be included", Remedy);
            at.SkipStatement();
        }

        return true;
    }

    private static string TakeWord(HoconCursor at)
    {
        var word = "";
        while (at.Kind is HoconTokenKind.Text or Space)
        {
            word += at.Take().Text.Trim();
        }

        return word;
    }
}

/// <summary>Reads files and what they include, relative to the including file, onto one block.</summary>
internal sealed class HoconIncludes(ReadConfigFile read, ConfigProblems problems)
{
    /// <summary>Most files open inside each other.</summary>
    public const int DepthMax = 8;

    /// <summary>Most files read in one load.</summary>
    public const int FilesMax = 256;

    private readonly Stack<string> _open = new();
    private int _files;

    /// <summary>Reads a file that was named by the user.</summary>
    public void Load(string path, BlockExpression root)
    {
        switch (read(path))
        {
            case FileText.Read file:
                Parse(path, file.Text, root, []);
                break;
            case FileText.Unreadable file:
                problems.SyntaxError(new(path, 0), "", $"the file cannot be read: {file.Reason}", "name a readable text file");
                break;
            default:
                problems.SyntaxError(new(path, 0), "", "there is no such file", "name a configuration file; hocon/actorsync.conf is a template");
                break;
        }
    }

    /// <summary>Reads an included file into the block that includes it.</summary>
    public void Include(HoconInclude include, BlockExpression target, ImmutableArray<string> under)
    {
        var folder = Path.GetDirectoryName(include.Origin.Source) ?? "";
        var path = Path.Combine(folder, include.File);
        var key = HoconPath.Show(under.Add("include"));
        if (_open.Contains(path) || _open.Count == DepthMax || _files == FilesMax)
        {
            var message = _open.Contains(path) ? $"{path} includes itself" : $"more than {DepthMax} files inside each other or {FilesMax} in all are included";
            problems.SyntaxError(include.Origin, key, message, "remove this include");
            return;
        }

        switch (Read(ref path))
        {
            case FileText.Read file:
                Parse(path, file.Text, target, under);
                break;
            case FileText.Unreadable file:
                problems.SyntaxError(include.Origin, key, $"the file {path} cannot be read: {file.Reason}", "name a readable text file, relative to this one");
                break;
            case var _ when include.IsRequired:
                problems.SyntaxError(include.Origin, key, $"there is no file {path}", "correct its name, relative to this file, or remove the include");
                break;
            default:
                problems.Warn(include.Origin, key, $"there is no file {path}, nothing was included", "write include required(\"...\") if the file must exist");
                break;
        }
    }

    // HOCON.md, "Include semantics: file formats and extensions": the extension may be left out.
    private FileText Read(ref string path)
    {
        var text = read(path);
        if (text is FileText.Missing && !Path.HasExtension(path) && read(path + ".conf") is not FileText.Missing and var withExtension)
        {
            path += ".conf";
            return withExtension;
        }

        return text;
    }

    public void Parse(string path, string text, BlockExpression target, ImmutableArray<string> under)
    {
        _files++;
        _open.Push(path);
        HoconParser.ParseInto(target, path, text, this, under, problems);
        _open.Pop();
    }
}
