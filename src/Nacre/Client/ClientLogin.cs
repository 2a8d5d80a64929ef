using System.Net.Sockets;
using Nacre.Forwarding;
using Nacre.Forwarding.Agent;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>The way from a stream that leads to a server to a client that is logged in: exchanges keys, has the host key judged, and authenticates.</summary>
/// <param name="destination">Whom the stream leads to, and as whom to log in.</param>
/// <param name="address">The server's address, where this machine connected to it.</param>
/// <param name="options">Whom to trust and what to log in with.</param>
internal sealed class ClientLogin(SshDestination destination, string? address, SshClientOptions options)
{
    private readonly PolicyJudge _judge = new(options.HostKeyPolicy, destination, address);

    /// <summary>Logs in over a stream, which it takes over, also when that fails.</summary>
    public async Task<SshClient> RunAsync(Stream stream, CancellationToken ct)
    {
        AlgorithmSelection algorithms;
        try
        {
            algorithms = await AlgorithmsAsync(ct).ConfigureAwait(false);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var remoteForwards = new RemoteForwards();
        var policy = new ClientPolicy(remoteForwards);
        foreach ((string name, RequestAnswerer answer) in options.RequestAnswerers) policy.AnswerRequests(name, answer);
        var keysAgreed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AuthenticationClient? authentication = null;
        Multiplexer? multiplexer = null;
        var transport = new SecureTransport(TransportOptions(algorithms), CreateService);
        SessionLoans loans = LoansOver(transport, policy);
        HostKeyLearning? learning = options.HostKeyPolicy is IHostKeyLearner learner ? new HostKeyLearning(learner, _judge, transport, options.Time) : null;
        if (learning is not null) policy.AnswerRequests(HostKeysRequest.RecordName, learning.AnswerAsync);
        var connection = new SshConnection(stream, transport, options.Time)
        {
            KeepAliveInterval = options.KeepAliveInterval,
            KeepAliveCount = options.KeepAliveCount,
            DrainTime = TimeSpan.Zero,
        };
        connection.Start();
        try
        {
            await WaitForKeysAsync(Task.WhenAny(keysAgreed.Task, connection.Completion), transport, ct).ConfigureAwait(false);
            if (connection.Completion.IsCompleted && !keysAgreed.Task.IsCompleted) await connection.Completion.ConfigureAwait(false);
            AuthenticationOutcome outcome = await authentication!.Completed.WaitAsync(ct).ConfigureAwait(false);
            connection.OnConnectionProtocol(multiplexer!);
            IdleChannels.Watch(multiplexer!, options.IdleLimits, options.Time);
            return new SshClient(connection, multiplexer!, policy, remoteForwards, loans, outcome, _judge.IsVerified) { Learning = learning };
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        IPacketSink CreateService(ITransport created)
        {
            if (options.OnAgreed is { } hears && created is SecureTransport { Negotiated: { } agreed }) hears(agreed);
            multiplexer = new Multiplexer(created, policy, options.Connection with { Steps = options.Steps });
            remoteForwards.Multiplexer = policy.Multiplexer = multiplexer;
            authentication = new AuthenticationClient(created, AuthenticationOptions(stream), multiplexer);
            BindAgents(created, ct);
            authentication.Start(ct);
            keysAgreed.SetResult();
            return authentication;
        }
    }

    private SessionLoans LoansOver(SecureTransport transport, ClientPolicy policy)
    {
        var loans = new SessionLoans(transport, new AgentLoan(transport, options.Warn), new X11Loan(options.Time, options.Warn));
        policy.AnswerChannels(AgentConnectOpen.RecordName, (_, token) => loans.Agent.AnswerAsync(token));
        policy.AnswerChannels(AgentOpen.RecordName, (_, token) => loans.Agent.AnswerAsync(token));
        policy.AnswerChannels(X11Open.RecordName, (offer, _) => ValueTask.FromResult(loans.Display.Answer(offer)));
        return loans;
    }

    // What the policy takes is not the server's time: a person may be asked.
    private async Task WaitForKeysAsync(Task keys, SecureTransport transport, CancellationToken ct)
    {
        await WithinLimitAsync(Task.WhenAny(keys, _judge.Asked)).ConfigureAwait(false);
        await Task.WhenAny(keys, _judge.Answered).WaitAsync(ct).ConfigureAwait(false);
        await WithinLimitAsync(keys).ConfigureAwait(false);

        async Task WithinLimitAsync(Task step)
        {
            try
            {
                TimeSpan limit = options.ConnectTimeout > TimeSpan.Zero ? options.ConnectTimeout : Timeout.InfiniteTimeSpan;
                await step.WaitAsync(limit, options.Time, ct).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!step.IsCompleted)
            {
                string name = transport.PeerIdentification.Length == 0 ? "banner exchange" : "key exchange";
                throw new SshViolationException(Violation.PeerSilent, $"Connection timed out during {name}");
            }
        }
    }

    // Before they sign for it: an agent takes its requests in their order.
    private void BindAgents(ITransport transport, CancellationToken ct)
    {
        foreach (AgentClient agent in options.Identities.Select(AgentOf).OfType<AgentClient>().Distinct()) _ = BindAsync(agent);

        async Task BindAsync(AgentClient agent) =>
            await ((Task)agent.BindAsync(transport, isForwarding: false, ct).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static AgentClient? AgentOf(IIdentity identity) => identity switch
    {
        AgentIdentity kept => kept.Agent,
        UserCertificate certificate => AgentOf(certificate.Key),
        _ => null,
    };

    // A host that is known by its authority has to be asked for a certificate; who chose the algorithms has chosen their order, too.
    private async ValueTask<AlgorithmSelection> AlgorithmsAsync(CancellationToken ct)
    {
        if (options.HostKeyPolicy is not KnownHostsPolicy known || !ReferenceEquals(options.Algorithms, AlgorithmSelection.ClientDefault)) return options.Algorithms;
        try
        {
            return options.Algorithms with { HostKeyAlgorithms = await known.OrderAsync(options.Algorithms.HostKeyAlgorithms, destination, ct).ConfigureAwait(false) };
        }
        catch (SshException)
        {
            // The judgement says what is wrong with the files.
            return options.Algorithms;
        }
    }

    private TransportOptions TransportOptions(AlgorithmSelection algorithms) => new()
    {
        IsClient = true,
        Algorithms = algorithms,
        Identification = "SSH-2.0-" + options.Version,
        Pool = new PacketPool(),
        Rekey = options.Rekey,
        Trace = options.Trace,
        Steps = options.Steps,
        HostKeyJudge = _judge,
        RequiredRsaBits = options.RequiredRsaBits,
    };

    private AuthenticationClientOptions AuthenticationOptions(Stream stream) => new()
    {
        UserName = destination.UserName ?? options.UserName ?? Environment.UserName,
        Identities = options.Identities,
        Hostbased = options.Hostbased is { } hostbased ? ct => hostbased.IdentifyAsync((stream as NetworkStream)?.Socket, ct) : null,
        HostbasedAlgorithms = options.HostbasedAlgorithms,
        Passwords = _judge.IsVerified ? options.Passwords : null,
        Prompter = _judge.IsVerified ? options.Prompter : null,
        Banners = options.Banners,
        SignatureAlgorithms = options.UserSignatureAlgorithms,
        RequiredRsaBits = options.RequiredRsaBits,
        BindsToHost = options.BindsToHost,
        PasswordPrompts = options.PasswordPrompts,
        InteractiveDevices = options.InteractiveDevices,
        RefusesTrivialLogin = options.RefusesTrivialLogin,
        Trace = options.Trace,
        Steps = options.Steps,
        Warn = options.Warn,
        PreferredMethods = options.PreferredMethods ?? AuthenticationClientOptions.DefaultMethods,
    };
}
