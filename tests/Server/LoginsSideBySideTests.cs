using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Tests.Client;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Server;

/// <summary>Many logins at once: nobody becomes somebody else.</summary>
[Trait("Category", "Slow")]
public sealed class LoginsSideBySideTests
{
    private const int Logins = 1000;
    private const int AtOnce = 100;

    private static readonly PrivateKey[] Keys = [.. Enumerable.Range(0, 50).Select(_ => PrivateKey.GenerateEd25519())];

    [Fact]
    public async Task Every_session_is_its_own_users_with_the_limits_of_that_users_key_A10()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Authenticator = new OneKeyEach(), Sessions = new WhoAmI() });
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Logins), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (login, ct) =>
        {
            int user = login % Keys.Length;
            SshClientOptions options = pair.ClientOptions with
            {
                // Those of two others as well, which are not this user's.
                Identities = [.. new[] { user + 1, user + 7, user }.Select(each => new SignerIdentity(Keys[each % Keys.Length], "key"))],
            };
            await using SshClient client = await SshClient.ConnectAsync($"user{user.ToString(CultureInfo.InvariantCulture)}@127.0.0.1:{pair.Port.ToString(CultureInfo.InvariantCulture)}", options, ct);
            await using RemoteProcess process = await client.RunAsync("anything", ct: ct);
            string said = await SshClientTests.ReadAllAsync(process.Output);
            string right = string.Create(CultureInfo.InvariantCulture, $"user{user} {Keys[user].PublicKey.Fingerprint} run {user}");
            if (said != right) wrong.Enqueue($"{said} in place of {right}");
        });

        Assert.Empty(wrong);
    }

    /// <summary>Lets each user in by their own key, which runs a command of their own.</summary>
    private sealed class OneKeyEach : IAuthenticator
    {
        public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
        {
            await Task.Yield();
            int user = int.Parse(attempt.UserName.AsSpan("user".Length), CultureInfo.InvariantCulture);
            return attempt is PublicKeyAttempt { Key: var key } && key.Equals(Keys[user].PublicKey)
                ? AuthenticationVerdict.AcceptWith(new LoginPermissions { Command = string.Create(CultureInfo.InvariantCulture, $"run {user}") })
                : AuthenticationVerdict.Reject;
        }
    }

    private sealed class WhoAmI : ISessionHandler
    {
        public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct) => ValueTask.FromResult<SessionProgram?>(async (session, token) =>
        {
            AuthenticatedUser user = session.Request.User;
            await session.Output.WriteAsync(Encoding.UTF8.GetBytes($"{user.Name} {user.Steps.Single().Key!.Fingerprint} {session.Request.Text}"), token);
            return ProcessExit.WithStatus(0);
        });
    }
}
