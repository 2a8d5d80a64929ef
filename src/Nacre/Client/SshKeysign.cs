using System.Net;
using System.Net.Sockets;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Client;

/// <summary>Vouches for the local user with this machine's host keys, by way of OpenSSH's ssh-keysign.</summary>
/// <remarks>
/// The private host keys are root's to read; ssh-keysign is set-uid and signs only what is a hostbased request of the very user who runs it,
/// and only where EnableSSHKeysign in /etc/ssh/ssh_config says so. It is part of OpenSSH and must be installed.
/// </remarks>
public sealed class SshKeysign : IHostbasedPolicy
{
    private const int MaxKeyFile = 256 * 1024;

    private static readonly string[] Places =
    [
        "/usr/lib/openssh/ssh-keysign", "/usr/libexec/openssh/ssh-keysign", "/usr/lib/ssh/ssh-keysign", "/usr/libexec/ssh/ssh-keysign",
        "/usr/libexec/ssh-keysign", "/usr/local/libexec/ssh-keysign",
    ];

    /// <summary>The path of the program; null looks where systems install it.</summary>
    public string? Program { get; init; }

    /// <summary>The public host keys and certificates; those that are not there do not count.</summary>
    public IReadOnlyList<string> KeyFiles { get; init; } =
    [
        .. new[] { "-cert.pub", ".pub" }.SelectMany(static end => new[] { "ecdsa", "ed25519", "rsa" }.Select(type => $"/etc/ssh/ssh_host_{type}_key{end}")),
    ];

    internal ITrace Trace { get; init; } = NoTrace.Instance;

    /// <inheritdoc/>
    public async ValueTask<HostbasedIdentity?> IdentifyAsync(Socket? connection, CancellationToken ct)
    {
        PublicKey[] keys = [.. KeyFiles.Select(Read).OfType<PublicKey>()];
        if (keys.Length == 0)
        {
            Trace.Write(1, "HostbasedAuthentication enabled but no local public host keys could be loaded.");
            return null;
        }

        string program = Program ?? Places.FirstOrDefault(File.Exists) ?? throw new SshException("ssh_keysign: not installed: OpenSSH's ssh-keysign is in none of the places where systems have it");

        // The program looks the name up anew and compares: a connection that has no address goes by the machine's own name.
        Socket? addressed = connection?.LocalEndPoint is IPEndPoint ? connection : null;
        string? name = null;

        // A look-up by the C library holds its thread for as long as it takes.
        if (addressed?.LocalEndPoint is IPEndPoint local) name = await Task.Run(() => HostNames.Of(local.Address), ct).ConfigureAwait(false);
        string user = Users.Current?.Name ?? Environment.UserName;
        return new HostbasedIdentity(name ?? Users.HostName, user, [.. keys.Select(key => new KeysignSigner(program, key, addressed))]);
    }

    private static PublicKey? Read(string path)
    {
        try
        {
            using PrivateFile file = PrivateFile.Read(path, MaxKeyFile);
            return PublicKeyLine.FindFirst(file.Contents.Span)?.Key;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A machine need not have a key of every type.
            return null;
        }
    }
}
