using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>A client under test and the words of the server it talks to.</summary>
internal sealed class ClientScript
{
    private readonly NullSink _connection = new();

    public ClientScript(AuthenticationClientOptions options, IReadOnlyList<string>? serverAlgorithms = null)
    {
        Transport = new RecordingTransport(isClient: true) { ServerSignatureAlgorithms = serverAlgorithms };
        Client = new AuthenticationClient(Transport, options, _connection);
    }

    public RecordingTransport Transport { get; }

    public AuthenticationClient Client { get; }

    public string[] Start()
    {
        Client.Start();
        return Transport.Take();
    }

    public async Task<string[]> AcceptAsync()
    {
        var message = new ServiceAccept { ServiceName = "ssh-userauth"u8 };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> FailureAsync(string methods, bool isPartial = false)
    {
        var message = new UserauthFailure { MethodsThatCanContinue = NameList.Of(methods), PartialSuccess = isPartial };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> SuccessAsync()
    {
        var message = default(UserauthSuccess);
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> BannerAsync(string text)
    {
        var message = new UserauthBanner { Text = Encoding.UTF8.GetBytes(text) };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> PkOkAsync(PublicKey key, string? algorithm = null)
    {
        var message = new UserauthPkOk { Algorithm = Encoding.ASCII.GetBytes(algorithm ?? key.SignatureAlgorithms[0]), PublicKey = key.Blob.Span };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> ChangeRequestAsync(string prompt)
    {
        var message = new UserauthPasswdChangereq { Prompt = Encoding.UTF8.GetBytes(prompt) };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> InfoRequestAsync(string name, string instruction, uint? count = null, params string[] prompts)
    {
        var fields = new List<byte>();
        foreach (string text in prompts)
        {
            var prompt = new Prompt { Text = Encoding.UTF8.GetBytes(text) };
            fields.AddRange(Message.WriteRecord(ref prompt));
        }

        var message = new UserauthInfoRequest
        {
            Name = Encoding.UTF8.GetBytes(name),
            Instruction = Encoding.UTF8.GetBytes(instruction),
            Count = count ?? (uint)prompts.Length,
            Prompts = fields.ToArray(),
        };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> SendAsync(Packet packet)
    {
        await Client.OnPacketAsync(packet, TestContext.Current.CancellationToken);
        return Transport.Take();
    }

    /// <summary>The exception that the login ended with.</summary>
    public async Task<AuthenticationFailedException> FailsAsync() => await Assert.ThrowsAsync<AuthenticationFailedException>(() => Client.Completed);

    /// <summary>Sends what breaks the protocol and returns which rule it broke.</summary>
    public static async Task<Violation> BreaksAsync(Func<Task> send) => (await Assert.ThrowsAsync<SshViolationException>(send)).Violation;
}

/// <summary>Passwords in order; null when they run out.</summary>
internal sealed class ListedPasswords(params string[] passwords) : IPasswordSource
{
    private int _next;

    public List<int> Attempts { get; } = [];

    public string? ChangePrompt { get; private set; }

    public (string Old, string New)? Change { get; init; }

    /// <summary>Every password given out, to see that it is erased.</summary>
    public List<Password> Given { get; } = [];

    public ValueTask<Password?> AskPasswordAsync(int attempt, CancellationToken ct)
    {
        Attempts.Add(attempt);
        return new(_next < passwords.Length ? Give(passwords[_next++]) : null);
    }

    public ValueTask<PasswordChange?> AskNewPasswordAsync(PeerText prompt, CancellationToken ct)
    {
        ChangePrompt = prompt.ToString();
        return new(Change is { } change ? new PasswordChange(Give(change.Old), Give(change.New)) : null);
    }

    private Password Give(string text)
    {
        var password = new Password(text);
        Given.Add(password);
        return password;
    }
}

/// <summary>Answers each prompt with the same words.</summary>
internal sealed class ParrotPrompter(string? answer, int? count = null) : IInteractivePrompter
{
    public List<InteractiveRequest> Requests { get; } = [];

    public ValueTask<IReadOnlyList<Password>?> AnswerAsync(InteractiveRequest request, CancellationToken ct)
    {
        Requests.Add(request);
        return new(answer is null ? null : [.. Enumerable.Repeat(0, count ?? request.Prompts.Count).Select(_ => new Password(answer))]);
    }
}
