using System.IO.Pipelines;
using Nacre.Protocol.Wire;
using Nacre.Sftp.Serving;

namespace Nacre.Sftp;

/// <summary>Serves one SFTP session, version 3 with OpenSSH's extensions, over a pair of pipes.</summary>
/// <remarks>
/// Requests are done one after another, as a client may count on for those on one handle; replies gather while requests wait and go out together.
/// A malformed message ends the session, a request that fails does not.
/// </remarks>
public sealed class SftpServer
{
    private readonly IFileSystem _files;
    private readonly SftpServerOptions _options;

    /// <summary>Creates a server for one session.</summary>
    /// <param name="files">The files that it shows.</param>
    /// <param name="options">What it permits; everything when null.</param>
    public SftpServer(IFileSystem files, SftpServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        (_files, _options) = (files, options ?? new SftpServerOptions());
    }

    /// <summary>What <see cref="SftpServerOptions.AllowedRequests"/> and <see cref="SftpServerOptions.DeniedRequests"/> call the requests; OpenSSH's names.</summary>
    public static IReadOnlyList<string> RequestNames { get; } = [.. RequestTable.All.Select(request => request.Name)];

    /// <summary>Serves until the client ends its input.</summary>
    /// <param name="input">What the client sends.</param>
    /// <param name="output">What goes to the client.</param>
    /// <param name="ct">Ends the session.</param>
    /// <returns>Done when the session has ended and what it had open is closed.</returns>
    /// <exception cref="SshViolationException">The client sent what is no SFTP.</exception>
    public Task RunAsync(PipeReader input, PipeWriter output, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return new ServingSession(_files, _options, output).RunAsync(input, ct);
    }
}
