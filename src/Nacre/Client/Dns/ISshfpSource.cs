namespace Nacre.Client.Dns;

/// <summary>Finds the fingerprints of a host's keys.</summary>
internal interface ISshfpSource
{
    /// <summary>Asks for the SSHFP records of a name. It never throws for what the network or a server does: the answer says so.</summary>
    ValueTask<SshfpAnswer> FindAsync(string host, CancellationToken ct);
}
