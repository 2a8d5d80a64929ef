using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Shows the fingerprint of each key in a file: a public key file, a private one, known_hosts or authorized_keys.</summary>
internal sealed class KeyListing(KeygenSettings settings, Answers answers, KeyFiles files, TextWriter output, TextWriter error)
{
    private const string NoComment = "no comment";

    public int Run()
    {
        string path = settings.File ?? KeyGeneration.AskFile(answers, "Enter file in which the key is", KeyGeneration.CurrentUser(), settings);
        bool isInput = path == "-";
        bool hasKey = false;
        string[] lines = KeyFiles.ReadLines(path, isInput ? answers : null);
        if (!isInput && lines is [string first, ..] && (first.Contains("PRIVATE KEY", StringComparison.Ordinal) || first.StartsWith("PuTTY-User-Key-File-", StringComparison.Ordinal)))
        {
            ShowPrivate(path);
            return 0;
        }

        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim(' ', '\t');
            if (line.Length == 0 || line[0] == '#') continue;
            bool isKey = ShowLine(line);
            hasKey |= isKey;
            if (!isKey && settings.IsVerbose && EndOfWord(line) < line.Length) error.Write($"debug1: {path}:{i + 1}: not a public key\r\n");
        }

        if (!hasKey) throw new FatalException($"{(isInput ? "(stdin)" : path)} is not a public key file.");
        return 0;
    }

    /// <summary>Shows a private key by its public one, which needs no passphrase: from the .pub file beside it, else from within.</summary>
    private void ShowPrivate(string path)
    {
        if (KeyFiles.LoadPublic(path + ".pub") is PublicKeyLine beside)
        {
            Show(beside.Key, beside.Comment.Length > 0 ? beside.Comment : path + ".pub");
            return;
        }

        using PrivateKeyFile file = files.Load(path, $"Load key \"{path}\"", isForPublicPart: true);
        if (file.PublicKey is PublicKey known)
        {
            Show(known, CommentWithin(file, path));
            return;
        }

        try
        {
            using PrivateKey key = file.Unlock();
            Show(key.PublicKey, NoComment);
        }
        catch (KeyFormatException refused)
        {
            throw new FatalException($"{path} is not a key file: {SshKeygenApplet.Explain(refused)}");
        }
    }

    /// <summary>The comment of a private key that is not locked, nor ignored because others can read it.</summary>
    private static string CommentWithin(PrivateKeyFile file, string path)
    {
        if (file.IsEncrypted || !file.KeepsComment || !FileStatus.TryOfPath(path, out FileStatus status) || FileSafety.FindExposure(path, status) is not null) return NoComment;
        try
        {
            using PrivateKey key = file.Unlock();
            return key.Comment.Length > 0 ? key.Comment : NoComment;
        }
        catch (KeyFormatException)
        {
            return NoComment;
        }
    }

    private bool ShowLine(string line)
    {
        if (PublicKeyLine.TryParse(line, out PublicKeyLine? read))
        {
            Show(read.Key, CommentOf(read, NoComment));
            return true;
        }

        // The key may follow the names of hosts or the options of authorized_keys.
        int end = EndOfWord(line);
        if (!PublicKeyLine.TryParse(line.AsSpan(end), out read)) return false;
        Show(read.Key, CommentOf(read, line[..end]));
        return true;
    }

    private static string CommentOf(PublicKeyLine line, string otherwise) => line.Comment.Length == 0 || line.Comment[0] == '#' ? otherwise : line.Comment;

    private static int EndOfWord(string line)
    {
        bool isQuoted = false;
        int i = 0;
        for (; i < line.Length && (isQuoted || line[i] is not (' ' or '\t')); i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] == '"') i++;
            else if (line[i] == '"') isQuoted = !isQuoted;
        }

        return Math.Min(i, line.Length);
    }

    private void Show(PublicKey key, string comment)
    {
        string fingerprint = settings.Has('B') ? BubbleBabble.Spell(key) : key.FingerprintBy(settings.Hash);
        output.WriteLine($"{key.Bits} {fingerprint} {KeyGeneration.Shown(comment)} ({key.ShortType})");
        if (settings.IsVerbose) output.WriteLine(RandomArt.Draw(key, settings.Hash));
    }
}
