using System.Text;
using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>The hosts that a user and a system know: the contents of known_hosts files, in order.</summary>
public sealed class KnownHosts
{
    private readonly IReadOnlyList<KnownHostsEntry> _entries;

    private KnownHosts(IReadOnlyList<KnownHostsEntry> entries) => _entries = entries;

    /// <summary>Reads files; those that do not exist count as empty.</summary>
    /// <param name="files">The files' names, the user's before the system's.</param>
    /// <returns>What they hold.</returns>
    /// <exception cref="Protocol.Wire.SshException">A file exists and cannot be read.</exception>
    public static KnownHosts Load(params IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return new([.. files.SelectMany(KnownHostsReader.ReadFile)]);
    }

    /// <summary>Reads contents that are in memory.</summary>
    /// <param name="contents">The text of a known_hosts file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <returns>What it holds.</returns>
    public static KnownHosts Parse(string contents, string name = "known_hosts")
    {
        ArgumentNullException.ThrowIfNull(contents);
        return new(KnownHostsReader.Read(name, Encoding.UTF8.GetBytes(contents)));
    }

    /// <summary>The lines that name a host, in order, whatever their marker.</summary>
    /// <param name="host">The host.</param>
    /// <param name="port">Its port; 0 looks for the name alone.</param>
    /// <returns>The lines.</returns>
    public IReadOnlyList<KnownHostsEntry> Find(string host, int port = KnownHostName.DefaultPort)
    {
        ArgumentNullException.ThrowIfNull(host);
        return FindName(KnownHostName.Of(host, port));
    }

    /// <summary>The lines for a name as a file has it, with the port that belongs to it.</summary>
    internal IReadOnlyList<KnownHostsEntry> FindName(string name) => [.. _entries.Where(entry => KnownHostName.IsNamed(name, entry.Names))];

    /// <summary>These lines and those that a source has about a host.</summary>
    internal async ValueTask<KnownHosts> WithSourceAsync(IKnownHostsSource? source, KnownHostsQuestion question, CancellationToken ct)
    {
        if (source is null) return this;
        string text = await source.ReadAsync(question, ct).ConfigureAwait(false);
        string name = $"KnownHostsCommand-{question.Purpose.ToString().ToUpperInvariant()}";
        return new([.. _entries, .. KnownHostsReader.Read(name, Encoding.UTF8.GetBytes(text))]);
    }

    /// <summary>The lines that say that a key is a host's own, for whichever host.</summary>
    internal IEnumerable<KnownHostsEntry> FindByKey(PublicKey key) =>
        _entries.Where(entry => entry.Marker == KnownHostsMarker.None && entry.Key.Equals(key));

    /// <summary>Adds a line to a file, which is created if it is not there, readable by its owner only.</summary>
    /// <param name="file">The file.</param>
    /// <param name="host">The host.</param>
    /// <param name="port">Its port.</param>
    /// <param name="key">Its key.</param>
    /// <param name="isHashed">True to hide the name.</param>
    /// <param name="ct">Cancels waiting for another writer.</param>
    /// <returns>Done when the line is written.</returns>
    /// <exception cref="ArgumentException">The name cannot stand in a line.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static async Task AddAsync(string file, string host, int port, PublicKey key, bool isHashed, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(key);
        await KnownHostsWriter.AppendAsync(file, KnownHostName.Lines(KnownHostName.Of(host, port), address: null, key, isHashed), ct).ConfigureAwait(false);
    }
}
