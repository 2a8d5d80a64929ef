using System.Runtime.CompilerServices;
using Nacre.Client;
using Nacre.Protocol.Transport;
using Nacre.Tests.Interop;
using Nacre.Tools.Shared;

namespace Nacre.Tests.Client;

/// <summary>No path through the library or the tools trusts a key without being told to.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Nobody_can_connect_without_a_policy_and_the_verdict_that_nobody_gave_is_a_refusal()
    {
        Assert.NotEmpty(typeof(SshClientOptions).GetProperty(nameof(SshClientOptions.HostKeyPolicy))!.GetCustomAttributes(typeof(RequiredMemberAttribute), false));
        Assert.Equal(HostKeyVerdict.Refuse, default);
    }

    [Fact]
    public void What_judges_host_keys_in_the_library_and_the_tools_is_known_by_name()
    {
        Type[] judges =
        [
            .. new[] { typeof(SecureTransport), typeof(SshClient), typeof(ClientTrust) }
                .SelectMany(type => type.Assembly.GetTypes())
                .Where(type => !type.IsInterface && (type.IsAssignableTo(typeof(IHostKeyPolicy)) || type.IsAssignableTo(typeof(IHostKeyJudge)))),
        ];

        // The probe of ssh-keyscan, too, trusts nothing: it keeps the key and refuses it.
        Assert.Equal(["HostKeyProbe", "KnownHostsPolicy", "PolicyJudge"], judges.Select(type => type.Name).Order(StringComparer.Ordinal));
    }

    public static TheoryData<string, StrictHostKeyChecking> Situations =>
        new(from situation in new[] { "unknown", "changed", "revoked", "authority", "unreadable", "other port", "no files" }
            from strict in Enum.GetValues<StrictHostKeyChecking>()
            select (situation, strict));

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task A_key_that_is_not_known_is_trusted_only_where_the_mode_says_so(string situation, StrictHostKeyChecking strict)
    {
        string file = _directory["known_hosts"];
        string? text = situation switch
        {
            "changed" => $"host {HostKeys.OtherEd25519}\n",
            "revoked" => $"host {HostKeys.Ed25519}\n@revoked * {HostKeys.Ed25519}\n",
            "authority" => $"@cert-authority host {HostKeys.Ed25519}\n",
            "other port" => $"[host]:2222 {HostKeys.Ed25519}\n",
            _ => null,
        };
        if (text is not null) _directory.Write("known_hosts", text);
        string[] files = situation switch { "unreadable" => [_directory.Path], "no files" => [], _ => [file] };
        var options = new KnownHostsOptions { UserFiles = files, Strict = strict, UpdateHostKeys = UpdateHostKeys.Yes, ChecksAddress = true };

        // Nobody answers.
        HostKeyVerdict verdict = await new KnownHostsPolicy(options, new ScriptedDialog())
            .JudgeAsync(new HostKeyOffer("host", 22, "192.0.2.1", HostKeys.Ed25519), TestContext.Current.CancellationToken);

        HostKeyVerdict expected = (situation, strict) switch
        {
            ("revoked" or "unreadable", _) => HostKeyVerdict.Refuse,
            ("changed", StrictHostKeyChecking.No) => HostKeyVerdict.TrustWithoutSecrets,
            ("changed", _) => HostKeyVerdict.Refuse,
            (_, StrictHostKeyChecking.AcceptNew or StrictHostKeyChecking.No) => HostKeyVerdict.Trust,
            _ => HostKeyVerdict.Refuse,
        };
        Assert.Equal(expected, verdict);
    }
}
