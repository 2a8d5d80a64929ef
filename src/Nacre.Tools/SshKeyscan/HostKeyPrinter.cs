using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeyscan;

/// <summary>Writes a key that was found as lines for known_hosts or as records for DNS.</summary>
internal sealed class HostKeyPrinter(KeyscanSettings settings)
{
    /// <summary>Which server the keys are from; files of both kinds take it for a comment.</summary>
    public string Comment(string address, string identification) =>
        $"{(settings.PrintsRecords ? ';' : '#')} {Printable.Escape(address)}:{settings.Port} {Printable.Escape(identification)}";

    /// <summary>The lines of a key. Names stand in one line unless the port or the hash is part of each.</summary>
    public IEnumerable<string> Lines(string names, PublicKey key)
    {
        bool isOneLine = settings.WantsCertificates || (!settings.HashesNames && settings.Port == SshDestination.DefaultPort);
        return (isOneLine ? [names] : names.Split(',', StringSplitOptions.RemoveEmptyEntries)).SelectMany(name => LinesOf(name, key));
    }

    private IEnumerable<string> LinesOf(string name, PublicKey key)
    {
        if (settings.PrintsRecords) return settings.RecordHashes.Select(hash => SshfpRecord.Of(key, hash)?.LineFor(name)).OfType<string>();
        if (settings.WantsCertificates) return [key.ToString()];
        string known = KnownHostName.Of(name, settings.Port);
        return [$"{(settings.HashesNames ? KnownHostName.Hash(known) : known)} {key}"];
    }
}
