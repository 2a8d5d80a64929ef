using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Keys;

namespace Nacre.Tests.Keys;

/// <summary>A security key whose keys are in memory, and which attests whatever a test wants.</summary>
internal sealed class SoftSecurityKey : ISigner, IDisposable
{
    private readonly PrivateKey _inner;
    private readonly byte[] _application;

    public SoftSecurityKey(string keyType, string application = "ssh:")
    {
        _inner = SampleKeys.New(keyType == KeyAlgorithm.SkEcdsaP256 ? KeyAlgorithm.EcdsaP256 : KeyAlgorithm.Ed25519);
        _application = Encoding.UTF8.GetBytes(application);
        PublicKey = SecurityPublicKey.Of(_inner.PublicKey, _application);
    }

    public static string[] KeyTypes => [KeyAlgorithm.SkEd25519, KeyAlgorithm.SkEcdsaP256];

    public PublicKey PublicKey { get; }

    public byte Flags { get; init; } = 1;

    public uint Counter { get; init; } = 7;

    public string Origin { get; init; } = "https://example.org";

    public byte[] Extensions { get; init; } = [];

    /// <summary>What the browser has it sign in place of what it should.</summary>
    public Func<byte[], string>? ClientData { get; init; }

    public byte[] Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        bool isWebauthn = algorithm == KeyAlgorithm.WebauthnSkEcdsaP256;
        byte[] message = data.ToArray();
        if (isWebauthn) message = Encoding.UTF8.GetBytes((ClientData ?? Honest)(message));
        byte[] attested = [Flags, .. BitConverter.IsLittleEndian ? BitConverter.GetBytes(Counter).Reverse() : BitConverter.GetBytes(Counter)];
        byte[] signed = [.. SHA256.HashData(_application), .. attested, .. isWebauthn ? Extensions : [], .. SHA256.HashData(message)];
        byte[] inner = _inner.Sign(_inner.PublicKey.SignatureAlgorithms[0], signed);
        byte[] blob = inner[(4 + _inner.PublicKey.SignatureAlgorithms[0].Length)..];
        byte[] signature = [.. SampleKeys.Field(Encoding.ASCII.GetBytes(algorithm)), .. blob, .. attested];
        if (!isWebauthn) return signature;
        return [.. signature, .. SampleKeys.Field(Encoding.UTF8.GetBytes(Origin)), .. SampleKeys.Field(message), .. SampleKeys.Field(Extensions)];
    }

    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => new(Sign(algorithm, data.Span));

    public string Honest(byte[] data) => $$"""{"type":"webauthn.get","challenge":"{{Base64Url.EncodeToString(data)}}","origin":"{{Origin}}","crossOrigin":false}""";

    public void Dispose() => _inner.Dispose();
}
