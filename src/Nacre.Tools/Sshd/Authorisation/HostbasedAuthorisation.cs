using System.Text;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>Judges the word of a client's machine for one user: may the machine's users come in, and is the key the machine's.</summary>
/// <param name="account">Whom the client wants to be.</param>
/// <param name="config">The configuration for that user.</param>
/// <param name="resolvedName">What the client's address is called; the address itself where names are not looked up.</param>
/// <param name="address">The client's address.</param>
/// <param name="log">Hears what decided.</param>
internal sealed class HostbasedAuthorisation(UserAccount account, ServerConfig config, string resolvedName, string address, SshdLog log)
{
    private const int MaxLength = 16 * 1024 * 1024;

    /// <summary>The files of the system.</summary>
    public HostbasedFiles Files { get; init; } = new();

    /// <summary>Tells whether certificates are valid now.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>True when the machine is believed, and its word is enough. Its signature has been verified.</summary>
    public bool Permits(HostbasedAttempt attempt)
    {
        PublicKey key = attempt.Key;
        if (new TrustFiles(log).IsRevoked(key, config)) return false;
        string claimed = attempt.ClientHost;
        bool isClaimBelieved = config.HostbasedUsesNameFromPacketOnly;
        if (!isClaimBelieved && !resolvedName.Equals(claimed, StringComparison.OrdinalIgnoreCase))
        {
            log.Info($"userauth_hostbased mismatch: client sends {Printable.Escape(claimed)}, but we resolve {address} to {Printable.Escape(resolvedName)}");
        }

        string name = isClaimBelieved ? claimed : resolvedName;
        var visit = new RhostsVisit(name, isClaimBelieved ? claimed : address, attempt.ClientUser, account.Name, HostNames.IsInNetgroup);
        if (!IsEquivalent(visit))
        {
            Debug($"auth_rhosts2 refused user \"{attempt.ClientUser}\" host \"{name}\" addr \"{visit.ClientAddress}\"");
            return false;
        }

        if (!IsKeyOf(name, key)) return false;
        string shown = key is Certificate certificate
            ? $"certificate ID \"{Printable.Escape(certificate.KeyId)}\" signed by {certificate.SignatureKey.ShortType} CA {certificate.SignatureKey.FingerprintBy(config.FingerprintHash)}"
            : $"{key.ShortType} public key {key.FingerprintBy(config.FingerprintHash)}";
        log.Verbose($"Accepted {shown} from {Printable.Escape(attempt.ClientUser)}@{Printable.Escape(name)}");
        return true;
    }

    private bool IsEquivalent(RhostsVisit visit)
    {
        // sshd(8) of hosts.equiv: what the system says of other machines never lets root in.
        if (account.Uid != 0 && Files.Equivalent.FirstOrDefault(file => ReadOfSystem(file) is { } contents && RhostsFile.Permits(contents, file, visit, Debug)) is { } equivalent)
        {
            Debug($"Accepted for {visit.ClientHost} [{visit.ClientAddress}] by {equivalent}.");
            return true;
        }

        if (!FileStatus.TryOfPath(account.Home, out FileStatus home))
        {
            log.Info($"Rhosts authentication refused for {account.Name}: no home directory {account.Home}");
            return false;
        }

        if (config.StrictModes && !IsOwn(home))
        {
            log.Info($"Rhosts authentication refused for {account.Name}: bad ownership or modes for home directory.");
            return false;
        }

        return IsEquivalentByOwn(".shosts", config.IgnoreRhosts == IgnoreRhosts.Yes, visit) || IsEquivalentByOwn(".rhosts", config.IgnoreRhosts != IgnoreRhosts.No, visit);
    }

    private bool IsEquivalentByOwn(string file, bool isIgnored, RhostsVisit visit)
    {
        if (isIgnored)
        {
            Debug($"Server has been configured to ignore {file}.");
            return false;
        }

        bool isPermitted = ReadOfUser(file, path => $"Rhosts authentication refused for {account.Name}: bad modes for {path}") is { } contents && RhostsFile.Permits(contents, file, visit, Debug);
        if (isPermitted) Debug($"Accepted by {file}.");
        return isPermitted;
    }

    private bool IsKeyOf(string name, PublicKey key)
    {
        if (key is Certificate certificate && certificate.FaultAsHost(KnownHostName.Of(name, KnownHostName.DefaultPort), Time.GetUtcNow()) is { } fault)
        {
            log.Error(fault);
            return false;
        }

        KnownHostsFinding finding = FindKey(name, key, "");
        if (finding.Status == KnownHostsStatus.New) finding = FindKey(name, key, HostbasedFiles.SecondSuffix);
        if (finding.Status == KnownHostsStatus.Revoked) log.Error($"WARNING: revoked key for {Printable.Escape(name)} attempted authentication");
        else if (finding.Status == KnownHostsStatus.Known) Debug($"key for {name} found at {finding.Line!.File}:{finding.Line.Line}");
        else Debug($"key for host {name} not found");
        return finding.Status == KnownHostsStatus.Known;
    }

    private KnownHostsFinding FindKey(string name, PublicKey key, string suffix)
    {
        var lines = new List<KnownHostsEntry>();
        string systemFile = Files.KnownHosts + suffix, userFile = ".ssh/known_hosts" + suffix;
        if (ReadOfSystem(systemFile) is { } ofSystem) AddLines(ofSystem, systemFile);
        if (!config.IgnoreUserKnownHosts && ReadOfUser(userFile, path => $"Authentication refused for {account.Name}: bad owner or modes for {path}") is { } ofUser) AddLines(ofUser, userFile);
        return KnownHostsFinding.Of(lines, key);

        void AddLines(byte[] contents, string file) => lines.AddRange(KnownHosts.Parse(Encoding.UTF8.GetString(contents), file).Find(name));
    }

    private byte[]? ReadOfSystem(string path)
    {
        try
        {
            return FileSafety.Read(path, MaxLength, out _);
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            Debug(error.Message);
            return null;
        }
    }

    /// <summary>A file of the user's, read with the user's own rights; null where it is not there or, by StrictModes, others may write it.</summary>
    private byte[]? ReadOfUser(string file, Func<string, string> refusal)
    {
        string path = Path.Join(account.Home, file);
        try
        {
            using FileIdentity identity = FileIdentity.Assume(account);
            byte[] contents = FileSafety.Read(path, MaxLength, out FileStatus status);
            if (!config.StrictModes || IsOwn(status)) return contents;
            log.Info(refusal(Printable.Escape(path)));
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            Debug(error.Message);
        }

        return null;
    }

    private bool IsOwn(FileStatus status) => (status.Uid == 0 || status.Uid == account.Uid) && !status.IsWritableByOthers;

    private void Debug(string line)
    {
        if (log.IsOn(1)) log.Write(1, Printable.Escape(line));
    }
}
