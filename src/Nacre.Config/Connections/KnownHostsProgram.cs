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
        using var text = new MemoryStream();
        try
        {
            ChildExit exit = await ProgramOutput.ReadAsync(output => Start(words, output), printed => Add(text, printed), ct).ConfigureAwait(false);
            return exit is { Status: 0, IsBySignal: false }
                ? Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length)
                : throw Failed($"the command ended by {(exit.IsBySignal ? "signal" : "status")} {(exit.IsBySignal ? (int)exit.Signal : exit.Status)}");
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

    private static ChildProcess Start(string[] words, SafeFileHandle output)
    {
        using SafeFileHandle error = Descriptors.Inherited(2);
        return Spawn.Start(new ProgramStart { Path = words[0], Arguments = [.. words], Output = output, Error = error });
    }

    private static void Add(MemoryStream text, ReadOnlySpan<byte> printed)
    {
        if (text.Length + printed.Length > MaxOutput) throw Failed($"the command printed more than {MaxOutput} bytes");
        text.Write(printed);
    }

    private static SshException Failed(string why) => new($"KnownHostsCommand failed: {why}");
}
