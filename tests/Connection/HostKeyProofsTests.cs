using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

public sealed class HostKeyProofsTests
{
    private static readonly PrivateKey Ed25519 = PrivateKey.GenerateEd25519();
    private static readonly PrivateKey Rsa = PrivateKey.GenerateRsa(2048);
    private static readonly byte[] Session = [1, 2, 3];

    [Theory]
    [InlineData("ssh-ed25519", "rsa-sha2-512")]
    [InlineData("rsa-sha2-256", "rsa-sha2-256")]
    [InlineData("ssh-rsa", "rsa-sha2-512")]
    public async Task An_RSA_key_signs_as_in_the_key_exchange_and_never_by_SHA_1(string agreed, string expected)
    {
        IReadOnlyList<byte[]> proofs = HostKeyProofs.Read(await ProveAsync([Rsa.PublicKey], agreed));
        Assert.Equal(expected, SignatureAlgorithm(proofs[0]));
        Assert.True(HostKeyProofs.AreGood(proofs, [Rsa.PublicKey], Session, agreed));
        Assert.False(HostKeyProofs.AreGood(proofs, [Rsa.PublicKey], Session, expected == "rsa-sha2-512" ? "rsa-sha2-256" : "rsa-sha2-512"));
    }

    [Fact]
    public async Task Proofs_hold_for_their_keys_their_order_and_their_session_only()
    {
        PublicKey[] keys = [Ed25519.PublicKey, Rsa.PublicKey];
        IReadOnlyList<byte[]> proofs = HostKeyProofs.Read(await ProveAsync(keys, "ssh-ed25519"));
        Assert.True(HostKeyProofs.AreGood(proofs, keys, Session, "ssh-ed25519"));
        Assert.False(HostKeyProofs.AreGood(proofs, [keys[1], keys[0]], Session, "ssh-ed25519"));
        Assert.False(HostKeyProofs.AreGood(proofs, [keys[0]], Session, "ssh-ed25519"));
        Assert.False(HostKeyProofs.AreGood([.. proofs, proofs[0]], keys, Session, "ssh-ed25519"));
        Assert.False(HostKeyProofs.AreGood([proofs[0]], keys, Session, "ssh-ed25519"));
        Assert.False(HostKeyProofs.AreGood(proofs, keys, new byte[] { 1, 2, 4 }, "ssh-ed25519"));
        Assert.False(HostKeyProofs.AreGood([proofs[0], []], keys, Session, "ssh-ed25519"));
    }

    [Fact]
    public async Task A_server_signs_with_no_key_of_others_and_with_none_twice()
    {
        Assert.Null(await HostKeyProofs.ProveAsync([PrivateKey.GenerateEd25519().PublicKey.Blob.ToArray()], [Ed25519], Session, "ssh-ed25519", TestContext.Current.CancellationToken));
        byte[] blob = Ed25519.PublicKey.Blob.ToArray();
        Assert.Null(await HostKeyProofs.ProveAsync([blob, blob], [Ed25519], Session, "ssh-ed25519", TestContext.Current.CancellationToken));
        Assert.Null(await HostKeyProofs.ProveAsync([[]], [Ed25519], Session, "ssh-ed25519", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_list_has_256_keys_at_most_and_ends_where_its_bytes_do()
    {
        byte[] empty = [0, 0, 0, 0];
        Assert.Equal(256, HostKeyProofs.Read(Repeat(empty, HostKeyProofs.MaxKeys)).Count);
        Assert.Equal(Violation.FieldTooLong, Assert.Throws<SshViolationException>(() => HostKeyProofs.Read(Repeat(empty, HostKeyProofs.MaxKeys + 1))).Violation);
        Assert.Equal(Violation.MessageTruncated, Assert.Throws<SshViolationException>(() => HostKeyProofs.Read([0, 0, 0, 2, 1])).Violation);
        Assert.Empty(HostKeyProofs.Read([]));
    }

    private static byte[] Repeat(byte[] item, int count) => [.. Enumerable.Repeat(item, count).SelectMany(each => each)];

    private static string SignatureAlgorithm(byte[] signature) => System.Text.Encoding.ASCII.GetString(signature, 4, signature[3]);

    private static async Task<byte[]> ProveAsync(PublicKey[] keys, string agreed) => (await HostKeyProofs.ProveAsync(
        HostKeyProofs.Read(HostKeyProofs.Write(keys)), [Rsa, Ed25519], Session, agreed, TestContext.Current.CancellationToken))!;
}
