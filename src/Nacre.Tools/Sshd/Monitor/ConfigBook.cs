using System.Runtime.CompilerServices;
using System.Text;
using Nacre.Config;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Numbers the configurations that connections have, the same for the same text, so that a process is sent each one once.</summary>
internal sealed class ConfigBook(IReadOnlyList<ISigner> hostKeys)
{
    private static uint lastNumber;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byText = [];
    private readonly ConditionalWeakTable<ServerConfig, Entry> _known = [];
    private readonly byte[] _hostKeys = HostKeyProofs.Write(hostKeys.Select(key => key.PublicKey));

    /// <summary>The keys that go with all of them.</summary>
    public IReadOnlyList<ISigner> HostKeys => hostKeys;

    /// <summary>The number of a configuration, which the process behind a link knows when this returns.</summary>
    /// <param name="config">What holds for a connection or for its user.</param>
    /// <param name="link">The link.</param>
    /// <param name="sent">The numbers that have been sent over it.</param>
    public uint Give(ServerConfig config, ProcessLink link, HashSet<uint> sent)
    {
        Entry entry = Find(config);
        lock (sent)
        {
            if (!sent.Add(entry.Number)) return entry.Number;
            var message = new ConfigMessage { Number = entry.Number, Text = entry.Text, HostKeys = _hostKeys };
            link.Send(0, ref message);
        }

        return entry.Number;
    }

    private Entry Find(ServerConfig config)
    {
        if (_known.TryGetValue(config, out Entry? known)) return known;
        string text = config.ToText();
        lock (_lock)
        {
            if (!_byText.TryGetValue(text, out Entry? entry)) _byText[text] = entry = new Entry(Interlocked.Increment(ref lastNumber), Encoding.UTF8.GetBytes(text));
            _known.AddOrUpdate(config, entry);
            return entry;
        }
    }

    private sealed record Entry(uint Number, byte[] Text);
}
