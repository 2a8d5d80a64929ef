namespace Nacre.Sftp;

/// <summary>What an SFTP server permits, and who hears of it.</summary>
public sealed record SftpServerOptions
{
    /// <summary>True to refuse whatever changes anything.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The requests that are done, by <see cref="SftpServer.RequestNames"/>; all when null.</summary>
    /// <remarks>Clients make requests that nobody asked them for: most need realpath, stat, lstat, fstat and close.</remarks>
    public IReadOnlyCollection<string>? AllowedRequests { get; init; }

    /// <summary>The requests that are refused, by <see cref="SftpServer.RequestNames"/>, also those that are allowed.</summary>
    public IReadOnlyCollection<string> DeniedRequests { get; init; } = [];

    /// <summary>Hears of what is done, one line at a time in OpenSSH's words; what came from the client is escaped.</summary>
    public Action<SftpLogLevel, string>? Log { get; init; }

    /// <summary>The last level that <see cref="Log"/> hears of; lines of others are never made.</summary>
    public SftpLogLevel LogLevel { get; init; } = SftpLogLevel.Error;
}
