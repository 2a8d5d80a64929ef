using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Client;
using Nacre.Config.Files;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Config.Connections;

/// <summary>Has a program print lines of known_hosts (KnownHostsCommand); no shell reads what it is given. Whatever goes wrong with it ends the connection.</summary>
internal sealed class KnownHostsProgram(ClientConfig config, FingerprintHash hash) : IKnownHostsSource
{
    /// <summary>A program that prints more is not what it should be.</summary>
    private const int MaxOutput = 16 * 1024 * 1024;

    /// <summary>What stands for the properties of a key before there is one.</summary>
    private const string NoKey = "NONE";

    public async ValueTask<string> ReadAsync(KnownHostsQuestion question, CancellationToken ct)
    {
        string[] words = Expand(question);
        try
        {
            (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
            await using var output = new DescriptorStream(reading);
            ChildProcess child = Start(words, writing);
            string text = await ReadAsync(output, ct).ConfigureAwait(false);
            ChildExit exit = await child.Exited.WaitAsync(ct).ConfigureAwait(false);
            return exit is { Status: 0, IsBySignal: false }
                ? text
                : throw Failed($"the command ended by {(exit.IsBySignal ? "signal" : "status")} {exit.Status}");
        }
        catch (Exception failure) when (failure is UnixException or IOException)
        {
            throw Failed(failure.Message);
        }
    }

    private string[] Expand(KnownHostsQuestion question)
    {
        string command = config.KnownHostsCommand!;
        if (!ConfigLine.TrySplitWords(command, out List<string> words) || words.Count == 0) throw Failed($"\"{Printable.Escape(command)}\" has a quote that is not closed");
        var tokens = new Dictionary<char, string>
        {
            ['H'] = question.Name,
            ['I'] = question.Purpose.ToString().ToUpperInvariant(),
            ['t'] = question.Key?.Type ?? NoKey,
            ['f'] = question.Key?.FingerprintBy(hash) ?? NoKey,
            ['K'] = question.Key is { } key ? Convert.ToBase64String(key.Blob.Span) : NoKey,
        };
        var expanded = new List<string>();
        foreach (string word in words)
        {
            expanded.Add(config.TryExpandLate(ClientKeywords.KnownHostsCommand, word, tokens, out string text, out string error) ? text : throw Failed(error));
        }

        return expanded[0].StartsWith('/') ? [.. expanded] : throw Failed($"the path {Printable.Escape(expanded[0])} is not absolute");
    }

    private static ChildProcess Start(string[] words, SafeFileHandle writing)
    {
        using SafeFileHandle error = Descriptors.Inherited(2);
        using (writing)
        {
            return Spawn.Start(new ProgramStart { Path = words[0], Arguments = [.. words], Output = writing, Error = error });
        }
    }

    private static async Task<string> ReadAsync(DescriptorStream output, CancellationToken ct)
    {
        using var text = new MemoryStream();
        byte[] buffer = new byte[4096];
        for (int read; (read = await output.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
        {
            text.Write(buffer, 0, read);
            if (text.Length > MaxOutput) throw Failed($"the command printed more than {MaxOutput} bytes");
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private static SshException Failed(string why) => new($"KnownHostsCommand failed: {why}");
}
