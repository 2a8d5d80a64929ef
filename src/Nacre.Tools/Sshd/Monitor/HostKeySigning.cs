using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Signs with the host keys for the monitor's processes.</summary>
internal static class HostKeySigning
{
    /// <summary>Answers a request that was found to be in order; a key that cannot be used now is an empty answer.</summary>
    public static void Answer(ProcessLink link, uint connection, SignMessage request, IReadOnlyList<ISigner> hostKeys, CancellationToken ct)
    {
        ReadOnlySpan<byte> blob = request.HostKey;
        ISigner? key = null;
        foreach (ISigner each in hostKeys)
        {
            if (each.PublicKey.Blob.Span.SequenceEqual(blob)) key = each;
        }

        string algorithm = Encoding.ASCII.GetString(request.Algorithm);
        if (key is null || !key.PublicKey.Supports(algorithm)) throw new SshViolationException(Violation.FieldMalformed, "A process wants a signature by a host key or an algorithm that there is not.");
        _ = AnswerAsync(link, connection, request.Request, key, algorithm, request.Data.ToArray(), ct);
    }

    private static async Task AnswerAsync(ProcessLink link, uint connection, uint request, ISigner key, string algorithm, byte[] data, CancellationToken ct)
    {
        byte[] signature = [];
        try
        {
            // RSA takes so long that others should not wait for it.
            if (key.PublicKey.Type.StartsWith(KeyAlgorithm.Rsa, StringComparison.Ordinal)) await PoolThread.EnterAsync();
            signature = await key.SignAsync(algorithm, data, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SshException or OperationCanceledException)
        {
            // The process is told by the empty answer.
        }

        var answer = new SignatureMessage { Request = request, Signature = signature };
        link.Send(connection, ref answer);
    }
}
