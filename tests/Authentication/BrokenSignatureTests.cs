using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>Signatures that no verification can take, for a key that would do: whatever goes wrong in it is a no .</summary>
public sealed class BrokenSignatureTests
{
    private const int RequestsPerConnection = 40;

    public static TheoryData<string> Kinds => ["Ed25519", "ECDSA", "RSA"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_but_the_right_signature_lets_in_A08(string kind)
    {
        PrivateKey key = kind switch { "Ed25519" => TestKeys.A, "ECDSA" => TestKeys.C, _ => TestKeys.Rsa };
        byte[][] blobs = [.. Broken(SignatureFieldsOf(key))];
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        foreach (byte[][] some in blobs.Chunk(RequestsPerConnection))
        {
            ServerScript script = await StartAsync(key);
            foreach (byte[] blob in some)
            {
                string answer = Assert.Single(await RequestAsync(script, key.PublicKey, algorithm, [.. Keys.SampleKeys.Field(Encoding.ASCII.GetBytes(algorithm)), .. Keys.SampleKeys.Field(blob)]));
                Assert.StartsWith("FAILURE", answer, StringComparison.Ordinal);
            }

            Assert.Null(script.User);
            await script.SignedAsync(key);
            Assert.NotNull(script.User);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_signature_without_its_form_lets_nobody_in_A08(string kind)
    {
        PrivateKey key = kind switch { "Ed25519" => TestKeys.A, "ECDSA" => TestKeys.C, _ => TestKeys.Rsa };
        byte[] right = key.Sign(key.PublicKey.SignatureAlgorithms[0], "something else"u8);
        byte[][] forms = [[], [0], new byte[4], new byte[8], [0xff, 0xff, 0xff, 0xff], right[..^1], [.. right, 0], [.. right, .. right], right[4..]];
        ServerScript script = await StartAsync(key);
        foreach (byte[] form in forms) Assert.StartsWith("FAILURE", Assert.Single(await RequestAsync(script, key.PublicKey, key.PublicKey.SignatureAlgorithms[0], form)), StringComparison.Ordinal);
        Assert.Null(script.User);
    }

    private static Task<ServerScript> StartAsync(PrivateKey key) =>
        ServerScript.StartedAsync(new ServerScript(new KnownUser { Keys = [key.PublicKey] }, maxTries: 1000));

    private static byte[] SignatureFieldsOf(PrivateKey key)
    {
        byte[] signature = key.Sign(key.PublicKey.SignatureAlgorithms[0], "something else"u8);
        return Message.ReadRecord<SignatureFields>(signature).Blob.ToArray();
    }

    /// <summary>A blob cut, lengthened, emptied, zeroed and filled, and with each number that it may hold of nothing.</summary>
    private static IEnumerable<byte[]> Broken(byte[] right)
    {
        yield return right;
        for (int length = 0; length < right.Length; length += Math.Max(1, right.Length / 40)) yield return right[..length];
        for (int place = 0; place < right.Length; place += Math.Max(1, right.Length / 16))
        {
            byte[] changed = [.. right];
            changed[place] ^= 0x80;
            yield return changed;
        }

        foreach (int length in (int[])[1, 32, 63, 64, 65, 128, 255, 256, 257, 512])
        {
            yield return new byte[length];
            byte[] full = new byte[length];
            full.AsSpan().Fill(0xff);
            yield return full;
        }

        yield return [.. right, 0];
        yield return [0, .. right];
        yield return [.. right, .. right];
        yield return [0, 0, 0, 0, 0, 0, 0, 0]; // r and s of ECDSA are zero
        yield return [0, 0, 0, 1, 1, 0, 0, 0, 1, 1];
        yield return [0, 0, 0, 1, 0xff, 0, 0, 0, 1, 0xff];
        yield return [0x7f, 0xff, 0xff, 0xff];
    }

    private static Task<string[]> RequestAsync(ServerScript script, PublicKey key, string algorithm, byte[] signature)
    {
        var fields = new PublicKeyFields { HasSignature = true, Algorithm = Encoding.ASCII.GetBytes(algorithm), PublicKey = key.Blob.Span, Signature = signature };
        return script.RequestAsync("publickey", Message.WriteRecord(ref fields));
    }
}
