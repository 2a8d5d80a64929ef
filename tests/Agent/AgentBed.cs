using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Agent;
using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Sftp.Requests;
using Nacre.Unix;

namespace Nacre.Tests.Agent;

/// <summary>An agent whose clock stands still, and connections to it.</summary>
internal sealed class AgentBed : IAsyncDisposable, IKeyUseConfirmer, ITokenLibrary
{
    private readonly List<AgentClient> _clients = [];
    private readonly List<Task> _serving = [];

    public AgentBed(Func<AgentServerOptions, AgentServerOptions>? change = null)
    {
        var options = new AgentServerOptions { Time = Time, Confirmer = this, Tokens = this };
        Server = new AgentServer(change?.Invoke(options) ?? options);
    }

    public ManualTime Time { get; } = new();

    public AgentServer Server { get; }

    /// <summary>What was asked, in order.</summary>
    public List<KeyUse> Asked { get; } = [];

    /// <summary>What a person says to each question.</summary>
    public Func<KeyUse, Task<bool>> Says { get; set; } = _ => Task.FromResult(true);

    /// <summary>The libraries that were opened, with the PIN; and those that were closed.</summary>
    public List<string> Opened { get; } = [];

    public IReadOnlyList<TokenKey> Token { get; set; } = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public AgentClient Connect()
    {
        var client = new AgentClient(Dial());
        _clients.Add(client);
        return client;
    }

    /// <summary>A connection for one who speaks for himself.</summary>
    public NetworkStream Dial()
    {
        (SafeFileHandle ours, SafeFileHandle theirs) = Descriptors.CreateSocketPair();
        NetworkStream served = Over(theirs);
        _serving.Add(ServeAsync(served));
        return Over(ours);
    }

    /// <summary>What the agent answers: the number, and the whole message.</summary>
    public static async Task<(AgentMessageNumber Number, byte[] Message)> AskAsync(AgentClient client, byte[] request)
    {
        byte[] reply = await client.ExchangeAsync(request, Ct);
        return (AgentMessage.NumberOf(reply), reply);
    }

    public static async Task<bool> DoesAsync(AgentClient client, byte[] request)
    {
        (AgentMessageNumber number, _) = await AskAsync(client, request);
        Assert.True(number is AgentMessageNumber.Success or AgentMessageNumber.Failure or AgentMessageNumber.ExtensionFailure);
        return number == AgentMessageNumber.Success;
    }

    /// <summary>The keys that a connection sees.</summary>
    public static async Task<IReadOnlyList<PublicKey>> SeenAsync(AgentClient client) => [.. (await client.ListAsync(Ct)).Select(key => key.PublicKey)];

    /// <summary>A signature; null when it is refused.</summary>
    public static async Task<byte[]?> SignAsync(AgentClient client, PublicKey key, byte[] data, uint flags = AgentSignatureFlags.None)
    {
        (AgentMessageNumber number, byte[] message) = await AskAsync(client, Request());
        return number == AgentMessageNumber.SignResponse ? AgentMessage.Read<SignResponse>(message).Signature.ToArray() : null;

        byte[] Request()
        {
            var request = new SignRequest { PublicKey = key.Blob.Span, Data = data, Flags = flags };
            return AgentMessage.Write(ref request);
        }
    }

    public static byte[] Adding(PrivateKey key, AgentConstraints? constraints = null, Certificate? certificate = null, string comment = "c") =>
        constraints is null ? AddingPlain(key, certificate, comment) : Adding(key, constraints.ToBytes(), certificate, comment);

    public static byte[] Adding(PrivateKey key, byte[] constraints, Certificate? certificate = null, string comment = "c")
    {
        var add = new AddIdentityConstrained { Key = AgentKeyFields.Of(key, certificate), Comment = Encoding.UTF8.GetBytes(comment), Constraints = constraints };
        return AgentMessage.Write(ref add);
    }

    public static byte[] Removing(PublicKey key)
    {
        var remove = new RemoveIdentity { PublicKey = key.Blob.Span };
        return AgentMessage.Write(ref remove);
    }

