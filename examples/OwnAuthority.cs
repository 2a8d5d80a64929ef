using System.Net;
using System.Text;
using Nacre.Certificates;
using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Server;

namespace Nacre.Examples;

/// <summary>
/// An authority of our own from end to end: it certifies a server and a user, who then know each other by nothing else, passes to a new
/// key while both go on, and takes a certificate back.
/// </summary>
internal static class OwnAuthority
{
    private static readonly CertificateTerms ForAda = new() { Kind = CertificateKind.User, KeyId = "ada's laptop", Principals = ["ada"] };

    public static async Task RunAsync(string directory, TextWriter log)
    {
        using PrivateKey firstKey = PrivateKey.GenerateEd25519(), secondKey = PrivateKey.GenerateEd25519(), hostKey = PrivateKey.GenerateEd25519(), adasKey = PrivateKey.GenerateEd25519();
        var authority = new CertificateAuthority(firstKey);
        string knownHosts = Path.Join(directory, "known_hosts"), revoked = Path.Join(directory, "revoked");
        await PublishAsync();

        Certificate ofHost = await authority.IssueAsync(hostKey.PublicKey, new CertificateTerms { Kind = CertificateKind.Host, KeyId = "this machine", Principals = ["127.0.0.1"] });
        await using var server = new SshServer(new SshServerOptions { HostKeys = [new CertifiedSigner(ofHost, hostKey)], Authenticator = new ByCertificate(authority, revoked), Sessions = new Greeter() });
        int port = await server.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), default);

        Certificate first = await authority.IssueAsync(adasKey.PublicKey, ForAda);
        await log.WriteLineAsync($"certified: {await LogInAsync(first)}");

        // People are told of the next key some time before it signs; here it begins at once.
        authority.Rotate(secondKey, DateTimeOffset.UtcNow);
        await PublishAsync();
        Certificate second = await authority.IssueAsync(adasKey.PublicKey, ForAda);
        await log.WriteLineAsync($"by the old key: {await LogInAsync(first)}");
        await log.WriteLineAsync($"by the new key: {await LogInAsync(second)}");

        authority.Revoke(first);
        await PublishAsync();
        await log.WriteLineAsync($"revoked: {await LogInAsync(first)}");
        await log.WriteLineAsync($"not revoked: {await LogInAsync(second)}");

        async Task PublishAsync()
        {
            await File.WriteAllTextAsync(Path.Join(directory, "authority"), authority.Save());
            await CertificateAuthority.PublishAsync(knownHosts, Encoding.UTF8.GetBytes(authority.KnownHostsLines("*")));
            await CertificateAuthority.PublishAsync(revoked, authority.WriteRevocations());
        }

        async Task<string> LogInAsync(Certificate certificate)
        {
            var options = new SshClientOptions
            {
                HostKeyPolicy = new KnownHostsPolicy(new KnownHostsOptions { UserFiles = [knownHosts], RevokedKeysFiles = [revoked], Strict = StrictHostKeyChecking.Yes }, new Silence()),
                Identities = [new UserCertificate(certificate, new SignerIdentity(adasKey, "ada's key"))],
            };
            try
            {
                await using SshClient ssh = await SshClient.ConnectAsync($"ada@127.0.0.1:{port}", options);
                await using RemoteProcess process = await ssh.RunAsync("hello");
                return (await new StreamReader(process.Output.AsStream()).ReadToEndAsync()).TrimEnd();
            }
            catch (AuthenticationFailedException)
            {
                return "refused";
            }
        }
    }

    /// <summary>Lets in whom the authority has certified, by its keys and its list as they are at that moment.</summary>
    private sealed class ByCertificate(CertificateAuthority authority, string revoked) : IAuthenticator, IAuthorizedKeysSource
    {
        public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
        {
            var list = KeyRevocationList.Parse(await File.ReadAllBytesAsync(revoked, ct));
            return await new AuthorizedKeysAuthenticator(this) { TrustedAuthorities = authority.TrustedKeys, Revoked = list }.JudgeAsync(attempt, ct);
        }

        public ValueTask<IReadOnlyList<AuthorizedKeysFile>> ReadAsync(string userName, CancellationToken ct) => new([]);
    }
}
