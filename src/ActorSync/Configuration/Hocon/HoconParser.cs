using System.Collections.Immutable;
using static ActorSync.Configuration.Hocon.HoconTokenKind;

namespace ActorSync.Configuration.Hocon;

/// <summary>
/// Reads one file's tokens into a block. Reports every mistake it can find: after one it goes on behind the next line end or comma.
/// </summary>
internal sealed class HoconParser
{
    /// <summary>Deepest nesting of blocks and lists in one file.</summary>
    public const int DepthMax = 32;

    private readonly HoconCursor _at;
    private readonly HoconIncludes _includes;
    private readonly ImmutableArray<string> _includedUnder;
    private int _depth;

    private HoconParser(HoconCursor cursor, HoconIncludes includes, ImmutableArray<string> includedUnder) =>
        (_at, _includes, _includedUnder) = (cursor, includes, includedUnder);

    /// <summary>Reads a file's text on top of what a block holds already.</summary>
    /// <param name="includedUnder">The path of <paramref name="target"/> from the root.</param>
    public static void ParseInto(
        BlockExpression target, string source, string text, HoconIncludes includes, ImmutableArray<string> includedUnder, ConfigProblems problems)
    {
        var cursor = new HoconCursor(HoconTokenizer.Tokenize(text), source, problems);
        new HoconParser(cursor, includes, includedUnder).ParseFile(target);
    }

    private void ParseFile(BlockExpression target)
    {
        _at.SkipBlank();
        switch (_at.Kind)
        {
            case OpenBrace:
                ParseBraced(target, _includedUnder);
                _at.SkipBlank();
                if (_at.Kind != End)
                {
                    _at.Error("", $"{_at.Shown} stands behind the block that is the whole file", "remove it, or remove the braces around the file");
                }

                break;
            case OpenBracket:
                _at.Error("", "the file is a list", "write keys and blocks: actorsync { ... }");
                break;
            default:
                ParseFields(target, _includedUnder, openedAtLine: 0);
                break;
        }
    }

    /// <summary>At '{': reads up to and including its '}'.</summary>
    private void ParseBraced(BlockExpression target, ImmutableArray<string> path)
    {
        var line = _at.Line;
        _at.Advance();
        ParseFields(target, path, line);
    }

    /// <param name="openedAtLine">Line of the '{' to be closed; 0: the file's end closes.</param>
    private void ParseFields(BlockExpression target, ImmutableArray<string> path, int openedAtLine)
    {
        while (true)
        {
            _at.SkipBlank();
            switch (_at.Kind)
            {
                case CloseBrace when openedAtLine > 0:
                    _at.Advance();
                    return;
                case End:
                    if (openedAtLine > 0)
                    {
                        _at.Error(HoconPath.Show(path), $"the block opened on line {openedAtLine} is not closed", "write its '}'");
                    }

                    return;
                case CloseBrace or CloseBracket or Comma:
                    _at.Error(HoconPath.Show(path), $"{_at.Shown} belongs to nothing", "remove it");
                    _at.Advance();
                    break;
                default:
                    ParseField(target, path);
                    ParseFieldEnd(path);
                    break;
            }
        }
    }

    private void ParseFieldEnd(ImmutableArray<string> path)
    {
        _at.SkipSpace();
        if (_at.Kind is Newline or Comma)
        {
            _at.Advance();
        }
        else if (_at.Kind is not (CloseBrace or CloseBracket or End))
        {
            _at.Error(HoconPath.Show(path), $"{_at.Shown} follows the end of a value", "start a new line, or write a comma before it");
            _at.SkipStatement();
        }
    }

    private void ParseField(BlockExpression target, ImmutableArray<string> path)
    {
        if (HoconInclude.TryParse(_at, path, out var include))
        {
            if (include is not null)
            {
                _includes.Include(include, target, path);
            }

            return;
        }

        var origin = _at.Origin;
        var key = ParseKey(path);
        if (key.IsEmpty)
        {
            _at.SkipStatement();
            return;
        }

        var slot = target.Slot(key, origin);
        var slotPath = path.AddRange(key);
        var isAppend = _at.Kind == PlusEquals;
        if (_at.Kind != OpenBrace)
        {
            _at.Advance();
        }

        if (ParseValue(slotPath, slot.Path) is not { } value)
        {
            _at.SkipStatement();
            return;
        }

        slot.Add(isAppend ? Appended(slotPath, value) : value);
    }

    // HOCON.md, "The += field separator": a += b means a = ${?a} [b].
    private static JoinExpression Appended(ImmutableArray<string> path, HoconExpression value) =>
        new(value.Origin, [new SubstitutionExpression(value.Origin, path, IsOptional: true, []), new ListExpression(value.Origin, [value])]);

