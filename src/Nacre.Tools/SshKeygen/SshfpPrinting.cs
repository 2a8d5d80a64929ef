using Nacre.Protocol.Keys;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Prints what DNS is to say of host keys: one line of a zone file for each key and hash.</summary>
internal sealed class SshfpPrinting(KeygenTask task)
{
    private const string HashOption = "hashalg=";

    private static readonly string[] HostKeys = ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key"];

    public int Run()
    {
        byte[] hashes = ReadHashes();
        if (task.Settings.File is string named)
        {
            if (!FileStatus.TryOfPath(named, out _)) throw new FatalException($"{named}: {UnixException.Describe(Libc.LastErrno)}");
            Print(named, hashes);
            return 0;
        }

        string[] present = [.. HostKeys.Where(path => FileStatus.TryOfPath(path, out _))];
        if (present.Length == 0) throw new FatalException("no keys found.");
        foreach (string path in present) Print(path, hashes);
        return 0;
    }

    private byte[] ReadHashes()
    {
        byte[] hashes = [SshfpRecord.Sha1, SshfpRecord.Sha256];
        foreach (string option in task.Settings.Certificate.Options)
        {
            if (!option.StartsWith(HashOption, StringComparison.OrdinalIgnoreCase)) throw new FatalException($"Invalid option \"{option}\"");
            hashes = option[HashOption.Length..].ToLowerInvariant() switch
            {
                "sha1" => [SshfpRecord.Sha1],
                "sha256" => [SshfpRecord.Sha256],
                _ => throw new FatalException($"Unsupported hash algorithm \"{option[HashOption.Length..]}\""),
            };
        }

        return hashes;
    }

    private void Print(string path, byte[] hashes)
    {
        PublicKey key = KeyFiles.LoadPublicPart(path)?.Key ?? throw new FatalException($"Failed to read v2 public key from \"{path}\": {KeyFiles.WhyNoPublicKey(path)}");
        foreach (byte hash in hashes)
        {
            SshfpRecord record = SshfpRecord.Of(key, hash) ?? throw new FatalException($"{path}: SSHFP records have no number for keys of the type {key.ShortType}");
            string host = task.Settings.Host ?? "";
            task.Output.WriteLine(task.Settings.Has('g') ? record.GenericLineFor(host) : record.LineFor(host));
        }
    }
}
