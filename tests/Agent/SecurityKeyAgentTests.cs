using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Tests.Authentication;
using Nacre.Tests.Interop;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Agent;

/// <summary>An agent with keys that a security key keeps: by which libraries, for whom, and what they sign.</summary>
public sealed class SecurityKeyAgentTests : IDisposable
{
    private static readonly byte[] Data = "anything"u8.ToArray();

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string, bool> Kinds => new() { { KeyAlgorithm.SkEd25519, false }, { KeyAlgorithm.SkEd25519, true }, { KeyAlgorithm.SkEcdsaP256, false }, { KeyAlgorithm.SkEcdsaP256, true } };

    private string Provider => _directory["sk.so"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task It_signs_through_the_library_that_came_with_the_key(string type, bool isCertified)
    {
        using var soft = new SoftSecurityKey(type);
        await using AgentBed bed = Bed(soft);
        AgentClient client = bed.Connect();
        using SecurityPrivateKey key = KeyOf(soft);
        Certificate? certificate = isCertified ? await AgentBed.CertifyAsync(key, TestKeys.B) : null;
        PublicKey identity = (PublicKey?)certificate ?? key.PublicKey;
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(key, Constraints(Provider), certificate)));
        Assert.Equal([identity], await AgentBed.SeenAsync(client));
        byte[] signature = Assert.IsType<byte[]>(await AgentBed.SignAsync(client, identity, Data));
        Assert.True(key.PublicKey.Verify(type, Data, signature));
    }

    [Fact]
    public async Task It_takes_none_without_a_library_that_is_permitted()
    {
        using var soft = new SoftSecurityKey(KeyAlgorithm.SkEd25519);
        await using AgentBed bed = Bed(soft);
        AgentClient client = bed.Connect(), remote = bed.Connect();
        using SecurityPrivateKey key = KeyOf(soft);
        string other = _directory.Write("other.so", "");
        foreach (string? provider in (string?[])[null, other, "sk.so", "internal", _directory["missing.so"]])
        {
            Assert.False(await AgentBed.DoesAsync(client, AgentBed.Adding(key, Constraints(provider))));
        }

        Assert.True(await AgentBed.DoesAsync(remote, AgentBed.Binding(TestKeys.A, 1, isForwarding: true)));
        Assert.False(await AgentBed.DoesAsync(remote, AgentBed.Adding(key, Constraints(Provider))));
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A, Constraints(Provider))));
        Assert.Empty(bed.Server.Keys);

        await using var unable = new AgentBed(options => options with { AllowsProvider = _ => true });
        Assert.False(await AgentBed.DoesAsync(unable.Connect(), AgentBed.Adding(key, Constraints(Provider))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_for_a_web_page_signs_logins_and_messages_only(bool signsAll)
    {
        using var soft = new SoftSecurityKey(KeyAlgorithm.SkEcdsaP256, "example.org");
        await using AgentBed bed = Bed(soft, signsAll);
        AgentClient client = bed.Connect();
        using SecurityPrivateKey key = KeyOf(soft);
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(key, Constraints(Provider))));
        Assert.NotNull(await AgentBed.SignAsync(client, key.PublicKey, [.. "SSHSIG"u8, .. Data]));
        Assert.Equal(signsAll, await AgentBed.SignAsync(client, key.PublicKey, Data) is not null);
    }

    private static AgentConstraints Constraints(string? provider) => new() { SecurityKeyProvider = provider };

    private static SecurityPrivateKey KeyOf(SoftSecurityKey soft) => new((SecurityPublicKey)soft.PublicKey, SecurityKeyFlags.UserPresence, "handle"u8, []);

    private AgentBed Bed(SoftSecurityKey soft, bool signsAll = false)
    {
        string permitted = _directory.Write("sk.so", "");
        return new AgentBed(options => options with
        {
            AllowsProvider = path => path == permitted,
            SecurityKeys = (key, provider) => key.PublicKey.Equals(soft.PublicKey) && provider == permitted ? soft : throw new InvalidOperationException("another key or provider"),
            SignsAnythingFor = signsAll ? static application => application == "example.org" : options.SignsAnythingFor,
        });
    }
}
