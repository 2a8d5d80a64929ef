using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>How a server tells its client all its host keys and proves that it has them (PROTOCOL 2.5); both ends use it.</summary>
/// <remarks>A proof covers the id of the session, so that nobody can show it to another client.</remarks>
internal static class HostKeyProofs
{
    /// <summary>Keys in one announcement or request; OpenSSH's servers have no more either.</summary>
    public const int MaxKeys = 256;

    /// <summary>The keys, one string each.</summary>
    public static byte[] Write(IEnumerable<PublicKey> keys) => Join(keys.Select(key => key.Blob));

    /// <summary>The strings of an announcement, a request or an answer, which need not make sense.</summary>
    /// <exception cref="SshViolationException">They do not fill the bytes, or there are too many.</exception>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> strings)
    {
        var read = new List<byte[]>();
        var reader = new FieldReader(strings);
        while (reader.Remaining > 0)
        {
            if (read.Count == MaxKeys) throw new SshViolationException(Violation.FieldTooLong, $"A list has more than {MaxKeys} host keys.");
            ReadOnlySpan<byte> item = default;
            reader.String(ref item);
            read.Add(item.ToArray());
        }

        return read;
    }

    /// <summary>Signs for each key that the client asks about; null when it asks about one that is not the server's, or about one twice.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="hostKeys">The server's keys.</param>
    /// <param name="sessionId">The id of the session.</param>
    /// <param name="hostKeyAlgorithm">What the key exchange was signed by: an RSA key signs by it too if it can.</param>
    /// <param name="ct">Cancels the signing.</param>
    public static async ValueTask<byte[]?> ProveAsync(
        IReadOnlyList<byte[]> request, IReadOnlyList<ISigner> hostKeys, ReadOnlyMemory<byte> sessionId, string hostKeyAlgorithm, CancellationToken ct)
    {
        var signers = new List<ISigner>();
        foreach (byte[] blob in request)
        {
            ISigner? signer = hostKeys.FirstOrDefault(key => key.PublicKey.Blob.Span.SequenceEqual(blob));
            if (signer is null || signers.Contains(signer)) return null;
            signers.Add(signer);
        }

        var signatures = new List<ReadOnlyMemory<byte>>();
        foreach (ISigner signer in signers)
        {
            string algorithm = AlgorithmsOf(signer.PublicKey, hostKeyAlgorithm)[0];
            signatures.Add(await signer.SignAsync(algorithm, DataToSign(signer.PublicKey, sessionId), ct).ConfigureAwait(false));
        }

        return Join(signatures);
    }

    /// <summary>True when the answer has a good signature for each of the keys, in their order.</summary>
    /// <param name="answer">The server's answer.</param>
    /// <param name="keys">The keys that the client asked about.</param>
    /// <param name="sessionId">The id of the session.</param>
    /// <param name="hostKeyAlgorithm">What the key exchange was signed by.</param>
    public static bool AreGood(IReadOnlyList<byte[]> answer, IReadOnlyList<PublicKey> keys, ReadOnlyMemory<byte> sessionId, string hostKeyAlgorithm)
    {
        if (answer.Count != keys.Count) return false;
        for (int i = 0; i < keys.Count; i++)
        {
            byte[] data = DataToSign(keys[i], sessionId);
            byte[] signature = answer[i];
            if (!AlgorithmsOf(keys[i], hostKeyAlgorithm).Any(algorithm => keys[i].Verify(algorithm, data, signature, out _))) return false;
        }

        return true;
    }

    /// <summary>True for what a proof of a key signs in a session, and for nothing else.</summary>
    public static bool IsDataToSign(ReadOnlySpan<byte> data, ReadOnlySpan<byte> hostKey, ReadOnlySpan<byte> sessionId)
    {
        var proven = new ProvenHostKey { SessionId = sessionId, HostKey = hostKey };
        return data.SequenceEqual(Message.WriteRecord(ref proven));
    }

    // An RSA key signs as it signed, or would have signed, the key exchange; never with SHA-1.
    private static IReadOnlyList<string> AlgorithmsOf(PublicKey key, string hostKeyAlgorithm) =>
        key.SignatureAlgorithms.Contains(hostKeyAlgorithm) ? [hostKeyAlgorithm] : key.SignatureAlgorithms;

    private static byte[] DataToSign(PublicKey key, ReadOnlyMemory<byte> sessionId)
    {
        var data = new ProvenHostKey { SessionId = sessionId.Span, HostKey = key.Blob.Span };
        return Message.WriteRecord(ref data);
    }

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> strings)
    {
        var joined = new List<byte>();
        foreach (ReadOnlyMemory<byte> item in strings)
        {
            var record = new StringRecord { Value = item.Span };
            joined.AddRange(Message.WriteRecord(ref record));
        }

        return [.. joined];
    }

    /// <summary>What a proof signs.</summary>
    private ref struct ProvenHostKey : IRecord<ProvenHostKey>
    {
        public ReadOnlySpan<byte> SessionId;
        public ReadOnlySpan<byte> HostKey;

        public static void Fields<V>(ref V visit, ref ProvenHostKey message)
            where V : IFieldVisitor, allows ref struct
        {
            ReadOnlySpan<byte> purpose = System.Text.Encoding.ASCII.GetBytes(HostKeysProveRequest.RecordName);
            visit.Text(ref purpose);
            visit.String(ref message.SessionId);
            visit.String(ref message.HostKey);
        }
    }

    private ref struct StringRecord : IRecord<StringRecord>
    {
        public ReadOnlySpan<byte> Value;

        public static void Fields<V>(ref V visit, ref StringRecord message)
            where V : IFieldVisitor, allows ref struct => visit.String(ref message.Value);
    }
}