    /// <summary>Reads a key up to its separator; reports and gives an empty path if there is none.</summary>
    private ImmutableArray<string> ParseKey(ImmutableArray<string> path)
    {
        var tokens = new List<HoconToken>();
        var line = _at.Line;
        while (_at.Kind is HoconTokenKind.Text or Quoted or Space)
        {
            tokens.Add(_at.Take());
        }

        // Only the first word is shown: where '=' was forgotten the rest is the value.
        var shown = HoconPath.Show(tokens is [{ Kind: not Space } first, ..] ? path.Add(first.Text) : path);
        if (_at.Kind == Bad)
        {
            _at.ReportBad(shown);
            return [];
        }

        if (_at.Kind is not (HoconTokenKind.Equals or Colon or PlusEquals or OpenBrace))
        {
            _at.Error(line, shown, tokens.Count == 0 ? $"{_at.Shown} stands where a key is expected" : "the key has no value", "write key = value, or key { ... }");
            return [];
        }

        var key = HoconPath.Parse(tokens);
        if (key.IsEmpty)
        {
            _at.Error(line, shown, "this is not a key: part of it between two dots, or all of it, is empty", "write a name, with dots between its parts");
        }

        return key;
    }

    /// <summary>Reads one value with all its pieces; reports and gives null if there is none.</summary>
    private HoconExpression? ParseValue(ImmutableArray<string> path, string slotPath)
    {
        var origin = _at.Origin;
        if (_depth == DepthMax)
        {
            _at.Error(HoconPath.Show(path), $"blocks and lists are nested deeper than {DepthMax}", "close some of them");
            return null;
        }

        _depth++;
        _at.SkipSpaceAndLineBeforeValue();
        var pieces = ParsePieces(path, slotPath);
        _depth--;
        if (pieces is { Count: 0 })
        {
            _at.Error(origin.Line, slotPath, "the key has no value", "write one behind it on the same line, or remove the key");
            return null;
        }

        return pieces is null ? null : Joined(pieces);
    }

    private List<HoconExpression>? ParsePieces(ImmutableArray<string> path, string slotPath)
    {
        var pieces = new List<HoconExpression>();
        while (true)
        {
            var origin = _at.Origin;
            switch (_at.Kind)
            {
                case HoconTokenKind.Text or Quoted or Space:
                    var token = _at.Take();
                    pieces.Add(new TextExpression(origin, token.Text, token.Kind == Quoted, token.Kind == Space));
                    break;
                case Substitution or OptionalSubstitution:
                    if (ParseSubstitution(slotPath) is not { } substitution)
                    {
                        return null;
                    }

                    pieces.Add(substitution);
                    break;
                case OpenBrace:
                    var block = new BlockExpression(origin, slotPath);
                    ParseBraced(block, path);
                    pieces.Add(block);
                    break;
                case OpenBracket:
                    pieces.Add(ParseList(path, slotPath));
                    break;
                case HoconTokenKind.Equals or Colon or PlusEquals:
                    _at.Error(slotPath, $"{_at.Shown} stands inside a value", "write the value in quotes, or each key on a line of its own");
                    return null;
                case Bad:
                    _at.ReportBad(slotPath);
                    return null;
                default:
                    return WithoutOuterSpaces(pieces);
            }
        }
    }

    private static List<HoconExpression> WithoutOuterSpaces(List<HoconExpression> pieces)
    {
        while (pieces is [.., TextExpression { IsSpace: true }])
        {
            pieces.RemoveAt(pieces.Count - 1);
        }

        return pieces;
    }

    private static HoconExpression Joined(List<HoconExpression> pieces)
    {
        if (pieces is [var only])
        {
            return only;
        }

        return pieces.TrueForAll(p => p is TextExpression)
            ? new TextExpression(pieces[0].Origin, string.Concat(pieces.Cast<TextExpression>().Select(p => p.Text)), IsQuoted: true)
            : new JoinExpression(pieces[0].Origin, [.. pieces]);
    }

    private SubstitutionExpression? ParseSubstitution(string slotPath)
    {
        var isOptional = _at.Kind == OptionalSubstitution;
        var path = HoconPath.Parse(_at.Text);
        if (path.IsEmpty)
        {
            _at.Error(slotPath, "the substitution names no key", "write ${key} or ${?KEY_OR_VARIABLE}");
            return null;
        }

        var substitution = new SubstitutionExpression(_at.Origin, path, isOptional, _includedUnder);
        _at.Advance();
        return substitution;
    }

    /// <summary>At '[': reads up to and including its ']'.</summary>
    private ListExpression ParseList(ImmutableArray<string> path, string slotPath)
    {
        var origin = _at.Origin;
        var items = ImmutableArray.CreateBuilder<HoconExpression>();
        _at.Advance();
        while (true)
        {
            _at.SkipBlank();
            switch (_at.Kind)
            {
                case CloseBracket:
                    _at.Advance();
                    return new(origin, items.ToImmutable());
                case End or CloseBrace:
                    _at.Error(slotPath, $"the list opened on line {origin.Line} is not closed", "write its ']'");
                    return new(origin, items.ToImmutable());
                case Comma:
                    _at.Error(slotPath, "a comma stands where an item of the list is expected", "remove it");
                    _at.Advance();
                    break;
                default:
                    ParseItem(path, $"{slotPath}[{items.Count}]", items);
                    break;
            }
        }
    }

    private void ParseItem(ImmutableArray<string> path, string itemPath, ImmutableArray<HoconExpression>.Builder items)
    {
        if (ParseValue(path, itemPath) is { } value)
        {
            items.Add(value);
        }
        else
        {
            _at.SkipStatement();
        }

        if (_at.Kind is Newline or Comma)
        {
            _at.Advance();
        }
    }
}
