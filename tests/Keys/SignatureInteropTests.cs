using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Keys;

/// <summary>Signatures in both directions, through the signed files of OpenSSH's ssh-keygen -Y (PROTOCOL.sshsig).</summary>
[Trait("Category", "Interop")]
public sealed class SignatureInteropTests
{
    private const string Begin = "-----BEGIN SSH SIGNATURE-----\n";
    private const string End = "-----END SSH SIGNATURE-----\n";

    private static readonly byte[] Data = "what both sides sign\n"u8.ToArray();

    public static TheoryData<string> KeyTypes => [.. SampleKeys.Rows.Select(row => row.KeyType).Distinct()];

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task OpenSSH_verifies_our_signatures_and_we_verify_its(string type)
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = SampleKeys.New(type);
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        byte[] signature = key.Sign(algorithm, Signed("sha512"));
        byte[] file =
        [
            .. "SSHSIG\0\0\0\u0001"u8, .. SampleKeys.Field(key.PublicKey.Blob.Span), .. SampleKeys.Field("test"u8), .. SampleKeys.Field([]),
            .. SampleKeys.Field("sha512"u8), .. SampleKeys.Field(signature),
        ];
        directory.Write("ours.sig", $"{Begin}{Convert.ToBase64String(file, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n")}\n{End}");
        (await Run.Async("ssh-keygen", ["-Y", "check-novalidate", "-n", "test", "-s", directory["ours.sig"]], Data)).Ends();

        using (Secret text = OpenSshPrivateKey.Write(key, default)) File.WriteAllBytes(directory["key"], text.Span);
        File.SetUnixFileMode(directory["key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string signed = (await Run.Async("ssh-keygen", ["-Y", "sign", "-n", "test", "-f", directory["key"]], Data)).Ends().Output;
        byte[] theirs = Convert.FromBase64String(signed[Begin.Length..^End.Length]);
        SignatureFile read = Message.ReadRecord<SignatureFile>(theirs);
        Assert.Equal(key.PublicKey, PublicKey.Parse(read.PublicKey));
        byte[] theirSigned = Signed(Encoding.ASCII.GetString(read.Hash));
        Assert.True(key.PublicKey.Verify(algorithm, theirSigned, read.Signature));
        theirSigned[^1] ^= 1;
        Assert.False(key.PublicKey.Verify(algorithm, theirSigned, read.Signature));
    }

    private static byte[] Signed(string hash) =>
    [
        .. "SSHSIG"u8, .. SampleKeys.Field("test"u8), .. SampleKeys.Field([]), .. SampleKeys.Field(Encoding.ASCII.GetBytes(hash)),
        .. SampleKeys.Field(hash == "sha512" ? SHA512.HashData(Data) : SHA256.HashData(Data)),
    ];

    private ref struct SignatureFile : IRecord<SignatureFile>
    {
        public ReadOnlySpan<byte> Magic;
        public uint Version;
        public ReadOnlySpan<byte> PublicKey;
        public ReadOnlySpan<byte> Namespace;
        public ReadOnlySpan<byte> Reserved;
        public ReadOnlySpan<byte> Hash;
        public ReadOnlySpan<byte> Signature;

        public static void Fields<V>(ref V visit, ref SignatureFile message)
            where V : IFieldVisitor, allows ref struct
        {
            visit.Bytes(ref message.Magic, 6);
            visit.UInt32(ref message.Version);
            visit.String(ref message.PublicKey);
            visit.Text(ref message.Namespace);
            visit.String(ref message.Reserved);
            visit.Text(ref message.Hash);
            visit.String(ref message.Signature);
        }
    }
}
