using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Client;

public sealed class IdentityFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_key_without_a_passphrase_signs_unasked()
    {
        string path = await KeyAsync("ed25519");
        using IdentityFile identity = IdentityFile.Find(path)!;

        Assert.True(identity.SignsUnasked);
        Assert.NotNull(identity.PublicKey);
        ISigner signer = (await identity.OpenAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(identity.PublicKey, signer.PublicKey);
        byte[] signature = await signer.SignAsync("ssh-ed25519", new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        Assert.True(identity.PublicKey!.Verify("ssh-ed25519", [1, 2, 3], signature));
        Assert.Same(signer, await identity.OpenAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("ed25519", false)]
    [InlineData("rsa", true)]
    public async Task A_locked_key_is_known_by_its_public_half_and_asks_only_when_it_is_opened(string type, bool isPem)
    {
        string path = await KeyAsync(type, "secret", isPem);
        var passphrases = new Passphrases("wrong", "secret");
        using IdentityFile identity = IdentityFile.Find(path, passphrases)!;

        Assert.False(identity.SignsUnasked);
        Assert.NotNull(identity.PublicKey);
        Assert.Empty(passphrases.Asked);
        Assert.NotNull(await identity.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal([$"1 {path}", $"2 {path}"], passphrases.Asked);
        Assert.All(passphrases.Given, each => Assert.Throws<ObjectDisposedException>(() => each.Utf8.Length));
    }

    [Fact]
    public async Task A_locked_PEM_key_without_its_public_file_is_known_when_it_is_opened()
    {
        string path = await KeyAsync("rsa", "secret", isPem: true);
        File.Delete(path + ".pub");
        using IdentityFile identity = IdentityFile.Find(path, new Passphrases("secret"))!;

        Assert.Null(identity.PublicKey);
        ISigner signer = (await identity.OpenAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(signer.PublicKey, identity.PublicKey);
    }

    [Fact]
    public async Task A_PEM_key_that_is_not_locked_needs_no_public_file()
    {
        string path = await KeyAsync("ecdsa", isPem: true);
        File.Delete(path + ".pub");
        using IdentityFile identity = IdentityFile.Find(path)!;
        Assert.NotNull(identity.PublicKey);
        Assert.True(identity.SignsUnasked);
    }

    [Theory]
    [InlineData("wrong,wrong,wrong,secret", 3)]
    [InlineData("", 1)]
    public async Task The_passphrase_is_asked_for_so_often_and_an_empty_one_gives_up(string answers, int asked)
    {
        string path = await KeyAsync("ed25519", "secret");
        var passphrases = new Passphrases(answers.Split(','));
        using IdentityFile identity = IdentityFile.Find(path, passphrases)!;
        Assert.Null(await identity.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal(asked, passphrases.Asked.Count);
    }

    [Fact]
    public async Task Without_a_person_a_locked_key_stays_locked()
    {
        string path = await KeyAsync("ed25519", "secret");
        using IdentityFile identity = IdentityFile.Find(path)!;
        Assert.Null(await identity.OpenAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.OtherExecute, "0601")]
    public async Task A_key_that_others_can_touch_is_refused_in_OpenSSHs_words(UnixFileMode mode, string shown)
    {
        string path = await KeyAsync("ed25519");
        File.SetUnixFileMode(path, OwnerOnly | mode);
        using IdentityFile identity = IdentityFile.Find(path)!;

        Assert.NotNull(identity.PublicKey);
        Assert.False(identity.SignsUnasked);
        SshException refused = await Assert.ThrowsAsync<SshException>(async () => await identity.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal($"""
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
            @         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
            Permissions {shown} for '{path}' are too open.
            It is required that your private key files are NOT accessible by others.
            This private key will be ignored.
            Load key "{path}": bad permissions
            """, refused.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_no_identity() => Assert.Null(IdentityFile.Find(_directory["id_none"]));

    [Fact]
    public async Task A_public_key_alone_waits_for_an_agent()
    {
        string path = await KeyAsync("ed25519");
        using IdentityFile named = IdentityFile.Find(path + ".pub")!;
        Assert.NotNull(named.PublicKey);
        Assert.False(named.HasPrivateKey);

        File.Delete(path);
        using IdentityFile beside = IdentityFile.Find(path)!;
        Assert.Equal(named.PublicKey, beside.PublicKey);
        Assert.False(beside.HasPrivateKey);
        await Assert.ThrowsAsync<SshException>(async () => await beside.OpenAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("junk")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")]
    public async Task A_damaged_key_says_so_when_its_turn_comes(string contents)
    {
        string path = Private("id_bad", contents);
        using IdentityFile identity = IdentityFile.Find(path)!;
        SshException refused = await Assert.ThrowsAsync<SshException>(async () => await identity.OpenAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith($"Load key \"{path}\": ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_an_end_is_given_up_A52()
    {
        using IdentityFile identity = IdentityFile.Find("/dev/zero")!;
        await Assert.ThrowsAsync<SshException>(async () => await identity.OpenAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_FIFO_to_which_nobody_writes_is_given_up_A52()
    {
        string path = _directory["id_fifo"];
        (await Run.Async("mkfifo", ["-m", "600", path])).Ends();
        using IdentityFile identity = IdentityFile.Find(path)!;
        await Assert.ThrowsAsync<SshException>(async () => await identity.OpenAsync(TestContext.Current.CancellationToken));
    }

    private async Task<string> KeyAsync(string type, string passphrase = "", bool isPem = false)
    {
        string path = _directory["id_" + type];
        string[] format = isPem ? ["-m", "PEM"] : [];
        (await Run.CleanAsync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "me", "-f", path, .. format])).Ends();
        return path;
    }

    private string Private(string name, string contents)
    {
        string path = _directory.Write(name, contents);
        File.SetUnixFileMode(path, OwnerOnly);
        return path;
    }

    private sealed class Passphrases(params string[] answers) : IPassphraseSource
    {
        private int _next;

        public List<string> Asked { get; } = [];

        public List<Password> Given { get; } = [];

        public ValueTask<Password?> AskPassphraseAsync(string path, int attempt, CancellationToken ct)
        {
            Asked.Add($"{attempt} {path}");
            var given = new Password(answers[_next++]);
            Given.Add(given);
            return new(given);
        }
    }
}
