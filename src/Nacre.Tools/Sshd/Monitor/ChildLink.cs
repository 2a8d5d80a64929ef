using System.Collections.Concurrent;
using System.Text;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>A process's side of its link to the monitor: the configurations that it was given, answers that it awaits, and its log.</summary>
internal sealed class ChildLink : IDisposable
{
    /// <summary>The number of the descriptor that is read from; the next one is written to.</summary>
    public const int Descriptor = 3;

    private readonly ProcessLink _link;
    private readonly ConcurrentDictionary<uint, GivenConfig> _configs = [];
    private readonly AwaitedAnswers<byte[]> _awaited = new(TaskCreationOptions.None);

    public ChildLink() => _link = new ProcessLink(new LinkEnd(Descriptors.Adopt(Descriptor), Descriptors.Adopt(Descriptor + 1)), takesDescriptors: true);

    public ProcessLink Link => _link;

    /// <summary>Waits for the next message that is none of these; null when the monitor has gone.</summary>
    public async ValueTask<LinkMessage?> ReadAsync(CancellationToken ct = default)
    {
        while (await _link.ReadAsync(ct).ConfigureAwait(false) is { } message)
        {
            switch (message.Type)
            {
                case MonitorMessageType.Config:
                    using (message) Take(message.Read<ConfigMessage>());
                    break;
                case MonitorMessageType.Signature:
                    using (message) Take(message.Read<SignatureMessage>());
                    break;
                case MonitorMessageType.Recorded:
                    using (message) _awaited.TryAnswer(message.Read<RecordedMessage>().Request, []);
                    break;
                default:
                    return message;
            }
        }

        _awaited.FailAll(new SshException("The server's monitor has ended."));
        return null;
    }

    /// <summary>What the monitor refers to by a number.</summary>
    public GivenConfig ConfigOf(uint number) => _configs[number];

    /// <summary>The log, whose lines the monitor writes.</summary>
    public SshdLog Log(LogLevel level) => SshdLog.Through(level, Write);

    /// <summary>The host keys, as a connection uses them.</summary>
    public IReadOnlyList<ISigner> HostKeysOf(uint connection, GivenConfig config)
    {
        HostKeyRequest request = (key, algorithm, data, ct) => SignAsync(connection, key, algorithm, data, ct);
        return [.. config.HostKeys.Select(key => new RemoteHostKey(key, request))];
    }

    public void Ended(uint connection, ConnectionTally tally, EndCause cause = EndCause.Client)
    {
        EndedMessage ended = EndedMessage.Of(tally, cause);
        _link.Send(connection, ref ended);
    }

    /// <summary>Asks something of the monitor under a number, and waits for the answer with that number. The caller goes on wherever it is heard of.</summary>
    public ValueTask<byte[]> AskAsync(Action<uint> send, CancellationToken ct) => _awaited.AskAsync(send, ct);

    public void Dispose() => _link.Dispose();

    private void Take(ConfigMessage config)
    {
        PublicKey[] hostKeys = [.. HostKeyProofs.Read(config.HostKeys).Select(blob => PublicKey.Parse(blob))];
        _configs[config.Number] = new GivenConfig(ConfigText.Read(config.Text), hostKeys);
    }

    private void Take(SignatureMessage answer) => _awaited.TryAnswer(answer.Request, answer.Signature.ToArray());

    private async ValueTask<byte[]> SignAsync(uint connection, PublicKey key, string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        byte[] signature = await AskAsync(request => Ask(connection, request, key, algorithm, data.Span), ct).ConfigureAwait(false);
        return signature.Length > 0 ? signature : throw new SshException("The host key cannot be used now.");
    }

    private void Ask(uint connection, uint request, PublicKey key, string algorithm, ReadOnlySpan<byte> data)
    {
        var sign = new SignMessage { Request = request, Algorithm = Encoding.ASCII.GetBytes(algorithm), HostKey = key.Blob.Span, Data = data };
        _link.Send(connection, ref sign);
    }

    private void Write(LogLevel level, LogFacility? facility, string line)
    {
        byte[] text = Encoding.UTF8.GetBytes(line);
        var message = new LogMessage
        {
            Level = (uint)level,
            Facility = facility is { } own ? (uint)own + 1 : 0,
            Text = text.AsSpan(0, Math.Min(text.Length, LogMessage.MaxText)),
        };
        _link.Send(0, ref message);
    }
}

/// <summary>A configuration that the monitor gave, with the host keys that go with it.</summary>
internal sealed record GivenConfig(ServerConfig Config, IReadOnlyList<PublicKey> HostKeys);
