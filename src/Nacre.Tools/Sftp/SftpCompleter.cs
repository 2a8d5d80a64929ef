using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.LineEditor;

namespace Nacre.Tools.Sftp;

/// <summary>Completes commands, and the paths that they take at this side or the other.</summary>
/// <param name="commands">The commands.</param>
/// <param name="session">Where remote paths are looked for.</param>
/// <param name="local">Where local paths are looked for.</param>
internal sealed class SftpCompleter(SftpCommands commands, SftpSession session, IFileTree local)
{
    private const string Special = "'\"\\\t[ #*?";

    /// <summary>What completes the word that ends at the cursor.</summary>
    public async Task<Completion> CompleteAsync(string line, int cursor)
    {
        // Within a word there is nothing to complete.
        if (cursor < line.Length && line[cursor] != ' ') return Completion.None;
        SftpWords split = SftpWords.Split(line[..cursor].TrimStart('-', '@', ' '));
        bool isLast = cursor == line.Length;
        if (split.Words.Count == 0) return new Completion("", [.. commands.Names]);
        if (split is { Words.Count: 1, EndsInWord: true }) return CompleteCommand(split, isLast);
        string word = split.EndsInWord ? split.Words[^1] : "";
        IEnumerable<string> operands = split.Words.Skip(1).Take(split.Words.Count - (split.EndsInWord ? 2 : 1)).Where(static each => !each.StartsWith('-'));
        SftpPlace place = commands.Find(split.Words[0])?.Places is { } places ? operands.Count() switch { 0 => places.First, 1 => places.Second, _ => SftpPlace.None } : SftpPlace.None;
        if (place == SftpPlace.None || (split.EndsInWord && word.StartsWith('-'))) return Completion.None;
        return await CompletePathAsync(word, place, split, isLast).ConfigureAwait(false);
    }

    private Completion CompleteCommand(SftpWords split, bool isLast)
    {
        string typed = split.Words[0];
        string[] found = [.. commands.Names.Where(name => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 0) return Completion.None;
        string sure = CommonStart(found)[typed.Length..];
        return found.Length > 1 ? new Completion(sure, found) : new Completion(sure + (split.IsOpen ? split.Quote : "") + (isLast ? " " : ""), []);
    }

    private async Task<Completion> CompletePathAsync(string word, SftpPlace place, SftpWords split, bool isLast)
    {
        string start = place == SftpPlace.Remote ? session.AbsolutePattern(word) : word;
        if (place == SftpPlace.Remote && word.Length == 0 && !start.EndsWith('/')) start += "/";
        List<GlobMatch> found = await Glob.FindAsync(place == SftpPlace.Remote ? session.Tree : local, start + "*").ConfigureAwait(false);

        // What cannot be typed cannot be completed either.
        string[] paths = [.. found.Select(static match => match.Path).Where(static path => path == Printable.Escape(path))];
        if (paths.Length == 0) return Completion.None;
        string typed = Glob.Unescape(start);
        string[] shown = paths.Length == 1 ? [] : [.. paths.Select(path => path[(path.TrimEnd('/').LastIndexOf('/') + 1)..])];
        if (Glob.HasMagic(start) || !paths.All(path => path.StartsWith(typed, StringComparison.Ordinal))) return new Completion("", shown);
        string sure = Quoted(CommonStart(paths)[typed.Length..], split);
        if (paths.Length > 1) return new Completion(sure, shown);
        bool isDirectory = paths[0].EndsWith('/');
        return new Completion(sure + (split.IsOpen && !isDirectory ? split.Quote : "") + (isLast && !isDirectory ? " " : ""), []);
    }

    private static string Quoted(string text, SftpWords split)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            bool isSpecial = split.IsOpen ? c == split.Quote || c == '\\' : Special.Contains(c, StringComparison.Ordinal);
            if (isSpecial) quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.ToString();
    }

    private static string CommonStart(IReadOnlyList<string> texts)
    {
        int length = texts.Min(static text => text.Length);
        for (int i = 0; i < length; i++)
        {
            if (texts.Any(text => text[i] != texts[0][i])) length = i;
        }

        // Half of a character is none.
        if (length > 0 && char.IsHighSurrogate(texts[0][length - 1])) length--;
        return texts[0][..length];
    }
}