    public static byte[] Locking(string passphrase)
    {
        var request = new LockAgent { Passphrase = Encoding.UTF8.GetBytes(passphrase) };
        return AgentMessage.Write(ref request);
    }

    public static byte[] Unlocking(string passphrase)
    {
        var request = new UnlockAgent { Passphrase = Encoding.UTF8.GetBytes(passphrase) };
        return AgentMessage.Write(ref request);
    }

    public static byte[] Extending(string name, byte[] contents)
    {
        var request = new AgentExtension { Type = Encoding.ASCII.GetBytes(name), Contents = contents };
        return AgentMessage.Write(ref request);
    }

    /// <summary>The session of that number at a host, told to the agent.</summary>
    public static byte[] Binding(PrivateKey host, byte session, bool isForwarding, PublicKey? shown = null, byte[]? signature = null)
    {
        byte[] id = SessionId(session);
        var bind = new SessionBind
        {
            HostKey = (shown ?? host.PublicKey).Blob.Span,
            SessionId = id,
            Signature = signature ?? host.Sign(host.PublicKey.SignatureAlgorithms[0], id),
            IsForwarding = isForwarding,
        };
        return Extending(SessionBind.RecordName, Message.WriteRecord(ref bind));
    }

    public static byte[] SessionId(byte session) => SHA256.HashData([session]);

    public static byte[] AddingToken(string provider, string pin, AgentConstraints? constraints = null)
    {
        if (constraints is not null)
        {
            var constrained = new AddSmartcardKeyConstrained { ProviderId = Encoding.UTF8.GetBytes(provider), Pin = Encoding.UTF8.GetBytes(pin), Constraints = constraints.ToBytes() };
            return AgentMessage.Write(ref constrained);
        }

        var plain = new AddSmartcardKey { ProviderId = Encoding.UTF8.GetBytes(provider), Pin = Encoding.UTF8.GetBytes(pin) };
        return AgentMessage.Write(ref plain);
    }

    public static byte[] RemovingToken(string provider)
    {
        var request = new RemoveSmartcardKey { ReaderId = Encoding.UTF8.GetBytes(provider) };
        return AgentMessage.Write(ref request);
    }

    public static async Task<Certificate> CertifyAsync(PrivateKey key, PrivateKey authority, CertificateKind kind = CertificateKind.User, string principal = "al") =>
        await new CertificateTerms { Kind = kind, KeyId = "id", Principals = [principal] }.SignAsync(key.PublicKey, authority, ct: Ct);

    /// <summary>A copy, for whoever erases it.</summary>
    public static PrivateKey Copy(PrivateKey key) => key.ToFields().ToKey();

    public async ValueTask<bool> ConfirmAsync(KeyUse use, CancellationToken ct)
    {
        Asked.Add(use);
        return await Says(use);
    }

    public ValueTask<IReadOnlyList<TokenKey>> OpenAsync(string path, ReadOnlyMemory<byte> pin, CancellationToken ct)
    {
        Opened.Add($"open {path} {Encoding.UTF8.GetString(pin.Span)}");
        return ValueTask.FromResult(Token);
    }

    public ValueTask<bool> CloseAsync(string path, CancellationToken ct)
    {
        Opened.Add($"close {path}");
        return ValueTask.FromResult(true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (AgentClient client in _clients) await client.DisposeAsync();
        await Server.DisposeAsync();
        await Task.WhenAll(_serving);
    }

    private static byte[] AddingPlain(PrivateKey key, Certificate? certificate, string comment)
    {
        var add = new AddIdentity { Key = AgentKeyFields.Of(key, certificate), Comment = Encoding.UTF8.GetBytes(comment) };
        return AgentMessage.Write(ref add);
    }

    private static NetworkStream Over(SafeFileHandle handle) => new(new Socket(new SafeSocketHandle(Descriptors.Release(handle), ownsHandle: true)), ownsSocket: true);

    private async Task ServeAsync(NetworkStream stream)
    {
        await using (stream) await Server.ServeAsync(stream, CancellationToken.None);
    }
}
