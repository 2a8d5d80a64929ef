using System.Text;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>Extension negotiation (RFC 8308): takes the peer's EXT_INFO where it may stand, and says what ours tells.</summary>
internal sealed class ExtensionNegotiation(TransportOptions options)
{
    // RFC 8308 2.4 gives a server two occasions, a client one.
    private const int MaxTaken = 2;

    private int _taken;

    /// <summary>The peer's server-sig-algs (RFC 8308 3.1); null when it sent none.</summary>
    public IReadOnlyList<string>? ServerSignatureAlgorithms { get; private set; }

    /// <summary>True when the server takes publickey-hostbound-v00@openssh.com.</summary>
    public bool PeerBindsToHost { get; private set; }

    /// <summary>True when the server takes the client's agent by the names of RFC 9987.</summary>
    public bool PeerTakesAgent { get; private set; }

    /// <summary>True when the peer answers ping@openssh.com.</summary>
    public bool PeerAnswersPing { get; private set; }

    /// <summary>Takes what another process has learnt of the client.</summary>
    public void Resume(bool peerAnswersPing) => PeerAnswersPing = peerAnswersPing;

    /// <summary>Takes the peer's EXT_INFO.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="isFirst">True for the first packet after the peer's first NEWKEYS.</param>
    /// <param name="phase">The phase that it came in.</param>
    public void Take(ReadOnlySpan<byte> payload, bool isFirst, Phase phase)
    {
        // RFC 8308 2.4: the next packet after the sender's first NEWKEYS, and from a server again before USERAUTH_SUCCESS; OpenSSH's
        // servers send the second one anywhere in authentication.
        bool mayStand = isFirst || (options.IsClient && phase == Phase.Authentication);
        if (!mayStand || _taken++ == MaxTaken)
        {
            throw new SshViolationException(Violation.UnexpectedMessage, "EXT_INFO came where it may not stand.");
        }

        ExtInfo message = Message.Read<ExtInfo>(payload);
        if (message.Count > ExtInfo.MaxExtensions) throw new SshViolationException(Violation.FieldMalformed, "EXT_INFO announces too many extensions.");
        var reader = new FieldReader(message.Extensions);
        for (uint i = 0; i < message.Count; i++)
        {
            var extension = default(Extension);
            Extension.Fields(ref reader, ref extension);
            Take(extension);
        }

        reader.End();
    }

    /// <summary>A server's EXT_INFO.</summary>
    public Packet Compose()
    {
        (string Name, string Value)[] extensions =
        [
            ("server-sig-algs", string.Join(',', SignatureNames(options.UserSignatureAlgorithms))),
            ("publickey-hostbound@openssh.com", "0"),
            ("ping@openssh.com", "0"),
            ("agent-forward", "0"),
        ];
        var fields = new List<byte>();
        foreach ((string name, string value) in extensions)
        {
            var extension = new Extension { Name = Encoding.ASCII.GetBytes(name), Value = Encoding.ASCII.GetBytes(value) };
            fields.AddRange(Message.WriteRecord(ref extension));
        }

        var message = new ExtInfo { Count = (uint)extensions.Length, Extensions = fields.ToArray() };
        return Message.Write(options.Pool, ref message);
    }

    // RFC 8308 3.1 asks for the algorithms of signatures, and certificates have none of their own.
    private static IEnumerable<string> SignatureNames(IReadOnlyList<string> algorithms) =>
        algorithms.Select(name => AlgorithmCatalog.HostKeys.TryFind(name, out HostKeyAlgorithm? row) ? row.SignatureName : name).Distinct();

    private void Take(Extension extension)
    {
        if (extension.Name.SequenceEqual("server-sig-algs"u8) && options.IsClient)
        {
            NameList.Check(extension.Value);
            ServerSignatureAlgorithms = new NameList(extension.Value).ToArray();
            if (options.Trace.IsOn(1)) options.Trace.Write(1, $"kex_input_ext_info: server-sig-algs=<{string.Join(',', ServerSignatureAlgorithms)}>");
        }
        else if (extension.Name.SequenceEqual("publickey-hostbound@openssh.com"u8) && options.IsClient)
        {
            PeerBindsToHost = extension.Value.SequenceEqual("0"u8);
        }
        else if (extension.Name.SequenceEqual("agent-forward"u8) && options.IsClient)
        {
            PeerTakesAgent = extension.Value.SequenceEqual("0"u8);
        }
        else if (extension.Name.SequenceEqual("ping@openssh.com"u8))
        {
            PeerAnswersPing = extension.Value.SequenceEqual("0"u8);
        }
    }
}
