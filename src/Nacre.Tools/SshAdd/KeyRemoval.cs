using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tools.SshAdd;

/// <summary>Takes keys out of an agent: those of files with the certificates beside them, those that standard input lists, or all (-d and -D).</summary>
internal sealed class KeyRemoval(AgentClient agent, AddSettings settings, AddPlace place, Answers answers, AddReport report)
{
    public async Task<bool> RunAsync()
    {
        IReadOnlyList<string> files = settings.Files.Count > 0 ? settings.Files : [.. place.UsualKeys()];
        int removed = 0;
        foreach (string file in files)
        {
            if (await (file == "-" ? RemoveListedAsync() : RemoveFileAsync(file)).ConfigureAwait(false)) removed++;
        }

        return removed > 0 && removed == files.Count;
    }

    public async Task<bool> RemoveAllAsync()
    {
        try
        {
            await agent.RemoveAllAsync().ConfigureAwait(false);
            report.Done("All identities removed.");
            return true;
        }
        catch (SshException)
        {
            report.Say("Failed to remove all identities.");
            return false;
        }
    }

    private async Task<bool> RemoveFileAsync(string file)
    {
        if (KeyFiles.LoadPublicPart(file) is not PublicKeyLine line)
        {
            report.Print($"Bad key file {file}: {KeyFiles.WhyNoPublicKey(file)}");
            return false;
        }

        bool isRemoved = !settings.IsCertificatesOnly && await RemoveAsync(line.Key, file, line.Comment.Length > 0 ? line.Comment : "no comment").ConfigureAwait(false);
        if (settings.IsKeysOnly || !KeyCertificate.TryFind(file, line.Key, report, out KeyCertificate? found)) return isRemoved;
        return await RemoveAsync(found.Certificate, found.Path, found.Comment).ConfigureAwait(false) || isRemoved;
    }

    private async Task<bool> RemoveListedAsync()
    {
        bool isAnyRemoved = false;
        string[] lines = KeyFiles.ReadLines("-", answers);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimStart(' ', '\t');
            if (line.Length == 0 || line[0] == '#') continue;
            if (PublicKeyLine.TryParse(line, out PublicKeyLine? read)) isAnyRemoved |= await RemoveAsync(read.Key, "(stdin)", read.Comment).ConfigureAwait(false);
            else report.Fail($"(stdin):{i + 1}: invalid key: invalid format");
        }

        return isAnyRemoved;
    }

    private async Task<bool> RemoveAsync(PublicKey key, string path, string comment)
    {
        try
        {
            await agent.RemoveAsync(key).ConfigureAwait(false);
            report.Done($"Identity removed: {path} {key.ShortType} ({Printable.Escape(comment)})");
            return true;
        }
        catch (SshException refused)
        {
            report.Say($"Could not remove identity \"{path}\": {refused.Message}");
            return false;
        }
    }
}
