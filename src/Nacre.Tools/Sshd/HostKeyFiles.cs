using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.SecurityKeys;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Loads the server's host keys; a key that others could read or that is damaged is left out, with OpenSSH's words.</summary>
internal static class HostKeyFiles
{
    private const int MaxFileBytes = 1024 * 1024;
    private const string AgentVariable = "SSH_AUTH_SOCK";

    /// <summary>Loads those that can be used. Of several of one type the first serves key exchanges; clients are told of the others, too.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="areDefaults">True when nobody named them: then one may be missing without a word.</param>
    /// <param name="agent">The socket of the agent that keeps those whose public parts alone are there (HostKeyAgent); null for none.</param>
    /// <param name="provider">The library that speaks to the security keys which keep some.</param>
    /// <param name="log">Told of each that cannot be used.</param>
    public static List<ISigner> Load(IReadOnlyList<string> paths, bool areDefaults, string? agent, string provider, SshdLog log)
    {
        var keys = new List<ISigner>();
        foreach (string path in paths)
        {
            ISigner? key = agent is not null && LoadPublic(path) is { } kept ? new AgentHostKey(kept, agent) : Signer(Load(path, areDefaults, log), provider);
            if (key is not null && !keys.Exists(known => known.PublicKey.Equals(key.PublicKey))) keys.Add(key);
        }

        return keys;
    }

    /// <summary>Joins certificates with the keys that they are for, the first of each type.</summary>
    /// <param name="paths">The files of the certificates.</param>
    /// <param name="keys">The host keys, to which the certified ones are added.</param>
    /// <param name="log">Told of each that cannot be used.</param>
    public static void AddCertificates(IReadOnlyList<string> paths, List<ISigner> keys, SshdLog log)
    {
        foreach (string path in paths)
        {
            if (LoadCertificate(path, log) is not { } certificate) continue;
            if (keys.Find(key => key.PublicKey.Equals(certificate.PlainKey)) is not { } key) log.Error($"No matching private key for certificate: {Printable.Escape(path)}");
            else if (!keys.Exists(known => known.PublicKey.Type == certificate.Type)) keys.Add(new CertifiedSigner(certificate, key));
        }
    }

    private static Certificate? LoadCertificate(string path, SshdLog log)
    {
        try
        {
            PublicKey? read = PublicKeyLine.FindFirst(FileSafety.Read(path, MaxFileBytes, out _))?.Key;
            if (read is Certificate certificate) return certificate;
            log.Error(read is null ? $"Could not load host certificate \"{Printable.Escape(path)}\": invalid format" : $"Certificate file is not a certificate: {Printable.Escape(path)}");
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            log.Error($"Could not load host certificate \"{Printable.Escape(path)}\": {ReasonOf(error)}");
        }

        return null;
    }

    /// <summary>The agent that HostKeyAgent names; null, with the reason in the log, where none listens there.</summary>
    public static string? FindAgent(string? named, SshdLog log)
    {
        if (named is null) return null;
        string? path = named == AgentVariable ? Environment.GetEnvironmentVariable(AgentVariable) : named;
        if (path is not null && FileStatus.TryOfPath(path, out FileStatus status) && status.IsSocket) return path;
        log.Error($"Could not connect to agent \"{Printable.Escape(path ?? named)}\": {(path is null ? "the variable is not set" : "no socket there")}");
        return null;
    }

    // A private key in OpenSSH's form has its public part beside it; only where there is no private key the agent is relied upon.
    private static PublicKey? LoadPublic(string path)
    {
        if (FirstKey(path) is { } own) return own;
        return FileStatus.TryOfPath(path, out _) ? null : FirstKey(path + ".pub");
    }

    private static PublicKey? FirstKey(string path)
    {
        try
        {
            return PublicKeyLine.FindFirst(FileSafety.Read(path, MaxFileBytes, out _))?.Key;
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            // It is no file of a public key; as a private one it may do.
            return null;
        }
    }

    // No person is at the machine who could be asked: only a security key that wants no PIN signs here, and one that wants a touch waits for it.
    private static ISigner? Signer(PrivateKey? key, string provider) => key is SecurityPrivateKey kept
        ? new SecurityKeySigner(kept, new SecurityKeyProcess(provider), static _ => ValueTask.FromResult<Password?>(null), static _ => null)
        : key;

    private static PrivateKey? Load(string path, bool isDefault, SshdLog log)
    {
        try
        {
            byte[] contents = FileSafety.Read(path, MaxFileBytes, out FileStatus status);
            try
            {
                if (FileSafety.FindExposure(path, status) is { } exposure)
                {
                    foreach (string line in exposure.Split('\n')) log.Error(line);
                    TellUnusable(path, "bad permissions", log);
                    return null;
                }

                return PrivateKeyFile.Read(contents);
            }
            finally
            {
                System.Security.Cryptography.CryptographicOperations.ZeroMemory(contents);
            }
        }
        catch (Exception error) when (error is UnixException or InvalidDataException or SshException)
        {
            if (error is not UnixException { Errno: Errno.ENOENT }) TellUnusable(path, ReasonOf(error), log);
            else if (!isDefault) log.Error($"Unable to load host key: {Printable.Escape(path)}: {ReasonOf(error)}");
            return null;
        }
    }

    private static void TellUnusable(string path, string reason, SshdLog log)
    {
        log.Error($"Unable to load host key \"{Printable.Escape(path)}\": {reason}");
        log.Error($"Unable to load host key: {Printable.Escape(path)}");
    }

    private static string ReasonOf(Exception error) => error is UnixException failed ? UnixException.Describe(failed.Errno) : error.Message;
}
