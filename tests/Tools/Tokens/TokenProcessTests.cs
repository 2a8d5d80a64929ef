using Nacre.Protocol.Authentication;
using Nacre.Tests.Interop;
using Nacre.Tools.Tokens;

namespace Nacre.Tests.Tools.Tokens;

/// <summary>The process that loads a library of tokens: libraries that are broken, and when a PIN is asked for.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class TokenProcessTests
{
    /// <summary>How a library is broken, and what is said of it.</summary>
    public static TheoryData<string, uint, string> Broken => new()
    {
        { "crashes at once", (uint)TokenFault.NoProvider, "ended without an answer" },
        { "does not begin", (uint)TokenFault.NoProvider, "C_Initialize failed: 48" },
        { "has no list", (uint)TokenFault.NoProvider, "implements no version of PKCS#11 that is supported" },
        { "is of another version", (uint)TokenFault.NoProvider, "implements no version of PKCS#11 that is supported" },
        { "lacks a function", (uint)TokenFault.NoProvider, "lacks the function C_Sign" },
        { "has too many slots", (uint)TokenFault.General, "C_GetSlotList told of 257 slots; 256 are the most" },
        { "crashes", (uint)TokenFault.NoProvider, "ended without an answer" },
        { "ends the process", (uint)TokenFault.NoProvider, "ended without an answer" },
        { "writes into the answer", (uint)TokenFault.NoProvider, "ended without an answer" },
        { "signs wrong", (uint)TokenFault.General, "the token's signature is wrong" },
        { "tells of a long signature", (uint)TokenFault.General, "C_Sign told of 1099511627776 bytes; 2048 are the most" },
        { "has no private key", (uint)TokenFault.NoKey, "the token has no private key to this public key" },
        { "is locked", (uint)TokenFault.PinLocked, "the PIN is locked; unlock it with the tools of the token's maker" },
        { "was taken out", (uint)TokenFault.NoToken, "" },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_library_that_is_broken_harms_its_process_and_nobody_else(string behaviour, uint fault, string words)
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        token.Answers("1234", "1234");
        token.Behaves(behaviour);
        if (fault == (uint)TokenFault.NoToken)
        {
            Assert.Empty(await token.FindAsync());
            Assert.Equal(["token \"scripted\" of " + token.Process.Library + ": there is no token in the slot; put it in and try again"], token.Warnings);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<TokenException>(token.SignAsync);
            Assert.Equal((TokenFault)fault, refused.Fault);
            Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        }

        token.Behaves("");
        byte[] signature = await token.SignAsync();
        Assert.True(token.PublicKey.Verify("ssh-ed25519", ScriptedToken.Data, signature));
    }

    [Theory]
    [InlineData("finds without end", 1)]
    [InlineData("lies about counts", 1)]
    [InlineData("tells of long values", 0)]
    [InlineData("has no token", 0)]
    public async Task What_a_library_counts_is_not_believed(string behaviour, int keys)
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        token.Behaves(behaviour, wantsLogin: false);
        Assert.Equal(keys, (await token.FindAsync()).Count);
        Assert.Empty(token.Warnings);
    }

    [Fact]
    public async Task The_PIN_is_asked_for_once_and_only_where_it_is_wanted()
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        token.Behaves("", wantsLogin: false);
        await token.SignAsync();
        Assert.Equal("", token.Log);

        token.Behaves("");
        token.Answers(null, "4321", "1234");
        Assert.Equal(TokenFault.LoginRequired, (await Assert.ThrowsAsync<TokenException>(token.SignAsync)).Fault);
        Assert.Equal(TokenFault.PinIncorrect, (await Assert.ThrowsAsync<TokenException>(token.SignAsync)).Fault);
        await token.SignAsync();
        await token.SignAsync();
        Assert.Equal("asked for scripted\nasked for scripted\nlogin 1 4321\nasked for scripted\nlogin 1 1234\n", token.Log);
    }

    [Fact]
    public async Task A_key_that_wants_the_PIN_each_time_gets_it_each_time()
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        token.Behaves("asks each time");
        token.Answers("1234", "1234", "4321", "1234", null);
        await token.SignAsync();
        Assert.Equal("asked for scripted\nlogin 1 1234\nasked for scripted\nlogin 2 1234\n", token.Log);

        // A wrong one leaves the token logged in and able to begin another signature.
        Assert.Equal(TokenFault.PinIncorrect, (await Assert.ThrowsAsync<TokenException>(token.SignAsync)).Fault);
        await token.SignAsync();
        Assert.Equal(TokenFault.PinRequired, (await Assert.ThrowsAsync<TokenException>(token.SignAsync)).Fault);
        Assert.EndsWith("asked for scripted\nlogin 2 4321\nasked for scripted\nlogin 2 1234\nasked for scripted\n", token.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_with_keys_of_its_own_is_left_to_ask_itself()
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        token.Behaves("asks each time", hasPinPad: true);
        await token.SignAsync();
        Assert.Equal("deferred to scripted\nlogin 1 keypad\nlogin 2 keypad\n", token.Log);
    }

    [Fact]
    public async Task Keys_that_show_after_the_login_only_are_found_by_logging_in()
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        token.Behaves("hides its keys");
        token.Answers(null, "4321", "1234");
        Assert.Empty(await token.FindAsync());
        Assert.Empty(await token.FindAsync());
        Assert.Single(await token.FindAsync());
        Assert.Equal(["the token wants its PIN", "the PIN is wrong"], token.Warnings.Select(warning => warning[(warning.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public async Task A_token_that_was_taken_out_and_put_in_again_wants_its_PIN_again()
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        token.Answers("1234", "1234");
        await token.SignAsync();
        token.Behaves("is taken out and put in again");
        await token.SignAsync();
        Assert.Equal("asked for scripted\nlogin 1 1234\nasked for scripted\nlogin 1 1234\n", token.Log);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_leaves_the_token_at_its_work_until_the_process_is_ended()
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        TokenSigner signer = Assert.Single(await token.FindAsync("1234"));
        token.Behaves("hangs");
        using var waiting = new CancellationTokenSource();
        Task<byte[]> signing = signer.SignAsync("ssh-ed25519", ScriptedToken.Data, waiting.Token).AsTask();
        while (!token.Log.Contains("hangs", StringComparison.Ordinal)) await Task.Delay(10, Ct);
        Task<IReadOnlyList<Token>> listing = token.Process.ListTokensAsync(Ct), givenUp = token.Process.ListTokensAsync(waiting.Token);
        await waiting.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signing);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        await token.Process.DisposeAsync();
        await Assert.ThrowsAsync<TokenException>(() => listing);
    }

    [Theory]
    [InlineData(4096, TokenFault.PinIncorrect, 1)]
    [InlineData(4097, TokenFault.PinIncorrect, 0)]
    public async Task A_PIN_has_a_limit(int length, object fault, int logins)
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        Token only = Assert.Single(await token.Process.ListTokensAsync(Ct));
        using var pin = new Password(new string('1', length));
        Assert.Equal(fault, (await Assert.ThrowsAsync<TokenException>(() => token.Process.LoginAsync(only, pin, Ct))).Fault);
        Assert.Equal(logins, token.Log.Split("login 1 ").Length - 1);
    }

    [Fact]
    public async Task The_process_ends_in_order_when_nobody_needs_it()
    {
        await using ScriptedToken token = await ScriptedToken.MakeAsync();
        await token.FindAsync("1234");
        token.Behaves("tells of its end");
        await token.Process.DisposeAsync();
        while (!token.Log.EndsWith("ends\n", StringComparison.Ordinal)) await Task.Delay(10, Ct);
        Assert.Equal(TokenFault.NoProvider, (await Assert.ThrowsAsync<TokenException>(() => token.Process.ListTokensAsync(Ct))).Fault);
    }
}
