using System.Text;
using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Tests.Authentication;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Interop;

/// <summary>Certificates with one thing wrong, or nearly wrong, shown to OpenSSH's sshd and judged by us: who takes which.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class CertificateDifferenceTests
{
    private const int PerConnection = 40;
    private static readonly PrivateKey Authority = TestKeys.B;
    private static readonly PrivateKey EcdsaAuthority = PrivateKey.GenerateEcdsa();

    private readonly List<(string What, byte[] Blob)> _cases = [];

    [Fact]
    public async Task OpenSSH_and_we_take_the_same_certificates_A15()
    {
        AddNames();
        AddTimes();
        AddOptions();
        AddForms();
        AddSignatures();
        Assert.InRange(_cases.Count, 60, 500);

        string authorities = string.Concat(new[] { Authority, EcdsaAuthority, TestKeys.Rsa }.Select(each => $"{each.PublicKey}\n"));
        HashSet<string> theirs = await AskStockAsync(authorities);
        Assert.InRange(theirs.Count, 10, _cases.Count - 30);
        var ours = new HashSet<string>();
        foreach ((string what, byte[] blob) in _cases)
        {
            if (await IsTakenAsync(blob)) ours.Add(what);
        }


        // OpenSSH passes over a zero byte at the end of a name; we take no name for another one.
        Assert.Equal(($"principals [{TestUser.Name}\0]", ""), (string.Join("; ", theirs.Except(ours)), string.Join("; ", ours.Except(theirs))));
    }

    private static CertificateDraft Draft() => new(PrivateKey.GenerateEd25519().PublicKey) { Principals = CertificateDraft.Pack(TestUser.Name) };

    private void Add(string what, Action<CertificateDraft> spoil, PrivateKey? authority = null, string? algorithm = null)
    {
        CertificateDraft draft = Draft();
        spoil(draft);
        Add(what, draft.Sign(authority ?? Authority, algorithm));
    }

    private void Add(string what, byte[] blob) => _cases.Add((what, blob));

    private void AddNames()
    {
        string user = TestUser.Name;
        Add("plain", _ => { });
        foreach (string[] names in (string[][])[[], [""], ["other"], ["other", user], [user, user], [$"{user},other"], [$"other,{user}"], ["*"], [user.ToUpperInvariant()], [user + " "], [user + "\0"]])
        {
            Add($"principals [{string.Join("|", names)}]", draft => draft.Principals = CertificateDraft.Pack(names));
        }

        Add("256 principals", draft => draft.Principals = CertificateDraft.Pack([.. Enumerable.Range(0, 255).Select(i => $"u{i}"), user]));
        Add("257 principals", draft => draft.Principals = CertificateDraft.Pack([.. Enumerable.Range(0, 256).Select(i => $"u{i}"), user]));
        Add("principals cut short", draft => draft.Principals = CertificateDraft.Pack(user)[..^1]);
        Add("principals and a byte", draft => draft.Principals = [.. CertificateDraft.Pack(user), 0]);
        foreach (uint kind in (uint[])[0, 2, 3, uint.MaxValue]) Add($"kind {kind}", draft => draft.Kind = kind);
        Add("key id empty", draft => draft.KeyId = []);
        Add("key id long", draft => draft.KeyId = Encoding.ASCII.GetBytes(new string('x', 2000)));
        Add("key id with NUL", draft => draft.KeyId = "a\0b"u8.ToArray());
    }

    private void AddTimes()
    {
        ulong now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        foreach ((ulong after, ulong before) in ((ulong, ulong)[])[(now - 3600, now + 3600), (now + 3600, now + 7200), (0, now - 3600), (now + 3600, now - 3600), (now, now), (ulong.MaxValue, ulong.MaxValue), (0, 0), (0, 1UL << 63), (0, (1UL << 63) - 1), (1, ulong.MaxValue - 1)])
        {
            string what = $"valid from {(after > 100 && after < 1UL << 60 ? $"now{(long)(after - now):+0;-0;+0}" : after)} to {(before > 100 && before < 1UL << 60 ? $"now{(long)(before - now):+0;-0;+0}" : before)}";
            Add(what, draft => (draft.ValidAfter, draft.ValidBefore) = (after, before));
        }
    }

    private void AddOptions()
    {
        foreach (string networks in (string[])["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8,127.0.0.1/32", "10.0.0.0/8", "", "127.0.0.1/33", "127.*", "!127.0.0.1", "::1,127.0.0.1", "127.0.0.1,x", ",127.0.0.1", "0.0.0.0/0"])
        {
            Add($"source-address {networks}", draft => draft.CriticalOptions = CertificateDraft.Option("source-address", networks));
        }

        foreach (string name in (string[])["force-command", "unknown@example.org", "", "verify-required", "no-touch-required", "permit-pty", "Force-Command"])
        {
            Add($"critical {name} with a value", draft => draft.CriticalOptions = CertificateDraft.Option(name, "value"));
            Add($"critical {name} without", draft => draft.CriticalOptions = CertificateDraft.Pack(name, ""));
        }

        Add("force-command twice", draft => draft.CriticalOptions = [.. CertificateDraft.Option("force-command", "a"), .. CertificateDraft.Option("force-command", "a")]);
        Add("source-address twice", draft => draft.CriticalOptions = [.. CertificateDraft.Option("source-address", "127.0.0.1"), .. CertificateDraft.Option("source-address", "127.0.0.1")]);
        Add("options out of order", draft => draft.CriticalOptions = [.. CertificateDraft.Option("source-address", "127.0.0.1"), .. CertificateDraft.Option("force-command", "a")]);
        Add("force-command with a NUL", draft => draft.CriticalOptions = CertificateDraft.Option("force-command", "a\0b"));
        Add("force-command and more", draft => draft.CriticalOptions = [.. CertificateDraft.Pack("force-command"), .. SampleKeys.Field([.. CertificateDraft.Pack("a"), 1])]);
        Add("options cut short", draft => draft.CriticalOptions = CertificateDraft.Option("force-command", "a")[..^1]);
        foreach (string name in (string[])["permit-pty", "permit-X11-forwarding", "permit-port-forwarding", "permit-agent-forwarding", "permit-user-rc", "unknown@example.org", "no-touch-required"])
        {
            Add($"extension {name}", draft => draft.Extensions = CertificateDraft.Pack(name, ""));
            Add($"extension {name} with data", draft => draft.Extensions = CertificateDraft.Pack(name, "x"));
        }

        Add("extension twice", draft => draft.Extensions = CertificateDraft.Pack("permit-pty", "", "permit-pty", ""));
        Add("extensions out of order", draft => draft.Extensions = CertificateDraft.Pack("permit-user-rc", "", "permit-pty", ""));
        Add("extensions cut short", draft => draft.Extensions = CertificateDraft.Pack("permit-pty", "")[..^1]);
        Add("extension without data", draft => draft.Extensions = CertificateDraft.Pack("permit-pty"));
        Add("force-command as an extension", draft => draft.Extensions = CertificateDraft.Option("force-command", "a"));
    }

    private void AddForms()
    {
        Add("nonce empty", draft => draft.Nonce = []);
        Add("nonce of 64", draft => draft.Nonce = new byte[64]);
        Add("reserved", draft => draft.Reserved = "x"u8.ToArray());
        Add("serial", draft => draft.Serial = ulong.MaxValue);
        Add("type of ECDSA", draft => draft.Type = "ecdsa-sha2-nistp256-cert-v01@openssh.com");
        byte[] good = Draft().Sign(Authority);
        ReadOnlySpan<byte> rest = good.AsSpan(4 + good[3]);
        Add("type of a plain key", [.. CertificateDraft.Pack("ssh-ed25519"), .. rest]);
        Add("type unknown", [.. CertificateDraft.Pack("ssh-ed25519-cert-v02@openssh.com"), .. rest]);
        Add("cut short", good[..^1]);
        Add("and a byte", [.. good, 0]);
        foreach (PrivateKey key in (PrivateKey[])[PrivateKey.GenerateEcdsa(), PrivateKey.GenerateEcdsa(521), PrivateKey.GenerateRsa(2048)])
        {
            Add($"of {key.PublicKey.Type}", new CertificateDraft(key.PublicKey) { Principals = CertificateDraft.Pack(TestUser.Name) }.Sign(Authority));
        }
    }

    private void AddSignatures()
    {
        Add("by ECDSA", _ => { }, EcdsaAuthority);
        Add("by rsa-sha2-512", _ => { }, TestKeys.Rsa, "rsa-sha2-512");
        Add("by rsa-sha2-256", _ => { }, TestKeys.Rsa, "rsa-sha2-256");
        Add("by ssh-rsa", _ => { }, TestKeys.Rsa, "ssh-rsa");
        Add("by a stranger", _ => { }, TestKeys.A);
        Add("by a stranger in the name of the authority", draft => draft.SignatureKey = Authority.PublicKey.Blob.ToArray(), TestKeys.A);
        Add("by the authority in a stranger's name", draft => draft.SignatureKey = TestKeys.A.PublicKey.Blob.ToArray());
        Add("by a certificate", draft => draft.SignatureKey = new CertificateDraft(Authority.PublicKey).Sign(EcdsaAuthority));
        Add("by a key and a byte", draft => draft.SignatureKey = [.. Authority.PublicKey.Blob.Span, 0]);
        PrivateKey own = PrivateKey.GenerateEd25519();
        Add("by itself", new CertificateDraft(own.PublicKey) { Principals = CertificateDraft.Pack(TestUser.Name) }.Sign(own));
        foreach (int place in (int[])[60, 100, 200])
        {
            byte[] changed = Draft().Sign(Authority);
            changed[^place] ^= 1;
            Add($"changed {place} from its end", changed);
        }

        byte[] broken = Draft().Sign(Authority);
        broken[^1] ^= 1;
        Add("with another signature", broken);
    }

    private async Task<HashSet<string>> AskStockAsync(string authorities)
    {
        using var directory = new TemporaryDirectory();
        var taken = new HashSet<string>();
        await using StockSshd sshd = await StockSshd.StartAsync($"TrustedUserCAKeys {directory.Write("authorities", authorities)}", "AuthorizedKeysFile none", "MaxAuthTries 1000", "LoginGraceTime 0");
        foreach ((string What, byte[] Blob)[] some in _cases.Chunk(PerConnection))
        {
            var options = new SshClientOptions
            {
                HostKeyPolicy = new KnownHostsPolicy(new KnownHostsOptions { UserFiles = [sshd.KnownHosts], Strict = StrictHostKeyChecking.Yes }, new NoDialog()),
                Identities = [.. some.Select(each => new Question(each.Blob, () => taken.Add(each.What)))],
            };
            await Assert.ThrowsAsync<AuthenticationFailedException>(() => SshClient.ConnectAsync($"{sshd.User}@127.0.0.1:{sshd.Port}", options));
        }

        return taken;
    }

    /// <summary>As the server asks: a key that makes sense, its authority's algorithm, then the policy.</summary>
    private static async Task<bool> IsTakenAsync(byte[] blob)
    {
        if (!PublicKey.TryParse(blob, out PublicKey? key) || key is not Certificate certificate || !KeyAlgorithm.AuthorityDefaults.Contains(certificate.SignatureAlgorithm)) return false;
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysDifferenceTests.OneFile(new AuthorizedKeysFile("none", default)))
        {
            TrustedAuthorities = [Authority.PublicKey, EcdsaAuthority.PublicKey, TestKeys.Rsa.PublicKey],
            Origin = await AuthorizedKeysDifferenceTests.LocalClientAsync(),
        };
        var attempt = new PublicKeyAttempt(TestUser.Name, key, key.SignatureAlgorithms[0], isVerified: false);
        return (await policy.JudgeAsync(attempt, TestContext.Current.CancellationToken)).IsAccepted;
    }

    /// <summary>Bytes in the place of a certificate, which only ask whether they would do.</summary>
    private sealed class Question(byte[] blob, Action onTaken) : IIdentity
    {
        public string Name => "";

        public PublicKey? PublicKey { get; } = new Bytes(blob);

        public bool SignsUnasked => false;

        public ValueTask<ISigner?> OpenAsync(CancellationToken ct)
        {
            onTaken();
            return new((ISigner?)null);
        }
    }

    private sealed class Bytes(byte[] blob) : PublicKey(TypeOf(blob), blob)
    {
        public override string ShortType => "";

        public override int Bits => 4096;

        public override IReadOnlyList<string> SignatureAlgorithms => KeyAlgorithm.NamesOf(Type);

        internal override bool VerifyBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> blob) => false;

        // The algorithm of the request must be one that the client knows: bytes of no known type are shown as if they were of the usual one.
        private static string TypeOf(byte[] blob)
        {
            string type = Encoding.ASCII.GetString(blob, 4, blob[3]);
            return KeyAlgorithm.All.Any(row => row.KeyType == type) ? type : KeyAlgorithm.Ed25519 + KeyAlgorithm.CertificateSuffix;
        }
    }
}
