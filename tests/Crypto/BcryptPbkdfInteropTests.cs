using System.Buffers.Binary;
using Nacre.Crypto;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Crypto;

/// <summary>Opens what ssh-keygen sealed, with the primitives alone.</summary>
[Trait("Category", "Interop")]
public sealed class BcryptPbkdfInteropTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("16")]
    [InlineData("33")]
    public async Task The_derived_key_opens_a_file_of_ssh_keygen(string rounds)
    {
        using var directory = new TemporaryDirectory();
        string file = directory["key"];
        (await Run.Async("ssh-keygen", ["-q", "-t", "ed25519", "-a", rounds, "-N", "correct horse", "-f", file])).Ends();
        string[] lines = await File.ReadAllLinesAsync(file);
        byte[] blob = Convert.FromBase64String(string.Concat(lines.Where(line => !line.StartsWith('-'))));

        // openssh-key-v1, cipher, function, its options (salt and rounds), the number of keys, the public key, the sealed part.
        int at = "openssh-key-v1\0".Length;
        Assert.Equal("aes256-ctr"u8, Next(blob, ref at));
        Assert.Equal("bcrypt"u8, Next(blob, ref at));
        ReadOnlySpan<byte> options = Next(blob, ref at);
        at += 4;
        Next(blob, ref at);
        byte[] sealedPart = Next(blob, ref at).ToArray();
        int optionsAt = 0;
        ReadOnlySpan<byte> salt = Next(options, ref optionsAt);
        int fileRounds = BinaryPrimitives.ReadInt32BigEndian(options[optionsAt..]);
        Assert.Equal(rounds, fileRounds.ToString());

        var derived = new byte[32 + AesCtr.BlockSize];
        BcryptPbkdf.Derive("correct horse"u8, salt, fileRounds, derived);
        using var cipher = new AesCtr(derived.AsSpan(0, 32), derived.AsSpan(32));
        cipher.Apply(sealedPart, sealedPart);
        Assert.Equal(sealedPart[..4], sealedPart[4..8]);
        int opened = 8;
        Assert.Equal("ssh-ed25519"u8, Next(sealedPart, ref opened));
    }

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> bytes, ref int at)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
        ReadOnlySpan<byte> field = bytes.Slice(at + 4, length);
        at += 4 + length;
        return field;
    }
}
