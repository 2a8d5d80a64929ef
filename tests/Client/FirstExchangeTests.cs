using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Client;

/// <summary>What a client is told of the first key exchange, and what it tells a server before it is asked anything.</summary>
public sealed class FirstExchangeTests
{
    [Theory]
    [InlineData("mlkem768x25519-sha256", true)]
    [InlineData("curve25519-sha256", false)]
    public async Task What_was_agreed_on_is_told_once(string exchange, bool isPostQuantum)
    {
        List<string> heard = [];
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync(options => options with
        {
            Algorithms = options.Algorithms with { KexAlgorithms = [exchange] },
            OnAgreed = agreed => heard.Add($"{agreed.KeyExchange.Name} {agreed.KeyExchange.IsPostQuantum}"),
        });

        Assert.Equal($"{exchange} {isPostQuantum}", Assert.Single(heard));
    }

    [Fact]
    public async Task The_devices_for_keyboard_interactive_are_named_to_the_server()
    {
        var judge = new AcceptsAnyone();
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Authenticator = judge });
        await using SshClient client = await pair.ConnectAsync(options => options with { Identities = [], Prompter = new NoAnswers(), InteractiveDevices = "pam,otp" });

        Assert.Equal(["pam,otp"], judge.Asked);
    }

    private sealed class AcceptsAnyone : IAuthenticator
    {
        public List<string> Asked { get; } = [];

        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
        {
            if (attempt is not KeyboardInteractiveAttempt interactive) return ValueTask.FromResult(AuthenticationVerdict.Reject);
            Asked.Add(interactive.Submethods);
            return ValueTask.FromResult(AuthenticationVerdict.Accept);
        }
    }

    private sealed class NoAnswers : IInteractivePrompter
    {
        public ValueTask<IReadOnlyList<Password>?> AnswerAsync(InteractiveRequest request, CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<Password>?>([]);
    }
}
