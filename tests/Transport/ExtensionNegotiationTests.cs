using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Transport;

/// <summary>P-8308-1, M-18: where EXT_INFO may stand, and how much it may hold.</summary>
public sealed class ExtensionNegotiationTests
{
    [Fact]
    public async Task M18_a_client_may_send_it_right_after_its_first_new_keys()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        PostExtInfo(pair.Client);
        await pair.RunAsync();
        Assert.True(pair.Server.PeerAnswersPing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task M18_a_client_may_not_send_it_later(bool isAuthenticating)
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        if (isAuthenticating) pair.Server.EnterAuthentication();
        var ignore = default(Ignore);
        pair.Client.Outbox.PostTransport(Message.Write(pair.Pool, ref ignore));
        PostExtInfo(pair.Client);
        await AssertRefusedAsync(pair);
    }

    [Fact]
    public async Task M18_a_client_may_not_send_it_twice()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        PostExtInfo(pair.Client);
        PostExtInfo(pair.Client);
        await AssertRefusedAsync(pair);
    }

    [Fact]
    public async Task M18_a_server_may_send_it_once_more_while_it_authenticates()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        pair.Client.EnterAuthentication();
        PostExtInfo(pair.Server);
        await pair.RunAsync();
        PostExtInfo(pair.Server);
        await AssertRefusedAsync(pair);
    }

    [Fact]
    public async Task M18_a_server_may_not_send_it_between_new_keys_and_authentication()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        PostExtInfo(pair.Server);
        await AssertRefusedAsync(pair);
    }

    [Theory]
    [InlineData(ExtInfo.MaxExtensions, null)]
    [InlineData(ExtInfo.MaxExtensions + 1, Violation.FieldMalformed)]
    public async Task The_number_of_extensions_is_limited(int count, Violation? expected)
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        PostExtInfo(pair.Client, count);
        Exception? error = await Record.ExceptionAsync(pair.RunAsync);
        Assert.Equal(expected, (error as SshViolationException)?.Violation);
        Assert.Equal(expected is null, error is null);
    }

    private static async Task AssertRefusedAsync(TransportPair pair)
    {
        SshViolationException error = await Assert.ThrowsAsync<SshViolationException>(pair.RunAsync);
        Assert.Equal(Violation.UnexpectedMessage, error.Violation);
    }

    private static void PostExtInfo(SecureTransport from, int count = 1)
    {
        var ping = new Extension { Name = "ping@openssh.com"u8, Value = "0"u8 };
        byte[] fields = Message.WriteRecord(ref ping);
        var message = new ExtInfo { Count = (uint)count, Extensions = Enumerable.Repeat(fields, count).SelectMany(field => field).ToArray() };
        from.Outbox.PostTransport(Message.Write(from.Pool, ref message));
    }
}
