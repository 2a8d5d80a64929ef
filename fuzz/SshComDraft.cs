using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Nacre.Fuzz;

/// <summary>A private key file of ssh.com's programs as they would write it, right or wrong on purpose; Nacre only reads such files.</summary>
internal sealed record SshComDraft(RSAParameters Numbers)
{
    public uint Magic { get; init; } = 0x3f6ff9eb;

    public string Type { get; init; } = "if-modn{sign{rsa-pkcs1-sha1},encrypt{rsa-pkcs1v2-oaep}}";

    public string Cipher { get; init; } = "none";

    public string Comment { get; init; } = "\"a comment\"";

    /// <summary>What stands behind the numbers, and counts as one of them or not.</summary>
    public (byte[] Counted, byte[] Padding) Behind { get; init; } = ([], []);

    public byte[] Body()
    {
        byte[][] numbers = [Numbers.Exponent!, Numbers.D!, Numbers.Modulus!, Numbers.InverseQ!, Numbers.Q!, Numbers.P!];
        byte[] inner = [.. numbers.SelectMany(Number), .. Behind.Counted];
        byte[] rest = [.. Text(Encoding.ASCII.GetBytes(Type)), .. Text(Encoding.ASCII.GetBytes(Cipher)), .. Text([.. Text(inner), .. Behind.Padding])];
        return [.. Word(Magic), .. Word((uint)(8 + rest.Length)), .. rest];
    }

    public string File() => File(Body());

    public string File(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder($"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: {Comment}\n");
        string base64 = Convert.ToBase64String(body);
        for (int i = 0; i < base64.Length; i += 70) text.Append(base64, i, Math.Min(70, base64.Length - i)).Append('\n');
        return text.Append("---- END SSH2 ENCRYPTED PRIVATE KEY ----\n").ToString();
    }

    private static byte[] Number(byte[] number)
    {
        byte[] trimmed = number.AsSpan().TrimStart((byte)0).ToArray();
        int bits = trimmed.Length == 0 ? 0 : (8 * trimmed.Length) - byte.LeadingZeroCount(trimmed[0]);
        return [.. Word((uint)bits), .. trimmed];
    }

    private static byte[] Text(byte[] value) => [.. Word((uint)value.Length), .. value];

    private static byte[] Word(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
