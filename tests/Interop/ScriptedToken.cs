using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Tools.Tokens;

namespace Nacre.Tests.Interop;

/// <summary>A token that does what a test wants (scripts/scripted-token.c), reached through the process that loads such libraries; PINs are answered from a list.</summary>
internal sealed class ScriptedToken : IAsyncDisposable, ITokenPinPrompt
{
    public static readonly byte[] Data = "what is signed"u8.ToArray();

    private static readonly Lazy<Task<string>> Library = new(CompileAsync);

    private readonly TemporaryDirectory _directory = new();
    private readonly Queue<string?> _pins = new();

    private ScriptedToken(string library)
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        PublicKey = key.PublicKey;
        File.WriteAllBytes(_directory["point"], ((Ed25519PublicKey)key.PublicKey).Point.Span);
        File.WriteAllBytes(_directory["signature"], key.Sign("ssh-ed25519", Data)[^64..]);
        Behaves("", wantsLogin: true);
        string start = _directory.Write("start", $"#!/bin/sh\nTOKEN_PLACE='{_directory.Path}' exec '{Requires.PublishedTool("nacre")}' \"$@\"\n");
        File.SetUnixFileMode(start, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Process = new TokenProcess(library, start);
    }

    public TokenProcess Process { get; }

    public PublicKey PublicKey { get; }

    /// <summary>What the token was told, and what the person was asked.</summary>
    public string Log => File.Exists(_directory["log"]) ? File.ReadAllText(_directory["log"]) : "";

    /// <summary>What came of tokens that were passed over.</summary>
    public List<string> Warnings { get; } = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<ScriptedToken> MakeAsync() => new(await Library.Value);

    /// <summary>Changes how the token and its library behave from now on.</summary>
    public void Behaves(string how, bool wantsLogin = true, bool hasPinPad = false)
    {
        File.WriteAllText(_directory["behaviour"], how);
        File.WriteAllText(_directory["flags"], (0x400 | (wantsLogin ? 4 : 0) | (hasPinPad ? 0x100 : 0)).ToString("x", System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>What the person answers, in order; null gives up.</summary>
    public void Answers(params string?[] pins)
    {
        foreach (string? pin in pins) _pins.Enqueue(pin);
    }

    public async Task<IReadOnlyList<TokenSigner>> FindAsync(string? pin = null)
    {
        using Password? given = pin is null ? null : new Password(pin);
        return await TokenSearch.FindAsync(Process, given, this, Warnings.Add, Ct);
    }

    /// <summary>Finds the one key and has it sign.</summary>
    public async Task<byte[]> SignAsync()
    {
        TokenSigner signer = Assert.Single(await FindAsync());
        Assert.Equal(PublicKey, signer.PublicKey);
        return await signer.SignAsync("ssh-ed25519", Data, Ct);
    }

    public ValueTask<Password?> AskAsync(Token token, CancellationToken ct)
    {
        Tell($"asked for {token.Label}");
        return ValueTask.FromResult(_pins.Dequeue() is { } pin ? new Password(pin) : null);
    }

    public void Defer(Token token) => Tell($"deferred to {token.Label}");

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task<string> CompileAsync()
    {
        var directory = new TemporaryDirectory();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Dispose();
        string compiler = File.Exists("/usr/bin/gcc") ? "gcc" : "clang";
        (await Run.Async(compiler, ["-shared", "-fPIC", "-o", directory["token.so"], Path.Join(Repository.Root, "tests", "scripts", "scripted-token.c")])).Ends();
        return directory["token.so"];
    }

    private void Tell(string line) => File.AppendAllText(_directory["log"], line + "\n");
}
