using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>Hears at a client which keys its server says it has (PROTOCOL 2.5) and hands them to the policy that trusted the server, once in a connection.</summary>
internal sealed class HostKeyLearning(IHostKeyLearner learner, PolicyJudge judge, SecureTransport transport, TimeProvider time) : IHostKeyProof
{
    /// <summary>How long the end of a connection waits for what is under way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private Multiplexer? _multiplexer;
    private Task _learning = Task.CompletedTask;
    private int _hasHeard;

    /// <summary>Answers the server's announcement: always as if it had been taken, since what the client keeps is its own affair.</summary>
    public ValueTask<GlobalAnswer> AnswerAsync(Multiplexer multiplexer, IncomingRequest request, CancellationToken ct)
    {
        IReadOnlyList<byte[]> blobs = HostKeyProofs.Read(request.Read<HostKeysRequest>().KeyBlobs);
        if (Interlocked.Exchange(ref _hasHeard, 1) == 0 && judge.Learnable is { } offer && Accepted(blobs) is { Count: > 0 } keys)
        {
            _multiplexer = multiplexer;
            _learning = Task.Run(() => LearnAsync(offer, keys, ct), CancellationToken.None);
        }

        return ValueTask.FromResult(GlobalAnswer.Success());
    }

    public async Task<bool> ProveAsync(IReadOnlyList<PublicKey> keys, CancellationToken ct)
    {
        Trace.Write(3, $"asking server to prove ownership for {keys.Count} keys");
        GlobalAnswer answer = await AskAsync(keys, ct).ConfigureAwait(false);
        return answer.IsSuccess
            && HostKeyProofs.AreGood(HostKeyProofs.Read(answer.Fields.Span), keys, transport.SessionId, transport.Negotiated!.HostKey.Name);
    }

    /// <summary>Waits until what the server has said right after the login is dealt with.</summary>
    public async Task SettleAsync(Multiplexer multiplexer, CancellationToken ct)
    {
        // The answer comes behind everything that the server sent before.
        await multiplexer.SendKeepAliveAsync(ct).ConfigureAwait(false);
        await _learning.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Gives what is under way a little time to end before the connection does.</summary>
    public async Task FinishAsync(Task connectionEnd)
    {
        Task either = Task.WhenAny(_learning, connectionEnd);
        await either.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private ITrace Trace => transport.Options.Trace;

    private Task<GlobalAnswer> AskAsync(IReadOnlyList<PublicKey> keys, CancellationToken ct)
    {
        var request = new HostKeysProveRequest { KeyBlobs = HostKeyProofs.Write(keys) };
        return _multiplexer!.RequestAsync(ref request, ct);
    }

    /// <summary>The keys of types that the client accepts; none when one is there twice, which no server says by mistake.</summary>
    private List<PublicKey> Accepted(IReadOnlyList<byte[]> blobs)
    {
        var keys = new List<PublicKey>();
        foreach (byte[] blob in blobs)
        {
            if (!PublicKey.TryParse(blob, out PublicKey? key))
            {
                Trace.Write(1, "The server announces a host key of a type that is not supported.");
                continue;
            }

            if (key is Certificate) continue;
            bool isAccepted = transport.Options.Algorithms.HostKeyAlgorithms.Any(algorithm => key.Supports(algorithm));
            Trace.Write(3, $"received {key.ShortType} key {key.Fingerprint}{(isAccepted ? "" : ", not permitted by HostkeyAlgorithms")}");
            if (!isAccepted) continue;
            if (keys.Contains(key))
            {
                Trace.Write(1, $"received duplicated {key.Type} host key");
                return [];
            }

            keys.Add(key);
        }

        return keys;
    }

    private async Task LearnAsync(HostKeyOffer offer, List<PublicKey> keys, CancellationToken ct)
    {
        try
        {
            await learner.LearnAsync(offer, keys, this, ct).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The connection goes on, whatever became of the record of its keys.
            Trace.Write(1, $"learning host keys: {error.Message}");
        }
    }
}
